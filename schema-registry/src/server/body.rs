//! The JSON objects of requests and answers.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use crate::avro;
use crate::entity::{AVRO, Metadata, Reference, RuleSet};
use crate::error::RegistryError;
use crate::state::change::SchemaRequest;
use crate::state::record::ConfigValue;
use crate::state::{State, Stored};

/// A schema that a client sends. Members that are not known are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SchemaBody {
    #[serde(deserialize_with = "null_is_default")]
    schema: String,
    schema_type: Option<String>,
    #[serde(deserialize_with = "null_is_default")]
    references: Vec<Reference>,
    metadata: Option<Metadata>,
    rule_set: Option<RuleSet>,
    version: Option<i32>,
    id: Option<i32>,
    schema_tags_to_add: Option<Vec<Value>>,
    schema_tags_to_remove: Option<Vec<Value>>,
    propagate_schema_tags: Option<bool>,
}

fn null_is_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

impl SchemaBody {
    /// The request that it is.
    pub fn into_request(self) -> Result<SchemaRequest, Refusal> {
        let tags = [&self.schema_tags_to_add, &self.schema_tags_to_remove];
        if tags.into_iter().flatten().any(|tags| !tags.is_empty()) || self.propagate_schema_tags == Some(true) {
            return Err(RegistryError::Unprocessable("Schema tags are not supported yet".into()).into());
        }
        Ok(SchemaRequest {
            schema: self.schema,
            schema_type: self.schema_type.filter(|name| name != AVRO && !name.is_empty()),
            references: self.references,
            metadata: self.metadata,
            rule_set: self.rule_set,
            version: self.version.unwrap_or(0),
            id: self.id.filter(|id| *id >= 0),
        })
    }
}

/// The text of a stored schema: as it is, or with its references written out.
pub fn formatted(state: &State, stored: &Stored, format: Option<&str>) -> String {
    match format {
        Some("resolved") => state
            .parsed(stored)
            .map_or_else(|_| stored.schema.clone(), |schema| avro::resolved(&schema)),
        // Formats that are not known give the default, so that newer clients work.
        _ => stored.schema.clone(),
    }
}

/// A stored version as an object with these members in this order, each only if it says something.
fn describe(state: &State, stored: &Stored, format: Option<&str>, first: Map<String, Value>) -> Value {
    let mut body = first;
    body.insert("guid".into(), stored.guid.to_string().into());
    if let Some(schema_type) = &stored.schema_type {
        body.insert("schemaType".into(), schema_type.clone().into());
    }
    if !stored.references.is_empty() {
        body.insert("references".into(), json!(stored.references));
    }
    if let Some(metadata) = &stored.metadata {
        body.insert("metadata".into(), json!(metadata));
    }
    if let Some(rules) = &stored.rule_set {
        body.insert("ruleSet".into(), json!(rules));
    }
    body.insert("schema".into(), formatted(state, stored, format).into());
    body.insert("ts".into(), stored.timestamp.into());
    body.insert("deleted".into(), stored.deleted.into());
    Value::Object(body)
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A version of a subject.
pub fn version_body(state: &State, stored: &Stored, format: Option<&str>) -> Value {
    let subject = stored.subject.qualified().into();
    describe(
        state,
        stored,
        format,
        members([
            ("subject", subject),
            ("version", stored.version.into()),
            ("id", stored.id.into()),
        ]),
    )
}

/// The answer to a registration.
pub fn registered_body(state: &State, stored: &Stored, format: Option<&str>) -> Value {
    describe(
        state,
        stored,
        format,
        members([("id", stored.id.into()), ("version", stored.version.into())]),
    )
}

/// A schema by its id or GUID; subject and version only if the client asked with a subject.
pub fn schema_body(state: &State, stored: &Stored, format: Option<&str>, with_subject: bool) -> Value {
    let subject = || {
        members([
            ("subject", stored.subject.qualified().into()),
            ("version", stored.version.into()),
        ])
    };
    describe(state, stored, format, if with_subject { subject() } else { Map::new() })
}

/// Settings, under the name for the level that answers to GET have or the one that PUT has.
pub fn config_body(config: &ConfigValue, level_name: &str) -> Value {
    let mut body = config.other.clone();
    if let Some(normalize) = config.normalize {
        body.insert("normalize".into(), normalize.into());
    }
    if let Some(validate) = config.validate_new_schemas {
        body.insert("validateNewSchemas".into(), validate.into());
    }
    if let Some(level) = config.compatibility_level {
        body.insert(level_name.into(), level.name().into());
    }
    if let Some(group) = &config.compatibility_group {
        body.insert("compatibilityGroup".into(), group.clone().into());
    }
    Value::Object(body)
}

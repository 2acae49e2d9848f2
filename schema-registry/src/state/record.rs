//! What the `_schemas` topic holds, in Confluent's format: JSON keys and values with a fixed order of members.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::compatibility::CompatibilityLevel;
use crate::entity::{AVRO, Metadata, Reference, RuleSet};

/// A record of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A version of a subject; no value removes it for good.
    Schema {
        /// Qualified name.
        subject: String,
        /// Number of the version.
        version: i32,
        /// The schema.
        value: Option<Box<SchemaValue>>,
    },
    /// Settings of a subject, or global ones.
    Config {
        /// Qualified name; `None` is global.
        subject: Option<String>,
        /// The settings.
        value: Option<Box<ConfigValue>>,
    },
    /// Mode of a subject, or the global one.
    Mode {
        /// Qualified name; `None` is global.
        subject: Option<String>,
        /// The mode.
        value: Option<Mode>,
    },
    /// Marks all versions up to this one as deleted.
    DeleteSubject {
        /// Qualified name.
        subject: String,
        /// The last version to mark.
        version: i32,
    },
    /// Removes all versions for good.
    ClearSubject {
        /// Qualified name.
        subject: String,
    },
    /// A context has been used.
    Context {
        /// Its name, with the dot.
        context: String,
    },
    /// Nothing: written by Confluent's registry to find the end of the log.
    Noop,
    /// Nothing that matters here: a tombstone of a marker, or a kind that this registry does not know.
    Other,
}

/// The value of a SCHEMA record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemaValue {
    /// Qualified name.
    pub subject: String,
    /// Number of the version.
    pub version: i32,
    /// Id in the context.
    pub id: i32,
    /// Base64 of the GUID's bytes; written by Confluent where it cannot be computed from the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// Absent for Avro.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "not_avro")]
    pub schema_type: Option<String>,
    /// What the schema refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_default")]
    pub references: Vec<Reference>,
    /// Metadata.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
    /// Rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_set: Option<RuleSet>,
    /// Canonical text.
    pub schema: String,
    /// Soft-deleted.
    #[serde(default, deserialize_with = "null_is_default")]
    pub deleted: bool,
}

/// The value of a CONFIG record. What this registry has no use for is kept as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfigValue {
    /// Qualified name; absent for the global settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Put schemas into normal form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Check names and defaults of new schemas strictly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validate_new_schemas: Option<bool>,
    /// Compatibility level.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "level")]
    pub compatibility_level: Option<CompatibilityLevel>,
    /// Name of the metadata property that divides a subject's versions into groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility_group: Option<String>,
    /// Other settings.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// What may be done with a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// Everything but choosing ids.
    #[default]
    ReadWrite,
    /// Reading.
    ReadOnly,
    /// Reading; the old way to say so for a whole registry.
    #[serde(rename = "READONLY_OVERRIDE")]
    ReadOnlyOverride,
    /// Registering with given ids.
    Import,
    /// As `IMPORT`, forwarded.
    Forward,
}

impl Mode {
    /// The name in requests, answers and the log.
    pub fn name(self) -> &'static str {
        match self {
            Mode::ReadWrite => "READWRITE",
            Mode::ReadOnly => "READONLY",
            Mode::ReadOnlyOverride => "READONLY_OVERRIDE",
            Mode::Import => "IMPORT",
            Mode::Forward => "FORWARD",
        }
    }
}

/// Why a record cannot be read. Such records are skipped.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Key or value is not JSON of the expected shape.
    #[error("{part}: {source}")]
    Json {
        /// `key` or `value`.
        part: &'static str,
        /// The parser's error.
        source: serde_json::Error,
    },
    /// A key without what its type needs.
    #[error("key of type {0} lacks its subject or version")]
    Key(String),
}

#[derive(Serialize, Deserialize)]
struct Key {
    keytype: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(default)]
    magic: i32,
}

/// The tenant of a registry without tenants.
const TENANT: &str = "default";

impl Record {
    /// Key and value as bytes. [`Record::Other`] has none.
    pub fn encode(&self) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
        let subject_key = |keytype: &str, subject: Option<&String>| Key {
            keytype: keytype.into(),
            subject: subject.cloned(),
            version: None,
            tenant: None,
            context: None,
            magic: 0,
        };
        let (key, value) = match self {
            Record::Schema {
                subject,
                version,
                value,
            } => {
                let key = Key {
                    version: Some(*version),
                    magic: 1,
                    ..subject_key("SCHEMA", Some(subject))
                };
                (key, value.as_ref().map(serde_json::to_vec))
            }
            Record::Config { subject, value } => (
                subject_key("CONFIG", subject.as_ref()),
                value.as_ref().map(serde_json::to_vec),
            ),
            Record::Mode { subject, value } => {
                let body = |mode: &Mode| {
                    let mut body = Map::new();
                    body.extend(
                        subject
                            .iter()
                            .map(|subject| ("subject".to_owned(), subject.clone().into())),
                    );
                    body.insert("mode".into(), mode.name().into());
                    serde_json::to_vec(&body)
                };
                (subject_key("MODE", subject.as_ref()), value.as_ref().map(body))
            }
            Record::DeleteSubject { subject, version } => {
                let body = serde_json::json!({"subject": subject, "version": version});
                (
                    subject_key("DELETE_SUBJECT", Some(subject)),
                    Some(serde_json::to_vec(&body)),
                )
            }
            Record::ClearSubject { subject } => {
                let body = serde_json::json!({"subject": subject});
                (
                    subject_key("CLEAR_SUBJECT", Some(subject)),
                    Some(serde_json::to_vec(&body)),
                )
            }
            Record::Context { context } => {
                let (tenant, context) = (Some(TENANT.to_owned()), Some(context.clone()));
                let body = serde_json::json!({"tenant": tenant, "context": context});
                (
                    Key {
                        tenant,
                        context,
                        ..subject_key("CONTEXT", None)
                    },
                    Some(serde_json::to_vec(&body)),
                )
            }
            Record::Noop => (subject_key("NOOP", None), None),
            Record::Other => return None,
        };
        // Serialising maps with string keys into memory does not fail.
        Some((serde_json::to_vec(&key).ok()?, value.transpose().ok()?))
    }

    /// Reads a record; tolerant of spaces, other member orders, nulls and unknown members.
    pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Record, RecordError> {
        let key: Key = serde_json::from_slice(key).map_err(|source| RecordError::Json { part: "key", source })?;
        let lacking = || RecordError::Key(key.keytype.clone());
        let subject = || key.subject.clone().ok_or_else(lacking);
        Ok(match key.keytype.as_str() {
            "SCHEMA" => {
                let (subject, version) = (subject()?, key.version.ok_or_else(lacking)?);
                let value = body::<SchemaValue>(value)?.map(|mut value| {
                    // The key decides, as in Confluent's registry.
                    value.subject.clone_from(&subject);
                    value.version = version;
                    Box::new(value)
                });
                Record::Schema {
                    subject,
                    version,
                    value,
                }
            }
            "CONFIG" => Record::Config {
                subject: key.subject,
                value: body(value)?.map(Box::new),
            },
            "MODE" => {
                #[derive(Deserialize)]
                struct ModeValue {
                    mode: Mode,
                }
                let value = body::<ModeValue>(value)?.map(|value| value.mode);
                Record::Mode {
                    subject: key.subject,
                    value,
                }
            }
            "DELETE_SUBJECT" => {
                #[derive(Deserialize)]
                struct DeleteValue {
                    version: i32,
                }
                match body::<DeleteValue>(value)? {
                    Some(value) => Record::DeleteSubject {
                        subject: subject()?,
                        version: value.version,
                    },
                    None => Record::Other,
                }
            }
            "CLEAR_SUBJECT" if value.is_some() => Record::ClearSubject { subject: subject()? },
            "CONTEXT" if value.is_some() => Record::Context {
                context: key.context.clone().ok_or_else(lacking)?,
            },
            "NOOP" => Record::Noop,
            _ => Record::Other,
        })
    }
}

fn body<T: for<'de> Deserialize<'de>>(value: Option<&[u8]>) -> Result<Option<T>, RecordError> {
    let parse = |bytes| serde_json::from_slice(bytes).map_err(|source| RecordError::Json { part: "value", source });
    // Some writers put the JSON text `null` for a tombstone.
    Ok(value.map(parse).transpose()?.flatten())
}

fn not_avro<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|name| name != AVRO))
}

fn null_is_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

mod level {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::compatibility::CompatibilityLevel;

    #[expect(clippy::ref_option, reason = "serde's `with` passes a reference to the field")]
    pub(super) fn serialize<S: Serializer>(level: &Option<CompatibilityLevel>, s: S) -> Result<S::Ok, S::Error> {
        match level {
            Some(level) => s.serialize_str(level.name()),
            None => s.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<CompatibilityLevel>, D::Error> {
        Ok(Option::<String>::deserialize(d)?.and_then(|name| CompatibilityLevel::by_name(&name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(record: &Record) -> (String, Option<String>) {
        let (key, value) = record.encode().unwrap();
        (
            String::from_utf8(key).unwrap(),
            value.map(|value| String::from_utf8(value).unwrap()),
        )
    }

    fn round(record: &Record) {
        let (key, value) = record.encode().unwrap();
        assert_eq!(Record::decode(&key, value.as_deref()).unwrap(), *record);
    }

    fn schema_value() -> SchemaValue {
        SchemaValue {
            subject: "s".into(),
            version: 1,
            id: 7,
            md5: None,
            schema_type: None,
            references: vec![],
            metadata: None,
            rule_set: None,
            schema: "\"int\"".into(),
            deleted: false,
        }
    }

    #[test]
    fn bytes_are_confluents() {
        let schema = Record::Schema {
            subject: "s".into(),
            version: 1,
            value: Some(Box::new(schema_value())),
        };
        assert_eq!(
            text(&schema),
            (
                r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#.into(),
                Some(r#"{"subject":"s","version":1,"id":7,"schema":"\"int\"","deleted":false}"#.into())
            )
        );
        let config = ConfigValue {
            compatibility_level: Some(CompatibilityLevel::Full),
            ..ConfigValue::default()
        };
        let config = Record::Config {
            subject: None,
            value: Some(Box::new(config)),
        };
        assert_eq!(
            text(&config),
            (
                r#"{"keytype":"CONFIG","magic":0}"#.into(),
                Some(r#"{"compatibilityLevel":"FULL"}"#.into())
            )
        );
        let delete = Record::DeleteSubject {
            subject: "s".into(),
            version: 3,
        };
        assert_eq!(
            text(&delete),
            (
                r#"{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}"#.into(),
                Some(r#"{"subject":"s","version":3}"#.into())
            )
        );
        let mode = Record::Mode {
            subject: Some("s".into()),
            value: Some(Mode::ReadOnly),
        };
        assert_eq!(text(&mode).1.unwrap(), r#"{"subject":"s","mode":"READONLY"}"#);
        assert_eq!(text(&Record::Noop), (r#"{"keytype":"NOOP","magic":0}"#.into(), None));
        let tombstone = Record::Schema {
            subject: "s".into(),
            version: 1,
            value: None,
        };
        for record in [
            &schema,
            &config,
            &delete,
            &mode,
            &Record::Noop,
            &tombstone,
            &Record::Context { context: ".c".into() },
        ] {
            round(record);
        }
    }

    #[test]
    fn references_metadata_and_rules_survive() {
        let value = SchemaValue {
            schema_type: Some("JSON".into()),
            references: vec![Reference {
                name: "n".into(),
                subject: "o".into(),
                version: 2,
            }],
            metadata: serde_json::from_str(r#"{"properties":{"b":"2","a":"1"},"tags":{"x":["t"]}}"#).unwrap(),
            rule_set: serde_json::from_str(
                r#"{"domainRules":[{"name":"r","type":"CEL","mode":"WRITE","disabled":true}]}"#,
            )
            .unwrap(),
            deleted: true,
            ..schema_value()
        };
        let record = Record::Schema {
            subject: "s".into(),
            version: 1,
            value: Some(Box::new(value)),
        };
        round(&record);
        assert_eq!(
            text(&record).1.unwrap(),
            r#"{"subject":"s","version":1,"id":7,"schemaType":"JSON","references":[{"name":"n","subject":"o","version":2}],"metadata":{"tags":{"x":["t"]},"properties":{"a":"1","b":"2"}},"ruleSet":{"domainRules":[{"name":"r","mode":"WRITE","type":"CEL","disabled":true}]},"schema":"\"int\"","deleted":true}"#
        );
    }

    #[test]
    fn replay_takes_what_others_wrote() {
        let read = |key: &str, value: Option<&str>| Record::decode(key.as_bytes(), value.map(str::as_bytes));
        // Karapace names the subject of the global settings null; old backups hold pretty-printed keys.
        let config = read(
            "{\n \"magic\": 0, \"keytype\": \"CONFIG\", \"subject\": null\n}",
            Some(r#"{"compatibilityLevel":"full","alias":"x"}"#),
        );
        let Ok(Record::Config {
            subject: None,
            value: Some(config),
        }) = config
        else {
            panic!("{config:?}")
        };
        assert_eq!(config.compatibility_level, Some(CompatibilityLevel::Full));
        assert_eq!(config.other.get("alias").unwrap(), "x");
        let schema = r#"{"subject":"s","version":1,"id":1,"schemaType":"AVRO","references":null,"schema":"x","deleted":null,"ts":5}"#;
        let schema = read(
            r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#,
            Some(schema),
        )
        .unwrap();
        let Record::Schema { value: Some(value), .. } = schema else {
            panic!("a schema")
        };
        assert_eq!((value.schema_type, value.deleted), (None, false));
        assert_eq!(
            read(r#"{"keytype":"CLEAR_SUBJECT","subject":"s","magic":0}"#, None).unwrap(),
            Record::Other
        );
        assert_eq!(read(r#"{"keytype":"ASSOC","x":1}"#, Some("{}")).unwrap(), Record::Other);
        for (key, value) in [
            ("", None),
            ("nonsense", None),
            (r#"{"keytype":"SCHEMA","subject":"s"}"#, None),
            (r#"{"keytype":"SCHEMA","subject":"s","version":1}"#, Some("{}")),
            (r#"{"keytype":"MODE"}"#, Some(r#"{"mode":"?"}"#)),
        ] {
            assert!(read(key, value).is_err(), "{key}");
        }
    }
}

//! Getting a schema ready, and telling whether it is there already.

use std::sync::Arc;

use super::SchemaRequest;
use crate::avro::{self, Strictness, canonical, normalize};
use crate::compatibility::{self, Previous};
use crate::entity::{AVRO, Metadata, Reference, RuleSet};
use crate::error::RegistryError;
use crate::guid::Guid;
use crate::state::parsing::meaning_of;
use crate::state::query::{Lookup, Settings};
use crate::state::subject::Subject;
use crate::state::{State, Stored};

/// A schema that is ready to be stored or looked for.
pub(super) struct Prepared {
    pub(super) schema: avro::Schema,
    pub(super) text: String,
    pub(super) references: Vec<Reference>,
    pub(super) metadata: Option<Metadata>,
    pub(super) rule_set: Option<RuleSet>,
    pub(super) guid: Guid,
}

const VERSION_PROPERTY: &str = "confluent:version";

impl State {
    pub(super) fn prepare(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normal: bool,
        strictness: Strictness,
    ) -> Result<Prepared, RegistryError> {
        let schema_type = request.schema_type.as_deref().unwrap_or(AVRO);
        match schema_type {
            AVRO => {}
            "JSON" | "PROTOBUF" => {
                let text = format!("Invalid schema type {schema_type}: not supported yet, only {AVRO} is");
                return Err(RegistryError::InvalidSchema(text));
            }
            other => return Err(RegistryError::InvalidSchema(format!("Invalid schema type {other}"))),
        }
        if request.schema.trim().is_empty() {
            return Err(RegistryError::InvalidSchema("Empty schema".into()));
        }
        let invalid =
            |details| RegistryError::InvalidSchema(format!("Invalid schema of type {AVRO}, details: {details}"));
        let schema = self
            .parse(subject, &request.schema, &request.references, strictness)
            .map_err(invalid)?;
        let mut references: Vec<Reference> = request
            .references
            .iter()
            .map(|reference| self.pinned(subject, reference))
            .collect();
        let schema = if normal { normalize(&schema) } else { schema };
        if normal {
            references.sort();
            references.dedup();
        }
        let text = canonical(&schema);
        let guid = Guid::of(&text, &references, request.metadata.as_ref(), request.rule_set.as_ref());
        let (metadata, rule_set) = (request.metadata.clone(), request.rule_set.clone());
        Ok(Prepared {
            schema,
            text,
            references,
            metadata,
            rule_set,
            guid,
        })
    }

    /// A reference with the number of the latest version in the place of -1.
    fn pinned(&self, subject: &Subject, reference: &Reference) -> Reference {
        let mut reference = reference.clone();
        if reference.version == -1
            && let Some(latest) = self.version(&Subject::parse(&reference.subject, &subject.context), None, false)
        {
            reference.version = latest.version;
        }
        reference
    }

    pub(super) fn id_of(&self, subject: &Subject, guid: &Guid) -> Option<i32> {
        self.context(&subject.context)?.guids.get(guid).copied()
    }

    /// The version of the subject that is this schema: the same identity, else the newest that means the same.
    pub(super) fn find(&self, subject: &Subject, prepared: &Prepared, with_deleted: bool) -> Option<Arc<Stored>> {
        let own = self
            .id_of(subject, &prepared.guid)
            .and_then(|id| self.by_id(id, Some(subject)));
        let same = own.filter(|stored| stored.subject == *subject && (with_deleted || !stored.deleted));
        if same.is_some() {
            return same;
        }
        let meaning = meaning_of(&prepared.schema);
        let lookup = if with_deleted {
            Lookup::WithDeleted
        } else {
            Lookup::Live
        };
        let mut versions = self.versions(subject, lookup).into_iter().rev();
        versions.find(|stored| self.means_the_same(prepared, &meaning, stored))
    }

    /// The latest version of a subject if it is this schema.
    pub(super) fn equal_latest(&self, subject: &Subject, request: &SchemaRequest, normal: bool) -> Option<Arc<Stored>> {
        let prepared = self.prepare(subject, request, normal, Strictness::Stored).ok()?;
        let latest = self.version(subject, None, false)?;
        let same = self.means_the_same(&prepared, &meaning_of(&prepared.schema), &latest);
        same.then_some(latest)
    }

    /// A schema sent with all references written out is the one that was registered with references, and a difference in
    /// the order of attributes or in `confluent:version` does not count (`ParsedSchema.canLookup`).
    fn means_the_same(&self, prepared: &Prepared, meaning: &Guid, stored: &Stored) -> bool {
        let references = prepared.references.is_empty() || prepared.references == stored.references;
        references
            && prepared.rule_set == stored.rule_set
            && same_metadata(prepared.metadata.as_ref(), stored)
            && self.meaning(stored) == Some(*meaning)
    }

    /// Looks for a schema under a subject.
    pub fn look_up(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normalize: bool,
        with_deleted: bool,
    ) -> Result<Option<Arc<Stored>>, RegistryError> {
        let normalize = normalize || self.settings(subject).normalize;
        let prepared = self.prepare(subject, request, normalize, Strictness::Stored)?;
        if let Some(found) = self.find(subject, &prepared, with_deleted) {
            return Ok(Some(found));
        }
        // Registering takes metadata and rules from the latest version where the request has none; so does looking up.
        let latest = self.version(subject, None, false);
        let request = with_previous(request, latest.as_deref(), None)?;
        if request.metadata == prepared.metadata && request.rule_set == prepared.rule_set {
            return Ok(None);
        }
        let prepared = self.prepare(subject, &request, normalize, Strictness::Stored)?;
        Ok(self.find(subject, &prepared, with_deleted))
    }

    pub(super) fn differences(&self, settings: &Settings, prepared: &Prepared, live: &[Arc<Stored>]) -> Vec<String> {
        let group = |metadata: Option<&Metadata>| {
            let group = settings.group.as_ref()?;
            metadata?.properties.as_ref()?.get(group).cloned()
        };
        let own = group(prepared.metadata.as_ref());
        let same_group = live.iter().filter(|stored| group(stored.metadata.as_ref()) == own);
        let newest_first = same_group.rev().map(|stored| Previous {
            version: stored.version,
            schema: self.parsed(stored),
        });
        let mut messages = compatibility::check(settings.compatibility, &prepared.schema, newest_first);
        if !messages.is_empty() {
            let level = settings.compatibility.name();
            messages.push(format!("{{validateFields: 'false', compatibility: '{level}'}}"));
        }
        messages
    }

    /// Messages why a schema may not follow these versions of a subject.
    pub fn test_compatibility(
        &self,
        subject: &Subject,
        request: &SchemaRequest,
        normalize: bool,
        previous: &[Arc<Stored>],
    ) -> Result<Vec<String>, RegistryError> {
        let settings = self.settings(subject);
        let strictness = if settings.validate_new_schemas {
            Strictness::New
        } else {
            Strictness::Stored
        };
        let prepared = self.prepare(subject, request, normalize || settings.normalize, strictness)?;
        Ok(self.differences(&settings, &prepared, previous))
    }
}

/// Fills what a request leaves out from the latest version, and sets `confluent:version` where it is wanted.
pub(super) fn with_previous(
    request: &SchemaRequest,
    latest: Option<&Stored>,
    version: Option<i32>,
) -> Result<SchemaRequest, RegistryError> {
    let mut request = request.clone();
    if request.schema.trim().is_empty() {
        let latest = latest.ok_or_else(|| RegistryError::InvalidSchema("Empty schema".into()))?;
        request.schema.clone_from(&latest.schema);
        request.schema_type.clone_from(&latest.schema_type);
        request.references.clone_from(&latest.references);
    }
    if let Some(latest) = latest {
        request.metadata = request.metadata.or_else(|| latest.metadata.clone());
        request.rule_set = request.rule_set.or_else(|| latest.rule_set.clone());
    }
    let has_property = request
        .metadata
        .as_ref()
        .and_then(|m| m.properties.as_ref()?.get(VERSION_PROPERTY))
        .is_some();
    if let Some(version) = version.filter(|_| request.version != 0 || has_property) {
        let properties = request
            .metadata
            .get_or_insert_default()
            .properties
            .get_or_insert_default();
        properties.insert(VERSION_PROPERTY.into(), version.to_string());
    }
    Ok(request)
}

/// Whether metadata agree but for `confluent:version`, which if given must name the stored version.
fn same_metadata(asked: Option<&Metadata>, stored: &Stored) -> bool {
    let version = |metadata: Option<&Metadata>| {
        let text = metadata?.properties.as_ref()?.get(VERSION_PROPERTY)?;
        text.parse::<i32>().ok()
    };
    let without = |metadata: Option<&Metadata>| {
        let mut metadata = metadata.cloned().unwrap_or_default();
        if let Some(properties) = &mut metadata.properties {
            properties.remove(VERSION_PROPERTY);
        }
        metadata.properties = metadata.properties.filter(|properties| !properties.is_empty());
        metadata
    };
    match (version(asked), version(stored.metadata.as_ref())) {
        (None, Some(_)) => without(asked) == without(stored.metadata.as_ref()),
        (Some(asked_version), None) => {
            asked_version == stored.version && without(asked) == without(stored.metadata.as_ref())
        }
        _ => asked == stored.metadata.as_ref(),
    }
}

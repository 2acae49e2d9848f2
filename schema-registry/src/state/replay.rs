//! The fold: applies a record of the log to the state. Never fails; what cannot apply is ignored, as in Confluent's registry.

use std::sync::{Arc, OnceLock};

use super::record::{Record, SchemaValue};
use super::subject::{DEFAULT_CONTEXT, Subject};
use super::{Context, ContextId, State, Stored};
use crate::entity::Reference;
use crate::guid::Guid;

/// What became of a record.
#[derive(Debug)]
pub enum Applied {
    /// It took effect (or means nothing).
    Yes,
    /// A schema with an id that another schema has already; it is not registered.
    DuplicateId,
    /// It took the place of a version with another schema, which only two writers at once can do.
    Replaced,
}

impl State {
    /// Applies a record that was written at `timestamp` (milliseconds since the epoch).
    pub fn apply(&mut self, record: &Record, timestamp: i64) -> Applied {
        match record {
            Record::Schema {
                subject,
                version,
                value,
            } => {
                let subject = Subject::parse(subject, DEFAULT_CONTEXT);
                match value {
                    Some(value) => return self.put(subject, value, timestamp),
                    None => self.remove(&subject, *version),
                }
            }
            Record::Config {
                subject,
                value: Some(value),
            } => {
                self.configs.insert(subject.clone(), (**value).clone());
            }
            Record::Config { subject, value: None } => {
                self.configs.remove(subject);
            }
            Record::Mode {
                subject,
                value: Some(mode),
            } => {
                self.modes.insert(subject.clone(), *mode);
            }
            Record::Mode { subject, value: None } => {
                self.modes.remove(subject);
            }
            Record::DeleteSubject { subject, version } => {
                self.soft_delete(&Subject::parse(subject, DEFAULT_CONTEXT), *version);
            }
            Record::ClearSubject { subject } => {
                let subject = Subject::parse(subject, DEFAULT_CONTEXT);
                let versions: Vec<i32> = self
                    .versions_of(&subject)
                    .map(|versions| versions.keys().copied().collect())
                    .unwrap_or_default();
                versions.into_iter().for_each(|version| self.remove(&subject, version));
            }
            Record::Context { context } => {
                self.contexts.entry(context.clone()).or_default();
            }
            Record::Noop | Record::Other => {}
        }
        Applied::Yes
    }

    fn put(&mut self, subject: Subject, value: &SchemaValue, timestamp: i64) -> Applied {
        let context = self.contexts.entry(subject.context.clone()).or_default();
        if context.text_of(value.id).is_some_and(|text| text != value.schema) {
            tracing::error!(id = value.id, subject = %subject.qualified(), "another schema has this id already; ignored");
            return Applied::DuplicateId;
        }
        let computed = || {
            Guid::of(
                &value.schema,
                &value.references,
                value.metadata.as_ref(),
                value.rule_set.as_ref(),
            )
        };
        let stored = Arc::new(Stored {
            subject: subject.clone(),
            version: value.version,
            id: value.id,
            guid: value
                .md5
                .as_deref()
                .and_then(Guid::from_base64)
                .unwrap_or_else(computed),
            schema_type: value.schema_type.clone(),
            references: value.references.clone(),
            metadata: value.metadata.clone(),
            rule_set: value.rule_set.clone(),
            schema: value.schema.clone(),
            deleted: value.deleted,
            timestamp,
            meaning: OnceLock::new(),
        });
        let old = context
            .subjects
            .entry(subject.name.clone())
            .or_default()
            .insert(value.version, stored.clone());
        context.max_id = context.max_id.max(value.id);
        let id_subjects = context.ids.entry(value.id).or_default();
        id_subjects.insert(subject.name.clone(), value.version);
        context.guids.insert(stored.guid, value.id);
        for target in self.targets(&subject, &stored.references) {
            let id = ContextId {
                context: subject.context.clone(),
                id: value.id,
            };
            let context = self.contexts.entry(target.0.context).or_default();
            context
                .referenced_by
                .entry((target.0.name, target.1))
                .or_default()
                .insert(id);
        }
        match old {
            Some(old) if old.schema != stored.schema || old.id != stored.id => {
                self.forget(&old);
                Applied::Replaced
            }
            _ => Applied::Yes,
        }
    }

    fn remove(&mut self, subject: &Subject, version: i32) {
        let Some(context) = self.contexts.get_mut(&subject.context) else {
            return;
        };
        let Some(versions) = context.subjects.get_mut(&subject.name) else {
            return;
        };
        let removed = versions.remove(&version);
        if versions.is_empty() {
            context.subjects.remove(&subject.name);
        }
        if let Some(removed) = removed {
            self.forget(&removed);
        }
    }

    /// Takes a version that is gone out of the indexes.
    fn forget(&mut self, gone: &Stored) {
        let Some(context) = self.contexts.get_mut(&gone.subject.context) else {
            return;
        };
        let Some(subjects) = context.ids.get_mut(&gone.id) else {
            return;
        };
        if subjects.get(&gone.subject.name) == Some(&gone.version) {
            subjects.remove(&gone.subject.name);
        }
        if !subjects.is_empty() {
            return;
        }
        context.ids.remove(&gone.id);
        context.guids.remove(&gone.guid);
        let id = ContextId {
            context: gone.subject.context.clone(),
            id: gone.id,
        };
        for (target, version) in self.targets(&gone.subject, &gone.references) {
            let Some(context) = self.contexts.get_mut(&target.context) else {
                continue;
            };
            let key = (target.name, version);
            if let Some(ids) = context.referenced_by.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    context.referenced_by.remove(&key);
                }
            }
        }
    }

    fn soft_delete(&mut self, subject: &Subject, up_to: i32) {
        let Some(context) = self.contexts.get_mut(&subject.context) else {
            return;
        };
        let Some(versions) = context.subjects.get_mut(&subject.name) else {
            return;
        };
        for (_, stored) in versions.range_mut(..=up_to) {
            *stored = Arc::new(stored.with_deleted());
        }
    }

    /// The versions that references point to. Names without a context mean the context of the schema itself.
    fn targets(&self, subject: &Subject, references: &[Reference]) -> Vec<(Subject, i32)> {
        references
            .iter()
            .map(|r| (Subject::parse(&r.subject, &subject.context), r.version))
            .collect()
    }
}

impl Context {
    fn text_of(&self, id: i32) -> Option<&str> {
        let (subject, version) = self.ids.get(&id)?.iter().next()?;
        Some(self.subjects.get(subject)?.get(version)?.schema.as_str())
    }
}

impl Stored {
    fn with_deleted(&self) -> Stored {
        Stored {
            subject: self.subject.clone(),
            version: self.version,
            id: self.id,
            guid: self.guid,
            schema_type: self.schema_type.clone(),
            references: self.references.clone(),
            metadata: self.metadata.clone(),
            rule_set: self.rule_set.clone(),
            schema: self.schema.clone(),
            deleted: true,
            timestamp: self.timestamp,
            meaning: self.meaning.clone(),
        }
    }
}

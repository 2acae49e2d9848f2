//! Registering a schema.

use std::sync::Arc;

use super::sameness::{Prepared, with_previous};
use super::{Decided, Outcome, SchemaRequest, tombstone};
use crate::avro::Strictness;
use crate::error::RegistryError;
use crate::state::query::{Lookup, Settings};
use crate::state::record::{Mode, Record, SchemaValue};
use crate::state::subject::{DEFAULT_CONTEXT, Subject};
use crate::state::{State, Stored};

impl State {
    pub(super) fn register(&self, subject: &Subject, request: &SchemaRequest, normalize: bool) -> Decided {
        if !subject.is_valid() {
            return Err(RegistryError::InvalidSubject(subject.qualified()));
        }
        let settings = self.settings(subject);
        let normalize = normalize || settings.normalize;
        // A schema that stands here already is found before modes and strict checks can refuse it.
        if request.version == 0
            && request.id.is_none()
            && let Ok(Some(found)) = self.look_up(subject, request, normalize, false)
        {
            return Ok((vec![], registered(&found)));
        }
        if request.version == -1
            && request.id.is_none()
            && let Some(latest) = self.equal_latest(subject, request, normalize)
        {
            return Ok((vec![], registered(&latest)));
        }
        self.check_register_mode(subject, request.id)?;
        let live = self.versions(subject, Lookup::Live);
        let last = self
            .versions(subject, Lookup::WithDeleted)
            .last()
            .map_or(0, |last| last.version);
        let version = after(last, || format!("versions of subject {}", subject.qualified()))?;
        let request = with_previous(request, live.last().map(Arc::as_ref), Some(version))?;
        let strictness = if settings.validate_new_schemas {
            Strictness::New
        } else {
            Strictness::Stored
        };
        let prepared = self.prepare(subject, &request, normalize, strictness)?;
        let known = self.id_of(subject, &prepared.guid);
        if request.version == 0
            && let Some(found) = self.find(subject, &prepared, false)
        {
            return Ok((vec![], registered(&found)));
        }
        self.check_compatible(subject, &settings, &prepared, &live)?;
        if request.version > 0 && request.version != version {
            return Err(RegistryError::InvalidSchema(
                "Version is not one more than previous version".into(),
            ));
        }
        let id = match known {
            Some(id) => id,
            None => after(self.max_id(&subject.context), || {
                format!("schema ids in context {}", subject.context)
            })?,
        };
        let mut records = Vec::new();
        if subject.context != DEFAULT_CONTEXT && self.context(&subject.context).is_none() {
            records.push(Record::Context {
                context: subject.context.clone(),
            });
        }
        records.extend(self.superseded(subject, id, version));
        let value = SchemaValue {
            subject: subject.qualified(),
            version,
            id,
            md5: None,
            schema_type: None,
            references: prepared.references,
            metadata: prepared.metadata,
            rule_set: prepared.rule_set,
            schema: prepared.text,
            deleted: false,
        };
        records.push(Record::Schema {
            subject: subject.qualified(),
            version,
            value: Some(Box::new(value)),
        });
        Ok((
            records,
            Outcome::Registered {
                subject: subject.clone(),
                version,
            },
        ))
    }

    fn check_register_mode(&self, subject: &Subject, id: Option<i32>) -> Result<(), RegistryError> {
        self.check_writable(Some(subject))?;
        let refused = |what| {
            let (subject, context) = (subject.qualified(), &subject.context);
            Err(RegistryError::OperationNotPermitted(format!(
                "Subject {subject} in context {context} is not in {what} mode"
            )))
        };
        match (self.mode_in_scope(Some(subject)), id) {
            // The modes that choose ids are read from the log but registering in them is not built yet.
            (Mode::ReadWrite, None) => Ok(()),
            (_, Some(_)) => refused("import"),
            (_, None) => refused("read-write"),
        }
    }

    fn check_compatible(
        &self,
        subject: &Subject,
        settings: &Settings,
        prepared: &Prepared,
        live: &[Arc<Stored>],
    ) -> Result<(), RegistryError> {
        let messages = self.differences(settings, prepared, live);
        if messages.is_empty() {
            return Ok(());
        }
        Err(RegistryError::Incompatible {
            subject: subject.qualified(),
            messages,
        })
    }

    /// Tombstones for soft-deleted versions with the id that a new version gets, but for those that are referred to.
    fn superseded(&self, subject: &Subject, id: i32, version: i32) -> Vec<Record> {
        let deleted = self.versions(subject, Lookup::DeletedOnly);
        let gone = deleted.iter().filter(|stored| {
            stored.id == id && stored.version < version && self.referenced_by(subject, stored.version, true).is_empty()
        });
        gone.map(|stored| tombstone(subject, stored.version)).collect()
    }
}

/// The number after the highest; a record of another registry may have taken the last one there is.
fn after(highest: i32, what: impl FnOnce() -> String) -> Result<i32, RegistryError> {
    let next = highest.checked_add(1);
    next.ok_or_else(|| RegistryError::Store(format!("No {} are left: {highest} is taken", what())))
}

fn registered(stored: &Stored) -> Outcome {
    Outcome::Registered {
        subject: stored.subject.clone(),
        version: stored.version,
    }
}

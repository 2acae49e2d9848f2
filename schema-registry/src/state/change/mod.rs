//! Writes: a command is checked against the state and becomes records, or a refusal. Nothing is changed here.
//!
//! The rules are Confluent's (`KafkaSchemaRegistry`): which id and version a schema gets, when it counts as registered
//! already, what deleting needs. One file per kind of command: `register`, `delete`, `settings`. What registering, looking up
//! and testing share is in `sameness`.

use serde_json::{Map, Value};

use super::record::{ConfigValue, Mode, Record, SchemaValue};
use super::subject::{DEFAULT_CONTEXT, Subject};
use super::{State, Stored};
use crate::entity::{Metadata, Reference, RuleSet};
use crate::error::RegistryError;
use crate::guid::Guid;

mod delete;
mod register;
mod sameness;
mod settings;

/// A schema as a client sends it.
#[derive(Debug, Clone, Default)]
pub struct SchemaRequest {
    /// The text; may be empty to change only metadata or rules.
    pub schema: String,
    /// `None` is Avro.
    pub schema_type: Option<String>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Metadata.
    pub metadata: Option<Metadata>,
    /// Rules.
    pub rule_set: Option<RuleSet>,
    /// The version that it must get; 0 is any, -1 is the latest: a new one unless the latest is this schema already.
    pub version: i32,
    /// The id that it must get, in mode IMPORT only.
    pub id: Option<i32>,
}

/// A write.
#[derive(Debug, Clone)]
pub enum Command {
    /// Register a schema.
    Register {
        /// Where.
        subject: Subject,
        /// What.
        request: Box<SchemaRequest>,
        /// Put it into normal form first.
        normalize: bool,
    },
    /// Delete a version.
    DeleteVersion {
        /// Of this subject.
        subject: Subject,
        /// `None` is the latest.
        version: Option<i32>,
        /// For good (after it was soft-deleted).
        permanent: bool,
    },
    /// Delete all versions of a subject.
    DeleteSubject {
        /// The subject.
        subject: Subject,
        /// For good.
        permanent: bool,
    },
    /// Change settings: members are set, null members are unset, others stay.
    SetConfig {
        /// `None` is global.
        subject: Option<Subject>,
        /// The members of the request.
        settings: Map<String, Value>,
    },
    /// Remove settings.
    DeleteConfig {
        /// `None` is global.
        subject: Option<Subject>,
    },
    /// Change the mode.
    SetMode {
        /// `None` is global.
        subject: Option<Subject>,
        /// The mode.
        mode: Mode,
    },
    /// Remove the mode.
    DeleteMode {
        /// `None` is global.
        subject: Option<Subject>,
    },
}

/// What a write came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The version under which the schema stands now.
    Registered {
        /// Its subject.
        subject: Subject,
        /// Its number.
        version: i32,
    },
    /// The version that was deleted.
    DeletedVersion(i32),
    /// The versions that were deleted.
    DeletedVersions(Vec<i32>),
    /// The settings that hold now, or that were removed.
    Config(ConfigValue),
    /// The mode that holds now, or that was removed.
    Mode(Mode),
}

/// Records to append, and the answer once they are.
pub type Decided = Result<(Vec<Record>, Outcome), RegistryError>;

impl State {
    /// Decides on a write.
    pub fn decide(&self, command: &Command) -> Decided {
        match command {
            Command::Register {
                subject,
                request,
                normalize,
            } => self.register(subject, request, *normalize),
            Command::DeleteVersion {
                subject,
                version,
                permanent,
            } => self.delete_version(subject, *version, *permanent),
            Command::DeleteSubject { subject, permanent } => self.delete_subject(subject, *permanent),
            Command::SetConfig { subject, settings } => self.set_config(subject.as_ref(), settings),
            Command::DeleteConfig { subject } => self.delete_config(subject.as_ref()),
            Command::SetMode { subject, mode } => State::set_mode(subject.as_ref(), *mode),
            Command::DeleteMode { subject } => self.delete_mode(subject.as_ref()),
        }
    }

    /// `None` is global.
    fn check_writable(&self, subject: Option<&Subject>) -> Result<(), RegistryError> {
        match self.mode_in_scope(subject) {
            Mode::ReadOnly | Mode::ReadOnlyOverride => {
                let (name, context) = match subject {
                    Some(subject) => (subject.qualified(), subject.context.as_str()),
                    None => ("null".to_owned(), DEFAULT_CONTEXT),
                };
                Err(RegistryError::OperationNotPermitted(format!(
                    "Subject {name} in context {context} is in read-only mode"
                )))
            }
            Mode::ReadWrite | Mode::Import | Mode::Forward => Ok(()),
        }
    }
}

fn tombstone(subject: &Subject, version: i32) -> Record {
    Record::Schema {
        subject: subject.qualified(),
        version,
        value: None,
    }
}

/// The record that holds a stored version.
fn record_of(stored: &Stored, deleted: bool) -> Record {
    let computed = Guid::of(
        &stored.schema,
        &stored.references,
        stored.metadata.as_ref(),
        stored.rule_set.as_ref(),
    );
    let value = SchemaValue {
        subject: stored.subject.qualified(),
        version: stored.version,
        id: stored.id,
        md5: (computed != stored.guid).then(|| stored.guid.to_base64()),
        schema_type: stored.schema_type.clone(),
        references: stored.references.clone(),
        metadata: stored.metadata.clone(),
        rule_set: stored.rule_set.clone(),
        schema: stored.schema.clone(),
        deleted,
    };
    Record::Schema {
        subject: stored.subject.qualified(),
        version: stored.version,
        value: Some(Box::new(value)),
    }
}

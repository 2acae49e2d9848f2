//! The registry's state: a fold of the `_schemas` log, with everything that reads need as an index.
//!
//! Pure. [`record`] is the log's format, [`replay`] the only code that changes [`State`], [`query`] answers reads, [`change`]
//! decides on writes: it returns records and changes nothing. [`machine`] puts them together as a log machine.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

pub mod change;
pub mod machine;
mod parsing;
pub mod query;
pub mod record;
pub mod replay;
pub mod subject;

use crate::compatibility::CompatibilityLevel;
use crate::entity::{AVRO, Metadata, Reference, RuleSet};
use crate::guid::Guid;
use record::{ConfigValue, Mode};
use subject::Subject;

/// What applies where neither the subject nor the log says otherwise.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// `schema.compatibility.level`. Default BACKWARD.
    pub compatibility: CompatibilityLevel,
    /// `schema.validate.new.schemas`. Default true.
    pub validate_new_schemas: bool,
}

impl Default for Defaults {
    fn default() -> Self {
        Defaults {
            compatibility: CompatibilityLevel::Backward,
            validate_new_schemas: true,
        }
    }
}

/// The state.
#[derive(Debug, Default, Clone)]
pub struct State {
    defaults: Defaults,
    contexts: BTreeMap<String, Context>,
    /// By qualified subject; `None` is global.
    configs: BTreeMap<Option<String>, ConfigValue>,
    modes: BTreeMap<Option<String>, Mode>,
}

/// Subjects and ids of one context.
#[derive(Debug, Default, Clone)]
struct Context {
    subjects: BTreeMap<String, BTreeMap<i32, Arc<Stored>>>,
    /// For each id the subjects that have it, each with its newest version of it.
    ids: BTreeMap<i32, BTreeMap<String, i32>>,
    guids: HashMap<Guid, i32>,
    /// The highest id ever seen; the next one is one more.
    max_id: i32,
    /// Ids of schemas that refer to a version of a subject of this context.
    referenced_by: BTreeMap<(String, i32), BTreeSet<ContextId>>,
}

/// An id in its context.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextId {
    /// The context.
    pub context: String,
    /// The id.
    pub id: i32,
}

/// A version of a subject.
#[derive(Debug)]
pub struct Stored {
    /// Its subject.
    pub subject: Subject,
    /// Its number.
    pub version: i32,
    /// Its id.
    pub id: i32,
    /// Its GUID.
    pub guid: Guid,
    /// Its type; `None` is Avro.
    pub schema_type: Option<String>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// Its metadata.
    pub metadata: Option<Metadata>,
    /// Its rules.
    pub rule_set: Option<RuleSet>,
    /// Its canonical text.
    pub schema: String,
    /// Soft-deleted.
    pub deleted: bool,
    /// When it was written, milliseconds since the epoch.
    pub timestamp: i64,
    /// What the schema means, told when first asked for; `None` if it is not Avro or does not parse. Parsed schemas are not
    /// kept: they are many times as large as their texts, and few are needed twice.
    meaning: OnceLock<Option<Guid>>,
}

impl Stored {
    /// The type as a word.
    pub fn type_name(&self) -> &str {
        self.schema_type.as_deref().unwrap_or(AVRO)
    }
}

impl State {
    /// An empty state.
    pub fn new(defaults: Defaults) -> State {
        State {
            defaults,
            ..State::default()
        }
    }

    fn context(&self, name: &str) -> Option<&Context> {
        self.contexts.get(name)
    }

    fn versions_of(&self, subject: &Subject) -> Option<&BTreeMap<i32, Arc<Stored>>> {
        self.context(&subject.context)?.subjects.get(&subject.name)
    }
}

#[cfg(test)]
mod tests;

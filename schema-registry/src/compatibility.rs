//! Compatibility levels: which earlier versions a new schema is compared with, in which direction, and how the
//! differences are told.
//!
//! The frame of the messages is Confluent's (`{errorType:'…', description:'…', additionalInfo:'…'}`, then the old version
//! and schema); the descriptions are ours.

use crate::avro::compat::{self, Incompatibility, IncompatibilityType};
use crate::avro::{Schema, canonical};

/// How a subject may evolve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CompatibilityLevel {
    /// Anything goes.
    None,
    /// The new schema reads data of the latest version.
    #[default]
    Backward,
    /// The new schema reads data of all versions.
    BackwardTransitive,
    /// The latest version reads data of the new schema.
    Forward,
    /// All versions read data of the new schema.
    ForwardTransitive,
    /// Both directions, latest version.
    Full,
    /// Both directions, all versions.
    FullTransitive,
}

impl CompatibilityLevel {
    /// All levels.
    pub const ALL: [CompatibilityLevel; 7] = [
        CompatibilityLevel::None,
        CompatibilityLevel::Backward,
        CompatibilityLevel::BackwardTransitive,
        CompatibilityLevel::Forward,
        CompatibilityLevel::ForwardTransitive,
        CompatibilityLevel::Full,
        CompatibilityLevel::FullTransitive,
    ];

    /// The name in requests, answers and the log.
    pub fn name(self) -> &'static str {
        match self {
            CompatibilityLevel::None => "NONE",
            CompatibilityLevel::Backward => "BACKWARD",
            CompatibilityLevel::BackwardTransitive => "BACKWARD_TRANSITIVE",
            CompatibilityLevel::Forward => "FORWARD",
            CompatibilityLevel::ForwardTransitive => "FORWARD_TRANSITIVE",
            CompatibilityLevel::Full => "FULL",
            CompatibilityLevel::FullTransitive => "FULL_TRANSITIVE",
        }
    }

    /// The level of this name, in any case.
    pub fn by_name(name: &str) -> Option<CompatibilityLevel> {
        CompatibilityLevel::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }

    fn transitive(self) -> bool {
        use CompatibilityLevel::{BackwardTransitive, ForwardTransitive, FullTransitive};
        matches!(self, BackwardTransitive | ForwardTransitive | FullTransitive)
    }
}

/// An earlier version of the subject.
#[derive(Debug, Clone)]
pub struct Previous {
    /// Its number.
    pub version: i32,
    /// The parsed schema; an error text if it is of another type or does not parse.
    pub schema: Result<Schema, String>,
}

/// Said of a version of another schema type.
pub const DIFFERENT_TYPE: &str = "Incompatible because of different schema type";

/// At most this much of an old schema is repeated in a message.
const MAX_SCHEMA_SHOWN: usize = 10 * 1024;

/// Messages why `new` may not follow `previous`, newest first; none means compatible. Only as many of them are taken as the
/// level needs, and the first failing one ends the check (Confluent's `CompatibilityChecker`).
pub fn check(level: CompatibilityLevel, new: &Schema, previous: impl Iterator<Item = Previous>) -> Vec<String> {
    let reach = match level {
        CompatibilityLevel::None => 0,
        _ if level.transitive() => usize::MAX,
        _ => 1,
    };
    let messages = previous.take(reach).map(|old| check_one(level, new, &old));
    messages
        .into_iter()
        .find(|messages| !messages.is_empty())
        .unwrap_or_default()
}

fn check_one(level: CompatibilityLevel, new: &Schema, old: &Previous) -> Vec<String> {
    use CompatibilityLevel::{Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive};
    let schema = match &old.schema {
        Ok(schema) => schema,
        Err(reason) => return vec![reason.clone()],
    };
    let mut messages = Vec::new();
    // FULL tells the forward differences first.
    if matches!(level, Forward | ForwardTransitive | Full | FullTransitive) {
        messages.extend(differences(schema, new, "old", "new"));
    }
    if matches!(level, Backward | BackwardTransitive | Full | FullTransitive) {
        messages.extend(differences(new, schema, "new", "old"));
    }
    if !messages.is_empty() {
        messages.push(format!("{{oldSchemaVersion: {}}}", old.version));
        let text = canonical(schema);
        messages.push(match text.char_indices().nth(MAX_SCHEMA_SHOWN) {
            None => format!("{{oldSchema: '{text}'}}"),
            Some((end, _)) => format!(
                "{{oldSchema: <truncated> '{}...'}}",
                text.get(..end).unwrap_or_default()
            ),
        });
    }
    messages
}

fn differences(reader: &Schema, writer: &Schema, reader_word: &str, writer_word: &str) -> Vec<String> {
    match compat::check(reader, writer) {
        Ok(found) => found
            .iter()
            .map(|difference| message(difference, reader_word, writer_word))
            .collect(),
        Err(error) => vec![format!("Unexpected exception during compatibility check: {error}")],
    }
}

fn message(found: &Incompatibility, reader: &str, writer: &str) -> String {
    let Incompatibility {
        kind,
        message,
        location,
    } = found;
    let description = match kind {
        IncompatibilityType::NameMismatch => {
            format!("The type at path '{location}' is named differently in the {reader} schema and has no alias for it")
        }
        IncompatibilityType::FixedSizeMismatch => {
            format!(
                "The fixed type at path '{location}' of the {reader} schema has another size in the {writer} schema"
            )
        }
        IncompatibilityType::MissingEnumSymbols => format!(
            "The enum at path '{location}' of the {reader} schema lacks the symbols {message} of the {writer} schema \
             and has no default"
        ),
        IncompatibilityType::ReaderFieldMissingDefaultValue => format!(
            "The field '{message}' at path '{location}' of the {reader} schema is not in the {writer} schema \
             and has no default value"
        ),
        IncompatibilityType::TypeMismatch => {
            format!("The type at path '{location}' of the {reader} schema cannot read the type in the {writer} schema")
        }
        IncompatibilityType::MissingUnionBranch => {
            format!(
                "The union at path '{location}' of the {reader} schema has no branch for a type of the {writer} schema"
            )
        }
    };
    format!(
        "{{errorType:'{}', description:'{description}', additionalInfo:'{message}'}}",
        kind.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::avro::{Strictness, parse};

    fn record(fields: &str) -> Schema {
        parse(
            &format!(r#"{{"type":"record","name":"R","fields":[{fields}]}}"#),
            &[],
            Strictness::New,
        )
        .unwrap()
    }

    #[test]
    fn levels_choose_versions_and_directions() {
        let v1 = record(r#"{"name":"a","type":"int"}"#);
        let v2 = record(r#"{"name":"a","type":"int"},{"name":"b","type":"int","default":0}"#);
        // Reads v2 (b is there) but not v1 (b is not): fails only where all versions count.
        let v3 = record(r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#);
        let old = || {
            [(2, &v2), (1, &v1)].into_iter().map(|(version, schema)| Previous {
                version,
                schema: Ok(schema.clone()),
            })
        };
        let verdicts = CompatibilityLevel::ALL.map(|level| check(level, &v3, old()).is_empty());
        //                     none  back  back_t fwd   fwd_t full  full_t
        assert_eq!(verdicts, [true, true, false, true, true, true, false]);
        let messages = check(CompatibilityLevel::BackwardTransitive, &v3, old());
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert_eq!(
            messages[0],
            "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'The field 'b' at path \
            '/fields/1' of the new schema is not in the old schema and has no default value', additionalInfo:'b'}"
        );
        assert_eq!(messages[1], "{oldSchemaVersion: 1}");
        assert!(
            messages[2].starts_with(r#"{oldSchema: '{"type":"record""#),
            "{}",
            messages[2]
        );
    }

    #[test]
    fn other_type_is_incompatible_unless_none() {
        let new = record("");
        let old = || {
            std::iter::once(Previous {
                version: 1,
                schema: Err(DIFFERENT_TYPE.into()),
            })
        };
        assert_eq!(check(CompatibilityLevel::Backward, &new, old()), [DIFFERENT_TYPE]);
        assert!(check(CompatibilityLevel::None, &new, old()).is_empty());
    }
}

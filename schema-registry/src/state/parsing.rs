//! From texts with references to parsed schemas.

use std::collections::HashSet;
use std::sync::Arc;

use super::subject::Subject;
use super::{State, Stored};
use crate::avro::{self, Strictness};
use crate::entity::{AVRO, Reference};
use crate::guid::Guid;

/// Most schemas that one schema may refer to, directly or not.
const MAX_REFERENCES: usize = 1_000;

/// A hash of the text that is equal for equal meanings.
pub(super) fn meaning_of(schema: &avro::Schema) -> Guid {
    Guid::of(&avro::equivalence_key(schema), &[], None, None)
}

impl State {
    /// Parses a schema text of `subject`. With [`Strictness::New`] references must be to versions that are not deleted.
    pub(super) fn parse(
        &self,
        subject: &Subject,
        text: &str,
        references: &[Reference],
        strictness: Strictness,
    ) -> Result<avro::Schema, String> {
        let texts = self.reference_texts(subject, references, strictness)?;
        let texts: Vec<&str> = texts.iter().map(|stored| stored.schema.as_str()).collect();
        avro::parse(text, &texts, strictness).map_err(|error| error.to_string())
    }

    /// The parsed form of a stored schema; an error text if it is not Avro or does not parse.
    pub fn parsed(&self, stored: &Stored) -> Result<avro::Schema, String> {
        if stored.type_name() != AVRO {
            return Err(crate::compatibility::DIFFERENT_TYPE.to_owned());
        }
        self.parse(&stored.subject, &stored.schema, &stored.references, Strictness::Stored)
    }

    /// What a stored schema means: equal for two schemas that are the same in all but writing.
    pub(super) fn meaning(&self, stored: &Stored) -> Option<Guid> {
        let mean = || self.parsed(stored).ok().map(|schema| meaning_of(&schema));
        *stored.meaning.get_or_init(mean)
    }

    /// All schemas that references lead to, each behind those that it refers to itself, each name once.
    fn reference_texts(
        &self,
        subject: &Subject,
        references: &[Reference],
        strictness: Strictness,
    ) -> Result<Vec<Arc<Stored>>, String> {
        enum Step {
            Visit(Subject, Reference),
            Add(Arc<Stored>),
        }
        let visit = |within: &Subject, references: &[Reference]| -> Vec<Step> {
            references
                .iter()
                .rev()
                .map(|r| Step::Visit(within.clone(), r.clone()))
                .collect()
        };
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut open = visit(subject, references);
        while let Some(step) = open.pop() {
            let (within, reference) = match step {
                Step::Visit(within, reference) => (within, reference),
                Step::Add(stored) => {
                    found.push(stored);
                    continue;
                }
            };
            let target = Subject::parse(&reference.subject, &within.context);
            let version = (reference.version != -1).then_some(reference.version);
            let stored = self
                .version(&target, version, strictness == Strictness::Stored)
                .ok_or_else(|| {
                    let (subject, version) = (target.qualified(), reference.version);
                    format!("No schema reference found for subject \"{subject}\" and version {version}")
                })?;
            if !seen.insert(reference.name) {
                continue;
            }
            if seen.len() > MAX_REFERENCES {
                return Err(format!("the schema refers to more than {MAX_REFERENCES} others"));
            }
            open.push(Step::Add(stored.clone()));
            open.extend(visit(&stored.subject, &stored.references));
        }
        Ok(found)
    }
}

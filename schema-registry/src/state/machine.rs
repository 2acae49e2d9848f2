//! The state as a log machine: decide, append, replay.

use std::collections::BTreeMap;

use weir_core::machine::{Decision, LogMachine, Ticket};

use super::State;
use super::change::{Command, Outcome};
use super::record::Record;
use crate::error::RegistryError;

/// A record with the time it was written, milliseconds since the epoch.
#[derive(Debug, Clone)]
pub struct Stamped {
    /// The record.
    pub record: Record,
    /// When.
    pub timestamp: i64,
}

impl LogMachine for State {
    type Command = Command;
    type Record = Stamped;
    type Reply = Result<Outcome, RegistryError>;
    /// What reads can see, as text: `subject/version` and settings to their records.
    type Durable = BTreeMap<String, String>;

    fn decide(&mut self, now: i64, ticket: Ticket, command: Command) -> Decision<Stamped, Self::Reply> {
        match State::decide(self, &command) {
            Ok((records, outcome)) => {
                let records = records
                    .into_iter()
                    .map(|record| Stamped { record, timestamp: now })
                    .collect();
                Decision::write(records, ticket, Ok(outcome))
            }
            Err(refusal) => Decision::reply(ticket, Err(refusal)),
        }
    }

    fn replay(&mut self, stamped: &Stamped) {
        self.apply(&stamped.record, stamped.timestamp);
    }

    fn durable(&self) -> Self::Durable {
        let mut durable = BTreeMap::new();
        for (context_name, context) in &self.contexts {
            for stored in context.subjects.values().flat_map(|versions| versions.values()) {
                let key = format!("{}/{}", stored.subject.qualified(), stored.version);
                let what = (
                    stored.id,
                    stored.guid,
                    &stored.schema,
                    &stored.references,
                    stored.deleted,
                    stored.timestamp,
                );
                durable.insert(key, format!("{what:?} {:?} {:?}", stored.metadata, stored.rule_set));
            }
            let indexes = (context.max_id, &context.ids, &context.referenced_by);
            let guids: BTreeMap<_, _> = context.guids.iter().collect();
            durable.insert(format!("context {context_name}"), format!("{indexes:?} {guids:?}"));
        }
        durable.insert("configs".into(), format!("{:?}", self.configs));
        durable.insert("modes".into(), format!("{:?}", self.modes));
        durable
    }
}

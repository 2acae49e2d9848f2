//! The status topic: states of connectors and tasks, and the topics that connectors use.
//!
//! Keys: `status-connector-C`, `status-task-C-N`, `status-topic-T:connector-C`; see `KafkaStatusBackingStore`.

use std::collections::{BTreeMap, BTreeSet};

use weir_core::machine::{Decision, LogMachine, Ticket};

use super::{StoreRecord, TaskId, json};

/// The state of a connector or a task (`AbstractStatus.State`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Unassigned,
    Running,
    Paused,
    Failed,
    Destroyed,
    Restarting,
    Stopped,
}

impl State {
    /// The name in the topic and in REST answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unassigned => "UNASSIGNED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Failed => "FAILED",
            Self::Destroyed => "DESTROYED",
            Self::Restarting => "RESTARTING",
            Self::Stopped => "STOPPED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Unassigned,
            Self::Running,
            Self::Paused,
            Self::Failed,
            Self::Destroyed,
            Self::Restarting,
            Self::Stopped,
        ];
        all.into_iter().find(|state| state.name() == name)
    }
}

/// A state with who reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub state: State,
    pub trace: Option<String>,
    /// `host:port` of the worker's REST address.
    pub worker_id: String,
    pub generation: i32,
    /// The plugin's version.
    pub version: Option<String>,
}

/// The state of the status topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatusState {
    connectors: BTreeMap<String, Status>,
    tasks: BTreeMap<TaskId, Status>,
    topics: BTreeMap<String, BTreeSet<String>>,
}

impl StatusState {
    /// A connector's state.
    pub fn connector(&self, name: &str) -> Option<&Status> {
        self.connectors.get(name)
    }

    /// A task's state.
    pub fn task(&self, id: &TaskId) -> Option<&Status> {
        self.tasks.get(id)
    }

    /// The states of a connector's tasks, in order.
    pub fn tasks<'a>(&'a self, connector: &'a str) -> impl Iterator<Item = (&'a TaskId, &'a Status)> {
        self.tasks.iter().filter(move |(id, _)| id.connector == connector)
    }

    /// The topics that a connector was seen to use.
    pub fn topics(&self, connector: &str) -> Vec<String> {
        self.topics
            .get(connector)
            .map(|topics| topics.iter().cloned().collect())
            .unwrap_or_default()
    }

    /// Whether the topic is recorded for the connector.
    pub fn has_topic(&self, connector: &str, topic: &str) -> bool {
        self.topics.get(connector).is_some_and(|topics| topics.contains(topic))
    }
}

/// What can be asked of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusCommand {
    /// `None` removes.
    Connector {
        name: String,
        status: Option<Status>,
    },
    /// `None` removes.
    Task {
        id: TaskId,
        status: Option<Status>,
    },
    /// A task used a topic for the first time, at this wall clock time in milliseconds.
    Topic {
        id: TaskId,
        topic: String,
        at: i64,
    },
    RemoveTopics {
        connector: String,
    },
}

/// The status topic as a log machine.
#[derive(Debug, Default)]
pub struct StatusMachine(pub StatusState);

fn status_text(status: &Status) -> String {
    format!(
        "{{\"state\":\"{}\",\"trace\":{},\"worker_id\":{},\"generation\":{},\"version\":{}}}",
        status.state.name(),
        json::optional_string(status.trace.as_deref()),
        json::string(&status.worker_id),
        status.generation,
        json::optional_string(status.version.as_deref()),
    )
}

fn parse_status(value: &[u8]) -> Option<Status> {
    let map = json::parse_object(value)?;
    let text = |name: &str| map.get(name)?.as_str().map(str::to_owned);
    Some(Status {
        state: State::from_name(&text("state")?)?,
        trace: text("trace"),
        worker_id: text("worker_id")?,
        generation: i32::try_from(map.get("generation")?.as_i64()?).ok()?,
        version: text("version"),
    })
}

impl LogMachine for StatusMachine {
    type Command = StatusCommand;
    type Record = StoreRecord;
    type Reply = ();
    type Durable = StatusState;

    fn decide(&mut self, _now: i64, ticket: Ticket, command: StatusCommand) -> Decision<StoreRecord, ()> {
        let records = match command {
            StatusCommand::Connector { name, status } => {
                vec![StoreRecord::new(
                    format!("status-connector-{name}"),
                    status.as_ref().map(status_text),
                )]
            }
            StatusCommand::Task { id, status } => vec![StoreRecord::new(
                format!("status-task-{id}"),
                status.as_ref().map(status_text),
            )],
            StatusCommand::Topic { id, topic, .. } if self.0.has_topic(&id.connector, &topic) => Vec::new(),
            StatusCommand::Topic { id, topic, at } => {
                let value = format!(
                    "{{\"topic\":{{\"name\":{},\"connector\":{},\"task\":{},\"discoverTimestamp\":{at}}}}}",
                    json::string(&topic),
                    json::string(&id.connector),
                    id.task
                );
                vec![StoreRecord::new(
                    format!("status-topic-{topic}:connector-{}", id.connector),
                    Some(value),
                )]
            }
            StatusCommand::RemoveTopics { connector } => {
                let remove =
                    |topic: String| StoreRecord::new(format!("status-topic-{topic}:connector-{connector}"), None);
                self.0.topics(&connector).into_iter().map(remove).collect()
            }
        };
        Decision::write(records, ticket, ())
    }

    fn replay(&mut self, record: &StoreRecord) {
        let Ok(key) = std::str::from_utf8(&record.key) else {
            return;
        };
        let status = record.value.as_deref().map(parse_status);
        let state = &mut self.0;
        if let Some(name) = key.strip_prefix("status-connector-") {
            match status {
                None => drop(state.connectors.remove(name)),
                Some(Some(status)) => drop(state.connectors.insert(name.to_owned(), status)),
                Some(None) => {}
            }
        } else if let Some((connector, task)) = key.strip_prefix("status-task-").and_then(|id| id.rsplit_once('-')) {
            let Ok(task) = task.parse() else { return };
            let id = TaskId {
                connector: connector.to_owned(),
                task,
            };
            match status {
                None => drop(state.tasks.remove(&id)),
                Some(Some(status)) => drop(state.tasks.insert(id, status)),
                Some(None) => {}
            }
        } else if let Some((topic, connector)) = key
            .strip_prefix("status-topic-")
            .and_then(|rest| rest.split_once(":connector-"))
        {
            let topics = state.topics.entry(connector.to_owned()).or_default();
            if record.value.is_some() {
                topics.insert(topic.to_owned());
            } else {
                topics.remove(topic);
            }
            if topics.is_empty() {
                state.topics.remove(connector);
            }
        }
    }

    fn durable(&self) -> StatusState {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use weir_core::machine::MemoryHost;

    use super::*;

    fn status(state: State) -> Status {
        Status {
            state,
            trace: None,
            worker_id: "127.0.0.1:8083".into(),
            generation: 2,
            version: Some("4.3.1".into()),
        }
    }

    /// The records that Kafka Connect 4.3.1 wrote.
    #[test]
    fn bytes_are_kafka_connects() {
        let mut host = MemoryHost::new(StatusMachine::default());
        let id = TaskId {
            connector: "a".into(),
            task: 0,
        };
        host.submit(
            0,
            StatusCommand::Connector {
                name: "a".into(),
                status: Some(status(State::Running)),
            },
        );
        host.submit(
            0,
            StatusCommand::Task {
                id: id.clone(),
                status: Some(Status {
                    version: None,
                    ..status(State::Unassigned)
                }),
            },
        );
        host.submit(
            0,
            StatusCommand::Topic {
                id: id.clone(),
                topic: "t".into(),
                at: 5,
            },
        );
        host.submit(
            0,
            StatusCommand::Topic {
                id,
                topic: "t".into(),
                at: 6,
            },
        );
        assert_eq!(host.machine.0.topics("a"), ["t"]);
        host.submit(0, StatusCommand::RemoveTopics { connector: "a".into() });
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        let log: Vec<_> = host
            .log
            .iter()
            .map(|record| (text(&record.key), record.value.as_ref().map(text)))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            log,
            [
                (
                    "status-connector-a".into(),
                    some(
                        r#"{"state":"RUNNING","trace":null,"worker_id":"127.0.0.1:8083","generation":2,"version":"4.3.1"}"#
                    )
                ),
                (
                    "status-task-a-0".into(),
                    some(
                        r#"{"state":"UNASSIGNED","trace":null,"worker_id":"127.0.0.1:8083","generation":2,"version":null}"#
                    )
                ),
                (
                    "status-topic-t:connector-a".into(),
                    some(r#"{"topic":{"name":"t","connector":"a","task":0,"discoverTimestamp":5}}"#)
                ),
                ("status-topic-t:connector-a".into(), None),
            ]
        );
    }

    fn command() -> impl Strategy<Value = StatusCommand> {
        let name = || prop::sample::select(vec!["a", "b-1"]).prop_map(String::from);
        let id = || (name(), 0u32..3).prop_map(|(connector, task)| TaskId { connector, task });
        let state = || {
            prop::option::of(prop::sample::select(vec![State::Running, State::Failed, State::Paused]).prop_map(status))
        };
        prop_oneof![
            (name(), state()).prop_map(|(name, status)| StatusCommand::Connector { name, status }),
            (id(), state()).prop_map(|(id, status)| StatusCommand::Task { id, status }),
            (id(), "[a-c]").prop_map(|(id, topic)| StatusCommand::Topic { id, topic, at: 1 }),
            name().prop_map(|connector| StatusCommand::RemoveTopics { connector }),
        ]
    }

    proptest! {
        #[test]
        fn replay_is_the_live_state(commands in prop::collection::vec(command(), 0..40)) {
            let mut host = MemoryHost::new(StatusMachine::default());
            for command in commands {
                host.submit(0, command);
            }
            prop_assert_eq!(host.replayed_differs(StatusMachine::default()), None);
        }
    }
}

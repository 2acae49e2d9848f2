//! The config topic: which connectors there are, in which state they should be, and their tasks' settings.
//!
//! Keys: `connector-C`, `task-C-N`, `commit-C`, `target-state-C`, `restart-connector-C`; see `KafkaConfigBackingStore`. Task settings
//! count only from their `commit-C` on. `session-key`, `tasks-fencing-C` and `logger-cluster-N` belong to what Weir does not do yet;
//! they are left alone.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use weir_connect_sdk::ConfigMap;
use weir_core::machine::{Decision, LogMachine, Ticket};

use super::{StoreRecord, TaskId, json};

/// The state in which a connector should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetState {
    #[default]
    Started,
    Paused,
    Stopped,
}

impl TargetState {
    /// The name in the topic.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "STARTED",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Started, Self::Paused, Self::Stopped]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// A connector in the store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connector {
    pub config: ConfigMap,
    pub target: TargetState,
    /// The committed settings of the tasks, in order.
    pub tasks: Vec<ConfigMap>,
    /// A commit did not match the settings before it: the tasks must be written again (`ClusterConfigState.inconsistentConnectors`).
    pub inconsistent: bool,
}

/// A request to restart a connector, as it passed through the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartRequest {
    pub connector: String,
    pub include_tasks: bool,
    pub only_failed: bool,
}

/// The state of the config topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConfigState {
    connectors: BTreeMap<String, Connector>,
    /// Task settings that wait for their commit.
    uncommitted: BTreeMap<TaskId, ConfigMap>,
    /// Target states that came before their connector.
    targets: BTreeMap<String, TargetState>,
    /// Restart requests in the order of the topic, for tasks to pick up.
    pub restarts: Vec<RestartRequest>,
}

impl ConfigState {
    /// The connectors by name.
    pub fn connectors(&self) -> &BTreeMap<String, Connector> {
        &self.connectors
    }

    /// One connector.
    pub fn connector(&self, name: &str) -> Option<&Connector> {
        self.connectors.get(name)
    }
}

/// What can be asked of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigCommand {
    /// Creates or changes a connector; a target state only if it is new.
    PutConnector {
        name: String,
        config: ConfigMap,
        target: Option<TargetState>,
    },
    RemoveConnector {
        name: String,
    },
    PutTasks {
        name: String,
        tasks: Vec<ConfigMap>,
    },
    SetTarget {
        name: String,
        target: TargetState,
    },
    Restart(RestartRequest),
}

/// The config topic as a log machine.
#[derive(Debug, Default)]
pub struct ConfigMachine(pub ConfigState);

fn target_record(name: &str, target: TargetState) -> StoreRecord {
    // Workers before KIP-875 know only PAUSED.
    let old = if target == TargetState::Stopped {
        TargetState::Paused
    } else {
        target
    };
    StoreRecord::new(
        format!("target-state-{name}"),
        Some(format!(
            "{{\"state\":\"{}\",\"state.v2\":\"{}\"}}",
            old.name(),
            target.name()
        )),
    )
}

fn commit_record(name: &str, tasks: usize) -> StoreRecord {
    StoreRecord::new(format!("commit-{name}"), Some(format!("{{\"tasks\":{tasks}}}")))
}

impl LogMachine for ConfigMachine {
    type Command = ConfigCommand;
    type Record = StoreRecord;
    type Reply = ();
    type Durable = ConfigState;

    fn decide(&mut self, _now: i64, ticket: Ticket, command: ConfigCommand) -> Decision<StoreRecord, ()> {
        let properties = |config: &ConfigMap| Some(format!("{{\"properties\":{}}}", json::properties(config)));
        let records = match command {
            ConfigCommand::PutConnector { name, config, target } => {
                let target = target.map(|target| target_record(&name, target));
                target
                    .into_iter()
                    .chain([StoreRecord::new(format!("connector-{name}"), properties(&config))])
                    .collect()
            }
            ConfigCommand::RemoveConnector { name } => {
                vec![
                    StoreRecord::new(format!("connector-{name}"), None),
                    StoreRecord::new(format!("target-state-{name}"), None),
                ]
            }
            ConfigCommand::PutTasks { name, tasks } => {
                let task = |(number, config)| StoreRecord::new(format!("task-{name}-{number}"), properties(config));
                (0..)
                    .zip(&tasks)
                    .map(|(number, config): (u32, _)| task((number, config)))
                    .chain([commit_record(&name, tasks.len())])
                    .collect()
            }
            // A stopped connector has no tasks.
            ConfigCommand::SetTarget {
                name,
                target: TargetState::Stopped,
            } => {
                vec![commit_record(&name, 0), target_record(&name, TargetState::Stopped)]
            }
            ConfigCommand::SetTarget { name, target } => vec![target_record(&name, target)],
            ConfigCommand::Restart(request) => vec![StoreRecord::new(
                format!("restart-connector-{}", request.connector),
                Some(format!(
                    "{{\"include-tasks\":{},\"only-failed\":{}}}",
                    request.include_tasks, request.only_failed
                )),
            )],
        };
        Decision::write(records, ticket, ())
    }

    fn replay(&mut self, record: &StoreRecord) {
        let Ok(key) = std::str::from_utf8(&record.key) else {
            return;
        };
        let value = record.value.as_deref().map(json::parse_object);
        let state = &mut self.0;
        if let Some(name) = key.strip_prefix("connector-") {
            match value {
                None => state.remove(name),
                Some(Some(map)) => {
                    if let Some(config) = json::string_map(&map, "properties") {
                        state.put_connector(name, config);
                    }
                }
                Some(None) => {}
            }
        } else if let Some((connector, task)) = key.strip_prefix("task-").and_then(|id| id.rsplit_once('-')) {
            let id = task.parse().ok().map(|task| TaskId {
                connector: connector.to_owned(),
                task,
            });
            if let (Some(id), Some(Some(map))) = (id, value)
                && let Some(config) = json::string_map(&map, "properties")
            {
                state.uncommitted.insert(id, config);
            }
        } else if let Some(name) = key.strip_prefix("commit-") {
            let count = value
                .flatten()
                .and_then(|map| map.get("tasks")?.as_u64())
                .and_then(|count| u32::try_from(count).ok());
            if let Some(count) = count {
                state.commit(name, count);
            }
        } else if let Some(name) = key.strip_prefix("target-state-") {
            match value {
                None => state.set_target(name, TargetState::Started),
                Some(map) => {
                    let member = |name: &str| {
                        map.as_ref()
                            .and_then(|map| TargetState::from_name(map.get(name)?.as_str()?))
                    };
                    if let Some(target) = member("state.v2").or_else(|| member("state")) {
                        state.set_target(name, target);
                    }
                }
            }
        } else if let Some(name) = key.strip_prefix("restart-connector-")
            && let Some(Some(map)) = value
        {
            let flag = |name: &str| map.get(name).and_then(Json::as_bool).unwrap_or_default();
            state.restarts.push(RestartRequest {
                connector: name.to_owned(),
                include_tasks: flag("include-tasks"),
                only_failed: flag("only-failed"),
            });
        }
    }

    fn durable(&self) -> ConfigState {
        self.0.clone()
    }
}

impl ConfigState {
    fn put_connector(&mut self, name: &str, config: ConfigMap) {
        let target = self.targets.get(name).copied().unwrap_or_default();
        let connector = self.connectors.entry(name.to_owned()).or_insert_with(|| Connector {
            target,
            ..Connector::default()
        });
        connector.config = config;
    }

    fn remove(&mut self, name: &str) {
        self.connectors.remove(name);
        self.uncommitted.retain(|id, _| id.connector != name);
        self.targets.remove(name);
    }

    fn set_target(&mut self, name: &str, target: TargetState) {
        match self.connectors.get_mut(name) {
            Some(connector) => connector.target = target,
            None if target == TargetState::Started => {}
            None => {
                self.targets.insert(name.to_owned(), target);
            }
        }
    }

    /// The waiting settings count now, if they are complete: a compacted topic may have lost some of an older commit.
    fn commit(&mut self, name: &str, count: u32) {
        let mut fresh: BTreeMap<u32, ConfigMap> = BTreeMap::new();
        self.uncommitted.retain(|id, config| {
            if id.connector == name {
                fresh.insert(id.task, std::mem::take(config));
            }
            id.connector != name
        });
        let Some(connector) = self.connectors.get_mut(name) else {
            return;
        };
        let old = std::mem::take(&mut connector.tasks);
        let task = |number: u32| {
            fresh
                .get(&number)
                .or_else(|| old.get(usize::try_from(number).ok()?))
                .cloned()
        };
        let tasks: Option<Vec<ConfigMap>> = (0..count).map(task).collect();
        connector.inconsistent = tasks.is_none();
        connector.tasks = tasks.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use weir_core::machine::MemoryHost;

    use super::*;

    fn config(pairs: &[(&str, &str)]) -> ConfigMap {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn texts(log: &[StoreRecord]) -> Vec<(String, Option<String>)> {
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        log.iter()
            .map(|record| (text(&record.key), record.value.as_ref().map(text)))
            .collect()
    }

    /// The records that Kafka Connect 4.3.1 wrote in the same scenario.
    #[test]
    fn bytes_are_kafka_connects() {
        let mut host = MemoryHost::new(ConfigMachine::default());
        let name = || "a".to_owned();
        let given = config(&[
            ("connector.class", "FileStreamSource"),
            ("topic", "t"),
            ("file", "/f"),
            ("name", "a"),
        ]);
        let mut task = given.clone();
        task.insert(
            "task.class".into(),
            "org.apache.kafka.connect.file.FileStreamSourceTask".into(),
        );
        host.submit(
            0,
            ConfigCommand::PutConnector {
                name: name(),
                config: given,
                target: None,
            },
        );
        host.submit(
            0,
            ConfigCommand::PutTasks {
                name: name(),
                tasks: vec![task],
            },
        );
        host.submit(
            0,
            ConfigCommand::SetTarget {
                name: name(),
                target: TargetState::Paused,
            },
        );
        host.submit(
            0,
            ConfigCommand::SetTarget {
                name: name(),
                target: TargetState::Stopped,
            },
        );
        host.submit(
            0,
            ConfigCommand::Restart(RestartRequest {
                connector: name(),
                include_tasks: true,
                only_failed: false,
            }),
        );
        host.submit(0, ConfigCommand::RemoveConnector { name: name() });
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            texts(&host.log),
            [
                (
                    "connector-a".into(),
                    some(r#"{"properties":{"connector.class":"FileStreamSource","file":"/f","name":"a","topic":"t"}}"#)
                ),
                (
                    "task-a-0".into(),
                    some(
                        r#"{"properties":{"connector.class":"FileStreamSource","file":"/f","task.class":"org.apache.kafka.connect.file.FileStreamSourceTask","name":"a","topic":"t"}}"#
                    )
                ),
                ("commit-a".into(), some(r#"{"tasks":1}"#)),
                (
                    "target-state-a".into(),
                    some(r#"{"state":"PAUSED","state.v2":"PAUSED"}"#)
                ),
                ("commit-a".into(), some(r#"{"tasks":0}"#)),
                (
                    "target-state-a".into(),
                    some(r#"{"state":"PAUSED","state.v2":"STOPPED"}"#)
                ),
                (
                    "restart-connector-a".into(),
                    some(r#"{"include-tasks":true,"only-failed":false}"#)
                ),
                ("connector-a".into(), None),
                ("target-state-a".into(), None),
            ]
        );
    }

    #[test]
    fn tasks_count_from_their_commit_on() {
        let mut host = MemoryHost::new(ConfigMachine::default());
        host.submit(
            0,
            ConfigCommand::PutConnector {
                name: "a-b".into(),
                config: config(&[]),
                target: Some(TargetState::Stopped),
            },
        );
        assert_eq!(host.machine.0.connector("a-b").unwrap().target, TargetState::Stopped);
        host.submit(
            0,
            ConfigCommand::PutTasks {
                name: "a-b".into(),
                tasks: vec![config(&[("n", "0")]), config(&[("n", "1")])],
            },
        );
        let mut replayed = ConfigMachine::default();
        host.log[..host.log.len() - 1]
            .iter()
            .for_each(|record| replayed.replay(record));
        assert!(replayed.0.connector("a-b").unwrap().tasks.is_empty());
        assert_eq!(host.machine.0.connector("a-b").unwrap().tasks.len(), 2);
    }

    #[test]
    fn a_commit_without_its_tasks_is_noticed() {
        let mut machine = ConfigMachine::default();
        for (key, value) in [
            ("connector-a", r#"{"properties":{}}"#),
            ("task-a-1", r#"{"properties":{}}"#),
            ("commit-a", r#"{"tasks":2}"#),
        ] {
            machine.replay(&StoreRecord::new(key, Some(value.to_owned())));
        }
        assert!(machine.0.connector("a").unwrap().inconsistent);
    }

    #[test]
    fn foreign_records_are_left_alone() {
        let mut machine = ConfigMachine::default();
        for (key, value) in [
            ("session-key", "{}"),
            ("tasks-fencing-a", "{}"),
            ("connector-x", "[]"),
            ("task-x", "1"),
            ("commit-a", "x"),
            ("", ""),
        ] {
            machine.replay(&StoreRecord::new(key, Some(value.to_owned())));
        }
        machine.replay(&StoreRecord {
            key: vec![0xff],
            value: Some(vec![0xff]),
        });
        assert_eq!(machine.0, ConfigState::default());
    }

    fn command() -> impl Strategy<Value = ConfigCommand> {
        let name = || prop::sample::select(vec!["a", "b-1", "c"]).prop_map(String::from);
        let settings = || prop::collection::btree_map("[a-d]", "[a-z]{0,3}", 0..3);
        let target = || prop::sample::select(vec![TargetState::Started, TargetState::Paused, TargetState::Stopped]);
        prop_oneof![
            (name(), settings(), prop::option::of(target()))
                .prop_map(|(name, config, target)| ConfigCommand::PutConnector { name, config, target }),
            name().prop_map(|name| ConfigCommand::RemoveConnector { name }),
            (name(), prop::collection::vec(settings(), 0..3))
                .prop_map(|(name, tasks)| ConfigCommand::PutTasks { name, tasks }),
            (name(), target()).prop_map(|(name, target)| ConfigCommand::SetTarget { name, target }),
        ]
    }

    proptest! {
        #[test]
        fn replay_is_the_live_state(commands in prop::collection::vec(command(), 0..40)) {
            let mut host = MemoryHost::new(ConfigMachine::default());
            for command in commands {
                host.submit(0, command);
            }
            prop_assert_eq!(host.replayed_differs(ConfigMachine::default()), None);
        }

        #[test]
        fn any_bytes_are_survived(key in ".{0,20}", value in prop::option::of(prop::collection::vec(any::<u8>(), 0..40))) {
            let mut machine = ConfigMachine::default();
            for prefix in ["", "connector-", "task-a-", "commit-", "target-state-", "restart-connector-"] {
                machine.replay(&StoreRecord { key: format!("{prefix}{key}").into_bytes(), value: value.clone() });
            }
        }
    }
}

//! What the stores say about connectors and tasks, in the shape of the REST API's entities.

use serde::Serialize;
use weir_connect_sdk::{ConfigMap, OffsetMap, offset_map};

use super::{HerderError, Shared};
use crate::config::validate::with_prefix;
use crate::kafka::KafkaError;
use crate::store::TaskId;
use crate::store::status::{State, Status};
use crate::task::sink::group_of;

/// A task's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskRef {
    pub connector: String,
    pub task: u32,
}

/// A connector with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectorInfo {
    pub name: String,
    pub config: ConfigMap,
    pub tasks: Vec<TaskRef>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

/// A task with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskInfo {
    pub id: TaskRef,
    pub config: ConfigMap,
}

/// A connector's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectorState {
    pub state: &'static str,
    pub worker_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// A task's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskState {
    pub id: u32,
    #[serde(flatten)]
    pub state: ConnectorState,
}

/// The states of a connector and its tasks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectorStateInfo {
    pub name: String,
    pub connector: ConnectorState,
    pub tasks: Vec<TaskState>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl From<&Status> for ConnectorState {
    fn from(status: &Status) -> Self {
        Self {
            state: status.state.name(),
            worker_id: status.worker_id.clone(),
            trace: status.trace.clone(),
            version: status.version.clone(),
        }
    }
}

/// Whether the settings are a source's or a sink's.
pub fn kind(shared: &Shared, config: &ConfigMap) -> &'static str {
    match config
        .get("connector.class")
        .and_then(|class| shared.plugins.find(class.trim()))
    {
        Some(plugin) if plugin.is_source() => "source",
        Some(_) => "sink",
        None => "unknown",
    }
}

/// A connector with its settings.
///
/// # Errors
/// There is none.
pub fn connector_info(shared: &Shared, name: &str) -> Result<ConnectorInfo, HerderError> {
    let found = shared
        .configs
        .read(|machine| machine.0.connector(name).map(|c| (c.config.clone(), c.tasks.len())));
    let (config, tasks) = found.ok_or_else(|| HerderError::NotFound(format!("Connector {name} not found")))?;
    let tasks = (0..)
        .take(tasks)
        .map(|task| TaskRef {
            connector: name.to_owned(),
            task,
        })
        .collect();
    Ok(ConnectorInfo {
        name: name.to_owned(),
        kind: kind(shared, &config),
        config,
        tasks,
    })
}

/// A connector's tasks with their settings.
///
/// # Errors
/// There is no such connector.
pub fn task_infos(shared: &Shared, name: &str) -> Result<Vec<TaskInfo>, HerderError> {
    let found = shared
        .configs
        .read(|machine| machine.0.connector(name).map(|connector| connector.tasks.clone()));
    let tasks = found.ok_or_else(|| HerderError::NotFound(format!("Connector {name} not found")))?;
    let info = |(task, config)| TaskInfo {
        id: TaskRef {
            connector: name.to_owned(),
            task,
        },
        config,
    };
    Ok((0..).zip(tasks).map(info).collect())
}

/// The states of a connector and its tasks.
///
/// # Errors
/// Nobody has reported any.
pub fn state_info(shared: &Shared, name: &str) -> Result<ConnectorStateInfo, HerderError> {
    let config = shared
        .configs
        .read(|machine| machine.0.connector(name).map(|connector| connector.config.clone()));
    shared.statuses.read(|machine| {
        let none = || HerderError::NotFound(format!("No status found for connector {name}"));
        let connector = machine.0.connector(name).ok_or_else(none)?.into();
        let shown = |status: &Status| status.state != State::Destroyed;
        let tasks = machine.0.tasks(name).filter(|(_, status)| shown(status));
        let tasks = tasks
            .map(|(id, status)| TaskState {
                id: id.task,
                state: status.into(),
            })
            .collect();
        let kind = config.map_or("unknown", |config| kind(shared, &config));
        Ok(ConnectorStateInfo {
            name: name.to_owned(),
            connector,
            tasks,
            kind,
        })
    })
}

/// The state of one task.
///
/// # Errors
/// Nobody has reported any.
pub fn task_state(shared: &Shared, id: &TaskId) -> Result<TaskState, HerderError> {
    let found = shared
        .statuses
        .read(|machine| machine.0.task(id).map(ConnectorState::from));
    let state = found.ok_or_else(|| HerderError::NotFound(format!("No status found for task {id}")))?;
    Ok(TaskState { id: id.task, state })
}

/// The consumer group of a sink connector.
pub fn sink_group(name: &str, config: &ConfigMap) -> String {
    group_of(name, &with_prefix(config, "consumer.override."))
}

/// A connector's committed offsets as pairs of partition and offset; those of a sink are its consumer group's.
///
/// # Errors
/// There is no such connector, or the cluster cannot be asked.
pub async fn connector_offsets(shared: &Shared, name: &str) -> Result<Vec<(OffsetMap, OffsetMap)>, HerderError> {
    let config = connector_info(shared, name)?.config;
    if kind(shared, &config) == "source" {
        return Ok(shared.offsets.read(|machine| machine.0.of_connector(name)));
    }
    let committed = shared
        .kafka
        .group_offsets(&sink_group(name, &config))
        .await
        .map_err(|error: KafkaError| error)?;
    let pair = |(partition, offset): (weir_connect_sdk::TopicPartition, i64)| {
        let topic = serde_json::Value::from(partition.topic);
        let number = serde_json::Value::from(partition.partition);
        (
            offset_map([("kafka_topic", topic), ("kafka_partition", number)]),
            offset_map([("kafka_offset", offset)]),
        )
    };
    Ok(committed.into_iter().map(pair).collect())
}

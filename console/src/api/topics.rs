//! Topics: list, create, look at, delete.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap};
use serde::Deserialize;
use serde_json::{Value, json};
use weir_client::TopicPartition;
use weir_client::admin::{ConfigEntry, ConfigResource, ConfigSource, NewTopic};

use super::offsets::{earliest, latest};
use super::{Answer, App};
use crate::error::ApiError;

/// `GET /api/topics`: name, partitions, internal or not, and records (between the first and the next offset; null when the
/// partitions do not tell).
pub async fn list(State(app): State<App>) -> Answer {
    let topics = app.admin.list_topics().await?;
    let partitions: Vec<TopicPartition> = topics
        .iter()
        .flat_map(|topic| {
            let count = i32::try_from(topic.partitions).unwrap_or(i32::MAX);
            (0..count).map(|partition| TopicPartition::new(topic.name.clone(), partition))
        })
        .collect();
    let (first, next) = tokio::join!(earliest(&app.admin, &partitions), latest(&app.admin, &partitions));
    let mut records = BTreeMap::<_, i64>::new();
    if let (Ok(first), Ok(next)) = (&first, &next) {
        for (partition, next) in next {
            *records.entry(&partition.topic).or_default() += next - first.get(partition).unwrap_or(next);
        }
    }
    let topics: Vec<Value> = topics
        .iter()
        .map(|topic| {
            json!({
                "name": topic.name.as_str(),
                "internal": topic.internal,
                "partitions": topic.partitions,
                "records": records.get(&topic.name),
            })
        })
        .collect();
    Ok(Json(json!({"topics": topics})))
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    name: String,
    partitions: Option<i32>,
    replication_factor: Option<i16>,
    #[serde(default)]
    configs: BTreeMap<String, String>,
}

/// `POST /api/topics` with `{"name", "partitions"?, "replicationFactor"?, "configs"?}`; the broker's defaults for what is left out.
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    // Also what keeps a foreign page's form out: it cannot send this type.
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !media_type.starts_with("application/json") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON",
            "Send Content-Type: application/json.",
        ));
    }
    let create: Create = serde_json::from_slice(&body).map_err(|error| {
        ApiError::bad_request(
            format!("the body is not a topic to create: {error}"),
            r#"Send {"name": "...", "partitions": 1}; replicationFactor and configs may be added."#,
        )
    })?;
    let topic = NewTopic {
        name: create.name.as_str().into(),
        partitions: create.partitions,
        replication_factor: create.replication_factor,
        assignments: BTreeMap::new(),
        configs: create.configs,
    };
    let created = app.admin.create_topics(&[topic], false).await?;
    let result = created.into_values().next();
    let created = result.ok_or_else(|| ApiError::cluster("it said nothing about the topic"))?;
    let created = created.map_err(|error| ApiError::refused(&create.name, &error))?;
    let body = json!({
        "name": create.name,
        "partitions": created.partitions,
        "replicationFactor": created.replication_factor,
    });
    Ok((StatusCode::CREATED, Json(body)))
}

/// `DELETE /api/topics/{topic}`.
pub async fn delete(State(app): State<App>, Path(name): Path<String>) -> Answer {
    let deleted = app.admin.delete_topics([name.as_str()]).await?;
    for result in deleted.into_values() {
        result.map_err(|error| ApiError::refused(&name, &error))?;
    }
    Ok(Json(json!({"deleted": name})))
}

/// `GET /api/topics/{topic}`: partitions with offsets, leaders and replicas; all settings.
pub async fn get(State(app): State<App>, Path(name): Path<String>) -> Answer {
    let described = app.admin.describe_topics([name.as_str()]).await?;
    let topic = described.into_values().next();
    let topic = topic.ok_or_else(|| ApiError::not_found(format!("there is no topic {name}")))?;
    let topic = topic.map_err(|error| ApiError::refused(&name, &error))?;
    let partitions = partitions_of(&name, topic.partitions.len());
    let resource = [ConfigResource::topic(name.as_str())];
    let (first, next, configs) = tokio::join!(
        earliest(&app.admin, &partitions),
        latest(&app.admin, &partitions),
        app.admin.describe_configs(&resource),
    );
    let (first, next) = (first.unwrap_or_default(), next.unwrap_or_default());
    let configs = configs?.into_values().next().transpose();
    let configs = configs
        .map_err(|error| ApiError::refused(&name, &error))?
        .unwrap_or_default();
    let partitions: Vec<Value> = partitions
        .iter()
        .zip(&topic.partitions)
        .map(|(key, partition)| {
            json!({
                "partition": key.partition,
                "leader": partition.leader,
                "replicas": partition.replicas,
                "isr": partition.isr,
                "earliest": first.get(key),
                "latest": next.get(key),
            })
        })
        .collect();
    Ok(Json(json!({
        "name": name,
        "id": topic.id.to_string(),
        "internal": topic.internal,
        "partitions": partitions,
        "configs": configs.iter().map(config).collect::<Vec<_>>(),
    })))
}

/// The partitions of a topic that has so many.
pub fn partitions_of(topic: &str, count: usize) -> Vec<TopicPartition> {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (0..count)
        .map(|partition| TopicPartition::new(topic, partition))
        .collect()
}

fn config(entry: &ConfigEntry) -> Value {
    let source = match entry.source {
        ConfigSource::Topic => "topic",
        ConfigSource::DynamicBroker | ConfigSource::DynamicDefaultBroker | ConfigSource::StaticBroker => "broker",
        ConfigSource::Default => "default",
        _ => "other",
    };
    json!({
        "name": entry.name,
        "value": entry.value,
        "source": source,
        "sensitive": entry.sensitive,
    })
}

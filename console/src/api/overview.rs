//! Everything at a glance.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{Answer, App, connectors};
use crate::error::ApiError;
use crate::upstream::Upstream;

/// `GET /api/overview`: the cluster with its brokers and numbers; the registry's and Connect's, or what is wrong with them.
pub async fn get(State(app): State<App>) -> Answer {
    let (cluster, topics, groups, subjects, connectors) = tokio::join!(
        app.admin.describe_cluster(),
        app.admin.list_topics(),
        app.admin.list_groups(),
        app.registry.get("/subjects"),
        connectors::summaries(&app),
    );
    let (cluster, topics, groups) = (cluster?, topics?, groups?);
    let brokers: Vec<Value> = cluster
        .brokers
        .iter()
        .map(|broker| {
            json!({
                "id": broker.id,
                "host": broker.host,
                "port": broker.port,
                "rack": broker.rack,
                "controller": cluster.controller == Some(broker.id),
            })
        })
        .collect();
    let own = topics.iter().filter(|topic| !topic.internal);
    let mut states = BTreeMap::<&str, usize>::new();
    for group in &groups {
        *states.entry(group.state.as_str()).or_default() += 1;
    }
    let registry = part(&app.registry, subjects.map(|list| json!({"subjects": length(&list)})));
    let connect = part(
        &app.connect,
        connectors.map(|list| {
            let failing = list
                .iter()
                .filter(|connector| connectors::is_failing(connector))
                .count();
            json!({"connectors": list.len(), "failing": failing})
        }),
    );
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "bootstrapServers": &*app.bootstrap_servers,
        "clusterId": cluster.cluster_id,
        "brokers": brokers,
        "topics": own.clone().count(),
        "internalTopics": topics.len() - own.clone().count(),
        "partitions": own.map(|topic| topic.partitions).sum::<usize>(),
        "groups": groups.len(),
        "groupStates": states,
        "registry": registry,
        "connect": connect,
    })))
}

/// A service's numbers; null when the console was started without it.
fn part(service: &Upstream, numbers: Result<Value, ApiError>) -> Value {
    match numbers {
        _ if !service.is_configured() => Value::Null,
        Ok(numbers) => numbers,
        Err(error) => error.json(),
    }
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

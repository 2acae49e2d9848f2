//! Connect's connectors.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde_json::{Value, json};

use super::{Answer, App};
use crate::error::ApiError;
use weir_serdes::client::segment;

/// What may be hidden from whoever looks over a shoulder; Connect itself tells it in clear.
const SECRETS: [&str; 4] = ["password", "secret", "token", "credential"];

/// `GET /api/connectors`: type, state and tasks of each.
pub async fn list(State(app): State<App>) -> Answer {
    Ok(Json(json!({"connectors": summaries(&app).await?})))
}

/// `GET /api/connectors/{connector}`: status with traces, and settings.
pub async fn get(State(app): State<App>, Path(name): Path<String>) -> Answer {
    let path = format!("/connectors/{}", segment(&name));
    let status = format!("{path}/status");
    let (info, status) = tokio::join!(app.connect.get(&path), app.connect.get(&status));
    let info = info?;
    // Right after a connector was made its status is not there yet.
    let status = status.unwrap_or(Value::Null);
    let mut config = info.get("config").cloned().unwrap_or(Value::Null);
    if let Some(config) = config.as_object_mut() {
        for (key, value) in config.iter_mut() {
            let key = key.to_ascii_lowercase();
            if SECRETS.iter().any(|secret| key.contains(secret)) {
                *value = "(hidden)".into();
            }
        }
    }
    let mut summary = summary(&name, &info, &status);
    if let Some(summary) = summary.as_object_mut() {
        summary.insert("config".into(), config);
        summary.insert("trace".into(), field(&status, &["connector", "trace"]));
    }
    Ok(Json(summary))
}

/// `POST /api/connectors/{connector}/{pause|resume|stop|restart}`.
pub async fn act(State(app): State<App>, Path((name, action)): Path<(String, String)>) -> Answer {
    let (method, suffix) = match action.as_str() {
        "pause" | "resume" | "stop" => (Method::PUT, action.clone()),
        "restart" => (Method::POST, "restart?includeTasks=true".into()),
        _ => {
            return Err(ApiError::bad_request(
                format!("a connector cannot {action}"),
                "It can pause, resume, stop and restart.",
            ));
        }
    };
    let path = format!("/connectors/{}/{suffix}", segment(&name));
    app.connect.send(method, &path).await?;
    Ok(Json(json!({"connector": name, "asked": action})))
}

/// All connectors in short, by name.
pub async fn summaries(app: &App) -> Result<Vec<Value>, ApiError> {
    let all = app.connect.get("/connectors?expand=status&expand=info").await?;
    let all = all.as_object().into_iter().flatten();
    let mut list: Vec<(&String, Value)> = all
        .map(|(name, both)| (name, summary(name, &field(both, &["info"]), &field(both, &["status"]))))
        .collect();
    list.sort_by(|a, b| a.0.cmp(b.0));
    Ok(list.into_iter().map(|(_, summary)| summary).collect())
}

/// Whether it or one of its tasks has failed.
pub fn is_failing(summary: &Value) -> bool {
    let failed = |part: &Value| part.get("state").is_some_and(|state| state == "FAILED");
    let mut tasks = summary.get("tasks").and_then(Value::as_array).into_iter().flatten();
    failed(summary) || tasks.any(failed)
}

fn summary(name: &str, info: &Value, status: &Value) -> Value {
    json!({
        "name": name,
        "type": field(info, &["type"]),
        "class": field(info, &["config", "connector.class"]),
        "state": field(status, &["connector", "state"]),
        "worker": field(status, &["connector", "worker_id"]),
        "tasks": status.get("tasks").cloned().unwrap_or_else(|| json!([])),
    })
}

fn field(value: &Value, path: &[&str]) -> Value {
    path.iter()
        .try_fold(value, |value, name| value.get(*name))
        .cloned()
        .unwrap_or(Value::Null)
}

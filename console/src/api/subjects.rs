//! The registry's subjects.

use axum::Json;
use axum::extract::{Path, State};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Answer, App};
use crate::error::ApiError;
use weir_serdes::client::segment;

/// Requests to the registry at the same time.
const AT_ONCE: usize = 16;

/// `GET /api/subjects`: each with its versions.
pub async fn list(State(app): State<App>) -> Answer {
    let names = app.registry.get("/subjects").await?;
    let names: Vec<&str> = names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut subjects = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let versions = join_all(names.iter().map(|name| versions(&app, name))).await;
        for (name, versions) in names.iter().zip(versions) {
            // One that was deleted meanwhile is left out.
            if let Ok(versions) = versions {
                subjects.push(json!({"subject": name, "versions": versions}));
            }
        }
    }
    Ok(Json(json!({"subjects": subjects})))
}

/// `GET /api/subjects/{subject}`: its versions, its compatibility level, its newest schema.
pub async fn get(State(app): State<App>, Path(subject): Path<String>) -> Answer {
    let level = format!("/config/{}?defaultToGlobal=true", segment(&subject));
    let (versions, latest, level) = tokio::join!(
        versions(&app, &subject),
        one(&app, &subject, "latest"),
        app.registry.get(&level),
    );
    let level = level.ok().and_then(|level| level.get("compatibilityLevel").cloned());
    Ok(Json(json!({
        "subject": subject,
        "versions": versions?,
        "compatibility": level,
        "latest": latest?,
    })))
}

/// `GET /api/subjects/{subject}/versions/{version}`: one schema.
pub async fn version(State(app): State<App>, Path((subject, version)): Path<(String, String)>) -> Answer {
    Ok(Json(one(&app, &subject, &version).await?))
}

async fn versions(app: &App, subject: &str) -> Result<Value, ApiError> {
    app.registry
        .get(&format!("/subjects/{}/versions", segment(subject)))
        .await
}

async fn one(app: &App, subject: &str, version: &str) -> Result<Value, ApiError> {
    let path = format!("/subjects/{}/versions/{}", segment(subject), segment(version));
    let found = app.registry.get(&path).await?;
    let kind = found.get("schemaType").and_then(Value::as_str).unwrap_or("AVRO");
    Ok(json!({
        "version": found.get("version"),
        "id": found.get("id"),
        "type": kind,
        "schema": found.get("schema"),
        "references": found.get("references"),
    }))
}

//! `/schemas` and `/contexts`: schemas by id and by GUID, listings.

use axum::extract::State as App;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Json, Raw, Refusal};
use super::app::AppState;
use super::body::{formatted, schema_body, version_body};
use super::extract::{Params, Segments};
use crate::entity::AVRO;
use crate::error::RegistryError;
use crate::guid::Guid;
use crate::state::query::Lookup;
use crate::state::subject::DEFAULT_CONTEXT;

type Answer = Result<Json, Refusal>;

const ALL: &str = ":*:";

pub async fn list(App(app): App<AppState>, params: Params) -> Answer {
    let lookup = Lookup::from_flags(params.flag("deleted"), false);
    let prefix = params.text("subjectPrefix").unwrap_or(ALL);
    app.store.read(|state| {
        let all = state.schemas(prefix, lookup, params.flag("latestOnly"));
        let page = params.page(all, app.limits.search_default, app.limits.search_max)?;
        Ok(Json(
            page.iter()
                .map(|stored| version_body(state, stored, None))
                .collect::<Value>(),
        ))
    })
}

pub async fn types() -> Json {
    Json(json!([AVRO]))
}

fn id(text: &str) -> Result<i32, Refusal> {
    text.parse().map_err(|_| Refusal::http(StatusCode::NOT_FOUND))
}

fn unknown(id: i32) -> RegistryError {
    RegistryError::SchemaIdNotFound(id.to_string())
}

pub async fn by_id(App(app): App<AppState>, Segments(text): Segments<String>, params: Params) -> Answer {
    let (id, subject) = (id(&text)?, params.subject());
    app.store.read(|state| {
        let stored = state.by_id(id, subject.as_ref()).ok_or_else(|| unknown(id))?;
        let mut body = schema_body(state, &stored, params.text("format"), subject.is_some());
        if params.flag("fetchMaxId")
            && let Value::Object(members) = &mut body
        {
            members.insert("maxId".into(), state.max_id(&stored.subject.context).into());
        }
        Ok(Json(body))
    })
}

pub async fn schema_by_id(
    App(app): App<AppState>,
    Segments(text): Segments<String>,
    params: Params,
) -> Result<Raw, Refusal> {
    let (id, subject) = (id(&text)?, params.subject());
    app.store.read(|state| {
        let stored = state.by_id(id, subject.as_ref()).ok_or_else(|| unknown(id))?;
        Ok(Raw(formatted(state, &stored, params.text("format"))))
    })
}

pub async fn subjects_of_id(App(app): App<AppState>, Segments(text): Segments<String>, params: Params) -> Answer {
    let versions = versions(&app, &text, &params)?;
    let names = versions.into_iter().map(|(subject, _)| subject).collect();
    Ok(Json(json!(params.page::<String>(names, usize::MAX, usize::MAX)?)))
}

pub async fn versions_of_id(App(app): App<AppState>, Segments(text): Segments<String>, params: Params) -> Answer {
    let versions = params.page(versions(&app, &text, &params)?, usize::MAX, usize::MAX)?;
    let body = versions
        .into_iter()
        .map(|(subject, version)| json!({"subject": subject, "version": version}));
    Ok(Json(body.collect()))
}

fn versions(app: &AppState, text: &str, params: &Params) -> Result<Vec<(String, i32)>, Refusal> {
    let (id, subject) = (id(text)?, params.subject());
    let lookup = Lookup::from_flags(params.flag("deleted"), false);
    let versions = app
        .store
        .read(|state| state.versions_of_id(id, subject.as_ref(), lookup));
    let versions = versions.ok_or(RegistryError::SchemaNotFound)?;
    Ok(versions
        .iter()
        .map(|stored| (stored.subject.qualified(), stored.version))
        .collect())
}

pub async fn by_guid(App(app): App<AppState>, Segments(text): Segments<String>, params: Params) -> Answer {
    app.store.read(|state| {
        let stored = Guid::parse(&text).and_then(|guid| state.by_guid(&guid));
        let stored = stored.ok_or(RegistryError::SchemaIdNotFound(text))?;
        Ok(Json(schema_body(state, &stored, params.text("format"), false)))
    })
}

pub async fn ids_of_guid(App(app): App<AppState>, Segments(text): Segments<String>) -> Answer {
    let ids = app.store.read(|state| {
        Guid::parse(&text)
            .map(|guid| state.ids_of_guid(&guid))
            .unwrap_or_default()
    });
    Ok(Json(
        ids.into_iter()
            .map(|id| json!({"context": id.context, "id": id.id}))
            .collect(),
    ))
}

pub async fn contexts(App(app): App<AppState>, params: Params) -> Answer {
    let prefix = params.text("contextPrefix").unwrap_or(DEFAULT_CONTEXT);
    let mut contexts = app.store.read(|state| state.contexts());
    contexts.retain(|context| context.starts_with(prefix));
    Ok(Json(json!(params.page(contexts, usize::MAX, usize::MAX)?)))
}

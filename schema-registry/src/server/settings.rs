//! `/config` and `/mode`.

use axum::extract::State as App;
use serde_json::{Map, Value, json};

use super::answer::{Json, Refusal};
use super::app::AppState;
use super::body::config_body;
use super::extract::{JsonBody, Params, Segments, subject};
use crate::error::RegistryError;
use crate::state::change::{Command, Outcome};
use crate::state::record::{ConfigValue, Mode};
use crate::state::subject::{DEFAULT_CONTEXT, Subject};

type Answer = Result<Json, Refusal>;

/// The name for the level in answers to GET and DELETE, and in those to PUT.
const LEVEL: &str = "compatibilityLevel";
const LEVEL_IN_PUT: &str = "compatibility";

/// A subject of a path; the default context without a name means the global settings.
fn scope(name: String) -> Option<Subject> {
    let subject = subject(name);
    (subject.context != DEFAULT_CONTEXT || !subject.name.is_empty()).then_some(subject)
}

pub async fn global_config(App(app): App<AppState>, params: Params) -> Answer {
    let config = app.store.read(|state| {
        if params.flag("defaultToGlobal") {
            Some(state.config_in_scope(None))
        } else {
            state.config_told(None)
        }
    });
    let config = config.unwrap_or_default();
    Ok(Json(config_body(&config, LEVEL)))
}

pub async fn subject_config(app: App<AppState>, Segments(name): Segments<String>, params: Params) -> Answer {
    let Some(subject) = scope(name) else {
        return global_config(app, params).await;
    };
    let config = app.store.read(|state| {
        if params.flag("defaultToGlobal") {
            Some(state.config_in_scope(Some(&subject)))
        } else {
            state.config_told(Some(&subject))
        }
    });
    let config = config.ok_or_else(|| RegistryError::CompatibilityNotConfigured(subject.qualified()))?;
    Ok(Json(config_body(&config, LEVEL)))
}

async fn change_config(app: &AppState, command: Command) -> Result<ConfigValue, Refusal> {
    match app.store.execute(command).await? {
        Outcome::Config(config) => Ok(config),
        other => Err(Refusal::unexpected(&other)),
    }
}

pub async fn set_global_config(App(app): App<AppState>, JsonBody(settings): JsonBody<Map<String, Value>>) -> Answer {
    let config = change_config(
        &app,
        Command::SetConfig {
            subject: None,
            settings,
        },
    )
    .await?;
    Ok(Json(config_body(&config, LEVEL_IN_PUT)))
}

pub async fn set_subject_config(
    App(app): App<AppState>,
    Segments(name): Segments<String>,
    JsonBody(settings): JsonBody<Map<String, Value>>,
) -> Answer {
    let config = change_config(
        &app,
        Command::SetConfig {
            subject: scope(name),
            settings,
        },
    )
    .await?;
    Ok(Json(config_body(&config, LEVEL_IN_PUT)))
}

pub async fn delete_global_config(App(app): App<AppState>) -> Answer {
    let config = change_config(&app, Command::DeleteConfig { subject: None }).await?;
    Ok(Json(config_body(&config, LEVEL)))
}

pub async fn delete_subject_config(App(app): App<AppState>, Segments(name): Segments<String>) -> Answer {
    let config = change_config(&app, Command::DeleteConfig { subject: scope(name) }).await?;
    Ok(Json(config_body(&config, LEVEL)))
}

fn mode_body(mode: Mode) -> Json {
    Json(json!({"mode": mode.name()}))
}

pub async fn global_mode(App(app): App<AppState>, params: Params) -> Answer {
    let mode = app.store.read(|state| {
        if params.flag("defaultToGlobal") {
            Some(state.mode_in_scope(None))
        } else {
            state.mode_told(None)
        }
    });
    Ok(mode_body(mode.unwrap_or_default()))
}

pub async fn subject_mode(app: App<AppState>, Segments(name): Segments<String>, params: Params) -> Answer {
    let Some(subject) = scope(name) else {
        return global_mode(app, params).await;
    };
    let mode = app.store.read(|state| {
        if params.flag("defaultToGlobal") {
            Some(state.mode_in_scope(Some(&subject)))
        } else {
            state.mode_told(Some(&subject))
        }
    });
    Ok(mode_body(mode.ok_or_else(|| {
        RegistryError::ModeNotConfigured(subject.qualified())
    })?))
}

async fn change_mode(app: &AppState, command: Command) -> Answer {
    if !app.limits.mode_mutability {
        return Err(RegistryError::OperationNotPermitted("Mode changes are not allowed".into()).into());
    }
    match app.store.execute(command).await? {
        Outcome::Mode(mode) => Ok(mode_body(mode)),
        other => Err(Refusal::unexpected(&other)),
    }
}

async fn set_mode(app: &AppState, subject: Option<Subject>, body: &Map<String, Value>) -> Answer {
    if body.get("mode") == Some(&Value::Null) {
        return unset_mode(app, subject).await;
    }
    let invalid = || {
        let text = "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.";
        Refusal::Registry(RegistryError::InvalidMode(text.into()))
    };
    let name = body
        .get("mode")
        .and_then(Value::as_str)
        .ok_or_else(invalid)?
        .to_ascii_uppercase();
    let mode = serde_json::from_value(Value::String(name)).map_err(|_| invalid())?;
    change_mode(app, Command::SetMode { subject, mode }).await
}

/// As in Confluent `null` removes a mode, also one that is not there.
async fn unset_mode(app: &AppState, subject: Option<Subject>) -> Answer {
    if let Some(invalid) = subject.as_ref().filter(|subject| !subject.may_have_settings()) {
        return Err(RegistryError::InvalidSubject(invalid.qualified()).into());
    }
    match change_mode(app, Command::DeleteMode { subject }).await {
        Ok(_) | Err(Refusal::Registry(RegistryError::SubjectNotFound(_))) => Ok(Json(json!({"mode": null}))),
        Err(refusal) => Err(refusal),
    }
}

pub async fn set_global_mode(App(app): App<AppState>, JsonBody(body): JsonBody<Map<String, Value>>) -> Answer {
    set_mode(&app, None, &body).await
}

pub async fn set_subject_mode(
    App(app): App<AppState>,
    Segments(name): Segments<String>,
    JsonBody(body): JsonBody<Map<String, Value>>,
) -> Answer {
    set_mode(&app, scope(name), &body).await
}

pub async fn delete_global_mode(App(app): App<AppState>) -> Answer {
    change_mode(&app, Command::DeleteMode { subject: None }).await
}

pub async fn delete_subject_mode(App(app): App<AppState>, Segments(name): Segments<String>) -> Answer {
    change_mode(&app, Command::DeleteMode { subject: scope(name) }).await
}

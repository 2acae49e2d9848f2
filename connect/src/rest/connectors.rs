//! `/connectors` and everything below it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::body;
use super::error::RestError;
use super::forward::{Request, lead};
use super::shell::{Entity, decoded, encoded};
use crate::herder::info as entities;
use crate::herder::{Command, ConnectorInfo, Herder, Outcome};
use crate::store::TaskId;
use crate::store::config::{RestartRequest, TargetState};

type Answer = Result<Response, RestError>;

/// The values of a query parameter, in order.
fn query_values(query: &Option<String>, name: &str) -> Vec<String> {
    let pairs = query.as_deref().unwrap_or_default().split('&');
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(key, _)| *key == name)
        .filter_map(|(_, value)| decoded(value))
        .collect()
}

fn flag(query: &Option<String>, name: &str) -> bool {
    query_values(query, name)
        .first()
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn json_of(value: impl serde::Serialize) -> Result<Value, RestError> {
    serde_json::to_value(value).map_err(|error| RestError::internal(error.to_string()))
}

pub async fn list(State(herder): State<Herder>, RawQuery(query): RawQuery) -> Answer {
    let shared = herder.shared();
    let names: Vec<String> = shared
        .configs
        .read(|machine| machine.0.connectors().keys().cloned().collect());
    let expand = query_values(&query, "expand");
    if expand.is_empty() {
        return Ok(Json(names).into_response());
    }
    let mut all = Map::new();
    for name in names {
        let mut one = Map::new();
        for what in &expand {
            let entity = match what.as_str() {
                "status" => entities::state_info(shared, &name).ok().map(json_of),
                "info" => entities::connector_info(shared, &name).ok().map(json_of),
                // Connect only logs an expansion that it does not know.
                _ => None,
            };
            if let Some(entity) = entity {
                one.insert(what.clone(), entity?);
            }
        }
        all.insert(name, one.into());
    }
    Ok(Json(all).into_response())
}

fn created(herder: &Herder, info: &ConnectorInfo) -> Answer {
    let location = format!("{}connectors/{}", herder.shared().url, encoded(&info.name));
    let mut response = (StatusCode::CREATED, Json(info)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

pub async fn create(State(herder): State<Herder>, method: Method, uri: Uri, Entity(bytes): Entity) -> Answer {
    let request = body::create(&bytes)?;
    let command = Command::Create {
        name: request.name,
        config: request.config,
        target: request.target,
    };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::OK,
    )
    .await
}

/// Does a command and answers with what it came to; `done` is the status when there is nothing to show.
async fn changed(herder: &Herder, request: Request, command: Command, done: StatusCode) -> Answer {
    match lead(herder, request, command).await? {
        Err(forwarded) => Ok(forwarded),
        Ok(Outcome::Connector { info, created: true }) => created(herder, &info),
        Ok(Outcome::Connector { info, created: false }) => Ok(Json(info).into_response()),
        Ok(Outcome::State(state)) => Ok((StatusCode::ACCEPTED, Json(state)).into_response()),
        Ok(Outcome::Message(message)) => Ok(Json(json!({"message": message})).into_response()),
        Ok(Outcome::Done) => Ok(done.into_response()),
    }
}

pub async fn get(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    Ok(Json(entities::connector_info(herder.shared(), &name)?).into_response())
}

pub async fn get_config(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    Ok(Json(entities::connector_info(herder.shared(), &name)?.config).into_response())
}

pub async fn put_config(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    Entity(bytes): Entity,
) -> Answer {
    let config = body::named_settings(&bytes, &name)?;
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::Put { name, config },
        StatusCode::OK,
    )
    .await
}

pub async fn patch_config(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    Entity(bytes): Entity,
) -> Answer {
    let changes = body::changes(&bytes)?;
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::Patch { name, changes },
        StatusCode::OK,
    )
    .await
}

pub async fn delete(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::Delete { name },
        StatusCode::NO_CONTENT,
    )
    .await
}

pub async fn status(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    Ok(Json(entities::state_info(herder.shared(), &name)?).into_response())
}

pub async fn topics(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    let shared = herder.shared();
    if !shared.config.topic_tracking {
        return Err(RestError::new(StatusCode::FORBIDDEN, "Topic tracking is disabled."));
    }
    let topics = shared.statuses.read(|machine| machine.0.topics(&name));
    Ok(Json(json!({name: {"topics": topics}})).into_response())
}

pub async fn reset_topics(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let config = &herder.shared().config;
    if !config.topic_tracking {
        return Err(RestError::new(StatusCode::FORBIDDEN, "Topic tracking is disabled."));
    }
    if !config.topic_tracking_reset {
        return Err(RestError::new(
            StatusCode::FORBIDDEN,
            "Topic tracking reset is disabled.",
        ));
    }
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::ResetTopics { name },
        StatusCode::ACCEPTED,
    )
    .await
}

pub async fn tasks(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    Ok(Json(entities::task_infos(herder.shared(), &name)?).into_response())
}

fn task_id(connector: String, task: &str) -> Result<TaskId, RestError> {
    // Connect's route takes a number and nothing else.
    Ok(TaskId {
        connector,
        task: task.parse().map_err(|_| RestError::not_found_route())?,
    })
}

pub async fn task_status(State(herder): State<Herder>, Path((name, task)): Path<(String, String)>) -> Answer {
    Ok(Json(entities::task_state(herder.shared(), &task_id(name, &task)?)?).into_response())
}

pub async fn restart_task(
    State(herder): State<Herder>,
    Path((name, task)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let command = Command::RestartTask(task_id(name, &task)?);
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::NO_CONTENT,
    )
    .await
}

pub async fn restart(
    State(herder): State<Herder>,
    Path(connector): Path<String>,
    RawQuery(query): RawQuery,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let restart = RestartRequest {
        connector,
        include_tasks: flag(&query, "includeTasks"),
        only_failed: flag(&query, "onlyFailed"),
    };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::Restart(restart),
        StatusCode::NO_CONTENT,
    )
    .await
}

pub async fn pause(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let command = Command::SetTarget {
        name,
        target: TargetState::Paused,
    };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::ACCEPTED,
    )
    .await
}

pub async fn resume(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let command = Command::SetTarget {
        name,
        target: TargetState::Started,
    };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::ACCEPTED,
    )
    .await
}

pub async fn stop(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let command = Command::SetTarget {
        name,
        target: TargetState::Stopped,
    };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::NO_CONTENT,
    )
    .await
}

pub async fn offsets(State(herder): State<Herder>, Path(name): Path<String>) -> Answer {
    let offsets = entities::connector_offsets(herder.shared(), &name).await?;
    let offsets: Vec<Value> = offsets
        .into_iter()
        .map(|(partition, offset)| json!({"partition": partition, "offset": offset}))
        .collect();
    Ok(Json(json!({"offsets": offsets})).into_response())
}

pub async fn alter_offsets(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    Entity(bytes): Entity,
) -> Answer {
    let offsets = Some(body::offsets(&bytes)?);
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        Command::AlterOffsets { name, offsets },
        StatusCode::OK,
    )
    .await
}

pub async fn reset_offsets(
    State(herder): State<Herder>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    bytes: Bytes,
) -> Answer {
    let command = Command::AlterOffsets { name, offsets: None };
    changed(
        &herder,
        Request {
            method,
            uri,
            body: bytes,
        },
        command,
        StatusCode::OK,
    )
    .await
}

//! `/subjects`: registering, looking up, listing and deleting.

use std::sync::Arc;

use axum::extract::State as App;
use serde_json::json;

use super::answer::{Json, Raw, Refusal};
use super::app::AppState;
use super::body::{SchemaBody, formatted, registered_body, version_body};
use super::extract::{JsonBody, Params, Segments, subject, version};
use crate::error::RegistryError;
use crate::state::change::{Command, Outcome};
use crate::state::query::Lookup;
use crate::state::subject::Subject;
use crate::state::{State, Stored};

type Answer = Result<Json, Refusal>;

/// All subjects under any context start with this.
const ALL: &str = ":*:";

pub async fn list(App(app): App<AppState>, params: Params) -> Answer {
    let lookup = Lookup::from_flags(params.flag("deleted"), params.flag("deletedOnly"));
    let names = app
        .store
        .read(|state| state.subjects(params.text("subjectPrefix").unwrap_or(ALL), lookup));
    Ok(Json(json!(params.page(names, usize::MAX, usize::MAX)?)))
}

pub async fn look_up(
    App(app): App<AppState>,
    Segments(name): Segments<String>,
    params: Params,
    JsonBody(body): JsonBody<SchemaBody>,
) -> Answer {
    let (subject, request) = (subject(name), body.into_request()?);
    let deleted = params.flag("deleted");
    let examined = app.store.examine(move |state| {
        // An unknown subject is told before the schema is looked at closely, a malformed schema before an unknown one.
        match state.look_up(&subject, &request, params.flag("normalize"), deleted)? {
            Some(found) => Ok(Json(version_body(state, &found, params.text("format")))),
            None if !has(state, &subject, deleted) => Err(RegistryError::SubjectNotFound(subject.qualified()).into()),
            None => Err(RegistryError::SchemaNotFound.into()),
        }
    });
    examined.await?
}

pub async fn delete(App(app): App<AppState>, Segments(name): Segments<String>, params: Params) -> Answer {
    let command = Command::DeleteSubject {
        subject: subject(name),
        permanent: params.flag("permanent"),
    };
    match app.store.execute(command).await? {
        Outcome::DeletedVersions(versions) => Ok(Json(json!(versions))),
        other => Err(Refusal::unexpected(&other)),
    }
}

pub async fn latest_with_metadata(App(app): App<AppState>, Segments(name): Segments<String>, params: Params) -> Answer {
    let subject = subject(name);
    let wanted: Vec<(&str, &str)> = params.all("key").zip(params.all("value")).collect();
    let deleted = params.flag("deleted");
    app.store.read(|state| {
        let versions = state.versions(&subject, Lookup::from_flags(deleted, false));
        let properties = |stored: &Stored| {
            stored
                .metadata
                .as_ref()
                .and_then(|metadata| metadata.properties.clone())
        };
        let matches = |stored: &&Arc<Stored>| {
            let properties = properties(stored).unwrap_or_default();
            stored.metadata.is_some()
                && wanted
                    .iter()
                    .all(|(key, value)| properties.get(*key).is_some_and(|known| known == value))
        };
        match versions.iter().rev().find(matches) {
            Some(found) => Ok(Json(version_body(state, found, params.text("format")))),
            None if !has(state, &subject, deleted) => Err(RegistryError::SubjectNotFound(subject.qualified()).into()),
            None => Err(RegistryError::SchemaNotFound.into()),
        }
    })
}

pub async fn versions(App(app): App<AppState>, Segments(name): Segments<String>, params: Params) -> Answer {
    let subject = subject(name);
    let (deleted, deleted_only) = (params.flag("deleted"), params.flag("deletedOnly"));
    // Comes with deleted versions whatever the other flags say; whether there is a subject depends on these alone.
    let negative = params.flag("deletedAsNegative");
    let lookup = if negative {
        Lookup::WithDeleted
    } else {
        Lookup::from_flags(deleted, deleted_only)
    };
    let versions = app
        .store
        .read(|state| has(state, &subject, deleted || deleted_only).then(|| state.versions(&subject, lookup)));
    let versions = versions.ok_or_else(|| RegistryError::SubjectNotFound(subject.qualified()))?;
    let number = |stored: &Arc<Stored>| {
        if stored.deleted && negative {
            -stored.version
        } else {
            stored.version
        }
    };
    Ok(Json(json!(params.page(
        versions.iter().map(number).collect(),
        usize::MAX,
        usize::MAX
    )?)))
}

pub async fn register(
    App(app): App<AppState>,
    Segments(name): Segments<String>,
    params: Params,
    JsonBody(body): JsonBody<SchemaBody>,
) -> Answer {
    let (request, normalize) = (Box::new(body.into_request()?), params.flag("normalize"));
    let command = Command::Register {
        subject: subject(name),
        request,
        normalize,
    };
    match app.store.execute(command).await? {
        Outcome::Registered { subject, version } => app.store.read(|state| {
            let stored = state.version(&subject, Some(version), true);
            let stored = stored.ok_or(RegistryError::SubjectNotFound(subject.qualified()))?;
            Ok(Json(registered_body(state, &stored, params.text("format"))))
        }),
        other => Err(Refusal::unexpected(&other)),
    }
}

/// The version that a path names.
fn find(state: &State, subject: &Subject, text: &str, deleted: bool) -> Result<Arc<Stored>, RegistryError> {
    let number = version(text)?;
    state.version(subject, number, deleted).ok_or_else(|| {
        if has(state, subject, deleted) {
            RegistryError::VersionNotFound(number.unwrap_or(-1))
        } else {
            RegistryError::SubjectNotFound(subject.qualified())
        }
    })
}

fn has(state: &State, subject: &Subject, deleted: bool) -> bool {
    state.has_subject(subject, Lookup::from_flags(deleted, false))
}

pub async fn get_version(
    App(app): App<AppState>,
    Segments((name, number)): Segments<(String, String)>,
    params: Params,
) -> Answer {
    app.store.read(|state| {
        let stored = find(state, &subject(name), &number, params.flag("deleted"))?;
        Ok(Json(version_body(state, &stored, params.text("format"))))
    })
}

pub async fn get_schema(
    App(app): App<AppState>,
    Segments((name, number)): Segments<(String, String)>,
    params: Params,
) -> Result<Raw, Refusal> {
    app.store.read(|state| {
        let stored = find(state, &subject(name), &number, params.flag("deleted"))?;
        Ok(Raw(formatted(state, &stored, params.text("format"))))
    })
}

pub async fn referenced_by(
    App(app): App<AppState>,
    Segments((name, number)): Segments<(String, String)>,
    params: Params,
) -> Answer {
    let subject = subject(name);
    let deleted = params.flag("deleted");
    let ids = app.store.read(|state| {
        let stored = find(state, &subject, &number, true)?;
        Ok::<_, RegistryError>(state.referenced_by(&subject, stored.version, deleted))
    })?;
    let ids = ids.into_iter().map(|id| id.id).collect();
    Ok(Json(json!(params.page::<i32>(ids, usize::MAX, usize::MAX)?)))
}

pub async fn delete_version(
    App(app): App<AppState>,
    Segments((name, number)): Segments<(String, String)>,
    params: Params,
) -> Answer {
    let (subject, version) = (subject(name), version(&number)?);
    let command = Command::DeleteVersion {
        subject,
        version,
        permanent: params.flag("permanent"),
    };
    match app.store.execute(command).await? {
        Outcome::DeletedVersion(version) => Ok(Json(json!(version))),
        other => Err(Refusal::unexpected(&other)),
    }
}

//! `/compatibility`: may this schema follow?

use std::sync::Arc;

use axum::extract::State as App;
use serde_json::json;

use super::answer::{Json, Refusal};
use super::app::AppState;
use super::body::SchemaBody;
use super::extract::{JsonBody, Params, Segments, subject, version};
use crate::error::RegistryError;
use crate::state::query::Lookup;
use crate::state::subject::Subject;
use crate::state::{State, Stored};

type Answer = Result<Json, Refusal>;

pub async fn with_version(
    App(app): App<AppState>,
    Segments((name, number)): Segments<(String, String)>,
    params: Params,
    JsonBody(body): JsonBody<SchemaBody>,
) -> Answer {
    let (subject, number) = (subject(name), version(&number)?);
    let examined = app.store.examine(move |state| {
        let previous = match (state.version(&subject, number, false), number) {
            (Some(stored), _) => vec![stored],
            // A subject without versions takes anything.
            (None, None) => vec![],
            (None, Some(number)) => return Err(RegistryError::VersionNotFound(number).into()),
        };
        test(state, &subject, body, &params, &previous)
    });
    examined.await?
}

pub async fn with_subject(
    App(app): App<AppState>,
    Segments(name): Segments<String>,
    params: Params,
    JsonBody(body): JsonBody<SchemaBody>,
) -> Answer {
    let subject = subject(name);
    let examined = app
        .store
        .examine(move |state| test(state, &subject, body, &params, &state.versions(&subject, Lookup::Live)));
    examined.await?
}

fn test(state: &State, subject: &Subject, body: SchemaBody, params: &Params, previous: &[Arc<Stored>]) -> Answer {
    let verbose = params.flag("verbose");
    let messages = match state.test_compatibility(subject, &body.into_request()?, params.flag("normalize"), previous) {
        Ok(messages) => messages,
        Err(RegistryError::InvalidSchema(reason)) if verbose => vec![reason],
        Err(refusal) => return Err(refusal.into()),
    };
    let compatible = messages.is_empty();
    Ok(Json(if verbose {
        json!({"is_compatible": compatible, "messages": messages})
    } else {
        json!({"is_compatible": compatible})
    }))
}

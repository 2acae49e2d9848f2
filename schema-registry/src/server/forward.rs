//! Writes that arrive at a registry that does not lead are sent on to the one that does; its answer is this one's.

use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as App};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use weir_serdes::client::{Answer, HttpClient, HttpError};

use super::answer::Refusal;
use super::app::AppState;
use super::extract::whole_body;
use crate::error::RegistryError;
use crate::leader::Leadership;

/// `false` on a request that was sent on: whoever gets it must not send it on again (Confluent's `X-Forward`).
const FORWARD: &str = "x-forward";
/// Pause before a leader that cannot be connected to is tried again.
const PAUSE: Duration = Duration::from_millis(100);

/// The middleware.
pub async fn forward(App(app): App<AppState>, request: Request, next: Next) -> Response {
    if !is_write(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    match app.election.leader(app.limits.leader_wait).await {
        Leadership::Me => next.run(request).await,
        Leadership::Other(_) if !was_forwarded(&request) => {
            let (parts, body) = request.into_parts();
            let body = match whole_body(body, app.limits.max_body).await {
                Ok(body) => body,
                Err(refusal) => return refusal.into_response(),
            };
            match send_on(&app, &parts, &body).await {
                Ok(Some(answer)) => answer,
                // Elected meanwhile.
                Ok(None) => next.run(Request::from_parts(parts, Body::from(body))).await,
                Err(error) => Refusal::from(error).into_response(),
            }
        }
        Leadership::Other(_) | Leadership::Unknown => Refusal::from(RegistryError::UnknownLeader).into_response(),
    }
}

/// Looking up (`POST /subjects/S`) and checking (`POST /compatibility/…`) read.
fn is_write(method: &Method, path: &str) -> bool {
    match *method {
        Method::PUT | Method::DELETE => true,
        Method::POST => path.starts_with("/subjects/") && path.ends_with("/versions"),
        _ => false,
    }
}

fn was_forwarded(request: &Request) -> bool {
    request
        .headers()
        .get(FORWARD)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"false"))
}

/// The leader's answer; `None` when this registry has become the leader. A leader that cannot be connected to, or says that it
/// does not lead, has done nothing and is about to be replaced: the next one is tried until `leader_wait` is over.
async fn send_on(app: &AppState, parts: &Parts, body: &Bytes) -> Result<Option<Response>, RegistryError> {
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let end = Instant::now() + app.limits.leader_wait;
    loop {
        let url = match app.election.leader(end.saturating_duration_since(Instant::now())).await {
            Leadership::Me => return Ok(None),
            Leadership::Other(url) => url,
            Leadership::Unknown => return Err(RegistryError::UnknownLeader),
        };
        let failed = |error: HttpError| {
            RegistryError::Forwarding(format!(
                "Error while forwarding the request to the leader {url}: {error}"
            ))
        };
        let client = HttpClient::new(&url, app.limits.forward_timeout).map_err(failed)?;
        // A client without kept connections sends once: what it asked for may have happened even if no answer came.
        let sent = client.send_with(parts.method.clone(), path, body.clone(), &[(FORWARD, "false")]);
        let again = Instant::now() + PAUSE < end;
        match sent.await {
            Ok(answer) if again && leads_not(&answer) => tokio::time::sleep(PAUSE).await,
            Ok(answer) => {
                // Whoever reads here what was just written finds it. If that takes too long, the leader's answer still holds.
                if let Err(error) = app.store.catch_up().await {
                    tracing::debug!(%error, "behind the leader");
                }
                let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
                return Ok(Some((status, Body::from(answer.body)).into_response()));
            }
            Err(HttpError::Connect(_)) if again => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Whether a registry refused because it does not lead (any more).
fn leads_not(answer: &Answer) -> bool {
    let code = RegistryError::UnknownLeader.code();
    let refusal = || serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    answer.status == RegistryError::UnknownLeader.status() && refusal().get("error_code") == Some(&code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes() {
        for (method, path, writes) in [
            (Method::POST, "/subjects/a/versions", true),
            (Method::POST, "/subjects/a", false),
            (Method::POST, "/compatibility/subjects/a/versions", false),
            (Method::DELETE, "/subjects/a", true),
            (Method::PUT, "/config", true),
            (Method::GET, "/subjects", false),
        ] {
            assert_eq!(is_write(&method, path), writes, "{method} {path}");
        }
    }
}

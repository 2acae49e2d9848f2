//! Requests that only the leader can do.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use weir_connect_sdk::HttpRequest;
use weir_connect_sdk::services::Http as _;

use super::error::RestError;
use crate::herder::{Command, Herder, Leadership, Outcome};
use crate::http::HttpClient;

/// A request as it came in.
pub struct Request {
    pub method: Method,
    pub uri: Uri,
    pub body: Bytes,
}

/// Has a command done here if this worker leads, else forwards the request as it came.
///
/// # Errors
/// There is no leader, or the request failed.
pub async fn lead(herder: &Herder, request: Request, command: Command) -> Result<Result<Outcome, Response>, RestError> {
    match herder.leadership() {
        Leadership::Own => Ok(Ok(herder.submit(command).await?)),
        Leadership::Unknown => Err(RestError::no_leader()),
        Leadership::Other(url) => forward(&url, request).await.map(Err),
    }
}

async fn forward(leader: &str, request: Request) -> Result<Response, RestError> {
    // Once is enough: the leader of a moment ago would send it back.
    if request
        .uri
        .query()
        .is_some_and(|query| query.split('&').any(|part| part == "forward=false"))
    {
        return Err(RestError::no_leader());
    }
    let path = request.uri.path().trim_start_matches('/');
    let query = request.uri.query().map(|query| format!("{query}&")).unwrap_or_default();
    let url = format!("{}/{path}?{query}forward=false", leader.trim_end_matches('/'));
    let mut out = HttpRequest::post(url, "application/json", request.body.to_vec());
    out.method = request.method.to_string();
    let answer = HttpClient.send(out).await;
    let answer =
        answer.map_err(|error| RestError::internal(format!("IO Error trying to forward REST request: {error}")))?;
    let status =
        StatusCode::from_u16(answer.status).map_err(|_| RestError::internal("the leader gave no valid answer"))?;
    let mut headers = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::LOCATION] {
        if let Some(value) = answer
            .header(name.as_str())
            .and_then(|value| HeaderValue::from_str(value).ok())
        {
            headers.insert(name, value);
        }
    }
    Ok((status, headers, answer.body).into_response())
}

//! What handlers take from a request, with refusals in the API's shape instead of axum's texts.

use std::str::FromStr;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use bytes::BytesMut;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::app::AppState;
use crate::error::RegistryError;
use crate::state::subject::{DEFAULT_CONTEXT, Subject};

/// What is still read, and thrown away, of a body that is too large: who writes does not see the answer before that.
const DRAINED_MAX: usize = 64 << 20;

/// All of a body, at most `limit` bytes.
pub async fn whole_body(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let mut stream = body.into_data_stream();
    let (mut whole, mut seen) = (BytesMut::new(), 0_usize);
    while let Some(part) = stream.next().await {
        let unreadable = |_| Refusal::Http(StatusCode::BAD_REQUEST, "The request body could not be read".into());
        let part = part.map_err(unreadable)?;
        seen = seen.saturating_add(part.len());
        if seen <= limit {
            whole.extend_from_slice(&part);
        } else if seen > DRAINED_MAX.max(limit) {
            break;
        } else {
            whole = BytesMut::new();
        }
    }
    if seen > limit {
        return Err(Refusal::http(StatusCode::PAYLOAD_TOO_LARGE));
    }
    Ok(whole.freeze())
}

/// Parts of the path, percent-decoded.
pub struct Segments<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        // What cannot be decoded is no resource of ours.
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(segments)| Segments(segments))
            .map_err(|_| Refusal::http(StatusCode::NOT_FOUND))
    }
}

/// Query parameters.
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        query
            .map(|Query(pairs)| Params(pairs))
            .map_err(|error| Refusal::Http(StatusCode::BAD_REQUEST, error.to_string()))
    }
}

impl Params {
    /// The first value of a parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A flag: true only if it says so.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A number; a value that is none makes the request one for a resource that does not exist, as in JAX-RS.
    pub fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let value = self.text(name).filter(|value| !value.is_empty());
        value
            .map(|value| value.parse().map_err(|_| Refusal::http(StatusCode::NOT_FOUND)))
            .transpose()
    }

    /// `offset` and `limit` applied to a list; `limit` below zero or absent is the default, and never above the maximum.
    pub fn page<T>(&self, all: Vec<T>, default: usize, max: usize) -> Result<Vec<T>, Refusal> {
        let offset = self.number::<i64>("offset")?.unwrap_or(0);
        let limit = self
            .number::<i64>("limit")?
            .and_then(|limit| usize::try_from(limit).ok());
        let offset = usize::try_from(offset).unwrap_or(0);
        Ok(all
            .into_iter()
            .skip(offset)
            .take(limit.unwrap_or(default).min(max))
            .collect())
    }

    /// The parameter `subject`, with its context.
    pub fn subject(&self) -> Option<Subject> {
        self.text("subject").map(subject)
    }
}

/// A subject as a path or a parameter names it.
pub fn subject(name: impl AsRef<str>) -> Subject {
    Subject::parse(name.as_ref(), DEFAULT_CONTEXT)
}

/// A version as a path names it; `None` is the latest.
pub fn version(text: &str) -> Result<Option<i32>, RegistryError> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("latest") {
        return Ok(None);
    }
    match text.parse::<i32>() {
        Ok(-1) => Ok(None),
        Ok(version) if version > 0 => Ok(Some(version)),
        _ => Err(RegistryError::InvalidVersion(text.to_owned())),
    }
}

/// A JSON object as the body.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refusal> {
        let body = whole_body(request.into_body(), state.limits.max_body).await?;
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(Refusal::Http(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The request has no body".into(),
            ));
        }
        // Through a map, because serde would read an array as the members of a struct.
        let parsed = serde_json::from_slice::<Map<String, Value>>(&body);
        let parsed = parsed.and_then(|members| serde_json::from_value(Value::Object(members)));
        let invalid = |error| {
            Refusal::Http(
                StatusCode::BAD_REQUEST,
                format!("The request body is not valid: {error}"),
            )
        };
        parsed.map(JsonBody).map_err(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        assert_eq!(version("3"), Ok(Some(3)));
        assert_eq!(
            (version("latest"), version("LATEST "), version("-1")),
            (Ok(None), Ok(None), Ok(None))
        );
        for bad in ["0", "-2", "x", "", "99999999999"] {
            assert_eq!(version(bad).unwrap_err().code(), 42202, "{bad}");
        }
    }

    #[test]
    fn pages() {
        let params = |pairs: &[(&str, &str)]| Params(pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect());
        let page = |pairs: &[(&str, &str)]| params(pairs).page(vec![1, 2, 3, 4], 2, 3);
        assert_eq!(page(&[]).unwrap(), [1, 2]);
        assert_eq!(page(&[("offset", "1"), ("limit", "9")]).unwrap(), [2, 3, 4]);
        assert_eq!(page(&[("limit", "-1"), ("offset", "-5")]).unwrap(), [1, 2]);
        assert_eq!(page(&[("limit", "0")]).unwrap(), [0; 0]);
        assert!(page(&[("limit", "x")]).is_err());
    }
}

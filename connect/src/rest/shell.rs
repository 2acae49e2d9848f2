//! What every request passes, as Jersey has it: a slash at the end of the path, media types (406, 415), the size of a body.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::error::RestError;

const JSON: &str = "application/json";
/// Largest body. A connector's settings must fit a record of the config topic, which are smaller.
pub const MAX_BODY: usize = 16 << 20;

/// Before a route is looked for.
pub async fn path(mut request: Request, next: Next) -> Response {
    if decoded(request.uri().path()).is_none() {
        return RestError::bad_request("HTTP 400 Bad Request").into_response();
    }
    if let Some(uri) = without_last_slash(request.uri()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

/// After a route and its method were found.
pub async fn media_types(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.get(CONTENT_TYPE).is_some_and(|name| !is_json(name)) {
        return http_error(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    if !accepts_json(headers) {
        return http_error(StatusCode::NOT_ACCEPTABLE).into_response();
    }
    next.run(request).await
}

/// A body that is read as JSON.
pub struct Entity(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Entity {
    type Rejection = RestError;

    async fn from_request(request: Request, state: &S) -> Result<Self, RestError> {
        let named = request.headers().get(CONTENT_TYPE).is_some_and(|name| name != "*/*");
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(error) => http_error(error.status()),
            _ => http_error(StatusCode::BAD_REQUEST),
        })?;
        // What has no name is a stream of bytes there, which nothing reads.
        match bytes.is_empty() || named {
            true => Ok(Self(bytes)),
            false => Err(http_error(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
        }
    }
}

fn http_error(status: StatusCode) -> RestError {
    let reason = status.canonical_reason().unwrap_or_default();
    RestError::new(status, format!("HTTP {} {reason}", status.as_u16()))
}

fn media_type(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_json(name: &HeaderValue) -> bool {
    name.to_str()
        .is_ok_and(|name| matches!(media_type(name).as_str(), JSON | "*/*"))
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let wishes: Vec<&str> = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|wish| !wish.trim().is_empty())
        .collect();
    let covers = |wish: &&str| matches!(media_type(wish).as_str(), JSON | "application/*" | "*/*" | "*");
    wishes.is_empty() || wishes.iter().any(covers)
}

fn without_last_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

/// Percent-decoded; `None` if that is no text.
pub fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match (first, escaped.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', byte) => {
                out.push(byte?);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).ok()
}

/// A name as part of a URL's path, as `UriBuilder` writes it.
pub fn encoded(name: &str) -> String {
    let one = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other if b"-._~!$&'()*+,;=:@/".contains(&other) => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_urls() {
        assert_eq!(decoded("a%20b%2Fc").as_deref(), Some("a b/c"));
        assert_eq!((decoded("%FF"), decoded("100%")), (None, None));
        assert_eq!(encoded("a b/ä?\\"), "a%20b/%C3%A4%3F%5C");
    }
}

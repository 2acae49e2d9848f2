//! What every request passes first: media types (406, 415), a slash at the end of the path, a context before it.

use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::answer::{MEDIA_TYPE, Refusal};
use super::context;

/// What answers can be called, the favourite first. All are the same JSON.
const PRODUCED: [&str; 3] = [MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/json"];
/// What else a body may be called.
const OCTETS: &str = "application/octet-stream";

/// The middleware.
pub async fn shell(mut request: Request, next: Next) -> Response {
    let Some(media_type) = accepted(request.headers()) else {
        return Refusal::http(StatusCode::NOT_ACCEPTABLE).into_response();
    };
    if !consumable(request.headers()) {
        return Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response();
    }
    if let Some(uri) = without_last_slash(request.uri()) {
        *request.uri_mut() = uri;
    }
    if let Some(text) = context::within(request.uri().path(), request.uri().query()) {
        match with_path(request.uri(), &text) {
            Some(uri) => *request.uri_mut() = uri,
            None => return Refusal::http(StatusCode::BAD_REQUEST).into_response(),
        }
    }
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// The media type for the answer by the client's wishes; `None` if it wants none of ours.
fn accepted(headers: &HeaderMap) -> Option<&'static str> {
    let mut wishes = headers.get_all(ACCEPT).iter().peekable();
    if wishes.peek().is_none() {
        return Some(MEDIA_TYPE);
    }
    let ranges: Vec<(String, f32)> = wishes
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .and_then(|q| q.parse().ok());
            (name, quality.unwrap_or(1.0))
        })
        .collect();
    // The most specific range that covers a type says how much it is wanted.
    let wanted = |media_type: &str| {
        let quality = |name: &str| {
            ranges
                .iter()
                .find(|(range, _)| range == name)
                .map(|(_, quality)| *quality)
        };
        quality(media_type)
            .or_else(|| quality("application/*"))
            .or_else(|| quality("*/*"))
            .unwrap_or(0.0)
    };
    let best = PRODUCED.into_iter().map(wanted).fold(0.0, f32::max);
    PRODUCED
        .into_iter()
        .find(|media_type| best > 0.0 && wanted(media_type) >= best)
}

fn consumable(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let name = value
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    PRODUCED.contains(&name.as_str()) || name == OCTETS
}

fn without_last_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    with_path(uri, &text)
}

fn with_path(uri: &Uri, text: &str) -> Option<Uri> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick(accept: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_str(accept).unwrap());
        accepted(&headers)
    }

    #[test]
    fn media_types() {
        assert_eq!(accepted(&HeaderMap::new()), Some(MEDIA_TYPE));
        assert_eq!(pick("*/*"), Some(MEDIA_TYPE));
        assert_eq!(pick("application/json"), Some("application/json"));
        assert_eq!(
            pick("text/html, application/json;q=0.9, */*;q=0.1"),
            Some("application/json")
        );
        assert_eq!(
            pick("application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json"),
            Some(MEDIA_TYPE)
        );
        assert_eq!(pick("text/html"), None);
        assert_eq!(pick("application/json;q=0"), None);
        let mut headers = HeaderMap::new();
        assert!(consumable(&headers));
        for (name, fine) in [
            ("application/json; charset=utf-8", true),
            (OCTETS, true),
            ("text/plain", false),
        ] {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(name));
            assert_eq!(consumable(&headers), fine, "{name}");
        }
    }

    #[test]
    fn last_slash() {
        let cut = |uri: &str| without_last_slash(&uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(
            cut("/subjects/?deleted=true").as_deref(),
            Some("/subjects?deleted=true")
        );
        assert_eq!(cut("/subjects/a%2F/").as_deref(), Some("/subjects/a%2F"));
        assert_eq!((cut("/"), cut("/subjects")), (None, None));
    }
}

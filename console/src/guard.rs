//! Who may ask. The console has no users; it listens on loopback and trusts whoever can reach that, but not the web sites that a
//! browser on this machine has open: their names may be rebound to 127.0.0.1, and their pages may post to it.

use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::error::ApiError;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Refuses foreign hosts and cross-origin writes; tells browsers to run nothing but the console's own files.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = match check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn check(method: &Method, headers: &HeaderMap) -> Result<(), ApiError> {
    let host = text(headers, &HOST).unwrap_or_default();
    if !is_loopback(host) {
        return Err(ApiError::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!("the console does not answer for host {host:?}"),
            "Open it as http://127.0.0.1 or http://localhost, through an SSH tunnel from another machine.",
        ));
    }
    if method == Method::GET || method == Method::HEAD {
        return Ok(());
    }
    let foreign_origin = headers.contains_key(ORIGIN)
        && text(headers, &ORIGIN).and_then(|origin| origin.strip_prefix("http://")) != Some(host);
    let foreign_site =
        headers.contains_key(&FETCH_SITE) && !matches!(text(headers, &FETCH_SITE), Some("same-origin" | "none"));
    if foreign_origin || foreign_site {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "another web site may not change anything here",
            "Use the console's own page, or a client that is not a browser.",
        ));
    }
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// With any port: a tunnel may change it, and rebinding needs a name.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for good in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "127.0.0.1.example.com:8080",
            "localhost.example.com",
            "10.0.0.1:8080",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn origins() {
        let ask = |method: Method, headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            map.insert("host", HeaderValue::from_static("127.0.0.1:8080"));
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            check(&method, &map).is_ok()
        };
        assert!(ask(Method::POST, &[]));
        assert!(ask(
            Method::POST,
            &[("origin", "http://127.0.0.1:8080"), ("sec-fetch-site", "same-origin")]
        ));
        assert!(ask(Method::GET, &[("origin", "http://example.com")]));
        for foreign in [
            "http://example.com",
            "http://127.0.0.1:8081",
            "https://127.0.0.1:8080",
            "null",
        ] {
            assert!(!ask(Method::DELETE, &[("origin", foreign)]), "{foreign}");
        }
        assert!(!ask(Method::POST, &[("sec-fetch-site", "same-site")]));
    }
}

//! HTTP to the schema registry and Connect: one request, one connection, one JSON answer. Framing is hyper's.

use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::error::ApiError;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer that is read.
const MAX_BODY: usize = 32 << 20;

/// A REST service beside the cluster, if there is one.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// What it is, for errors.
    name: &'static str,
    address: Option<Address>,
}

#[derive(Debug, Clone)]
struct Address {
    authority: String,
    /// What stands before each path, without a slash at its end.
    base: String,
}

/// An address that is not `http://host[:port][/path]`.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0:?} is not an http:// address (TLS is not supported)")]
pub struct BadAddress(pub String);

impl Upstream {
    /// A service at an address; connects with each request.
    pub fn new(name: &'static str, url: Option<&str>) -> Result<Self, BadAddress> {
        let address = url.map(Address::parse).transpose()?;
        Ok(Self { name, address })
    }

    pub fn is_configured(&self) -> bool {
        self.address.is_some()
    }

    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.send(Method::GET, path).await
    }

    /// Sends a request without a body; its answer is JSON or empty (null).
    pub async fn send(&self, method: Method, path: &str) -> Result<Value, ApiError> {
        let name = self.name;
        let Some(address) = &self.address else {
            return Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("the console was started without {name}"),
                format!("Start the console with the address of {name}."),
            ));
        };
        let away = |cause: String| {
            ApiError::new(
                StatusCode::BAD_GATEWAY,
                format!("{name} at {} did not answer: {cause}", address.authority),
                format!("Check that {name} runs there, then try again."),
            )
        };
        let exchange = tokio::time::timeout(TIMEOUT, address.exchange(method, path)).await;
        let (status, body) = exchange
            .map_err(|_| away(format!("nothing came within {} s", TIMEOUT.as_secs())))?
            .map_err(away)?;
        if body.is_empty() && status.is_success() {
            return Ok(Value::Null);
        }
        let json = serde_json::from_slice::<Value>(&body);
        match json {
            Ok(json) if status.is_success() => Ok(json),
            Ok(json) => {
                let message = json.get("message").and_then(Value::as_str).unwrap_or("no reason given");
                let hint = match status {
                    StatusCode::NOT_FOUND => "It may have been deleted; go back to the list.".to_owned(),
                    StatusCode::CONFLICT => "A rebalance or another change is under way; try again.".to_owned(),
                    _ => format!("That is what {name} said; its log may say more."),
                };
                Err(ApiError::new(status, message, hint))
            }
            Err(error) => Err(away(format!("its answer ({status}) is not JSON: {error}"))),
        }
    }
}

impl Address {
    fn parse(url: &str) -> Result<Self, BadAddress> {
        let bad = || BadAddress(url.to_owned());
        let rest = url.trim().strip_prefix("http://").ok_or_else(bad)?;
        let (authority, base) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let named = authority.rsplit_once(':').filter(|(_, port)| !port.contains(']'));
        let authority = match named {
            Some((_, port)) if port.parse::<u16>().is_err() => return Err(bad()),
            Some(_) => authority.to_owned(),
            None => format!("{authority}:80"),
        };
        if authority.starts_with(':') || authority.contains('@') {
            return Err(bad());
        }
        Ok(Self {
            authority,
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    async fn exchange(&self, method: Method, path: &str) -> Result<(StatusCode, Bytes), String> {
        let broken = |error: hyper::Error| error.to_string();
        let stream = TcpStream::connect(&self.authority)
            .await
            .map_err(|error| error.to_string())?;
        let (mut sender, connection) = handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // Ends by itself when the sender is dropped or the server closes.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection to a REST service ended");
            }
        });
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(HOST, &self.authority)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::new()))
            .map_err(|error| error.to_string())?;
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_BODY).collect().await;
        let body = body.map_err(|error| error.to_string())?.to_bytes();
        Ok((status, body))
    }
}

/// A name as one segment of a path.
pub fn segment(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let parse = |url: &str| Address::parse(url).map(|a| (a.authority, a.base));
        assert_eq!(parse("http://a:81/x/").unwrap(), ("a:81".into(), "/x".into()));
        assert_eq!(parse("http://[::1]").unwrap(), ("[::1]:80".into(), String::new()));
        for bad in ["https://a", "a:80", "http://:80", "http://a:b", "http://u:p@a:80"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn segments() {
        assert_eq!(segment("a/b c?é"), "a%2Fb%20c%3F%C3%A9");
    }
}

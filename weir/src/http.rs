//! JSON over HTTP/1.1 to the registry and Connect, on hyper; one connection a request.

use crate::failure::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;

const SAY_URL: &str = "is it running? `weir` starts everything, --url says where it is";

/// Sends a request; an error status becomes a failure with the server's own message.
pub(crate) async fn call(method: &str, base: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let work = exchange(method, base, path, body);
    match tokio::time::timeout(Duration::from_secs(90), work).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::new(format!("{base} did not answer within 90 s"))),
    }
}

async fn exchange(method: &str, base: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::new(format!("{base} gave no REST answer: {e}")).hint(SAY_URL);
    let address = base.parse::<hyper::Uri>().ok();
    let address = address.filter(|uri| uri.scheme_str() == Some("http"));
    let Some((host, uri)) = address.as_ref().and_then(|uri| Some((uri.host()?, uri))) else {
        return Err(Failure::new(format!("{base} is not an http:// address")).hint("such as http://127.0.0.1:8081"));
    };
    let authority = uri.authority().map_or(host, |authority| authority.as_str());
    let path = format!("{}{path}", uri.path().trim_end_matches('/'));
    let place = (host.trim_matches(['[', ']']), uri.port_u16().unwrap_or(80));
    let stream = tokio::net::TcpStream::connect(place)
        .await
        .map_err(|e| Failure::new(format!("cannot connect to {base}: {e}")).hint(SAY_URL))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|e| broken(&e))?;
    let driver = tokio::spawn(connection);
    let text = body.map(Value::to_string).unwrap_or_default();
    let request = hyper::Request::builder()
        .method(method)
        .uri(path.as_str())
        .header("host", authority)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .body(Full::new(Bytes::from(text)))
        .map_err(|e| broken(&e))?;
    let response = sender.send_request(request).await.map_err(|e| broken(&e))?;
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(|e| broken(&e))?.to_bytes();
    driver.abort();
    let value: Value = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).map_err(|e| broken(&e))?
    };
    if status.is_success() {
        return Ok(value);
    }
    let failure = match value.get("message").and_then(Value::as_str) {
        Some(message) => Failure::new(format!("{base} says {}: {message}", status.as_u16())),
        // Something else answers there.
        None => Failure::new(format!("{base} says {status}")).hint(SAY_URL),
    };
    Err(failure.conflict(status.as_u16() == 409))
}

/// A name as one segment of a path.
pub(crate) fn segment(name: &str) -> String {
    name.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(b).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

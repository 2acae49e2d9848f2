//! JSON over HTTP/1.1 to the registry and Connect, on hyper; one connection a request.

use crate::failure::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::time::Duration;

/// Sends a request; an error status becomes a failure with the server's own message.
pub(crate) async fn call(method: &str, base: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let work = exchange(method, base, path, body);
    match tokio::time::timeout(Duration::from_secs(90), work).await {
        Ok(answer) => answer,
        Err(_) => Err(Failure::new(format!("{base} did not answer within 90 s"))),
    }
}

async fn exchange(method: &str, base: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let broken = |e: &dyn std::fmt::Display| Failure::new(format!("{base}: {e}"));
    let authority = base
        .strip_prefix("http://")
        .map(|rest| rest.trim_end_matches('/'))
        .ok_or_else(|| Failure::new(format!("{base} is not an http:// address")))?;
    let stream = tokio::net::TcpStream::connect(authority).await.map_err(|e| {
        Failure::new(format!("cannot connect to {base}: {e}"))
            .hint("is it running? `weir` starts everything, --url says where it is")
    })?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream))
        .await
        .map_err(|e| broken(&e))?;
    let driver = tokio::spawn(connection);
    let text = body.map(Value::to_string).unwrap_or_default();
    let request = hyper::Request::builder()
        .method(method)
        .uri(path)
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
    let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
    Err(Failure::new(format!("{base} says {}: {message}", status.as_u16())).conflict(status.as_u16() == 409))
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

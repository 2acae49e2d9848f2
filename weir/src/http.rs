//! The registry and Connect as the command line asks them: JSON, one connection a request, errors with a hint.

use crate::failure::Failure;
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;
use weir_serdes::client::{HttpClient, HttpError};

pub(crate) use weir_serdes::client::segment;

const SAY_URL: &str = "is it running? `weir` starts everything, --url says where it is";

/// How long an answer may take: Connect answers some requests only after a rebalance.
const PATIENCE: Duration = Duration::from_secs(90);

/// Sends a request; an error status becomes a failure with the server's own message.
pub(crate) async fn call(method: &str, base: &str, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let told = |e: HttpError| match e {
        HttpError::Address(_) => {
            Failure::new(format!("{base} is not an http:// address")).hint("such as http://127.0.0.1:8081")
        }
        HttpError::Connect(e) => Failure::new(format!("cannot connect to {base}: {e}")).hint(SAY_URL),
        HttpError::Timeout(_) => Failure::new(format!("{base} did not answer within {} s", PATIENCE.as_secs())),
        HttpError::Broken(e) => Failure::new(format!("{base} gave no REST answer: {e}")).hint(SAY_URL),
    };
    let method = method
        .parse()
        .map_err(|_| Failure::new(format!("no method {method}")))?;
    let text = body.map(Value::to_string).unwrap_or_default();
    let client = HttpClient::json(base, PATIENCE).map_err(told)?;
    let answer = client.send(method, path, Bytes::from(text)).await.map_err(told)?;
    let value: Value = if answer.body.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&answer.body).map_err(|e| told(HttpError::Broken(e.to_string())))?
    };
    if (200..300).contains(&answer.status) {
        return Ok(value);
    }
    let failure = match value.get("message").and_then(Value::as_str) {
        Some(message) => Failure::new(format!("{base} says {}: {message}", answer.status)),
        // Something else answers there.
        None => Failure::new(format!("{base} says {}", answer.status)).hint(SAY_URL),
    };
    Err(failure.conflict(answer.status == 409))
}

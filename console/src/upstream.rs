//! The schema registry and Connect as the console asks them: one request, one JSON answer, or an error that says what to do.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use bytes::Bytes;
use serde_json::Value;
use weir_serdes::client::{HttpClient, HttpError};

use crate::error::ApiError;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A REST service beside the cluster, if there is one.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// What it is, for errors.
    name: &'static str,
    client: Option<Arc<HttpClient>>,
}

impl Upstream {
    /// A service at an address; connects with each request.
    pub fn new(name: &'static str, url: Option<&str>) -> Result<Self, HttpError> {
        let client = url.map(|url| HttpClient::json(url, TIMEOUT)).transpose()?;
        let client = client.map(Arc::new);
        Ok(Self { name, client })
    }

    pub fn is_configured(&self) -> bool {
        self.client.is_some()
    }

    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        self.send(Method::GET, path).await
    }

    /// Sends a request without a body; its answer is JSON or empty (null).
    pub async fn send(&self, method: Method, path: &str) -> Result<Value, ApiError> {
        let name = self.name;
        let Some(client) = &self.client else {
            return Err(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("the console was started without {name}"),
                format!("Start the console with the address of {name}."),
            ));
        };
        let away = |cause: &dyn std::fmt::Display| {
            ApiError::new(
                StatusCode::BAD_GATEWAY,
                format!("{name} at {} did not answer: {cause}", client.authority()),
                format!("Check that {name} runs there, then try again."),
            )
        };
        let answer = client.send(method, path, Bytes::new()).await.map_err(|e| away(&e))?;
        let (status, body) = (StatusCode::from_u16(answer.status).map_err(|e| away(&e))?, answer.body);
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
            Err(error) => Err(away(&format_args!("its answer ({status}) is not JSON: {error}"))),
        }
    }
}

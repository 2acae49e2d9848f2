//! The services that a plugin gets through its context: offsets, clock, log, metrics, HTTP, error reports.
//!
//! Each is a narrow trait with owned arguments. The runtime implements them on real things, [`crate::testing`] in memory;
//! a WASM host would implement the same list.

use std::time::Duration;

use async_trait::async_trait;

use crate::error::{ConnectError, Result};
use crate::record::{OffsetMap, SinkRecord};

/// Reads what was committed for a source partition.
#[async_trait]
pub trait Offsets: Send + Sync {
    /// The last committed offset; `None` when there is none.
    async fn committed(&self, source_partition: OffsetMap) -> Result<Option<OffsetMap>>;
}

/// Time. Tests let it fly.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since the epoch.
    fn now_ms(&self) -> i64;
    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

/// The log of the connector's task.
pub trait Log: Send + Sync {
    /// Writes a line. Secrets must not be in it.
    fn log(&self, level: Level, message: &str);
}

/// Metrics of the plugin's own, beside those that the runtime keeps for every task.
pub trait Metrics: Send + Sync {
    /// Adds to a counter.
    fn count(&self, name: &str, add: u64);
    /// Sets a gauge.
    fn gauge(&self, name: &str, value: f64);
}

/// An HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// A POST with a content type and a body.
    pub fn post(url: impl Into<String>, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".to_owned(),
            url: url.into(),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// The usual reading of a status: 2xx is fine, 408, 429 and 5xx may be tried again, anything else is final.
    ///
    /// # Errors
    /// A status that is not 2xx, with the start of the body.
    pub fn ok(self) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let body: String = String::from_utf8_lossy(&self.body).chars().take(200).collect();
        let text = format!("HTTP status {}: {body}", self.status);
        let again = self.status == 408 || self.status == 429 || self.status >= 500;
        Err(if again {
            ConnectError::Retriable(text)
        } else {
            ConnectError::Fatal(text)
        })
    }
}

/// An HTTP client.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends a request and reads the whole response.
    ///
    /// # Errors
    /// Retriable for anything the network did, fatal for a request that can never be sent.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse>;
}

/// What a sink may ask of the task that runs it.
#[async_trait]
pub trait SinkControl: Send + Sync {
    /// Reports a record that the sink cannot handle, so that the rest of the batch can go on (KIP-610). The runtime tolerates it
    /// (dead-letter queue, log) or fails the task, as configured.
    ///
    /// # Errors
    /// The runtime does not tolerate the record: return the error from `put`.
    async fn report(&self, record: SinkRecord, error: ConnectError) -> Result<()>;

    /// After the next retriable error, wait this long before the batch comes again (`SinkTaskContext.timeout`).
    fn timeout(&self, delay: Duration);

    /// Commit offsets soon, without waiting for the usual interval.
    fn request_commit(&self);
}

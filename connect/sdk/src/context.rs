//! What a running plugin may use: one context per task, cheap to clone.

use std::sync::Arc;
use std::time::Duration;

use crate::error::{ConnectError, Result};
use crate::record::{OffsetMap, SinkRecord};
use crate::services::{Clock, Http, HttpRequest, HttpResponse, Level, Log, Metrics, Offsets, SinkControl};

/// The services that sources and sinks share.
#[derive(Clone)]
pub struct Context {
    pub clock: Arc<dyn Clock>,
    pub log: Arc<dyn Log>,
    pub metrics: Arc<dyn Metrics>,
    pub http: Arc<dyn Http>,
}

impl Context {
    /// Milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Waits.
    pub async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }

    /// Logs at level info.
    pub fn info(&self, message: &str) {
        self.log.log(Level::Info, message);
    }

    /// Logs at level warn.
    pub fn warn(&self, message: &str) {
        self.log.log(Level::Warn, message);
    }

    /// Sends an HTTP request.
    ///
    /// # Errors
    /// As [`Http::send`]; a status that is not 2xx is not an error here, see [`HttpResponse::ok`].
    pub async fn http(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.http.send(request).await
    }
}

/// A source task's context.
#[derive(Clone)]
pub struct SourceContext {
    pub common: Context,
    pub offsets: Arc<dyn Offsets>,
}

impl SourceContext {
    /// Where to go on in this source partition; `None` at the very start.
    ///
    /// # Errors
    /// The offset store cannot be read.
    pub async fn offset(&self, source_partition: OffsetMap) -> Result<Option<OffsetMap>> {
        self.offsets.committed(source_partition).await
    }
}

impl std::ops::Deref for SourceContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.common
    }
}

/// A sink task's context.
#[derive(Clone)]
pub struct SinkContext {
    pub common: Context,
    pub control: Arc<dyn SinkControl>,
}

impl SinkContext {
    /// Hands over a record that cannot be handled; on `Ok` go on with the next.
    ///
    /// # Errors
    /// The runtime does not tolerate the record: return the error from `put`.
    pub async fn report(&self, record: &SinkRecord, error: ConnectError) -> Result<()> {
        self.control.report(record.clone(), error).await
    }

    /// After the next retriable error, wait this long before the batch comes again.
    pub fn timeout(&self, delay: Duration) {
        self.control.timeout(delay);
    }
}

impl std::ops::Deref for SinkContext {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.common
    }
}

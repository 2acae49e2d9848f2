//! In-memory services and a small executor, for tests of plugins without a runtime. The clock flies: sleeping only moves it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use async_trait::async_trait;

use crate::context::{Context, SinkContext, SourceContext};
use crate::error::{ConnectError, Result};
use crate::record::{OffsetMap, SinkRecord, SourceRecord};
use crate::services::{Clock, Http, HttpRequest, HttpResponse, Level, Log, Metrics, Offsets, SinkControl};

/// Runs a future on this thread. For plugins that need tokio, use its `block_on` instead.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut task = TaskContext::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut task) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Respond = Box<dyn FnMut(&HttpRequest) -> Result<HttpResponse> + Send>;

/// One object that is every service; what plugins did can be looked up afterwards.
#[derive(Clone)]
pub struct TestServices(Arc<State>);

struct State {
    now_ms: Mutex<i64>,
    offsets: Mutex<BTreeMap<String, OffsetMap>>,
    log: Mutex<Vec<(Level, String)>>,
    counters: Mutex<BTreeMap<String, u64>>,
    requests: Mutex<Vec<HttpRequest>>,
    respond: Mutex<Respond>,
    errant: Mutex<Vec<(SinkRecord, ConnectError)>>,
    tolerate: Mutex<bool>,
    timeout: Mutex<Option<Duration>>,
}

impl Default for TestServices {
    fn default() -> Self {
        Self::new()
    }
}

impl TestServices {
    /// Fresh services: time zero, no offsets, HTTP answers 200, bad records are not tolerated.
    pub fn new() -> Self {
        Self(Arc::new(State {
            now_ms: Mutex::new(0),
            offsets: Mutex::default(),
            log: Mutex::default(),
            counters: Mutex::default(),
            requests: Mutex::default(),
            respond: Mutex::new(Box::new(|_| {
                Ok(HttpResponse {
                    status: 200,
                    headers: Vec::new(),
                    body: Vec::new(),
                })
            })),
            errant: Mutex::default(),
            tolerate: Mutex::new(false),
            timeout: Mutex::default(),
        }))
    }

    /// A source's context on these services.
    pub fn source_context(&self) -> SourceContext {
        SourceContext {
            common: self.common(),
            offsets: Arc::new(self.clone()),
        }
    }

    /// A sink's context on these services.
    pub fn sink_context(&self) -> SinkContext {
        SinkContext {
            common: self.common(),
            control: Arc::new(self.clone()),
        }
    }

    fn common(&self) -> Context {
        let this = Arc::new(self.clone());
        Context {
            clock: this.clone(),
            log: this.clone(),
            metrics: this.clone(),
            http: this,
        }
    }

    /// Commits the offsets of these records, as the runtime does after they were written.
    pub fn commit(&self, records: &[SourceRecord]) {
        for record in records.iter().filter(|record| !record.source_offset.is_empty()) {
            lock(&self.0.offsets).insert(partition_key(&record.source_partition), record.source_offset.clone());
        }
    }

    /// Lets bad records pass (they are kept for [`TestServices::errant`]) or not.
    pub fn tolerate_errors(&self, tolerate: bool) {
        *lock(&self.0.tolerate) = tolerate;
    }

    /// How the outside answers HTTP requests from now on.
    pub fn respond_with(&self, respond: impl FnMut(&HttpRequest) -> Result<HttpResponse> + Send + 'static) {
        *lock(&self.0.respond) = Box::new(respond);
    }

    /// All HTTP requests so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        lock(&self.0.requests).clone()
    }

    /// All reported records so far.
    pub fn errant(&self) -> Vec<(SinkRecord, ConnectError)> {
        lock(&self.0.errant).clone()
    }

    /// The delay that a sink asked for before its next retry; asking takes it.
    pub fn take_timeout(&self) -> Option<Duration> {
        lock(&self.0.timeout).take()
    }

    /// The log so far.
    pub fn log_lines(&self) -> Vec<(Level, String)> {
        lock(&self.0.log).clone()
    }

    /// A counter's value.
    pub fn counter(&self, name: &str) -> u64 {
        lock(&self.0.counters).get(name).copied().unwrap_or_default()
    }
}

/// Key order does not matter.
fn partition_key(partition: &OffsetMap) -> String {
    let sorted: BTreeMap<_, _> = partition.iter().collect();
    serde_json::to_string(&sorted).unwrap_or_default()
}

#[async_trait]
impl Offsets for TestServices {
    async fn committed(&self, source_partition: OffsetMap) -> Result<Option<OffsetMap>> {
        Ok(lock(&self.0.offsets).get(&partition_key(&source_partition)).cloned())
    }
}

#[async_trait]
impl Clock for TestServices {
    fn now_ms(&self) -> i64 {
        *lock(&self.0.now_ms)
    }

    async fn sleep(&self, duration: Duration) {
        *lock(&self.0.now_ms) += i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2);
    }
}

impl Log for TestServices {
    fn log(&self, level: Level, message: &str) {
        lock(&self.0.log).push((level, message.to_owned()));
    }
}

impl Metrics for TestServices {
    fn count(&self, name: &str, add: u64) {
        *lock(&self.0.counters).entry(name.to_owned()).or_default() += add;
    }

    fn gauge(&self, _name: &str, _value: f64) {}
}

#[async_trait]
impl Http for TestServices {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        lock(&self.0.requests).push(request.clone());
        (lock(&self.0.respond))(&request)
    }
}

#[async_trait]
impl SinkControl for TestServices {
    async fn report(&self, record: SinkRecord, error: ConnectError) -> Result<()> {
        lock(&self.0.errant).push((record, error.clone()));
        if *lock(&self.0.tolerate) { Ok(()) } else { Err(error) }
    }

    fn timeout(&self, delay: Duration) {
        *lock(&self.0.timeout) = Some(delay);
    }

    fn request_commit(&self) {}
}

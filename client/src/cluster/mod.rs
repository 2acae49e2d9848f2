//! The cluster as a client sees it: connections to brokers, and cached metadata of topics.
//!
//! `pool` opens and shares connections, `metadata` is the cache (pure), `retry` the pauses between attempts.

mod metadata;
mod pool;
mod retry;

pub use metadata::{Broker, PartitionMetadata, TopicMetadata};
pub(crate) use pool::Lane;
pub(crate) use retry::{Backoff, Deadline};

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use weir_core::{ErrorCode, Seam};
use weir_messages::metadata_request::MetadataRequestTopic;
use weir_messages::{MetadataRequest, MetadataResponse, Request, Str};

use crate::config::ClientConfig;
use crate::types::{ApiError, TopicPartition};
use crate::wire::{CallError, Connection};
use metadata::Cache;
use pool::Pool;

/// Why a topic's partitions could not be learned.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// No broker answered.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The topic does not exist, may not be seen, has an invalid name, …
    #[error("topic {topic}: {error}")]
    Topic {
        /// The topic.
        topic: Str,
        /// What the broker said.
        error: ApiError,
    },
    /// The topic has no such partition.
    #[error("{0} does not exist")]
    NoPartition(TopicPartition),
    /// The partition has no leader at the moment.
    #[error("{0} has no leader")]
    NoLeader(TopicPartition),
    /// No answer in the time that the caller had.
    #[error("topic {0}: no metadata in time")]
    Timeout(Str),
}

impl MetadataError {
    /// Whether asking again may help.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Call(error) => error.retriable(),
            Self::Topic { error, .. } => error.retriable(),
            Self::NoPartition(_) | Self::NoLeader(_) | Self::Timeout(_) => true,
        }
    }
}

/// A cluster: cheap to clone; producers, consumers and admin clients of one program may share it.
#[derive(Clone)]
pub struct Cluster(Arc<Inner>);

struct Inner {
    seam: Seam,
    config: ClientConfig,
    pool: Pool,
    cache: Mutex<Cache>,
    /// One metadata request at a time: those who wait for a topic look into the cache again before they ask themselves.
    refreshing: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster")
            .field("bootstrap_servers", &self.0.config.bootstrap_servers)
            .finish()
    }
}

/// The topics that a metadata request is about.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// Every topic that exists.
    All,
    /// These.
    Topics(BTreeSet<Str>),
}

impl Cluster {
    /// Nothing is connected until the first request.
    pub fn new(seam: Seam, config: ClientConfig) -> Self {
        let pool = Pool::new(seam.clone(), &config);
        Self(Arc::new(Inner {
            seam,
            config,
            pool,
            cache: Mutex::default(),
            refreshing: tokio::sync::Mutex::new(()),
        }))
    }

    pub(crate) fn seam(&self) -> &Seam {
        &self.0.seam
    }

    pub(crate) fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(self.0.config.retry_backoff, self.0.config.retry_backoff_max)
    }

    pub(crate) fn deadline(&self, timeout: Duration) -> Deadline {
        Deadline::after(&self.0.seam, timeout)
    }

    /// The brokers that are known.
    pub fn brokers(&self) -> Vec<Broker> {
        self.0.cache.lock().brokers()
    }

    /// A connection to a broker by id.
    pub(crate) async fn connection(&self, node: i32, lane: Lane) -> Result<Arc<Connection>, CallError> {
        let address = self.0.cache.lock().address(node);
        let address = match address {
            Some(address) => address,
            None => {
                self.refresh(&Wanted::Topics(BTreeSet::new()), false).await?;
                let address = self.0.cache.lock().address(node);
                address.ok_or(CallError::UnknownNode(node))?
            }
        };
        self.0.pool.get(&address, lane).await
    }

    /// Sends a request to a broker by id; `cap` is the highest version to use.
    pub(crate) async fn call<R: Request>(
        &self,
        node: i32,
        lane: Lane,
        request: &R,
        cap: i16,
    ) -> Result<R::Response, CallError> {
        let connection = self.connection(node, lane).await?;
        let version = connection.version::<R>(cap)?;
        connection
            .call_version(request, version, self.0.config.request_timeout)
            .await
    }

    /// Any broker that answers: connected ones first, then known ones, then the bootstrap list (KIP-899).
    pub(crate) async fn any_connection(&self) -> Result<Arc<Connection>, CallError> {
        let known = self.0.cache.lock().addresses();
        let start = self.0.seam.random.next_u64();
        self.0.pool.any(&known, start).await
    }

    /// Sends a request to any broker.
    pub(crate) async fn call_any<R: Request>(&self, request: &R, cap: i16) -> Result<R::Response, CallError> {
        let connection = self.any_connection().await?;
        let version = connection.version::<R>(cap)?;
        connection
            .call_version(request, version, self.0.config.request_timeout)
            .await
    }

    /// Fetches metadata now and merges it into the cache.
    pub(crate) async fn refresh(&self, wanted: &Wanted, auto_create: bool) -> Result<MetadataResponse, CallError> {
        let _one = self.0.refreshing.lock().await;
        self.ask(wanted, auto_create).await
    }

    /// The request itself, under the lock.
    async fn ask(&self, wanted: &Wanted, auto_create: bool) -> Result<MetadataResponse, CallError> {
        let before = self.0.seam.clock.monotonic();
        let topics = match wanted {
            Wanted::All => None,
            Wanted::Topics(names) => {
                let topic = |name: &Str| MetadataRequestTopic {
                    name: Some(name.clone()),
                    ..Default::default()
                };
                Some(names.iter().map(topic).collect())
            }
        };
        let request = MetadataRequest {
            topics,
            allow_auto_topic_creation: auto_create,
            ..Default::default()
        };
        let response = self.call_any(&request, i16::MAX).await?;
        let code = ErrorCode::from_code(response.error_code);
        if code != ErrorCode::None {
            return Err(CallError::refused(MetadataRequest::KEY, code));
        }
        self.0.cache.lock().merge(&response, before);
        Ok(response)
    }

    /// A topic from the cache, or from a broker when the cache has none, has an old one, or has one that was called stale.
    pub(crate) async fn topic(&self, name: &Str, auto_create: bool) -> Result<Arc<TopicMetadata>, MetadataError> {
        if let Some(topic) = self.cached(name) {
            return Ok(topic);
        }
        let since = self.0.seam.clock.monotonic();
        let _one = self.0.refreshing.lock().await;
        // Somebody else may have asked meanwhile; an answer to what was asked before may be what the caller called stale.
        if let Some(topic) = self.0.cache.lock().fresh_topic(name, since) {
            return Ok(topic);
        }
        let wanted = Wanted::Topics(BTreeSet::from([name.clone()]));
        let response = self.ask(&wanted, auto_create).await?;
        let of = response.topics.iter().find(|topic| topic.name.as_ref() == Some(name));
        let code = of.map_or(ErrorCode::UnknownTopicOrPartition.code(), |topic| topic.error_code);
        ApiError::check(code, None).map_err(|error| MetadataError::Topic {
            topic: name.clone(),
            error,
        })?;
        self.0.cache.lock().topic(name).ok_or_else(|| MetadataError::Topic {
            topic: name.clone(),
            error: ErrorCode::UnknownTopicOrPartition.into(),
        })
    }

    /// [`Self::topic`] with retries until `deadline`, and not a moment longer.
    pub(crate) async fn topic_until(
        &self,
        name: &Str,
        auto_create: bool,
        deadline: Deadline,
    ) -> Result<Arc<TopicMetadata>, MetadataError> {
        let mut backoff = self.backoff();
        let mut last = None;
        loop {
            // A broker that does not answer takes longer than the caller may have.
            let left = deadline.left(self.seam());
            match self.seam().timeout(left, self.topic(name, auto_create)).await {
                None => return Err(last.unwrap_or_else(|| MetadataError::Timeout(name.clone()))),
                Some(Err(error)) if error.retriable() && !deadline.passed(self.seam()) => {
                    tracing::debug!(%error, "metadata, retrying");
                    last = Some(error);
                    backoff.pause(self.seam(), deadline).await;
                }
                Some(done) => return done,
            }
        }
    }

    /// A fresh topic from the cache alone.
    pub(crate) fn cached(&self, name: &str) -> Option<Arc<TopicMetadata>> {
        let oldest = self
            .0
            .seam
            .clock
            .monotonic()
            .checked_sub(self.0.config.metadata_max_age);
        self.0.cache.lock().fresh_topic(name, oldest.unwrap_or_default())
    }

    /// A topic from the cache that nobody called stale, however old.
    pub(crate) fn cached_usable(&self, name: &str) -> Option<Arc<TopicMetadata>> {
        self.0.cache.lock().fresh_topic(name, Duration::ZERO)
    }

    /// Whatever the cache has, stale or not.
    pub(crate) fn cached_any(&self, name: &str) -> Option<Arc<TopicMetadata>> {
        self.0.cache.lock().topic(name)
    }

    /// Says that what is cached of a topic is out of date.
    pub(crate) fn invalidate(&self, topic: &str) {
        self.0.cache.lock().invalidate(topic);
    }

    /// A leader that a broker named in an error answer (KIP-951).
    pub(crate) fn learn_leader(&self, partition: &TopicPartition, leader: i32, epoch: i32, endpoint: Option<Broker>) {
        self.0.cache.lock().learn_leader(partition, leader, epoch, endpoint);
    }

    /// Leader and its epoch, asking the cluster when the cache does not know.
    pub(crate) async fn leader(&self, partition: &TopicPartition) -> Result<(i32, i32), MetadataError> {
        let topic = self.topic(&partition.topic, false).await?;
        // What it lacks it may have by now.
        topic
            .leader(partition.partition)
            .inspect_err(|_| self.invalidate(&partition.topic))
    }

    /// Fills the cache as an answer of this moment would.
    #[cfg(test)]
    pub(crate) fn learn(&self, response: &MetadataResponse) {
        let now = self.0.seam.clock.monotonic();
        self.0.cache.lock().merge(response, now);
    }

    /// Ends all connections.
    pub fn close(&self) {
        self.0.pool.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use futures_util::future::{join_all, poll_immediate};
    use weir_core::sim::Sim;
    use weir_messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};

    fn cluster(seam: &Seam) -> Cluster {
        let config = crate::config::AdminConfig::new("127.0.0.1:7,127.0.0.1:8").unwrap();
        Cluster::new(seam.clone(), config.client)
    }

    /// Servers that take connections and say nothing.
    fn silent(sim: &mut Sim) {
        let seam = sim.host("server");
        let s = seam.clone();
        seam.spawn("silent", async move {
            let first = s.net.listen("127.0.0.1:7".parse().unwrap()).await.unwrap();
            let second = s.net.listen("127.0.0.1:8".parse().unwrap()).await.unwrap();
            let _open = (first.accept().await, second.accept().await);
            std::future::pending::<()>().await;
        });
    }

    #[test]
    fn silent_brokers_do_not_hold_a_caller_longer_than_it_has_time() {
        let mut sim = Sim::new(1);
        silent(&mut sim);
        let seam = sim.host("c");
        let cluster = cluster(&seam);
        let clock = seam.clock.clone();
        let waited = sim.run("c", Duration::from_secs(1000), async move {
            seam.sleep(Duration::from_millis(10)).await;
            let begun = clock.monotonic();
            let deadline = cluster.deadline(Duration::from_secs(1));
            let name = Str::from_static("t");
            let callers = (0..3).map(|_| cluster.topic_until(&name, true, deadline));
            for result in join_all(callers).await {
                assert!(matches!(result, Err(MetadataError::Timeout(_))), "{result:?}");
            }
            clock.monotonic() - begun
        });
        assert_eq!(waited, Some(Duration::from_secs(1)));
    }

    #[test]
    fn who_waited_for_a_request_finds_its_answer() {
        let cluster = cluster(&Sim::new(1).host("c"));
        let asking = cluster.0.refreshing.try_lock().unwrap();
        let name = Str::from_static("t");
        let mut waiting = Box::pin(cluster.topic(&name, true));
        assert!(poll_immediate(&mut waiting).now_or_never().unwrap().is_none());
        cluster.learn(&MetadataResponse {
            topics: vec![MetadataResponseTopic {
                name: Some(name.clone()),
                partitions: vec![MetadataResponsePartition::default()],
                ..Default::default()
            }],
            ..Default::default()
        });
        drop(asking);
        let found = waiting.now_or_never().expect("without a request of its own");
        assert_eq!(found.unwrap().name, name);
    }
}

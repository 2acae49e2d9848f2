//! The background task that turns batches into requests: learns leaders and the producer id, keeps requests on their way, and hands
//! answers back to the accumulator. Every decision is the accumulator's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use weir_core::{ErrorCode, Seam};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::produce_response::{LeaderIdAndEpoch, NodeEndpoint, PartitionProduceResponse};
use weir_messages::{InitProducerIdRequest, ProduceRequest, ProduceResponse, Request, Str, Uuid};

use super::accumulator::{Accumulator, Settled, rejected};
use super::batch::{Batch, ProducerId};
use super::delivery::Acked;
use super::error::SendError;
use super::partitioner::Partitioner;
use crate::cluster::{Backoff, Broker, Cluster, Lane, Wanted};
use crate::config::{Acks, ProducerConfig};
use crate::types::{ApiError, TopicPartition};
use crate::wire::{CallError, Connection};

/// From this version on, topics are named by id alone (KIP-516).
const TOPIC_ID_VERSION: i16 = 13;
/// Pause when nothing says when to look again: only a safety net, every change wakes the sender.
const IDLE_PAUSE: Duration = Duration::from_secs(60);

/// What the producer's handle and its sender share.
pub(super) struct Shared {
    pub(super) accumulator: Mutex<Accumulator>,
    pub(super) partitioner: Mutex<Partitioner>,
    /// Bytes of `buffer.memory` that are free.
    pub(super) buffer: Semaphore,
    /// Rings for the sender.
    pub(super) wake: Notify,
    /// Rings for whoever flushes.
    pub(super) settled: Notify,
    /// No more records; the sender ends when it has sent what there is.
    pub(super) closing: std::sync::atomic::AtomicBool,
    /// The sender has ended.
    pub(super) ended: tokio::sync::watch::Sender<bool>,
}

/// What one of the sender's futures brings.
enum Event {
    Produced(Sent),
    Metadata,
    Connected(i32, Result<Arc<Connection>, CallError>),
    ProducerId(Result<ProducerId, SendError>),
}

/// A request that came back.
struct Sent {
    node: i32,
    batches: Vec<Batch>,
    /// Topic names by id, to read an answer that has ids alone.
    names: BTreeMap<Uuid, Str>,
    result: Result<Option<ProduceResponse>, CallError>,
}

pub(super) struct Sender {
    cluster: Cluster,
    config: Arc<ProducerConfig>,
    shared: Arc<Shared>,
    futures: FuturesUnordered<BoxFuture<'static, Event>>,
    /// Requests without an answer per broker.
    in_flight: BTreeMap<i32, usize>,
    /// Held here, so that requests are queued the moment they are made up: a later one must not overtake.
    connections: BTreeMap<i32, Arc<Connection>>,
    connecting: BTreeSet<i32>,
    refreshing: bool,
    identifying: bool,
    metadata_backoff: Option<Backoff>,
    retry_backoffs: BTreeMap<TopicPartition, Backoff>,
}

impl Sender {
    pub(super) fn new(cluster: Cluster, config: Arc<ProducerConfig>, shared: Arc<Shared>) -> Self {
        Self {
            cluster,
            config,
            shared,
            futures: FuturesUnordered::new(),
            in_flight: BTreeMap::new(),
            connections: BTreeMap::new(),
            connecting: BTreeSet::new(),
            refreshing: false,
            identifying: false,
            metadata_backoff: None,
            retry_backoffs: BTreeMap::new(),
        }
    }

    fn seam(&self) -> &Seam {
        self.cluster.seam()
    }

    /// Runs until the producer is closed and everything is settled.
    pub(super) async fn run(mut self) {
        loop {
            let now = self.seam().clock.monotonic();
            self.step(now);
            let closing = self.shared.closing.load(std::sync::atomic::Ordering::Acquire);
            if closing && self.shared.accumulator.lock().close_if_empty() {
                break;
            }
            // Of the same moment as the drain: what became due since then must not be taken for something that waits for others.
            let moment = self.shared.accumulator.lock().next_moment(now);
            let pause = moment.map_or(IDLE_PAUSE, |moment| moment.saturating_sub(now));
            let sleep = self.cluster.seam().clock.sleep(pause);
            let shared = self.shared.clone();
            let event = tokio::select! {
                biased;
                Some(event) = self.futures.next(), if !self.futures.is_empty() => Some(event),
                () = shared.wake.notified() => None,
                () = sleep => None,
            };
            if let Some(event) = event {
                self.on_event(event);
            }
        }
        // Not `send`, which does nothing while nobody looks.
        self.shared.ended.send_replace(true);
    }

    /// Everything that can be done without waiting.
    fn step(&mut self, now: Duration) {
        let (released, late) = {
            let mut accumulator = self.shared.accumulator.lock();
            (accumulator.expire(now), accumulator.expire_in_flight(now))
        };
        self.release(released);
        if late {
            self.shared.settled.notify_waiters();
        }
        if !self.identifying && self.shared.accumulator.lock().needs_producer_id() {
            self.identifying = true;
            self.futures.push(
                init_producer_id(self.cluster.clone(), self.config.max_block)
                    .map(Event::ProducerId)
                    .boxed(),
            );
        }
        let cluster = &self.cluster;
        let wanted: BTreeSet<Str> = {
            let accumulator = self.shared.accumulator.lock();
            let due = |partition: &&TopicPartition| {
                cluster.cached(&partition.topic).is_none() || leader(cluster, partition).is_none()
            };
            accumulator
                .active()
                .filter(due)
                .map(|partition| partition.topic.clone())
                .collect()
        };
        if wanted.is_empty() {
            self.metadata_backoff = None;
        } else if !self.refreshing {
            self.refreshing = true;
            let pause = match &mut self.metadata_backoff {
                Some(backoff) => backoff.draw(cluster.seam().random.next_u64()),
                None => Duration::ZERO,
            };
            self.metadata_backoff.get_or_insert_with(|| cluster.backoff());
            self.futures.push(refresh(cluster.clone(), wanted, pause).boxed());
        }
        self.connect();
        let cluster = &self.cluster;
        let drained = {
            let (in_flight, max) = (&self.in_flight, self.config.max_in_flight);
            let connections = &self.connections;
            let free =
                |node: &i32| connections.contains_key(node) && in_flight.get(node).is_none_or(|count| *count < max);
            let mut accumulator = self.shared.accumulator.lock();
            accumulator.drain(now, |partition| leader(cluster, partition).filter(free))
        };
        let more = !drained.is_empty();
        for (node, batches) in drained {
            *self.in_flight.entry(node).or_default() += 1;
            self.produce(node, batches);
        }
        if more {
            // One batch per partition and drain: there may be another one.
            self.shared.wake.notify_one();
        }
    }

    /// Connects to the leaders of what is to be sent.
    fn connect(&mut self) {
        self.connections.retain(|_, connection| !connection.is_closed());
        let cluster = &self.cluster;
        let leaders: BTreeSet<i32> = {
            let accumulator = self.shared.accumulator.lock();
            accumulator
                .active()
                .filter_map(|partition| leader(cluster, partition))
                .collect()
        };
        for node in leaders {
            if self.connections.contains_key(&node) || !self.connecting.insert(node) {
                continue;
            }
            let cluster = self.cluster.clone();
            let connecting = async move { Event::Connected(node, cluster.connection(node, Lane::Main).await) };
            self.futures.push(connecting.boxed());
        }
    }

    fn on_connected(&mut self, node: i32, result: Result<Arc<Connection>, CallError>) {
        self.connecting.remove(&node);
        match result {
            Ok(connection) => {
                self.connections.insert(node, connection);
            }
            Err(error) => {
                tracing::debug!(%error, node, "connect");
                let cluster = &self.cluster;
                let mut accumulator = self.shared.accumulator.lock();
                // The leader may be another one by now.
                let affected = accumulator
                    .active()
                    .filter(|partition| leader(cluster, partition) == Some(node));
                let affected: Vec<TopicPartition> = affected.cloned().collect();
                for partition in affected {
                    cluster.invalidate(&partition.topic);
                    accumulator.note(&partition, &error.clone().into());
                }
            }
        }
    }

    fn release(&self, bytes: usize) {
        if bytes > 0 {
            self.shared.buffer.add_permits(bytes);
            self.shared.settled.notify_waiters();
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Produced(sent) => self.on_produced(sent),
            Event::Metadata => self.refreshing = false,
            Event::Connected(node, result) => self.on_connected(node, result),
            Event::ProducerId(result) => {
                self.identifying = false;
                match result {
                    Ok(producer) => self.shared.accumulator.lock().set_producer(producer),
                    Err(error) => {
                        tracing::warn!(%error, "no producer id");
                        if !error.retriable() {
                            let released = self.shared.accumulator.lock().fail_all(&error);
                            self.release(released);
                        }
                    }
                }
            }
        }
    }

    /// Starts a produce request; batches that do not compress fail at once.
    fn produce(&mut self, node: i32, mut batches: Vec<Batch>) {
        let mut topics: BTreeMap<Str, Vec<PartitionProduceData>> = BTreeMap::new();
        let mut failed = Vec::new();
        batches.retain_mut(|batch| match batch.seal() {
            Ok(records) => {
                topics
                    .entry(batch.partition.topic.clone())
                    .or_default()
                    .push(PartitionProduceData {
                        index: batch.partition.partition,
                        records: Some(records),
                        ..Default::default()
                    });
                true
            }
            Err(error) => {
                failed.push((batch.partition.clone(), SendError::Compress(Arc::new(error))));
                true
            }
        });
        let (bad, good): (Vec<Batch>, Vec<Batch>) = batches
            .into_iter()
            .partition(|batch| failed.iter().any(|(partition, _)| *partition == batch.partition));
        for batch in bad {
            let error = failed.iter().find(|(partition, _)| *partition == batch.partition);
            let error = error.map_or(SendError::Closed, |(_, error)| error.clone());
            self.reject(batch, error);
        }
        let mut names = BTreeMap::new();
        let topic_data = topics.into_iter().map(|(name, partition_data)| {
            let topic_id = self.cluster.cached_any(&name).map_or(Uuid::nil(), |topic| topic.id);
            names.insert(topic_id, name.clone());
            TopicProduceData {
                name,
                topic_id,
                partition_data,
                ..Default::default()
            }
        });
        let request = ProduceRequest {
            acks: self.config.acks.wire(),
            timeout_ms: i32::try_from(self.config.client.request_timeout.as_millis()).unwrap_or(i32::MAX),
            topic_data: topic_data.collect(),
            ..Default::default()
        };
        // Not less for a batch that has little time left: the timeout closes the connection, under all others as well.
        let timeout = self.config.client.request_timeout;
        let result = match self.connections.get(&node) {
            Some(connection) => send(connection, request, self.config.acks, timeout),
            None => async move { Err(CallError::UnknownNode(node)) }.boxed(),
        };
        let sent = async move {
            Event::Produced(Sent {
                node,
                batches: good,
                names,
                result: result.await,
            })
        };
        self.futures.push(sent.boxed());
    }

    fn on_produced(&mut self, sent: Sent) {
        if let Some(count) = self.in_flight.get_mut(&sent.node) {
            *count = count.saturating_sub(1);
        }
        let response = match sent.result {
            Ok(Some(response)) => response,
            // acks=0: nothing comes back, sent is all that is known.
            Ok(None) => {
                for batch in sent.batches {
                    self.acknowledge(batch, -1, -1);
                }
                return;
            }
            Err(error) => {
                tracing::debug!(%error, node = sent.node, "produce");
                for batch in sent.batches {
                    if error.retriable() {
                        self.cluster.invalidate(&batch.partition.topic);
                    }
                    self.reject(batch, error.clone().into());
                }
                return;
            }
        };
        let mut answers: BTreeMap<TopicPartition, PartitionProduceResponse> = BTreeMap::new();
        for topic in response.responses {
            let name = match topic.name.is_empty() {
                true => sent.names.get(&topic.topic_id).cloned(),
                false => Some(topic.name),
            };
            let Some(name) = name else { continue };
            for partition in topic.partition_responses {
                answers.insert(TopicPartition::new(name.clone(), partition.index), partition);
            }
        }
        for batch in sent.batches {
            match answers.remove(&batch.partition) {
                Some(answer) => self.on_answer(batch, &answer, &response.node_endpoints),
                None => {
                    let error = rejected(&batch.partition, ErrorCode::UnknownServerError.into());
                    self.reject(batch, error);
                }
            }
        }
    }

    fn on_answer(&mut self, batch: Batch, answer: &PartitionProduceResponse, endpoints: &[NodeEndpoint]) {
        match ApiError::check(answer.error_code, answer.error_message.as_ref()) {
            Ok(()) => self.acknowledge(batch, answer.base_offset, answer.log_append_time_ms),
            Err(error) => {
                if wants_metadata(error.code) {
                    self.cluster.invalidate(&batch.partition.topic);
                    learn(&self.cluster, &batch.partition, &answer.current_leader, endpoints);
                }
                let error = rejected(&batch.partition, error);
                self.reject(batch, error);
            }
        }
    }

    fn acknowledge(&mut self, batch: Batch, base_offset: i64, append_time: i64) {
        tracing::trace!(partition = %batch.partition, sequence = ?batch.sequence, count = batch.count, base_offset, "batch acknowledged");
        self.retry_backoffs.remove(&batch.partition);
        let acked = Acked {
            base_offset,
            append_time,
        };
        let settled = self.shared.accumulator.lock().acknowledge(batch, acked);
        self.release(settled.released);
    }

    fn reject(&mut self, batch: Batch, error: SendError) {
        tracing::debug!(partition = %batch.partition, sequence = ?batch.sequence, count = batch.count, %error, "batch failed");
        let seam = self.cluster.seam();
        let backoff = self
            .retry_backoffs
            .entry(batch.partition.clone())
            .or_insert_with(|| self.cluster.backoff());
        let pause = backoff.draw(seam.random.next_u64());
        let now = seam.clock.monotonic();
        let Settled { released, .. } = self.shared.accumulator.lock().reject(batch, error, now, pause);
        self.release(released);
    }
}

/// The leader of a partition as far as the cache knows; metadata that is merely old will do until it is refreshed.
fn leader(cluster: &Cluster, partition: &TopicPartition) -> Option<i32> {
    let topic = cluster.cached_usable(&partition.topic)?;
    let index = usize::try_from(partition.partition).ok()?;
    topic.partitions.get(index)?.leader
}

fn wants_metadata(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownLeaderEpoch
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId
            | ErrorCode::KafkaStorageError
            | ErrorCode::ReplicaNotAvailable
    )
}

fn learn(cluster: &Cluster, partition: &TopicPartition, leader: &LeaderIdAndEpoch, endpoints: &[NodeEndpoint]) {
    let endpoint = endpoints
        .iter()
        .find(|endpoint| endpoint.node_id == leader.leader_id)
        .map(|endpoint| Broker {
            id: endpoint.node_id,
            host: endpoint.host.as_str().to_owned(),
            port: u16::try_from(endpoint.port).unwrap_or_default(),
            rack: endpoint.rack.as_ref().map(|rack| rack.as_str().to_owned()),
        });
    cluster.learn_leader(partition, leader.leader_id, leader.leader_epoch, endpoint);
}

/// Queues a request now; the future brings the answer, `None` with acks=0.
fn send(
    connection: &Arc<Connection>,
    mut request: ProduceRequest,
    acks: Acks,
    timeout: Duration,
) -> BoxFuture<'static, Result<Option<ProduceResponse>, CallError>> {
    let named = request.topic_data.iter().any(|topic| topic.topic_id.is_nil());
    let cap = if named { TOPIC_ID_VERSION - 1 } else { i16::MAX };
    let version = match connection.version::<ProduceRequest>(cap) {
        Ok(version) => version,
        Err(error) => return async move { Err(error) }.boxed(),
    };
    if version >= TOPIC_ID_VERSION {
        request.topic_data.iter_mut().for_each(|topic| topic.name = Str::new());
    }
    match acks {
        Acks::None => connection
            .start_only(&request, version)
            .map(|done| done.map(|()| None))
            .boxed(),
        Acks::Leader | Acks::All => connection
            .start(&request, version, timeout)
            .map(|done| done.map(Some))
            .boxed(),
    }
}

async fn refresh(cluster: Cluster, topics: BTreeSet<Str>, pause: Duration) -> Event {
    cluster.seam().sleep(pause).await;
    if let Err(error) = cluster.refresh(&Wanted::Topics(topics), false).await {
        tracing::debug!(%error, "metadata");
    }
    Event::Metadata
}

/// A producer id for idempotence, from any broker.
async fn init_producer_id(cluster: Cluster, patience: Duration) -> Result<ProducerId, SendError> {
    let request = InitProducerIdRequest {
        transactional_id: None,
        transaction_timeout_ms: i32::MAX,
        producer_id: -1,
        producer_epoch: -1,
        ..Default::default()
    };
    let deadline = cluster.deadline(patience);
    let mut backoff = cluster.backoff();
    loop {
        let result = match cluster.call_any(&request, i16::MAX).await {
            Ok(response) => ErrorCode::check(response.error_code)
                .map(|()| ProducerId {
                    id: response.producer_id,
                    epoch: response.producer_epoch,
                })
                .map_err(SendError::ProducerId),
            Err(error) => Err(error.into()),
        };
        match result {
            Err(error) if error.retriable() && !deadline.passed(cluster.seam()) => {
                tracing::debug!(%error, api = InitProducerIdRequest::KEY.name(), "retrying");
                backoff.pause(cluster.seam(), deadline).await;
            }
            done => return done,
        }
    }
}

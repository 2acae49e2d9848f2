//! Fetch (1). Version 13 and up name topics by id. Sessions (KIP-227) are not kept: every answer carries session id 0,
//! which tells clients to send full requests. A fetch that has data is answered from the task that read it; else it
//! waits on its partitions' lists, at most `max_wait_ms`.

use super::{Outcome, Reply, partitions};
use crate::answer::Answer;
use crate::state::{Context, Operation, Resource, State};
use crate::topics::TopicHandle;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use weir_core::ErrorCode;
use weir_core::seam::FileRange;
use weir_engine::log::Records;
use weir_engine::partition::{Partition, ReadBound};
use weir_messages::fetch_request::FetchPartition;
use weir_messages::fetch_response::{AbortedTransaction, EpochEndOffset, FetchableTopicResponse, PartitionData};
use weir_messages::{FetchRequest, FetchResponse};

pub(super) fn handle(state: &Arc<State>, context: Context, mut request: FetchRequest) -> Outcome<Found> {
    // Sessions are not kept, so none is found; but a full request (epoch 0 or -1) stands for itself, whatever session it ends.
    if request.session_epoch > 0 {
        let response = FetchResponse {
            error_code: ErrorCode::FetchSessionIdNotFound.code(),
            ..Default::default()
        };
        return Outcome::Now(Found {
            response,
            files: Vec::new(),
        });
    }
    let replica = if context.version >= 15 {
        request.replica_state.replica_id
    } else {
        request.replica_id
    };
    let bound = match (replica, request.isolation_level) {
        (0.., _) => ReadBound::LogEnd,
        (_, 1) => ReadBound::LastStable,
        _ => ReadBound::HighWatermark,
    };
    // The answer is by partition: a topic without any is not in it.
    request.topics.retain(|t| !t.partitions.is_empty());
    let topics = request
        .topics
        .iter()
        .map(|t| partitions::topic(state, context.version >= 13, &t.topic, t.topic_id));
    let mut fetch = Fetch {
        topics: topics.collect(),
        context,
        bound,
        request,
    };
    let read = fetch.read(state, None);
    let done = read.complete || read.bytes >= fetch.min_bytes() || fetch.request.max_wait_ms <= 0;
    if done {
        return Outcome::Now(read.found);
    }
    let state = state.clone();
    Outcome::later(async move { fetch.wait(&state).await })
}

/// A response with stand-ins for the stretches of files that belong in it.
pub(super) struct Found {
    response: FetchResponse,
    files: Vec<FileRange>,
}

impl Reply<FetchResponse> for Found {
    fn parts(self) -> (FetchResponse, Vec<FileRange>) {
        (self.response, self.files)
    }
}

/// What the partitions so far had.
struct Gathered {
    /// Bytes that all of them together may have.
    max: usize,
    bytes: usize,
    files: Vec<FileRange>,
}

impl Gathered {
    /// What goes into the response: the records, or what stands for them.
    fn take(&mut self, records: &Records) -> Result<Bytes, ErrorCode> {
        self.bytes += records.len();
        match records {
            Records::Here(bytes) => Ok(bytes.clone()),
            Records::InFile(range) => match Answer::stand_in(range.len) {
                Some(bytes) => {
                    self.files.push(range.clone());
                    Ok(bytes)
                }
                None => {
                    let mut buf = vec![0; range.len];
                    range.file.read_exact_at(&mut buf, range.at).map_err(|error| {
                        tracing::error!(%error, ?range, "read failed");
                        ErrorCode::KafkaStorageError
                    })?;
                    Ok(buf.into())
                }
            },
        }
    }
}

struct Fetch {
    context: Context,
    request: FetchRequest,
    bound: ReadBound,
    /// Resolved once: a fetch that waits is woken often.
    topics: Vec<Result<Arc<TopicHandle>, ErrorCode>>,
}

struct Read {
    found: Found,
    bytes: usize,
    /// There is an error to tell, or nothing was asked for: no reason to wait.
    complete: bool,
}

impl Fetch {
    fn min_bytes(&self) -> usize {
        usize::try_from(self.request.min_bytes).unwrap_or(0)
    }

    async fn wait(&mut self, state: &State) -> Found {
        let notify = Arc::new(Notify::new());
        let clock = &state.seam.clock;
        let wait = Duration::from_millis(u64::try_from(self.request.max_wait_ms).unwrap_or(0));
        let end = clock.monotonic() + wait;
        let mut sleep = clock.sleep(wait);
        loop {
            let read = self.read(state, Some(&notify));
            if read.complete || read.bytes >= self.min_bytes() || clock.monotonic() >= end {
                return read.found;
            }
            tokio::select! {
                biased;
                () = notify.notified() => {}
                () = &mut sleep => return self.read(state, None).found,
            }
        }
    }

    /// Reads every partition once; `waiter` is put on the list of those that have nothing, under the lock under which
    /// that was seen.
    fn read(&self, state: &State, waiter: Option<&Arc<Notify>>) -> Read {
        let max = usize::try_from(self.request.max_bytes).unwrap_or(0);
        let mut gathered = Gathered {
            max: max.min(state.config.fetch_max_bytes),
            bytes: 0,
            files: Vec::new(),
        };
        let mut complete = self.request.topics.is_empty();
        let mut responses = Vec::with_capacity(self.request.topics.len());
        for (asked, topic) in self.request.topics.iter().zip(&self.topics) {
            let mut partitions = Vec::with_capacity(asked.partitions.len());
            for one in &asked.partitions {
                let data = self.read_one(state, topic, one, waiter, &mut gathered);
                complete |= data.error_code != 0 || data.diverging_epoch.end_offset >= 0;
                partitions.push(data);
            }
            responses.push(FetchableTopicResponse {
                topic: asked.topic.clone(),
                topic_id: asked.topic_id,
                partitions,
                ..Default::default()
            });
        }
        Read {
            found: Found {
                response: FetchResponse {
                    responses,
                    ..Default::default()
                },
                files: gathered.files,
            },
            bytes: gathered.bytes,
            complete,
        }
    }

    fn read_one(
        &self,
        state: &State,
        topic: &Result<Arc<TopicHandle>, ErrorCode>,
        asked: &FetchPartition,
        waiter: Option<&Arc<Notify>>,
        gathered: &mut Gathered,
    ) -> PartitionData {
        let index = asked.partition;
        let handle = match partitions::partition(topic, index) {
            Ok(handle) => handle,
            // Before a partition is found Kafka leaves the list at its default: empty, not null.
            Err(code) => {
                return PartitionData {
                    aborted_transactions: Some(Vec::new()),
                    ..error(index, code)
                };
            }
        };
        if !state.authorize(&self.context, Operation::Read, Resource::Topic(&handle.topic)) {
            return error(index, ErrorCode::TopicAuthorizationFailed);
        }
        // There are no followers on a single node: who says it is one is not in the replicas.
        if self.bound == ReadBound::LogEnd {
            return error(index, ErrorCode::NotLeaderOrFollower);
        }
        let left = gathered.max.saturating_sub(gathered.bytes);
        let max = left.min(usize::try_from(asked.partition_max_bytes).unwrap_or(0));
        let mut hosted = handle.lock();
        if let Err(code) = hosted.partition.check_epoch(asked.current_leader_epoch) {
            return error(index, code);
        }
        match diverging(&hosted.partition, asked) {
            Ok(None) => {}
            Ok(Some(diverging)) => {
                return PartitionData {
                    diverging_epoch: diverging,
                    ..empty(index, &hosted.partition)
                };
            }
            Err(code) => return error(index, code),
        }
        // The first partition that has something sends a whole batch, however large (KIP-74).
        let first = gathered.bytes == 0;
        let fetched = hosted.partition.fetch(asked.fetch_offset, self.bound, max, first);
        match fetched.and_then(|fetched| Ok((gathered.take(&fetched.records)?, fetched))) {
            Ok((records, fetched)) => {
                if let Some(waiter) = waiter.filter(|_| records.is_empty()) {
                    hosted.wait(waiter);
                }
                let aborted = (self.bound == ReadBound::LastStable).then(|| {
                    let one = |t: &weir_engine::log::AbortedTxn| AbortedTransaction {
                        producer_id: t.producer_id,
                        first_offset: t.first_offset,
                        ..Default::default()
                    };
                    fetched.aborted.iter().map(one).collect()
                });
                PartitionData {
                    high_watermark: fetched.high_watermark,
                    last_stable_offset: fetched.last_stable,
                    log_start_offset: fetched.log_start,
                    aborted_transactions: aborted,
                    records: Some(records),
                    ..empty(index, &hosted.partition)
                }
            }
            Err(code) => error(index, code),
        }
    }
}

/// The fetcher's last epoch ended earlier here than where it wants to go on: it must truncate (KIP-595). An epoch that is
/// not known here is no place to go on from.
fn diverging(partition: &Partition, asked: &FetchPartition) -> Result<Option<EpochEndOffset>, ErrorCode> {
    if asked.last_fetched_epoch < 0 {
        return Ok(None);
    }
    let ended = partition.end_offset_of_epoch(asked.last_fetched_epoch);
    let (epoch, end_offset) = ended.ok_or(ErrorCode::OffsetOutOfRange)?;
    let diverges = epoch < asked.last_fetched_epoch || end_offset < asked.fetch_offset;
    Ok(diverges.then(|| EpochEndOffset {
        epoch,
        end_offset,
        ..Default::default()
    }))
}

fn empty(index: i32, partition: &Partition) -> PartitionData {
    PartitionData {
        partition_index: index,
        high_watermark: partition.high_watermark(),
        last_stable_offset: partition.last_stable(),
        log_start_offset: partition.log.log_start(),
        preferred_read_replica: -1,
        aborted_transactions: None,
        records: Some(Bytes::new()),
        ..Default::default()
    }
}

fn error(index: i32, code: ErrorCode) -> PartitionData {
    PartitionData {
        partition_index: index,
        error_code: code.code(),
        high_watermark: -1,
        last_stable_offset: -1,
        log_start_offset: -1,
        preferred_read_replica: -1,
        aborted_transactions: None,
        records: Some(Bytes::new()),
        ..Default::default()
    }
}

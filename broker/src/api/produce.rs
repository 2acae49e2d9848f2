//! Produce (0). Version 13 names topics by id. `acks=1` is answered from here; `acks=all` waits for the journal's
//! group commit; `acks=0` is not answered at all.

use super::metadata::is_internal;
use super::{Outcome, partitions, text};
use crate::background;
use crate::journal::Lsn;
use crate::state::{Context, Operation, Resource, State};
use crate::topics::PartitionHandle;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use weir_core::ErrorCode;
use weir_core::compress::Compression;
use weir_core::record::BatchHeader;
use weir_engine::validate::ProduceError;
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::produce_response::{BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse};
use weir_messages::{ProduceRequest, ProduceResponse, Str};

pub(super) fn handle(state: &Arc<State>, context: Context, mut request: ProduceRequest) -> Outcome<ProduceResponse> {
    let acks = request.acks;
    keep_last(&mut request.topic_data);
    // A transactional batch opens a transaction whatever the request says: nobody here would end it.
    let transactional = request.transactional_id.is_some()
        || request
            .topic_data
            .iter()
            .flat_map(|t| &t.partition_data)
            .any(|p| p.records.as_deref().is_some_and(is_transactional));
    let refusal = if transactional {
        Some((
            ErrorCode::TransactionalIdAuthorizationFailed,
            "Transactions are not supported by this broker yet",
        ))
    } else if !(-1..=1).contains(&acks) {
        Some((ErrorCode::InvalidRequiredAcks, "Produce request has invalid acks"))
    } else {
        None
    };
    let mut wait = Durability::default();
    let mut failed = None;
    let mut responses = Vec::with_capacity(request.topic_data.len());
    for data in request.topic_data {
        let answers = topic(state, &context, acks, refusal, &data, &mut wait);
        failed = failed.or_else(|| answers.iter().find(|p| p.error_code != 0).map(|p| p.error_code));
        responses.push(TopicProduceResponse {
            name: data.name,
            topic_id: data.topic_id,
            partition_responses: answers,
            ..Default::default()
        });
    }
    let response = ProduceResponse {
        responses,
        ..Default::default()
    };
    match acks {
        0 => match failed {
            // The client reads nothing: a closed connection is how it learns to look at its metadata again.
            Some(code) => Outcome::Close(format!(
                "a produce request with acks=0 failed with {}",
                ErrorCode::from_code(code)
            )),
            None => Outcome::Nothing,
        },
        -1 if state.config.fsync && (wait.lsn > 0 || !wait.duplicates.is_empty()) => {
            let state = state.clone();
            Outcome::later(async move { durable(&state, response, wait).await })
        }
        _ => Outcome::Now(response),
    }
}

/// Of a partition that is named twice the last counts, and a topic without partitions does not (`KafkaApis` gathers them in
/// a map).
fn keep_last(topics: &mut Vec<TopicProduceData>) {
    topics.retain(|topic| !topic.partition_data.is_empty());
    if let [one] = topics.as_slice()
        && one.partition_data.len() == 1
    {
        return;
    }
    let mut seen = HashSet::new();
    for topic in topics.iter_mut().rev() {
        let (name, id) = (topic.name.clone(), topic.topic_id);
        topic.partition_data.reverse();
        topic
            .partition_data
            .retain(|one| seen.insert((name.clone(), id, one.index)));
        topic.partition_data.reverse();
    }
    topics.retain(|topic| !topic.partition_data.is_empty());
}

/// Whether the first batch says that it is part of a transaction.
fn is_transactional(records: &[u8]) -> bool {
    BatchHeader::parse(records).is_ok_and(|header| header.is_transactional())
}

/// What an `acks=all` answer rests on.
#[derive(Default)]
struct Durability {
    /// The last entry in the journal.
    lsn: Lsn,
    /// Partitions that had a batch already: it may have come with `acks=1`, which does not go to the journal.
    duplicates: Vec<Arc<PartitionHandle>>,
}

/// The response, once what it acknowledges is on stable storage; if it never will be, the acknowledgements become
/// errors.
async fn durable(state: &State, mut response: ProduceResponse, wait: Durability) -> ProduceResponse {
    let mut done = state
        .journal
        .committed(wait.lsn, || state.turns.alone())
        .await
        .map_err(|e| e.to_string());
    for handle in &wait.duplicates {
        if done.is_ok() {
            done = background::sync(state, handle).await.map_err(|e| e.to_string());
        }
    }
    if let Err(e) = done {
        for partition in response.responses.iter_mut().flat_map(|t| &mut t.partition_responses) {
            if partition.error_code == 0 {
                let index = partition.index;
                *partition = error(index, ErrorCode::KafkaStorageError, &e);
            }
        }
    }
    response
}

fn topic(
    state: &State,
    context: &Context,
    acks: i16,
    refusal: Option<(ErrorCode, &'static str)>,
    data: &TopicProduceData,
    wait: &mut Durability,
) -> Vec<PartitionProduceResponse> {
    let topic = partitions::topic(state, context.version >= 13, &data.name, data.topic_id);
    let allowed = topic
        .as_ref()
        .is_ok_and(|t| state.authorize(context, Operation::Write, Resource::Topic(&t.name)));
    // The coordinators' own; `AdminUtils.ADMIN_CLIENT_ID` may.
    let internal = topic.as_ref().is_ok_and(|t| is_internal(&t.name)) && context.client_id.as_str() != "__admin_client";
    data.partition_data
        .iter()
        .map(|one| {
            let index = one.index;
            if let Some((code, message)) = refusal {
                return error(index, code, message);
            }
            if topic.is_ok() && !allowed {
                return error(index, ErrorCode::TopicAuthorizationFailed, "");
            }
            if internal {
                return error(
                    index,
                    ErrorCode::InvalidTopicException,
                    "Cannot append to an internal topic",
                );
            }
            match partitions::partition(&topic, index) {
                Ok(_) if context.version < 7 && is_zstd(one) => error(
                    index,
                    ErrorCode::UnsupportedCompressionType,
                    "Produce requests before version 7 are not allowed to use ZStandard compression",
                ),
                Ok(handle) => append(state, &handle, acks, one, wait),
                Err(code) => error(index, code, ""),
            }
        })
        .collect()
}

fn is_zstd(data: &PartitionProduceData) -> bool {
    let header = data.records.as_deref().map(BatchHeader::parse);
    header.is_some_and(|h| h.is_ok_and(|h| h.compression().is_ok_and(|c| c == Compression::Zstd)))
}

fn append(
    state: &State,
    handle: &Arc<PartitionHandle>,
    acks: i16,
    data: &PartitionProduceData,
    wait: &mut Durability,
) -> PartitionProduceResponse {
    let index = data.index;
    let Some(records) = data.records.as_ref().filter(|r| !r.is_empty()) else {
        return error(index, ErrorCode::InvalidRecord, "The record set is empty");
    };
    let mut hosted = handle.lock();
    // Under the lock: a retry of what the journal refused comes after the refusal.
    if let Err(e) = state.journal.check_online() {
        return error(index, ErrorCode::KafkaStorageError, &e.to_string());
    }
    // What is journaled may reach its segment with what follows it.
    let lag_max = match acks {
        -1 => state.lag_max.load(Ordering::Relaxed),
        _ => 0,
    };
    let (validation, now) = (state.config.validation, state.seam.now_ms());
    let produced = hosted.partition.produce(records, acks == -1, validation, now, lag_max);
    let produced = match produced {
        Ok(produced) => produced,
        Err(e) => {
            // What the log itself refuses comes with where the log begins.
            let log_start = if e.by_log { hosted.partition.log.log_start() } else { -1 };
            return PartitionProduceResponse {
                log_start_offset: log_start,
                ..refused(index, e)
            };
        }
    };
    if acks == -1 {
        match handle.journal(&state.journal, &mut hosted, produced.stored.as_ref()) {
            Ok(at) => wait.lsn = wait.lsn.max(at),
            Err(e) => return error(index, ErrorCode::KafkaStorageError, &e.to_string()),
        }
    }
    if acks == -1 && produced.stored.is_none() {
        wait.duplicates.push(handle.clone());
    }
    hosted.wake();
    PartitionProduceResponse {
        index,
        base_offset: produced.base_offset,
        log_append_time_ms: produced.append_time,
        log_start_offset: produced.log_start,
        ..Default::default()
    }
}

fn refused(index: i32, e: ProduceError) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        error_code: e.code.code(),
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: -1,
        record_errors: e
            .records
            .into_iter()
            .map(|(batch_index, message)| BatchIndexAndErrorMessage {
                batch_index,
                batch_index_error_message: text(message),
                ..Default::default()
            })
            .collect(),
        error_message: text(e.message),
        ..Default::default()
    }
}

fn error(index: i32, code: ErrorCode, message: &str) -> PartitionProduceResponse {
    PartitionProduceResponse {
        index,
        error_code: code.code(),
        base_offset: -1,
        log_append_time_ms: -1,
        log_start_offset: -1,
        error_message: (!message.is_empty()).then(|| Str::from(message)),
        ..Default::default()
    }
}

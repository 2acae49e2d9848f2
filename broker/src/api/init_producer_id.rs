//! InitProducerId (22): an id for an idempotent producer, out of a block that the metadata log hands out. Transactional
//! ids are refused until there is a transaction coordinator.

use super::Outcome;
use crate::state::{Context, Operation, Resource, State};
use std::sync::Arc;
use weir_core::ErrorCode;
use weir_engine::metadata::{Command, PRODUCER_ID_BLOCK, Reply};
use weir_messages::{InitProducerIdRequest, InitProducerIdResponse};

pub(super) fn handle(
    state: &Arc<State>,
    context: Context,
    request: InitProducerIdRequest,
) -> Outcome<InitProducerIdResponse> {
    let refuse = |code: ErrorCode| {
        Outcome::Now(InitProducerIdResponse {
            error_code: code.code(),
            producer_id: -1,
            producer_epoch: -1,
            ..Default::default()
        })
    };
    if request.transactional_id.as_ref().is_some_and(|id| id.is_empty()) {
        return refuse(ErrorCode::InvalidRequest);
    }
    // Both or neither: a producer that wants a new epoch says which id and epoch it has (KIP-360).
    if (request.producer_id == -1) != (request.producer_epoch == -1) {
        return refuse(ErrorCode::InvalidRequest);
    }
    if request.transactional_id.is_some() {
        tracing::warn!(client = %context.client_id, "refused a transactional id: transactions are not supported yet");
        return refuse(ErrorCode::TransactionalIdAuthorizationFailed);
    }
    if !state.authorize(&context, Operation::IdempotentWrite, Resource::Cluster) {
        return refuse(ErrorCode::ClusterAuthorizationFailed);
    }
    let answer = |producer_id: i64| InitProducerIdResponse {
        producer_id,
        producer_epoch: 0,
        ..Default::default()
    };
    if let Some(id) = take(state) {
        return Outcome::Now(answer(id));
    }
    let state = state.clone();
    Outcome::later(async move {
        let broker = state.config.node_id;
        let broker_epoch = state.controller.image().brokers().get(&broker).map_or(-1, |b| b.epoch);
        let command = Command::AllocateProducerIds { broker, broker_epoch };
        match state.controller.submit(&state, vec![command]).await.pop() {
            Some(Reply::ProducerIds(first)) => {
                // Another request may have fetched a block meanwhile: what is left of it is skipped, never used twice.
                *state.producer_ids.lock() = (first + 1, first + PRODUCER_ID_BLOCK);
                answer(first)
            }
            _ => InitProducerIdResponse {
                error_code: ErrorCode::CoordinatorNotAvailable.code(),
                producer_id: -1,
                producer_epoch: -1,
                ..Default::default()
            },
        }
    })
}

fn take(state: &State) -> Option<i64> {
    let mut block = state.producer_ids.lock();
    let id = block.0;
    (id < block.1).then(|| {
        block.0 += 1;
        id
    })
}

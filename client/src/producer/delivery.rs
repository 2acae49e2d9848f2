//! The outcome of a batch, shared by all of its records.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use parking_lot::Mutex;

use super::error::SendError;
use super::record::RecordMetadata;
use crate::types::TopicPartition;

/// What a broker said about a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Acked {
    /// Offset of its first record, -1 when unknown.
    pub(super) base_offset: i64,
    /// The broker's time when it set the timestamps, else -1.
    pub(super) append_time: i64,
}

/// Settled once; waited for by every record of the batch.
#[derive(Debug)]
pub(super) struct Outcome {
    partition: TopicPartition,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Pending(Vec<Waker>),
    Settled(Result<Acked, SendError>),
    /// The batch was too large for the broker and went on as smaller ones: each with its first record's index in the old one.
    Split(Vec<(usize, Arc<Outcome>)>),
}

impl Outcome {
    pub(super) fn new(partition: TopicPartition) -> Arc<Self> {
        Arc::new(Self {
            partition,
            state: Mutex::new(State::Pending(Vec::new())),
        })
    }

    pub(super) fn partition(&self) -> &TopicPartition {
        &self.partition
    }

    pub(super) fn settle(&self, result: Result<Acked, SendError>) {
        self.finish(State::Settled(result));
    }

    pub(super) fn split(&self, parts: Vec<(usize, Arc<Self>)>) {
        self.finish(State::Split(parts));
    }

    fn finish(&self, end: State) {
        let old = {
            let mut state = self.state.lock();
            match *state {
                State::Pending(_) => std::mem::replace(&mut *state, end),
                State::Settled(_) | State::Split(_) => return,
            }
        };
        if let State::Pending(wakers) = old {
            wakers.into_iter().for_each(Waker::wake);
        }
    }
}

/// A record on its way: a future of where it went. Dropping it does not take the record back.
#[derive(Debug)]
#[must_use = "a record that is not awaited may fail unnoticed"]
pub struct Delivery {
    outcome: Arc<Outcome>,
    /// The record's place in its batch.
    index: usize,
    timestamp: i64,
}

impl Delivery {
    pub(super) fn new(outcome: Arc<Outcome>, index: usize, timestamp: i64) -> Self {
        Self {
            outcome,
            index,
            timestamp,
        }
    }

    /// The partition that the record goes to.
    pub fn partition(&self) -> &TopicPartition {
        &self.outcome.partition
    }
}

impl Future for Delivery {
    type Output = Result<RecordMetadata, SendError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let next = match &mut *self.outcome.state.lock() {
                State::Pending(wakers) => {
                    if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                        wakers.push(cx.waker().clone());
                    }
                    return Poll::Pending;
                }
                State::Settled(Err(error)) => return Poll::Ready(Err(error.clone())),
                State::Settled(Ok(acked)) => {
                    let index = i64::try_from(self.index).unwrap_or_default();
                    let known = acked.base_offset >= 0;
                    return Poll::Ready(Ok(RecordMetadata {
                        topic: self.outcome.partition.topic.clone(),
                        partition: self.outcome.partition.partition,
                        offset: if known { acked.base_offset + index } else { -1 },
                        timestamp: if acked.append_time >= 0 {
                            acked.append_time
                        } else {
                            self.timestamp
                        },
                    }));
                }
                State::Split(parts) => parts.iter().rev().find(|(first, _)| *first <= self.index).cloned(),
            };
            // A split covers every index from 0 on.
            let Some((first, outcome)) = next else {
                return Poll::Ready(Err(SendError::Closed));
            };
            self.index -= first;
            self.outcome = outcome;
        }
    }
}

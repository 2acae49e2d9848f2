//! What a consumer reads and where it stands: partitions, positions, pauses, buffers. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use weir_messages::Str;

use super::buffer::{Buffer, BufferError};
use super::record::ConsumerRecord;
use crate::config::AutoOffsetReset;
use crate::types::{OffsetAndMetadata, TopicPartition};

/// What the user asked for.
#[derive(Clone, Default)]
pub(super) enum Subscription {
    #[default]
    None,
    /// These partitions, without a group.
    Assigned,
    /// These topics, shared with the group.
    Topics(BTreeSet<Str>),
    /// All topics that this accepts, shared with the group.
    Matching(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

/// Where to look for a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seek {
    Beginning,
    End,
    /// Milliseconds since the epoch.
    Timestamp(i64),
}

/// A partition's position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// The group's committed offset is to be looked up.
    Unknown,
    /// An offset is to be looked up.
    Seeking(Seek),
    /// The next record to deliver.
    At { offset: i64, leader_epoch: Option<i32> },
}

#[derive(Debug)]
pub(super) struct Partition {
    /// Changes whenever an answer that is on its way must not count any more.
    pub(super) token: u64,
    pub(super) position: Position,
    pub(super) paused: bool,
    buffer: Option<Buffer>,
    /// Not before this moment: the pause after an error.
    pub(super) not_before: Duration,
    pub(super) high_watermark: Option<i64>,
    pub(super) log_start: Option<i64>,
    pub(super) last_stable: Option<i64>,
}

/// What an answer brought for a partition.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) buffer: Buffer,
    pub(super) high_watermark: i64,
    pub(super) log_start: i64,
    pub(super) last_stable: i64,
}

#[derive(Default)]
pub(super) struct Subscriptions {
    pub(super) subscription: Subscription,
    partitions: BTreeMap<TopicPartition, Partition>,
    last_token: u64,
    /// Where the next poll starts, so that no partition is always last.
    cursor: Option<TopicPartition>,
}

impl Subscriptions {
    /// The partitions that this consumer has.
    pub(super) fn assigned(&self) -> BTreeSet<TopicPartition> {
        self.partitions.keys().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.partitions.is_empty()
    }

    /// Replaces the partitions; those that stay keep their position.
    pub(super) fn assign(&mut self, wanted: BTreeSet<TopicPartition>) {
        self.partitions.retain(|partition, _| wanted.contains(partition));
        for partition in wanted {
            let token = self.next_token();
            self.partitions.entry(partition).or_insert_with(|| Partition {
                token,
                position: Position::Unknown,
                paused: false,
                buffer: None,
                not_before: Duration::ZERO,
                high_watermark: None,
                log_start: None,
                last_stable: None,
            });
        }
    }

    pub(super) fn remove(&mut self, gone: &BTreeSet<TopicPartition>) {
        self.partitions.retain(|partition, _| !gone.contains(partition));
    }

    fn next_token(&mut self) -> u64 {
        self.last_token += 1;
        self.last_token
    }

    pub(super) fn get(&self, partition: &TopicPartition) -> Option<&Partition> {
        self.partitions.get(partition)
    }

    pub(super) fn get_mut(&mut self, partition: &TopicPartition) -> Option<&mut Partition> {
        self.partitions.get_mut(partition)
    }

    /// The partition if an answer with this token still counts.
    pub(super) fn current(&mut self, partition: &TopicPartition, token: u64) -> Option<&mut Partition> {
        self.partitions.get_mut(partition).filter(|state| state.token == token)
    }

    /// The partition if what a fetch from `offset` brought is what comes next. After a change of leader two fetches of the same token
    /// may be on their way: the one that comes back last must not rewind the position (Kafka's `FetchCollector`).
    pub(super) fn expecting(&mut self, partition: &TopicPartition, token: u64, offset: i64) -> Option<&mut Partition> {
        let here = |state: &Partition| matches!(state.position, Position::At { offset: at, .. } if at == offset);
        self.current(partition, token)
            .filter(|state| here(state) && state.buffer.is_none())
    }

    /// Moves; what was buffered or is on its way is dropped. `false`: the partition is not this consumer's.
    pub(super) fn seek(&mut self, partition: &TopicPartition, position: Position) -> bool {
        let token = self.next_token();
        let Some(state) = self.partitions.get_mut(partition) else {
            return false;
        };
        state.token = token;
        state.position = position;
        state.buffer = None;
        state.not_before = Duration::ZERO;
        true
    }

    /// Partitions whose committed offset is to be looked up.
    pub(super) fn unknown(&self, now: Duration) -> Vec<(TopicPartition, u64)> {
        let wanted = |state: &Partition| state.position == Position::Unknown && state.not_before <= now;
        let partitions = self.partitions.iter().filter(|(_, state)| wanted(state));
        partitions
            .map(|(partition, state)| (partition.clone(), state.token))
            .collect()
    }

    /// Partitions whose offset is to be looked up, and how.
    pub(super) fn seeking(&self, now: Duration) -> Vec<(TopicPartition, u64, Seek)> {
        let of = |(partition, state): (&TopicPartition, &Partition)| match state.position {
            Position::Seeking(seek) if state.not_before <= now => Some((partition.clone(), state.token, seek)),
            _ => None,
        };
        self.partitions.iter().filter_map(of).collect()
    }

    /// Partitions to fetch now: position known, not paused, nothing buffered.
    pub(super) fn fetchable(&self, now: Duration) -> Vec<(TopicPartition, u64, i64)> {
        let of = |(partition, state): (&TopicPartition, &Partition)| match state.position {
            Position::At { offset, .. } if !state.paused && state.buffer.is_none() && state.not_before <= now => {
                Some((partition.clone(), state.token, offset))
            }
            _ => None,
        };
        self.partitions.iter().filter_map(of).collect()
    }

    /// The earliest pause that ends after `now`.
    pub(super) fn next_moment(&self, now: Duration) -> Option<Duration> {
        let moments = self.partitions.values().map(|state| state.not_before);
        moments.filter(|moment| *moment > now).min()
    }

    /// Positions to commit: what was delivered so far.
    pub(super) fn positions(&self) -> BTreeMap<TopicPartition, OffsetAndMetadata> {
        let of = |(partition, state): (&TopicPartition, &Partition)| match state.position {
            Position::At { offset, leader_epoch } => Some((
                partition.clone(),
                OffsetAndMetadata {
                    leader_epoch,
                    ..OffsetAndMetadata::new(offset)
                },
            )),
            _ => None,
        };
        self.partitions.iter().filter_map(of).collect()
    }

    /// Takes up to `max` buffered records. An error is reported alone, once the good records before it are delivered.
    pub(super) fn take(&mut self, max: usize) -> Result<Vec<ConsumerRecord>, (TopicPartition, BufferError)> {
        let order: Vec<TopicPartition> = match &self.cursor {
            Some(cursor) => {
                let (before, after) = (self.partitions.range(..cursor), self.partitions.range(cursor..));
                after.chain(before).map(|(partition, _)| partition.clone()).collect()
            }
            None => self.partitions.keys().cloned().collect(),
        };
        let mut taken = Vec::new();
        for partition in &order {
            if taken.len() >= max {
                // It had no turn: the next poll starts with it.
                self.cursor = Some(partition.clone());
                break;
            }
            let Some(state) = self.partitions.get_mut(partition) else {
                continue;
            };
            if let Err(error) = state.take(partition, max, &mut taken) {
                if taken.is_empty() {
                    return Err((partition.clone(), error));
                }
                break;
            }
        }
        Ok(taken)
    }
}

impl Partition {
    pub(super) fn fill(&mut self, fetched: Fetched) {
        self.high_watermark = Some(fetched.high_watermark);
        self.log_start = Some(fetched.log_start).filter(|offset| *offset >= 0);
        self.last_stable = Some(fetched.last_stable).filter(|offset| *offset >= 0);
        self.buffer = Some(fetched.buffer);
    }

    /// Appends up to `max` records in all to `taken`. On an error the buffer goes: the next fetch starts at the bad place and says
    /// so again, until somebody seeks.
    fn take(
        &mut self,
        partition: &TopicPartition,
        max: usize,
        taken: &mut Vec<ConsumerRecord>,
    ) -> Result<(), BufferError> {
        let Some(buffer) = self.buffer.as_mut().filter(|_| !self.paused) else {
            return Ok(());
        };
        let mut result = Ok(true);
        while taken.len() < max {
            match buffer.next() {
                Ok(Some((header, record))) => taken.push(ConsumerRecord {
                    topic: partition.topic.clone(),
                    partition: partition.partition,
                    offset: record.offset,
                    timestamp: record.timestamp,
                    timestamp_type: header.timestamp_type(),
                    key: record.key,
                    value: record.value,
                    headers: record.headers,
                    leader_epoch: Some(header.leader_epoch).filter(|epoch| *epoch >= 0),
                }),
                Ok(None) => {
                    result = Ok(false);
                    break;
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        if let Position::At { leader_epoch, .. } = self.position {
            self.position = Position::At {
                offset: buffer.next_offset(),
                leader_epoch: buffer.leader_epoch().or(leader_epoch),
            };
        }
        if !matches!(result, Ok(true)) {
            self.buffer = None;
        }
        result.map(|_| ())
    }
}

/// Where a partition without a usable offset starts; `None`: the user wants an error. `now_ms` is the wall clock.
pub(super) fn reset(policy: AutoOffsetReset, now_ms: i64) -> Option<Seek> {
    match policy {
        AutoOffsetReset::Earliest => Some(Seek::Beginning),
        AutoOffsetReset::Latest => Some(Seek::End),
        AutoOffsetReset::ByDuration(age) => {
            let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
            Some(Seek::Timestamp(now_ms.saturating_sub(age).max(0)))
        }
        AutoOffsetReset::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;

    fn set(partitions: &[i32]) -> BTreeSet<TopicPartition> {
        partitions.iter().map(|p| TopicPartition::new("t", *p)).collect()
    }

    fn fetched(offset: i64, count: usize) -> Fetched {
        let mut builder = BatchBuilder::new(Compression::None).base_offset(offset);
        for _ in 0..count {
            builder.append(1, None, Some(b"v"), &[]);
        }
        Fetched {
            buffer: Buffer::new(builder.build().unwrap(), offset, None, true).unwrap(),
            high_watermark: 100,
            log_start: 0,
            last_stable: 100,
        }
    }

    fn at(offset: i64) -> Position {
        Position::At {
            offset,
            leader_epoch: None,
        }
    }

    #[test]
    fn an_answer_counts_only_while_its_token_does() {
        let mut subs = Subscriptions::default();
        subs.assign(set(&[0]));
        let partition = TopicPartition::new("t", 0);
        assert!(subs.seek(&partition, at(0)));
        let token = subs.get(&partition).unwrap().token;
        assert!(subs.seek(&partition, at(7)));
        assert!(subs.current(&partition, token).is_none(), "seek came after the fetch");
        assert!(!subs.seek(&TopicPartition::new("t", 9), at(0)));
        let token = subs.get(&partition).unwrap().token;
        subs.assign(set(&[]));
        subs.assign(set(&[0]));
        assert!(subs.current(&partition, token).is_none(), "revoked and assigned again");
    }

    #[test]
    fn positions_follow_what_was_taken_and_polls_take_turns() {
        let mut subs = Subscriptions::default();
        subs.assign(set(&[0, 1]));
        for partition in set(&[0, 1]) {
            subs.seek(&partition, at(5));
            subs.get_mut(&partition).unwrap().fill(fetched(5, 3));
        }
        assert!(subs.fetchable(Duration::ZERO).is_empty());
        assert_eq!(subs.take(2).unwrap().len(), 2);
        let offsets = |subs: &Subscriptions| subs.positions().values().map(|o| o.offset).collect::<Vec<_>>();
        assert_eq!(offsets(&subs), [7, 5]);
        let second: Vec<_> = subs.take(2).unwrap().iter().map(|r| r.partition).collect();
        assert_eq!(second, [1, 1], "the partition that had no turn comes first");
        assert_eq!(subs.take(10).unwrap().len(), 2);
        assert_eq!(offsets(&subs), [8, 8]);
        assert!(subs.take(10).unwrap().is_empty());
        assert_eq!(subs.fetchable(Duration::ZERO).len(), 2);
    }

    #[test]
    fn a_paused_partition_keeps_its_buffer() {
        let mut subs = Subscriptions::default();
        subs.assign(set(&[0]));
        let partition = TopicPartition::new("t", 0);
        subs.seek(&partition, at(0));
        subs.get_mut(&partition).unwrap().fill(fetched(0, 3));
        subs.get_mut(&partition).unwrap().paused = true;
        assert!(subs.take(10).unwrap().is_empty());
        subs.get_mut(&partition).unwrap().paused = false;
        assert_eq!(subs.take(10).unwrap().len(), 3);
    }
}

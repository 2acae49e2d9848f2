//! Committed offsets: who may commit, what is kept, when it goes.

use super::command::{CommitResult, CommittedOffset, FetchTopics, FetchedOffset, MemberRef, OffsetToCommit};
use super::{Decided, Group, GroupRecord, Groups, OffsetKey, Reply, State};
use std::collections::BTreeSet;
use weir_core::ErrorCode;
use weir_core::machine::{Decision, Ticket};
use weir_messages::{OffsetCommitValue, Str};

impl Groups {
    pub(super) fn commit(
        &mut self,
        now: i64,
        ticket: Ticket,
        who: &MemberRef,
        offsets: Vec<OffsetToCommit>,
    ) -> Decided {
        let all = |code: ErrorCode, offsets: Vec<OffsetToCommit>| {
            Decision::reply(
                ticket,
                Reply::Committed(offsets.into_iter().map(|o| (o.key, code)).collect()),
            )
        };
        let allowed = match self.group(&who.group, now) {
            Some(group) => may_commit(group, who),
            // No such group: only a consumer that manages itself may begin with a commit.
            None if who.generation < 0 => Ok(()),
            None => Err(ErrorCode::GroupIdNotFound),
        };
        if let Err(code) = allowed {
            return all(code, offsets);
        }
        let metadata_max = self.config.offset_metadata_max_bytes;
        if let Some(member) = self.group_or_new(&who.group, now).members.get_mut(&who.member_id) {
            member.touch(now);
        }
        let mut records = Vec::with_capacity(offsets.len());
        let mut results: Vec<CommitResult> = Vec::with_capacity(offsets.len());
        for o in offsets {
            if o.metadata.len() > metadata_max {
                results.push((o.key, ErrorCode::OffsetMetadataTooLarge));
                continue;
            }
            let value = OffsetCommitValue {
                offset: o.offset,
                leader_epoch: o.leader_epoch,
                metadata: Str::from(o.metadata),
                commit_timestamp: now,
                topic_id: o.topic_id,
                ..Default::default()
            };
            let (topic, partition) = o.key.clone();
            records.push(GroupRecord::Offset {
                group: who.group.clone(),
                topic,
                partition,
                value: Some(value),
            });
            results.push((o.key, ErrorCode::None));
        }
        Decision::write(records, ticket, Reply::Committed(results))
    }

    pub(super) fn fetch_offsets(&self, group: &str, topics: &FetchTopics) -> Vec<FetchedOffset> {
        let committed = self.persisted.offsets.get(group);
        let found = |v: &OffsetCommitValue| CommittedOffset {
            offset: v.offset,
            leader_epoch: v.leader_epoch,
            metadata: v.metadata.to_string(),
        };
        match topics {
            Some(keys) => keys
                .iter()
                .map(|key| (key.clone(), committed.and_then(|c| c.get(key)).map(found)))
                .collect(),
            None => committed
                .into_iter()
                .flatten()
                .map(|(key, value)| (key.clone(), Some(found(value))))
                .collect(),
        }
    }

    pub(super) fn delete_offsets(
        &mut self,
        now: i64,
        ticket: Ticket,
        group_id: &str,
        partitions: &[OffsetKey],
    ) -> Decided {
        let Some(group) = self.group(group_id, now) else {
            return Decision::reply(ticket, Reply::OffsetsDeleted(ErrorCode::GroupIdNotFound, Vec::new()));
        };
        let is_consumer = group.protocol_type.as_deref() == Some("consumer") || group.members.is_empty();
        if !is_consumer {
            return Decision::reply(ticket, Reply::OffsetsDeleted(ErrorCode::NonEmptyGroup, Vec::new()));
        }
        let topics: BTreeSet<&str> = partitions.iter().map(|(topic, _)| topic.as_str()).collect();
        let subscribed: BTreeSet<&str> = topics.into_iter().filter(|topic| group.subscribes(topic)).collect();
        let committed = self.persisted.offsets.get(group_id);
        let mut records = Vec::new();
        let mut results = Vec::new();
        for key in partitions {
            if subscribed.contains(key.0.as_str()) {
                results.push((key.clone(), ErrorCode::GroupSubscribedToTopic));
                continue;
            }
            if committed.is_some_and(|c| c.contains_key(key)) {
                records.push(GroupRecord::no_offset(group_id, key));
            }
            results.push((key.clone(), ErrorCode::None));
        }
        Decision::write(records, ticket, Reply::OffsetsDeleted(ErrorCode::None, results))
    }

    pub(super) fn topic_deleted(&self, ticket: Ticket, topic: &str) -> Decided {
        let records = self.persisted.offsets.iter().flat_map(|(group, offsets)| {
            offsets
                .keys()
                .filter(|(t, _)| t == topic)
                .map(move |key| GroupRecord::no_offset(group, key))
        });
        Decision::write(records.collect(), ticket, Reply::Done)
    }

    /// Offsets go when their group has been empty for the retention time, or when a consumer group with members does
    /// not read the topic any more (`ClassicGroup.offsetExpirationCondition`, KIP-211). A group left with nothing goes too.
    pub(super) fn expire_offsets(&mut self, now: i64) -> Decided {
        let retention = self.config.offsets_retention_ms;
        let ids: Vec<String> = self
            .persisted
            .groups
            .keys()
            .chain(self.persisted.offsets.keys())
            .cloned()
            .collect();
        let mut records = Vec::new();
        for id in ids {
            let Some(group) = self.group(&id, now).cloned() else {
                continue;
            };
            let offsets = self.persisted.offsets.get(&id);
            let had_members = group.protocol_type.is_some();
            let expired = |(topic, _): &OffsetKey, value: &OffsetCommitValue| {
                let base = match group.state {
                    State::Empty if had_members => group.state_since.max(value.commit_timestamp),
                    State::Stable if group.subscribes(topic) => return false,
                    State::Empty | State::Stable => value.commit_timestamp,
                    State::PreparingRebalance | State::CompletingRebalance => return false,
                };
                now - base >= retention
            };
            let gone: Vec<&OffsetKey> = offsets
                .into_iter()
                .flatten()
                .filter(|(k, v)| expired(k, v))
                .map(|(k, _)| k)
                .collect();
            let nothing_left = gone.len() == offsets.map_or(0, std::collections::BTreeMap::len);
            records.extend(gone.into_iter().map(|key| GroupRecord::no_offset(&id, key)));
            if nothing_left && group.state == State::Empty && group.pending.is_empty() {
                if self.persisted.groups.contains_key(&id) {
                    records.push(GroupRecord::Group {
                        group: id.clone(),
                        value: None,
                    });
                }
                self.live.remove(&id);
            }
        }
        Decision {
            records,
            replies: Vec::new(),
        }
    }
}

/// `ClassicGroup.validateOffsetCommit`.
fn may_commit(group: &Group, who: &MemberRef) -> Result<(), ErrorCode> {
    if who.generation < 0 && group.state == State::Empty {
        return Ok(());
    }
    if who.generation >= 0 || !who.member_id.is_empty() || who.instance_id.is_some() {
        group.member_of(who)?;
        if who.generation != group.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
    } else {
        return Err(ErrorCode::UnknownMemberId);
    }
    if group.state == State::CompletingRebalance {
        Err(ErrorCode::RebalanceInProgress)
    } else {
        Ok(())
    }
}

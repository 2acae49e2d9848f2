//! The group coordinator of one `__consumer_offsets` partition: classic groups (JoinGroup, SyncGroup, …) and
//! committed offsets, on Kafka's record schemas.
//!
//! What the log decides (generations, members with their assignments, offsets) is in [`Persisted`] and changed by
//! replay alone. Who waits, who is about to time out and what a rebalance has come to is volatile: [`classic::Group`],
//! made from the persisted group when somebody first asks for it. Rooms: [`command`] (what is asked and answered),
//! [`join`], [`sync`], [`leave`], [`offsets`], [`admin`], [`record`] (bytes of the topic).

mod admin;
mod classic;
mod command;
mod join;
mod leave;
mod offsets;
mod record;
mod sync;

#[cfg(test)]
mod tests;

pub use command::{
    Command, CommitResult, CommittedOffset, DescribedGroup, DescribedMember, FetchTopics, FetchedOffset, GroupError,
    JoinMember, JoinReply, JoinRequest, LeaveResult, ListedGroup, MemberRef, OffsetToCommit, Reply, SyncReply,
};
pub use record::{GroupRecord, RecordError};

use classic::{Group, State};
use std::collections::BTreeMap;
use weir_core::machine::{Decision, LogMachine, Ticket};
use weir_messages::{GroupMetadataValue, OffsetCommitValue};

/// Settings of the coordinator; names and defaults are Kafka's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    /// `group.min.session.timeout.ms`.
    pub session_timeout_min_ms: i32,
    /// `group.max.session.timeout.ms`.
    pub session_timeout_max_ms: i32,
    /// `group.initial.rebalance.delay.ms`.
    pub initial_rebalance_delay_ms: i32,
    /// `group.max.size`.
    pub size_max: usize,
    /// `offset.metadata.max.bytes`.
    pub offset_metadata_max_bytes: usize,
    /// `offsets.retention.minutes`, in milliseconds.
    pub offsets_retention_ms: i64,
    /// `offsets.retention.check.interval.ms`.
    pub retention_check_interval_ms: i64,
}

impl Default for GroupConfig {
    fn default() -> Self {
        Self {
            session_timeout_min_ms: 6_000,
            session_timeout_max_ms: 1_800_000,
            initial_rebalance_delay_ms: 3_000,
            size_max: usize::MAX,
            offset_metadata_max_bytes: 4096,
            offsets_retention_ms: 7 * 24 * 3_600_000,
            retention_check_interval_ms: 600_000,
        }
    }
}

/// Topic and partition of a committed offset.
pub type OffsetKey = (String, i32);

/// What the log decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Persisted {
    /// By group id.
    pub groups: BTreeMap<String, GroupMetadataValue>,
    /// By group id, then topic and partition.
    pub offsets: BTreeMap<String, BTreeMap<OffsetKey, OffsetCommitValue>>,
}

/// The coordinator.
#[derive(Debug)]
pub struct Groups {
    config: GroupConfig,
    persisted: Persisted,
    live: BTreeMap<String, Group>,
    next_retention_check: i64,
}

type Decided = Decision<GroupRecord, Reply>;

impl Groups {
    /// An empty coordinator.
    #[must_use]
    pub fn new(config: GroupConfig) -> Self {
        Self {
            config,
            persisted: Persisted::default(),
            live: BTreeMap::new(),
            next_retention_check: i64::MAX,
        }
    }

    /// The log is replayed: members it left behind get a full session to show up.
    pub fn loaded(&mut self, now: i64) {
        self.next_retention_check = now + self.config.retention_check_interval_ms;
        let with_members: Vec<String> = self
            .persisted
            .groups
            .iter()
            .filter(|(_, g)| !g.members.is_empty())
            .map(|(id, _)| id.clone())
            .collect();
        for id in with_members {
            self.group(&id, now);
        }
    }

    /// The live group, if there is one or the log has one.
    fn group(&mut self, id: &str, now: i64) -> Option<&mut Group> {
        if !self.live.contains_key(id) {
            let persisted = self.persisted.groups.get(id);
            let known = persisted.is_some() || self.persisted.offsets.contains_key(id);
            if !known {
                return None;
            }
            self.live
                .insert(id.to_owned(), Group::from_persisted(id, persisted, now));
        }
        self.live.get_mut(id)
    }

    /// The live group, made when there is none.
    fn group_or_new(&mut self, id: &str, now: i64) -> &mut Group {
        self.group(id, now);
        self.live
            .entry(id.to_owned())
            .or_insert_with(|| Group::from_persisted(id, None, now))
    }
}

impl LogMachine for Groups {
    type Command = Command;
    type Record = GroupRecord;
    type Reply = Reply;
    type Durable = Persisted;

    fn decide(&mut self, now: i64, ticket: Ticket, command: Command) -> Decided {
        match command {
            Command::Join(request) => self.join(now, ticket, *request),
            Command::Sync {
                member,
                protocol_type,
                protocol,
                assignments,
            } => self.sync(
                now,
                ticket,
                &member,
                protocol_type.as_deref(),
                protocol.as_deref(),
                assignments,
            ),
            Command::Heartbeat(member) => Decision::reply(ticket, Reply::Heartbeat(self.heartbeat(now, &member))),
            Command::Leave { group, members } => self.leave(now, ticket, &group, &members),
            Command::Commit { member, offsets } => self.commit(now, ticket, &member, offsets),
            Command::FetchOffsets { group, topics } => {
                Decision::reply(ticket, Reply::Offsets(self.fetch_offsets(&group, &topics)))
            }
            Command::Describe(group) => Decision::reply(ticket, Reply::Described(self.describe(now, &group))),
            Command::List => Decision::reply(ticket, Reply::Listed(self.list(now))),
            Command::Delete(group) => self.delete_group(now, ticket, &group),
            Command::DeleteOffsets { group, partitions } => self.delete_offsets(now, ticket, &group, &partitions),
            Command::TopicDeleted(topic) => self.topic_deleted(ticket, &topic),
        }
    }

    fn replay(&mut self, record: &GroupRecord) {
        match record {
            GroupRecord::Group {
                group,
                value: Some(value),
            } => {
                self.persisted.groups.insert(group.clone(), (**value).clone());
            }
            GroupRecord::Group { group, value: None } => {
                self.persisted.groups.remove(group);
                if self.live.get(group).is_some_and(|g| g.members.is_empty()) {
                    self.live.remove(group);
                }
            }
            GroupRecord::Offset {
                group,
                topic,
                partition,
                value: Some(value),
            } => {
                let offsets = self.persisted.offsets.entry(group.clone()).or_default();
                offsets.insert((topic.clone(), *partition), value.clone());
            }
            GroupRecord::Offset {
                group,
                topic,
                partition,
                value: None,
            } => {
                if let Some(offsets) = self.persisted.offsets.get_mut(group) {
                    offsets.remove(&(topic.clone(), *partition));
                    if offsets.is_empty() {
                        self.persisted.offsets.remove(group);
                    }
                }
            }
            // KIP-848, share and streams groups have their own records: kept in the log, of no use here yet.
            GroupRecord::Other => {}
        }
    }

    fn next_deadline(&self) -> Option<i64> {
        let groups = self.live.values().filter_map(Group::next_deadline).min();
        Some(groups.unwrap_or(i64::MAX).min(self.next_retention_check)).filter(|at| *at != i64::MAX)
    }

    fn on_deadline(&mut self, now: i64) -> Decided {
        let due: Vec<String> = self
            .live
            .iter()
            .filter(|(_, g)| g.next_deadline().is_some_and(|at| at <= now))
            .map(|(id, _)| id.clone())
            .collect();
        let mut decision = Decision::none();
        for id in due {
            decision.extend(self.expire(&id, now));
        }
        if self.next_retention_check <= now {
            self.next_retention_check = now + self.config.retention_check_interval_ms;
            decision.extend(self.expire_offsets(now));
        }
        decision
    }

    fn durable(&self) -> Persisted {
        self.persisted.clone()
    }
}

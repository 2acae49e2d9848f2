//! A live classic group (`ClassicGroup`): its members, its state, who waits and until when.

use super::command::{DescribedMember, JoinMember, JoinReply, MemberRef};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use weir_core::ErrorCode;
use weir_core::machine::Ticket;
use weir_messages::group_metadata_value::MemberMetadata;
use weir_messages::{GroupMetadataValue, Str};

/// States of a classic group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Stable => "Stable",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) instance_id: Option<String>,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) session_timeout_ms: i32,
    pub(super) rebalance_timeout_ms: i32,
    pub(super) protocols: Vec<(String, Bytes)>,
    pub(super) assignment: Bytes,
    pub(super) joining: Option<Ticket>,
    pub(super) syncing: Option<Ticket>,
    pub(super) session_ends: i64,
}

impl Member {
    fn protocol_names(&self) -> BTreeSet<&str> {
        self.protocols.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Leaves of `names` what this member supports.
    fn keep_supported(&self, names: &mut Vec<&str>) {
        // A handful, as a rule: a set would cost more than it saves.
        if names.len().saturating_mul(self.protocols.len()) <= 64 {
            names.retain(|name| self.protocols.iter().any(|(own, _)| own == name));
        } else {
            let own = self.protocol_names();
            names.retain(|name| own.contains(name));
        }
    }

    pub(super) fn metadata(&self, protocol: &str) -> Bytes {
        self.protocols
            .iter()
            .find(|(name, _)| name == protocol)
            .map(|(_, m)| m.clone())
            .unwrap_or_default()
    }

    /// A member that waits for its join to be answered is alive, however long that takes.
    fn deadline(&self) -> Option<i64> {
        self.joining.is_none().then_some(self.session_ends)
    }

    pub(super) fn touch(&mut self, now: i64) {
        self.session_ends = now + i64::from(self.session_timeout_ms);
    }
}

#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) state: State,
    pub(super) state_since: i64,
    pub(super) protocol_type: Option<String>,
    pub(super) protocol: Option<String>,
    pub(super) generation: i32,
    pub(super) leader: Option<String>,
    pub(super) members: BTreeMap<String, Member>,
    pub(super) static_members: BTreeMap<String, String>,
    /// Ids that were given out and not yet used, with the time they lapse.
    pub(super) pending: BTreeMap<String, i64>,
    /// While preparing: the join ends then, whoever is there.
    pub(super) join_ends: Option<i64>,
    /// First rebalance of an empty group: how long it may still be put off, and whether somebody came since.
    pub(super) initial: Option<InitialDelay>,
    /// While completing: members that have not synced by then are out.
    pub(super) sync_ends: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct InitialDelay {
    pub(super) left_ms: i64,
    pub(super) newcomer: bool,
}

impl Group {
    /// As the log has it; members get a full session from `now` on.
    pub(super) fn from_persisted(id: &str, value: Option<&GroupMetadataValue>, now: i64) -> Self {
        let mut group = Self {
            id: id.to_owned(),
            state: State::Empty,
            state_since: value.map_or(now, |v| v.current_state_timestamp),
            protocol_type: None,
            protocol: None,
            generation: 0,
            leader: None,
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            pending: BTreeMap::new(),
            join_ends: None,
            initial: None,
            sync_ends: None,
        };
        let Some(value) = value else { return group };
        group.protocol_type = (!value.protocol_type.is_empty()).then(|| value.protocol_type.to_string());
        group.protocol = value.protocol.as_ref().map(ToString::to_string);
        group.generation = value.generation;
        group.leader = value.leader.as_ref().map(ToString::to_string);
        for m in &value.members {
            let mut member = Member {
                id: m.member_id.to_string(),
                instance_id: m.group_instance_id.as_ref().map(ToString::to_string),
                client_id: m.client_id.to_string(),
                client_host: m.client_host.to_string(),
                session_timeout_ms: m.session_timeout,
                rebalance_timeout_ms: m.rebalance_timeout,
                protocols: vec![(group.protocol.clone().unwrap_or_default(), m.subscription.clone())],
                assignment: m.assignment.clone(),
                joining: None,
                syncing: None,
                session_ends: now,
            };
            member.touch(now);
            if let Some(instance) = &member.instance_id {
                group.static_members.insert(instance.clone(), member.id.clone());
            }
            group.members.insert(member.id.clone(), member);
        }
        if !group.members.is_empty() {
            group.state = State::Stable;
        }
        group
    }

    /// For the log: what a restart must find.
    pub(super) fn to_persisted(&self) -> GroupMetadataValue {
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let text = |s: &String| Str::from(s.as_str());
        GroupMetadataValue {
            protocol_type: self.protocol_type.as_ref().map(text).unwrap_or_default(),
            generation: self.generation,
            protocol: self.protocol.as_ref().map(text),
            leader: self.leader.as_ref().map(text),
            current_state_timestamp: self.state_since,
            members: self
                .members
                .values()
                .map(|m| MemberMetadata {
                    member_id: text(&m.id),
                    group_instance_id: m.instance_id.as_ref().map(text),
                    client_id: text(&m.client_id),
                    client_host: text(&m.client_host),
                    rebalance_timeout: m.rebalance_timeout_ms,
                    session_timeout: m.session_timeout_ms,
                    subscription: m.metadata(protocol),
                    assignment: m.assignment.clone(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }
    }

    pub(super) fn enter(&mut self, state: State, now: i64) {
        self.state = state;
        self.state_since = now;
    }

    pub(super) fn next_deadline(&self) -> Option<i64> {
        let sessions = self.members.values().filter_map(Member::deadline);
        sessions
            .chain(self.pending.values().copied())
            .chain(self.join_ends)
            .chain(self.sync_ends)
            .min()
    }

    /// The member that a request speaks for, or why it may not: 25 unknown, 82 another member has the instance id now.
    pub(super) fn member_of(&self, who: &MemberRef) -> Result<&Member, ErrorCode> {
        if let Some(instance) = &who.instance_id {
            match self.static_members.get(instance) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(current) if *current != who.member_id => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        self.members.get(&who.member_id).ok_or(ErrorCode::UnknownMemberId)
    }

    /// Whether every member supports one of these protocols, of the same type.
    pub(super) fn supports(&self, protocol_type: &str, protocols: &[(String, Bytes)]) -> bool {
        if self.state == State::Empty && self.members.is_empty() {
            return !protocol_type.is_empty() && !protocols.is_empty();
        }
        if self.protocol_type.as_deref() != Some(protocol_type) {
            return false;
        }
        let mut left: Vec<&str> = protocols.iter().map(|(name, _)| name.as_str()).collect();
        for member in self.members.values() {
            member.keep_supported(&mut left);
        }
        !left.is_empty()
    }

    /// What every member supports; `None` without members.
    fn common_protocols(&self) -> Option<BTreeSet<&str>> {
        let mut members = self.members.values().map(Member::protocol_names);
        let first = members.next()?;
        Some(members.fold(first, |common, names| &common & &names))
    }

    /// Each member votes for the first of its protocols that all support; most votes win, the earlier vote breaks
    /// ties (`ClassicGroup.selectProtocol`).
    pub(super) fn select_protocol(&self) -> Option<String> {
        let common = self.common_protocols()?;
        let mut votes: Vec<(String, usize)> = Vec::new();
        for member in self.members.values() {
            let Some((choice, _)) = member.protocols.iter().find(|(name, _)| common.contains(name.as_str())) else {
                continue;
            };
            match votes.iter_mut().find(|(name, _)| name == choice) {
                Some((_, n)) => *n += 1,
                None => votes.push((choice.clone(), 1)),
            }
        }
        let most = votes.iter().map(|(_, n)| *n).max()?;
        votes.into_iter().find(|(_, n)| *n == most).map(|(name, _)| name)
    }

    pub(super) fn rebalance_timeout(&self) -> i64 {
        self.members
            .values()
            .map(|m| i64::from(m.rebalance_timeout_ms))
            .max()
            .unwrap_or(0)
    }

    /// The answer to a join in the current generation.
    pub(super) fn join_reply(&self, member_id: &str, skip_assignment: bool) -> JoinReply {
        let leads = self.leader.as_deref() == Some(member_id);
        let protocol = self.protocol.as_deref().unwrap_or_default();
        let members = self.members.values().filter(|_| leads).map(|m| JoinMember {
            member_id: m.id.clone(),
            instance_id: m.instance_id.clone(),
            metadata: m.metadata(protocol),
        });
        JoinReply {
            error: ErrorCode::None,
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.leader.clone().unwrap_or_default(),
            member_id: member_id.to_owned(),
            members: members.collect(),
            skip_assignment,
        }
    }

    pub(super) fn describe_members(&self) -> Vec<DescribedMember> {
        let stable = self.state == State::Stable;
        let protocol = self.protocol.as_deref().unwrap_or_default();
        self.members
            .values()
            .map(|m| DescribedMember {
                member_id: m.id.clone(),
                instance_id: m.instance_id.clone(),
                client_id: m.client_id.clone(),
                client_host: m.client_host.clone(),
                metadata: if stable { m.metadata(protocol) } else { Bytes::new() },
                // The last one stays until a sync brings the next.
                assignment: m.assignment.clone(),
            })
            .collect()
    }

    /// Whether a consumer group reads this topic, by its members' subscriptions (`ConsumerProtocol`: version, then
    /// topic names). A subscription that cannot be read counts as reading everything.
    pub(super) fn subscribes(&self, topic: &str) -> bool {
        if self.protocol_type.as_deref() != Some("consumer") {
            return !self.members.is_empty();
        }
        self.members.values().any(|m| {
            let metadata = m.metadata(self.protocol.as_deref().unwrap_or_default());
            let mut r = weir_messages::Reader::new(metadata);
            let mut topics = || -> Result<Vec<Str>, weir_messages::DecodeError> {
                r.i16()?;
                let n = r.i32()?;
                (0..n.max(0)).map(|_| r.string(false)).collect()
            };
            topics().map_or(true, |topics| topics.iter().any(|t| t.as_str() == topic))
        })
    }
}

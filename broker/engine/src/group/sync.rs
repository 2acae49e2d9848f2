//! SyncGroup and Heartbeat: the leader's assignment goes to the log and to everybody; members show that they live.

use super::command::{MemberRef, SyncReply};
use super::{Decided, GroupRecord, Groups, Reply, State};
use bytes::Bytes;
use std::collections::BTreeMap;
use weir_core::ErrorCode;
use weir_core::machine::{Decision, Ticket};

impl Groups {
    pub(super) fn sync(
        &mut self,
        now: i64,
        ticket: Ticket,
        who: &MemberRef,
        protocol_type: Option<&str>,
        protocol: Option<&str>,
        assignments: Vec<(String, Bytes)>,
    ) -> Decided {
        let refuse = |code| Decision::reply(ticket, Reply::Sync(SyncReply::refused(code)));
        if who.group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId);
        }
        let Some(group) = self.group(&who.group, now) else {
            return refuse(ErrorCode::UnknownMemberId);
        };
        if let Err(code) = group.member_of(who) {
            return refuse(code);
        }
        if who.generation != group.generation {
            return refuse(ErrorCode::IllegalGeneration);
        }
        let differs = |given: Option<&str>, have: &Option<String>| given.is_some_and(|g| Some(g) != have.as_deref());
        if differs(protocol_type, &group.protocol_type) || differs(protocol, &group.protocol) {
            return refuse(ErrorCode::InconsistentGroupProtocol);
        }
        let reply = |group: &super::Group, assignment: Bytes| {
            Reply::Sync(SyncReply {
                error: ErrorCode::None,
                protocol_type: group.protocol_type.clone(),
                protocol: group.protocol.clone(),
                assignment,
            })
        };
        match group.state {
            State::Empty => refuse(ErrorCode::UnknownMemberId),
            State::PreparingRebalance => refuse(ErrorCode::RebalanceInProgress),
            State::Stable => {
                let Some(member) = group.members.get_mut(&who.member_id) else {
                    return refuse(ErrorCode::UnknownMemberId);
                };
                member.touch(now);
                let assignment = member.assignment.clone();
                Decision::reply(ticket, reply(group, assignment))
            }
            State::CompletingRebalance => {
                let mut decision = Decision::none();
                if let Some(member) = group.members.get_mut(&who.member_id) {
                    member.touch(now);
                    if let Some(old) = member.syncing.replace(ticket) {
                        decision
                            .replies
                            .push((old, Reply::Sync(SyncReply::refused(ErrorCode::UnknownMemberId))));
                    }
                }
                if group.leader.as_deref() != Some(who.member_id.as_str()) {
                    return decision;
                }
                // Of two for one member the last counts, as where Kafka puts them into a map.
                let given: BTreeMap<&str, &Bytes> = assignments.iter().map(|(id, a)| (id.as_str(), a)).collect();
                for member in group.members.values_mut() {
                    // Copied: the assignment must not keep the leader's whole request alive.
                    let assignment = given.get(member.id.as_str());
                    member.assignment = assignment.map(|a| Bytes::copy_from_slice(a)).unwrap_or_default();
                }
                group.sync_ends = None;
                group.enter(State::Stable, now);
                decision.records.push(GroupRecord::group(group));
                let waiting: Vec<(Ticket, Bytes)> = group
                    .members
                    .values_mut()
                    .filter_map(|m| m.syncing.take().map(|t| (t, m.assignment.clone())))
                    .collect();
                for (ticket, assignment) in waiting {
                    decision.replies.push((ticket, reply(group, assignment)));
                }
                decision
            }
        }
    }

    pub(super) fn heartbeat(&mut self, now: i64, who: &MemberRef) -> ErrorCode {
        if who.group.is_empty() {
            return ErrorCode::InvalidGroupId;
        }
        let Some(group) = self.group(&who.group, now) else {
            return ErrorCode::UnknownMemberId;
        };
        if let Err(code) = group.member_of(who) {
            return code;
        }
        if who.generation != group.generation {
            return ErrorCode::IllegalGeneration;
        }
        let state = group.state;
        if let Some(member) = group.members.get_mut(&who.member_id) {
            member.touch(now);
        }
        match state {
            State::Empty => ErrorCode::UnknownMemberId,
            State::PreparingRebalance => ErrorCode::RebalanceInProgress,
            State::CompletingRebalance | State::Stable => ErrorCode::None,
        }
    }
}

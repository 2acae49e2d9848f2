//! JoinGroup: members come in, a rebalance begins, and ends with a new generation
//! (`GroupMetadataManager.classicGroupJoin*`).

use super::classic::{InitialDelay, Member};
use super::command::{JoinReply, JoinRequest, SyncReply};
use super::{Decided, Group, GroupRecord, Groups, Reply, State};
use bytes::Bytes;
use weir_core::ErrorCode;
use weir_core::machine::{Decision, Ticket};

impl Groups {
    pub(super) fn join(&mut self, now: i64, ticket: Ticket, request: JoinRequest) -> Decided {
        let refuse = |code, member: &str| Decision::reply(ticket, Reply::Join(JoinReply::refused(code, member)));
        let member_id = request.member.member_id.clone();
        if request.member.group.is_empty() {
            return refuse(ErrorCode::InvalidGroupId, &member_id);
        }
        let sessions = self.config.session_timeout_min_ms..=self.config.session_timeout_max_ms;
        if !sessions.contains(&request.session_timeout_ms) {
            return refuse(ErrorCode::InvalidSessionTimeout, &member_id);
        }
        let size_max = self.config.size_max;
        let delay = i64::from(self.config.initial_rebalance_delay_ms);
        let known = self.group(&request.member.group, now).is_some();
        if !member_id.is_empty() && !known {
            return refuse(ErrorCode::UnknownMemberId, &member_id);
        }
        let group = self.group_or_new(&request.member.group.clone(), now);
        if !group.supports(&request.protocol_type, &request.protocols) {
            return refuse(ErrorCode::InconsistentGroupProtocol, &member_id);
        }
        if group.members.len() >= size_max && !group.members.contains_key(&member_id) {
            return refuse(ErrorCode::GroupMaxSizeReached, &member_id);
        }
        if member_id.is_empty() {
            new_member(group, now, ticket, request, delay)
        } else {
            known_member(group, now, ticket, request, delay)
        }
    }

    /// What time did to a group: lapsed ids, sessions, a join or a sync that took too long.
    pub(super) fn expire(&mut self, id: &str, now: i64) -> Decided {
        let delay = i64::from(self.config.initial_rebalance_delay_ms);
        let Some(group) = self.live.get_mut(id) else {
            return Decision::none();
        };
        let mut decision = Decision::none();
        group.pending.retain(|_, lapses| *lapses > now);
        let silent: Vec<String> = group
            .members
            .values()
            .filter(|m| m.joining.is_none() && m.session_ends <= now)
            .map(|m| m.id.clone())
            .collect();
        for member in silent {
            tracing::info!(group = id, member, "session timed out");
            decision.extend(remove_member(group, &member, now, delay));
        }
        if group.sync_ends.is_some_and(|at| at <= now) {
            group.sync_ends = None;
            let late: Vec<String> = group
                .members
                .values()
                .filter(|m| m.syncing.is_none())
                .map(|m| m.id.clone())
                .collect();
            for member in late {
                decision.extend(remove_member(group, &member, now, delay));
            }
        }
        match group.join_ends {
            Some(at) if at <= now => {
                let more = group.initial.filter(|i| i.newcomer && i.left_ms > 0);
                if let Some(initial) = more {
                    // Somebody came during the delay: wait as long again, within the rebalance timeout.
                    let wait = delay.min(initial.left_ms);
                    group.initial = Some(InitialDelay {
                        left_ms: initial.left_ms - wait,
                        newcomer: false,
                    });
                    group.join_ends = Some(now + wait);
                } else {
                    decision.extend(complete_join(group, now));
                }
            }
            Some(_) => decision.extend(maybe_complete_join(group, now)),
            None => {}
        }
        decision
    }
}

fn new_member(group: &mut Group, now: i64, ticket: Ticket, request: JoinRequest, delay: i64) -> Decided {
    let id = request.new_member_id.clone();
    if let Some(instance) = request.member.instance_id.clone() {
        return match group.static_members.get(&instance).cloned() {
            Some(old) => replace_static(group, now, ticket, request, &old, delay),
            None => add_and_rebalance(group, now, ticket, request, id, delay),
        };
    }
    if request.require_known_member_id {
        group
            .pending
            .insert(id.clone(), now + i64::from(request.session_timeout_ms));
        return Decision::reply(ticket, Reply::Join(JoinReply::refused(ErrorCode::MemberIdRequired, id)));
    }
    add_and_rebalance(group, now, ticket, request, id, delay)
}

fn known_member(group: &mut Group, now: i64, ticket: Ticket, request: JoinRequest, delay: i64) -> Decided {
    let id = request.member.member_id.clone();
    let refuse = |code| Decision::reply(ticket, Reply::Join(JoinReply::refused(code, id.as_str())));
    if group.pending.contains_key(&id) {
        // A static member has no use for a pending id.
        if request.member.instance_id.is_some() {
            return refuse(ErrorCode::UnknownServerError);
        }
        return add_and_rebalance(group, now, ticket, request, id, delay);
    }
    let member = match group.member_of(&request.member) {
        Ok(member) => member,
        Err(code) => return refuse(code),
    };
    let same = member.protocols == request.protocols;
    let leads = group.leader.as_deref() == Some(id.as_str());
    match group.state {
        State::PreparingRebalance => update_and_rebalance(group, now, ticket, &id, request, delay),
        // It missed the answer to its join: say it again.
        State::CompletingRebalance if same => answer_again(group, now, ticket, &id),
        // A leader that joins again asks for a rebalance: only it sees that the topics have changed.
        State::Stable if same && !leads => answer_again(group, now, ticket, &id),
        State::CompletingRebalance | State::Stable => update_and_rebalance(group, now, ticket, &id, request, delay),
        State::Empty => refuse(ErrorCode::UnknownMemberId),
    }
}

fn answer_again(group: &mut Group, now: i64, ticket: Ticket, id: &str) -> Decided {
    if let Some(member) = group.members.get_mut(id) {
        member.touch(now);
    }
    Decision::reply(ticket, Reply::Join(group.join_reply(id, false)))
}

fn add_and_rebalance(
    group: &mut Group,
    now: i64,
    ticket: Ticket,
    request: JoinRequest,
    id: String,
    delay: i64,
) -> Decided {
    group.pending.remove(&id);
    if group.members.is_empty() {
        group.protocol_type = Some(request.protocol_type.clone());
    }
    if let Some(instance) = &request.member.instance_id {
        group.static_members.insert(instance.clone(), id.clone());
    }
    let mut member = Member {
        id: id.clone(),
        instance_id: request.member.instance_id,
        client_id: request.client_id,
        client_host: request.client_host,
        session_timeout_ms: request.session_timeout_ms,
        rebalance_timeout_ms: request.rebalance_timeout_ms,
        protocols: request.protocols,
        assignment: Bytes::new(),
        joining: Some(ticket),
        syncing: None,
        session_ends: now,
    };
    member.touch(now);
    group.leader.get_or_insert_with(|| id.clone());
    group.members.insert(id, member);
    if let Some(initial) = &mut group.initial {
        initial.newcomer = true;
    }
    rebalance(group, now, delay)
}

fn update_and_rebalance(
    group: &mut Group,
    now: i64,
    ticket: Ticket,
    id: &str,
    request: JoinRequest,
    delay: i64,
) -> Decided {
    let mut decision = Decision::none();
    if let Some(member) = group.members.get_mut(id) {
        member.protocols = request.protocols;
        member.session_timeout_ms = request.session_timeout_ms;
        member.rebalance_timeout_ms = request.rebalance_timeout_ms;
        member.client_id = request.client_id;
        member.client_host = request.client_host;
        member.touch(now);
        // Its earlier join lost its connection; nobody reads the answer, but every ticket gets one.
        if let Some(old) = member.joining.replace(ticket) {
            decision
                .replies
                .push((old, Reply::Join(JoinReply::refused(ErrorCode::UnknownMemberId, id))));
        }
    }
    decision.extend(rebalance(group, now, delay));
    decision
}

/// A static member is back under a new id: the old one is fenced; in a stable group nothing else changes (KIP-345).
fn replace_static(group: &mut Group, now: i64, ticket: Ticket, request: JoinRequest, old: &str, delay: i64) -> Decided {
    let id = request.new_member_id.clone();
    let Some(mut member) = group.members.remove(old) else {
        return add_and_rebalance(group, now, ticket, request, id, delay);
    };
    let mut decision = Decision::none();
    if let Some(waits) = member.joining.take() {
        decision
            .replies
            .push((waits, Reply::Join(JoinReply::refused(ErrorCode::FencedInstanceId, old))));
    }
    if let Some(waits) = member.syncing.take() {
        decision
            .replies
            .push((waits, Reply::Sync(SyncReply::refused(ErrorCode::FencedInstanceId))));
    }
    let chosen = group.protocol.clone().unwrap_or_default();
    member.id = id.clone();
    member.protocols = request.protocols.clone();
    member.session_timeout_ms = request.session_timeout_ms;
    member.rebalance_timeout_ms = request.rebalance_timeout_ms;
    member.client_id = request.client_id.clone();
    member.client_host = request.client_host.clone();
    member.touch(now);
    if let Some(instance) = &member.instance_id {
        group.static_members.insert(instance.clone(), id.clone());
    }
    let was_leader = group.leader.as_deref() == Some(old);
    group.members.insert(id.clone(), member);
    if was_leader {
        group.leader = Some(id.clone());
    }
    // Whatever it subscribes to now: as in Kafka only another protocol makes a rebalance.
    if group.state == State::Stable && group.select_protocol().as_deref() == Some(chosen.as_str()) {
        decision.records.push(GroupRecord::group(group));
        let mut reply = group.join_reply(&id, request.supports_skip_assignment && was_leader);
        if was_leader && !request.supports_skip_assignment {
            // An old leader would assign again if it knew that it leads.
            reply.leader = old.to_owned();
            reply.members.clear();
        }
        decision.replies.push((ticket, Reply::Join(reply)));
        return decision;
    }
    if let Some(member) = group.members.get_mut(&id) {
        member.joining = Some(ticket);
    }
    decision.extend(rebalance(group, now, delay));
    decision
}

/// Starts a rebalance, or goes on with the one that runs.
pub(super) fn rebalance(group: &mut Group, now: i64, delay: i64) -> Decided {
    let mut decision = Decision::none();
    match group.state {
        State::PreparingRebalance => {}
        State::Empty => {
            let timeout = group.rebalance_timeout();
            group.initial = Some(InitialDelay {
                left_ms: (timeout - delay).max(0),
                newcomer: false,
            });
            group.join_ends = Some(now + delay);
            group.enter(State::PreparingRebalance, now);
        }
        State::CompletingRebalance | State::Stable => {
            for member in group.members.values_mut() {
                if let Some(waits) = member.syncing.take() {
                    decision
                        .replies
                        .push((waits, Reply::Sync(SyncReply::refused(ErrorCode::RebalanceInProgress))));
                }
            }
            group.sync_ends = None;
            group.initial = None;
            group.join_ends = Some(now + group.rebalance_timeout());
            group.enter(State::PreparingRebalance, now);
        }
    }
    decision.extend(maybe_complete_join(group, now));
    decision
}

/// All are here and nobody is expected: no need to wait for the deadline. A first rebalance waits its delay out.
pub(super) fn maybe_complete_join(group: &mut Group, now: i64) -> Decided {
    let all_here = group.members.values().all(|m| m.joining.is_some()) && group.pending.is_empty();
    let delayed = group.initial.is_some() && group.join_ends.is_some_and(|at| at > now);
    if group.state == State::PreparingRebalance && all_here && !delayed {
        return complete_join(group, now);
    }
    Decision::none()
}

/// The next generation: who did not come back is out (static members stay until their session ends), a leader and a
/// protocol are chosen, and every join is answered.
fn complete_join(group: &mut Group, now: i64) -> Decided {
    group.join_ends = None;
    group.initial = None;
    let gone: Vec<String> = group
        .members
        .values()
        .filter(|m| m.joining.is_none() && m.instance_id.is_none())
        .map(|m| m.id.clone())
        .collect();
    for id in gone {
        group.members.remove(&id);
    }
    group.generation = group.generation.checked_add(1).unwrap_or(1);
    if group.members.is_empty() {
        group.protocol = None;
        group.leader = None;
        group.enter(State::Empty, now);
        let records = vec![GroupRecord::group(group)];
        return Decision {
            records,
            replies: Vec::new(),
        };
    }
    let leads = |id: &String| group.members.get(id).is_some_and(|m| m.joining.is_some());
    if !group.leader.as_ref().is_some_and(leads) {
        group.leader = group
            .members
            .values()
            .find(|m| m.joining.is_some())
            .map(|m| m.id.clone());
    }
    if group.leader.is_none() {
        // Only static members are left and none came: wait for them for another round.
        group.join_ends = Some(now + group.rebalance_timeout().max(1));
        return Decision::none();
    }
    group.protocol = group.select_protocol();
    group.enter(State::CompletingRebalance, now);
    group.sync_ends = Some(now + group.rebalance_timeout());
    let mut decision = Decision::none();
    let waiting: Vec<(String, Ticket)> = group
        .members
        .values_mut()
        .filter_map(|m| m.joining.take().map(|t| (m.id.clone(), t)))
        .collect();
    for member in group.members.values_mut() {
        member.touch(now);
    }
    for (id, ticket) in waiting {
        decision
            .replies
            .push((ticket, Reply::Join(group.join_reply(&id, false))));
    }
    decision
}

/// A member goes, by its own will or by silence; what waits on it is answered.
pub(super) fn remove_member(group: &mut Group, id: &str, now: i64, delay: i64) -> Decided {
    let mut decision = Decision::none();
    let Some(member) = group.members.remove(id) else {
        return decision;
    };
    if let Some(instance) = &member.instance_id {
        group.static_members.remove(instance);
    }
    if let Some(waits) = member.joining {
        decision
            .replies
            .push((waits, Reply::Join(JoinReply::refused(ErrorCode::UnknownMemberId, id))));
    }
    if let Some(waits) = member.syncing {
        decision
            .replies
            .push((waits, Reply::Sync(SyncReply::refused(ErrorCode::UnknownMemberId))));
    }
    if group.leader.as_deref() == Some(id) {
        group.leader = group
            .members
            .values()
            .find(|m| m.joining.is_some())
            .or(group.members.values().next())
            .map(|m| m.id.clone());
    }
    match group.state {
        State::Empty => {}
        State::Stable | State::CompletingRebalance => decision.extend(rebalance(group, now, delay)),
        State::PreparingRebalance => decision.extend(maybe_complete_join(group, now)),
    }
    decision
}

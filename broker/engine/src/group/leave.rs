//! LeaveGroup (KIP-345: several members at once, static ones by their instance id).

use super::command::MemberRef;
use super::join::{maybe_complete_join, remove_member};
use super::{Decided, Groups, Reply};
use weir_core::ErrorCode;
use weir_core::machine::{Decision, Ticket};

impl Groups {
    pub(super) fn leave(&mut self, now: i64, ticket: Ticket, group_id: &str, members: &[MemberRef]) -> Decided {
        let delay = i64::from(self.config.initial_rebalance_delay_ms);
        if group_id.is_empty() {
            return Decision::reply(ticket, Reply::Left(ErrorCode::InvalidGroupId, Vec::new()));
        }
        let Some(group) = self.group(group_id, now) else {
            let all = members
                .iter()
                .map(|m| (m.clone(), ErrorCode::UnknownMemberId))
                .collect();
            return Decision::reply(ticket, Reply::Left(ErrorCode::None, all));
        };
        let mut decision = Decision::none();
        let mut results = Vec::with_capacity(members.len());
        for who in members {
            // An admin removes a static member by its instance id alone.
            let current = who
                .instance_id
                .as_ref()
                .and_then(|i| group.static_members.get(i))
                .cloned();
            let who_now = match current {
                Some(id) if who.member_id.is_empty() => MemberRef {
                    member_id: id,
                    ..who.clone()
                },
                _ => who.clone(),
            };
            let code = if group.pending.remove(&who_now.member_id).is_some() {
                decision.extend(maybe_complete_join(group, now));
                ErrorCode::None
            } else {
                match group.member_of(&who_now).map(|m| m.id.clone()) {
                    Ok(id) => {
                        decision.extend(remove_member(group, &id, now, delay));
                        ErrorCode::None
                    }
                    Err(code) => code,
                }
            };
            results.push((who.clone(), code));
        }
        decision.replies.push((ticket, Reply::Left(ErrorCode::None, results)));
        decision
    }
}

//! DescribeGroups, ListGroups, DeleteGroups.

use super::command::{DescribedGroup, ListedGroup};
use super::{Decided, GroupRecord, Groups, Reply, State};
use weir_core::ErrorCode;
use weir_core::machine::{Decision, Ticket};

impl Groups {
    pub(super) fn describe(&mut self, now: i64, id: &str) -> Option<DescribedGroup> {
        let group = self.group(id, now)?;
        let protocol = if group.state == State::Stable {
            group.protocol.clone().unwrap_or_default()
        } else {
            String::new()
        };
        Some(DescribedGroup {
            state: group.state.name(),
            protocol_type: group.protocol_type.clone().unwrap_or_default(),
            protocol,
            members: group.describe_members(),
        })
    }

    pub(super) fn list(&mut self, now: i64) -> Vec<ListedGroup> {
        let ids: Vec<String> = self
            .persisted
            .groups
            .keys()
            .chain(self.persisted.offsets.keys())
            .cloned()
            .collect();
        for id in ids {
            self.group(&id, now);
        }
        self.live
            .values()
            .map(|g| ListedGroup {
                group: g.id.clone(),
                protocol_type: g.protocol_type.clone().unwrap_or_default(),
                state: g.state.name(),
            })
            .collect()
    }

    pub(super) fn delete_group(&mut self, now: i64, ticket: Ticket, id: &str) -> Decided {
        let Some(group) = self.group(id, now) else {
            return Decision::reply(ticket, Reply::Deleted(ErrorCode::GroupIdNotFound));
        };
        if group.state != State::Empty {
            return Decision::reply(ticket, Reply::Deleted(ErrorCode::NonEmptyGroup));
        }
        let offsets = self.persisted.offsets.get(id);
        let mut records: Vec<GroupRecord> = offsets
            .into_iter()
            .flat_map(|o| o.keys())
            .map(|key| GroupRecord::no_offset(id, key))
            .collect();
        records.push(GroupRecord::Group {
            group: id.to_owned(),
            value: None,
        });
        self.live.remove(id);
        Decision::write(records, ticket, Reply::Deleted(ErrorCode::None))
    }
}

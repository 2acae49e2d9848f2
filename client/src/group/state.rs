//! What the owner of a membership and its background tasks share.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use weir_messages::Str;

use super::{Generation, GroupError, Joined};

/// The membership as it stands.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Given by the coordinator; empty before the first join.
    pub(super) member_id: Str,
    pub(super) generation: Option<Generation>,
    /// The coordinator, or the owner, wants another join.
    pub(super) rejoin: bool,
    /// A join is under way: the old generation is only good for commits.
    pub(super) joining: bool,
    /// The generation was lost without a chance to give anything back in order.
    pub(super) lost: bool,
    /// Nothing will help any more.
    pub(super) fatal: Option<GroupError>,
    pub(super) closed: bool,
    /// When the owner last showed itself.
    pub(super) alive_at: Duration,
}

/// [`State`] with a bell: whoever waits looks again.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Rings for the owner.
    pub(super) changed: Notify,
    /// Rings for the heartbeat task.
    pub(super) wake: Notify,
}

impl Shared {
    /// Looks at or changes the state; nobody waits while it is held.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock())
    }

    /// The generation to put into commits, if this member is in one.
    pub(crate) fn generation(&self) -> Option<Generation> {
        self.with(|state| state.generation.clone())
    }

    /// The coordinator does not know the generation, or not even the member.
    pub(crate) fn lose(&self, forget_member: bool) {
        self.with(|state| {
            state.lost |= state.generation.take().is_some();
            state.rejoin = true;
            if forget_member {
                state.member_id = Str::new();
            }
        });
        self.changed.notify_one();
    }

    /// A join ended; whether the membership was closed meanwhile. One that failed is still due: what asked for it has not been done,
    /// even if the old generation is still there.
    pub(super) fn joined(&self, joined: &Result<Joined, GroupError>) -> bool {
        self.with(|state| {
            state.joining = false;
            match joined {
                Ok(joined) => state.generation = Some(joined.generation.clone()),
                Err(_) => state.rejoin = true,
            }
            state.closed
        })
    }

    /// Another join is due, the assignment still holds.
    pub(crate) fn ask_rejoin(&self) {
        self.with(|state| state.rejoin = true);
        self.changed.notify_one();
    }

    /// Whether what a heartbeat or a commit in `generation` brought still concerns anyone. The coordinator counts on as soon as it answers
    /// JoinGroup: a member that joins is not lost because its old generation is.
    pub(crate) fn is_current(&self, generation: &Generation) -> bool {
        self.with(|state| !state.joining && state.generation.as_ref() == Some(generation))
    }

    /// A member of this generation that may be on its way into the next one.
    #[cfg(test)]
    pub(crate) fn enter(&self, generation: &Generation, joining: bool) {
        self.with(|state| {
            state.generation = Some(generation.clone());
            state.rejoin = false;
            state.joining = joining;
        });
    }

    pub(super) fn fail(&self, error: GroupError) {
        self.with(|state| {
            state.lost |= state.generation.take().is_some();
            state.fatal = Some(error);
        });
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    #[test]
    fn a_failed_join_is_due_again_and_a_wish_during_one_is_kept() {
        let generation = Generation {
            id: 3,
            member_id: "m".into(),
            protocol: "range".into(),
        };
        let shared = Shared::default();
        // As a join begins: the wish for it is cleared.
        shared.enter(&generation, true);
        let failed = Err(GroupError::Assign(super::super::AssignError("no".to_owned())));
        assert!(!shared.joined(&failed));
        assert!(shared.with(|state| state.rejoin && !state.joining && state.generation.is_some()));

        shared.enter(&generation, true);
        let joined = Ok(Joined {
            generation,
            leader: false,
            assignment: Bytes::new(),
        });
        shared.joined(&joined);
        assert!(shared.with(|state| !state.rejoin));
        shared.enter(&joined.as_ref().unwrap().generation, true);
        shared.ask_rejoin();
        shared.joined(&joined);
        assert!(shared.with(|state| state.rejoin));
    }
}

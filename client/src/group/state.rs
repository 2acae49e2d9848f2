//! What the owner of a membership and its background tasks share.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use weir_messages::Str;

use super::{Generation, GroupError};

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

//! The owner's side of a membership.

use std::sync::Arc;

use tokio::sync::oneshot;
use weir_core::seam::Task;

use super::coordinator::Coordinator;
use super::join::Join;
use super::state::Shared;
use super::{Generation, GroupConfig, GroupError, GroupProtocol, Joined, heartbeat};
use crate::cluster::Cluster;

/// A member of a group.
///
/// The owner calls [`Self::join`], works with what it was assigned, and waits with [`Self::rejoin_needed`] for the moment to join
/// again. Heartbeats go on by themselves meanwhile. Dropping the client stops them without leaving: the coordinator notices
/// after the session timeout. [`Self::leave`] tells it at once.
pub struct GroupClient<P> {
    coordinator: Arc<Coordinator>,
    config: Arc<GroupConfig>,
    shared: Arc<Shared>,
    protocol: Arc<tokio::sync::Mutex<P>>,
    joining: Option<oneshot::Receiver<Result<Joined, GroupError>>>,
    heartbeat: Option<Box<dyn Task>>,
}

impl<P> std::fmt::Debug for GroupClient<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupClient")
            .field("group_id", &self.config.group_id)
            .finish_non_exhaustive()
    }
}

impl<P: GroupProtocol> GroupClient<P> {
    /// A member that has not joined yet.
    pub fn new(cluster: Cluster, config: GroupConfig, protocol: P) -> Self {
        let coordinator = Coordinator::new(cluster, config.group_id.clone());
        Self::with_coordinator(Arc::new(coordinator), config, protocol)
    }

    pub(crate) fn with_coordinator(coordinator: Arc<Coordinator>, config: GroupConfig, protocol: P) -> Self {
        let client = Self {
            coordinator,
            config: Arc::new(config),
            shared: Arc::default(),
            protocol: Arc::new(tokio::sync::Mutex::new(protocol)),
            joining: None,
            heartbeat: None,
        };
        client.shared.with(|state| state.rejoin = true);
        client
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The protocol, to look at or change what the next join offers. Waits while a join uses it.
    pub async fn protocol(&self) -> tokio::sync::MutexGuard<'_, P> {
        self.protocol.lock().await
    }

    /// The generation that this member is in, if any.
    pub fn generation(&self) -> Option<Generation> {
        self.shared.generation()
    }

    /// Shows that the owner still works; see [`GroupConfig::max_poll_interval`].
    pub fn alive(&self) {
        let now = self.coordinator.cluster().seam().clock.monotonic();
        self.shared.with(|state| state.alive_at = now);
    }

    /// Whether another join is due: at first, when members came or went, after [`Self::request_rejoin`], after a join that failed, or when the
    /// generation was lost.
    pub fn needs_join(&self) -> bool {
        self.shared.with(|state| state.rejoin || state.generation.is_none())
    }

    /// Whether a join is under way.
    pub fn is_joining(&self) -> bool {
        self.joining.is_some()
    }

    /// `true` once after the coordinator dropped this member: what it was assigned may belong to others by now.
    pub fn take_lost(&self) -> bool {
        self.shared.with(|state| std::mem::take(&mut state.lost))
    }

    /// Waits until another join is due. Cancel-safe.
    ///
    /// # Errors
    /// The membership failed for good.
    pub async fn rejoin_needed(&self) -> Result<(), GroupError> {
        loop {
            let changed = self.shared.changed.notified();
            self.check()?;
            if self.needs_join() {
                return Ok(());
            }
            changed.await;
        }
    }

    /// Asks for another join, for example because this member's metadata changed.
    pub fn request_rejoin(&self) {
        self.shared.ask_rejoin();
    }

    fn check(&self) -> Result<(), GroupError> {
        match self.shared.with(|state| state.fatal.clone()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Starts a join in the background unless one is under way.
    ///
    /// # Errors
    /// The membership failed for good.
    pub fn begin_join(&mut self) -> Result<(), GroupError> {
        self.check()?;
        if self.joining.is_some() {
            return Ok(());
        }
        self.alive();
        self.shared.with(|state| state.joining = true);
        let (sender, receiver) = oneshot::channel();
        let join = Join {
            coordinator: self.coordinator.clone(),
            config: self.config.clone(),
            shared: self.shared.clone(),
            protocol: self.protocol.clone(),
        };
        let (shared, coordinator, config) = (self.shared.clone(), self.coordinator.clone(), self.config.clone());
        let seam = self.coordinator.cluster().seam().clone();
        seam.spawn("group-join", async move {
            let joined = join.run().await;
            // Here and not with the owner: heartbeats start even if the owner is busy.
            let closed = shared.joined(&joined);
            // Closed while the join was under way: the owner had nothing to leave with yet.
            if let (true, Ok(joined)) = (closed, &joined) {
                heartbeat::leave(&coordinator, &config, &joined.generation, "closed while joining").await;
            }
            shared.wake.notify_one();
            // An owner that is gone does not want it.
            let _ = sender.send(joined);
        });
        self.joining = Some(receiver);
        if self.heartbeat.is_none() {
            let beat = heartbeat::run(self.coordinator.clone(), self.config.clone(), self.shared.clone());
            self.heartbeat = Some(seam.spawn("group-heartbeat", beat));
        }
        Ok(())
    }

    /// Waits for the join that was begun; begins one if none was. Cancel-safe: a later call finds the same join.
    ///
    /// # Errors
    /// What joining again cannot mend, and what an assignor complains about.
    pub async fn join(&mut self) -> Result<Joined, GroupError> {
        self.begin_join()?;
        let Some(receiver) = &mut self.joining else {
            return Err(GroupError::Closed);
        };
        let result = receiver.await.unwrap_or(Err(GroupError::Closed));
        self.joining = None;
        self.alive();
        result
    }

    /// Leaves the group and ends the heartbeats. A static member does not leave: its place is kept for its restart.
    pub async fn leave(&mut self, reason: &'static str) {
        let generation = self.shared.with(|state| {
            state.closed = true;
            state.generation.take()
        });
        self.shared.wake.notify_one();
        if let Some(generation) = generation {
            heartbeat::leave(&self.coordinator, &self.config, &generation, reason).await;
        }
    }
}

impl<P> Drop for GroupClient<P> {
    fn drop(&mut self) {
        self.shared.with(|state| state.closed = true);
        self.shared.wake.notify_one();
    }
}

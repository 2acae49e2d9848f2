//! What handlers share.

use std::sync::Arc;
use std::time::Duration;

use crate::leader::Election;
use crate::store::Store;

/// The registry's data and bounds.
#[derive(Clone)]
pub struct AppState {
    pub store: Arc<Store>,
    pub election: Arc<Election>,
    pub limits: Limits,
}

/// Bounds from the settings.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub max_body: usize,
    pub search_default: usize,
    pub search_max: usize,
    pub mode_mutability: bool,
    /// How long a write waits for an election that is under way.
    pub leader_wait: Duration,
    /// How long the leader may take for a write that was sent on to it.
    pub forward_timeout: Duration,
}

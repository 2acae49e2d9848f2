//! What handlers share.

use std::sync::Arc;

use crate::store::Store;

/// The registry's data and bounds.
#[derive(Clone)]
pub struct AppState {
    pub store: Arc<Store>,
    pub limits: Limits,
}

/// Bounds from the settings.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub max_body: usize,
    pub search_default: usize,
    pub search_max: usize,
    pub mode_mutability: bool,
}

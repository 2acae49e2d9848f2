//! Connect runtime.

pub mod config;
pub mod convert;
pub mod java;
pub mod plugins;
pub mod predicate;
pub mod record;
pub mod transform;

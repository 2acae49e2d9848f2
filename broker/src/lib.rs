//! `weir-broker`: the shell round the engine. What the engine decides, this room does.
//!
//! Rooms, downwards: [`server`] (listeners, connections, frames in order), [`api`] (one file per API key), [`answer`] (an
//! encoded response), [`groups`]
//! (coordinators on `__consumer_offsets`), [`controller`] (metadata on `__cluster_metadata-0`), [`topics`] (the
//! partitions this broker hosts, and who waits on them), [`journal`] (the group commit behind every `acks=all` and
//! coordinator reply), [`disk`] (data directory, checkpoints, recovery), [`removal`] (what deleted topics leave there),
//! [`stray`] (what crashes leave there), [`config`].
//!
//! It must never know Connect, Streams or the registry. Everything outside is reached through the seam, so that a
//! broker runs in the simulator as it runs on a machine.

mod answer;
mod api;
mod background;
pub mod config;
mod controller;
mod disk;
mod groups;
mod journal;
mod removal;
mod server;
mod state;
mod stray;
mod topics;
mod turns;

pub use config::BrokerConfig;
pub use disk::OpenError;
pub use server::{Broker, StartError};

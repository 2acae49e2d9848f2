//! Connect runtime: workers that run connector plugins, Kafka Connect's REST API and formats.
//!
//! A request's way: [`rest`] → [`herder`] (the one owner; [`herder::plan`] decides) → [`store`] (the three topics as log machines)
//! → [`task`] (one loop per task) → [`pipeline`] (converters, transforms) → a plugin behind the SDK, or [`kafka`].
//!
//! Rooms, downwards: [`worker`] (the door), [`rest`], [`herder`], [`task`], [`store`], [`pipeline`], [`errors`], [`config`],
//! [`transform`], [`predicate`], [`convert`], [`kafka`] (what is needed of a cluster), [`http`], [`record`], [`plugins`], [`java`].
//!
//! It must never know the broker or a concrete plugin: those come in by the list that the binary passes.
//! Deliberately absent today: sharing work between workers (a second one waits), exactly-once sources, config providers, https, the
//! twelve other transforms. Asking for them gets a clear error.

pub mod config;
pub mod convert;
pub mod errors;
pub mod herder;
pub mod http;
pub mod java;
pub mod kafka;
pub mod pipeline;
pub mod plugins;
pub mod predicate;
pub mod record;
pub mod rest;
pub mod store;
pub mod task;
pub mod transform;
pub mod worker;

pub use config::worker::WorkerConfig;
pub use kafka::Kafka;
pub use plugins::Plugins;
pub use worker::{StartError, Worker};

//! The client against a real cluster: Apache Kafka 4.3.1, or whatever listens at `WEIR_BOOTSTRAP`.
//!
//! One binary, so that one Kafka serves all of its tests. Each test has topics and groups of its own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]
#![expect(clippy::disallowed_methods, reason = "real servers run in real time")]

mod admin;
mod consume;
mod flaky;
mod groups;
mod produce;
mod support;

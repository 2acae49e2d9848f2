//! Streams: in the test driver, beside Kafka Streams itself, and on clusters.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod beside;
mod cluster;
mod driver;
mod inputs;
mod jar;
mod oracle;
mod shapes;
mod trouble;

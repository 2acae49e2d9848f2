//! Conformance: each test sends the same requests to Weir and to Apache Kafka 4.3.1 in the same run.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod admin;
mod batches;
mod configs;
mod data;
mod edges;
mod groups;
mod hollow;
mod hostile;
mod many;
mod pair;

use weir_tests::wire;

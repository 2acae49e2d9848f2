//! The client's suite on Apache Kafka 4.3.1, or on whatever listens at `WEIR_BOOTSTRAP`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]
#![expect(clippy::disallowed_methods, reason = "real servers run in real time")]

mod suite;

/// Whether the cluster has transactions.
const TRANSACTIONS: bool = true;

fn cluster() -> Option<String> {
    weir_tests::peers::bootstrap()
}

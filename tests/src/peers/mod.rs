//! Peers: Apache Kafka from its jars and Weir's own binary, on loopback and random ports.

mod kafka;
mod process;
mod weir;

pub use kafka::Kafka;
pub use process::{Process, free_port};
pub use weir::{Weir, binary};

use std::sync::OnceLock;

/// Why a peer is not there.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{peer}: {reason}")]
pub struct Missing {
    /// Which one.
    pub peer: &'static str,
    /// Why.
    pub reason: String,
}

/// A cluster to run a test against: `WEIR_BOOTSTRAP` when set, else an Apache Kafka that the test process shares.
///
/// `None` means a skip, with a line that says so: the peer cannot be had. With `CI` set that is a failure instead.
///
/// # Panics
/// With `CI` set and no peer.
pub fn bootstrap() -> Option<String> {
    static SHARED: OnceLock<Result<Kafka, Missing>> = OnceLock::new();
    if let Ok(address) = std::env::var("WEIR_BOOTSTRAP") {
        return Some(address);
    }
    match SHARED.get_or_init(Kafka::start) {
        Ok(kafka) => Some(kafka.bootstrap().to_owned()),
        Err(missing) => {
            skip(missing);
            None
        }
    }
}

/// Says that a test is skipped for want of a peer.
///
/// # Panics
/// With `CI` set.
pub fn skip(missing: &Missing) {
    assert!(std::env::var_os("CI").is_none(), "a peer is missing: {missing}");
    eprintln!("SKIPPED: {missing}");
}

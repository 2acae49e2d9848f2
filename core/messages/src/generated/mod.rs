//! Apache Kafka 4.3.1's messages, one module per family. Written by `cargo xtask codegen`; do not edit.
//!
//! Names, numbers and field descriptions come from Apache Kafka's message definitions (Apache License 2.0).

mod api_key;
pub mod group_coordinator;
pub mod headers;
pub mod metadata;
pub mod protocol;
pub mod remote_log;
pub mod requests;
pub mod responses;
pub mod share_coordinator;
pub mod storage;
pub mod transaction_coordinator;

pub use api_key::{ApiKey, Listener};
pub use group_coordinator::*;
pub use headers::*;
pub use metadata::*;
pub use protocol::*;
pub use remote_log::*;
pub use requests::*;
pub use responses::*;
pub use share_coordinator::*;
pub use storage::*;
pub use transaction_coordinator::*;

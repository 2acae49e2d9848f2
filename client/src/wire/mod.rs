//! One connection to one broker: frames, correlation ids, pipelining, versions.

mod connection;
mod error;
mod versions;

pub(crate) use connection::{Connection, Identity};
pub use error::CallError;

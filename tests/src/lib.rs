//! Shared test support: real systems to test against, started and stopped by the test that needs them.

pub mod peers;
pub mod wire;

//! Examples: plugins that show how little an author writes, tested by the contract suite, and the demo's topologies.

pub mod count_by;
pub mod flight_delays;
#[cfg(feature = "plugins")]
pub mod random_source;
#[cfg(feature = "plugins")]
pub mod webhook_sink;

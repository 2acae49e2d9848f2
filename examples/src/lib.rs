//! Examples: plugins that show how little an author writes, tested by the contract suite, and the demo's topologies.

pub mod count_by;
pub mod flight_delays;
pub mod random_source;
pub mod webhook_sink;

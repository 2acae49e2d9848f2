//! Settings of the worker and of connectors: Kafka Connect's names, defaults and error texts.

pub mod connector;
pub mod validate;
pub mod worker;

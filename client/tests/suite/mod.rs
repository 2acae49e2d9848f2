//! The client's suite: written once, run on Apache Kafka and on Weir. Each test has topics and groups of its own.

mod admin;
mod consume;
mod flaky;
mod groups;
mod produce;
mod support;

//! Connect plugin: a sink into SQL tables. SQLite today; the settings are those of Confluent's and Aiven's JDBC sinks.
//!
//! Rooms, downwards: [`sink`] (batches, retries, bad records), [`writer`] (records to statements), [`table`] (what a table needs),
//! [`database`] (running statements), [`dialect`] (SQL text), [`config`]. Another database is one file in `dialect/` and one in
//! `database/`; nothing else knows which there are.

pub mod config;
pub mod database;
pub mod dialect;
pub mod sink;
pub mod table;
pub mod writer;

use weir_connect_sdk::{Plugin, plugin, register};

/// The sink.
pub const SINK: Plugin = plugin!(sink sink::SqlSink, "sql-sink", "io.confluent.connect.jdbc.JdbcSinkConnector")
    .aliases(&["io.aiven.connect.jdbc.JdbcSinkConnector"]);

register!(SINK);

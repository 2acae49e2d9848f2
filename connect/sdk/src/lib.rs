//! All that a plugin author compiles.
//!
//! Implement [`Source`] or [`Sink`], derive [`ConnectorConfig`], [`register!`] the plugin, and run the shared suite with one line of
//! [`contract_tests!`]. `examples/` in the repository has a source in 30 lines and a sink in 60.
//!
//! Rooms, downwards: [`contract`] and [`testing`] (the suite and its in-memory services), [`plugin`] (registration), [`connector`]
//! (the two traits), [`context`] and [`services`], [`config`], [`record`], [`data`] (Connect's data model), [`error`].
//!
//! The SDK must never know tokio, the runtime, the client or a wire format: types are owned and calls are batches, so that the same
//! contract can be a WASM world one day. A plugin crate itself may use whatever its target needs.

pub mod config;
pub mod connector;
pub mod context;
pub mod contract;
pub mod data;
pub mod error;
pub mod plugin;
pub mod record;
pub mod services;
pub mod testing;

pub use async_trait::async_trait;
pub use config::ConnectorConfig;
pub use connector::{ConfigMap, PartitionOffsets, Sink, Source};
pub use context::{Context, SinkContext, SourceContext};
pub use data::{Schema, SchemaAndValue, Struct, Value};
pub use error::{ConnectError, ErrorContext, Result};
#[doc(hidden)]
pub use inventory;
pub use plugin::{Plugin, Start, registered};
pub use record::{Header, OffsetMap, SinkRecord, SourceRecord, TimestampType, TopicPartition, offset_map};
pub use services::{HttpRequest, HttpResponse};
pub use weir_config::{
    self, ConfigDef, ConfigError, ConfigErrors, ConfigKey, FromConfigValue, Password, Settings, Validator,
};
pub use weir_connect_derive::ConnectorConfig;

/// What most plugins need.
pub mod prelude {
    pub use std::time::Duration;

    pub use crate::{
        ConfigError, ConfigMap, ConnectError, ConnectorConfig, ErrorContext, HttpRequest, OffsetMap, Password, Plugin,
        Result, Schema, SchemaAndValue, Sink, SinkContext, SinkRecord, Source, SourceContext, SourceRecord, Struct,
        TopicPartition, Value, async_trait, offset_map, plugin, register,
    };
}

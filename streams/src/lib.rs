//! `weir-streams`: topic-to-topic transforms with the semantics, names and bytes of Kafka Streams.
//!
//! Rooms, downwards: [`dsl`] (what users write: [`StreamsBuilder`], [`Stream`], [`Table`]), [`topology`] (the graph:
//! names, sub-topologies; its text is in `describe`), [`processor`] (receivers and their context), [`task`] (one sub-topology on one
//! partition: plain synchronous calls), [`store`] (state behind a narrow trait), [`serdes`], [`driver`] (tasks without a
//! broker, in virtual time), `runtime` (the thin shell that joins a group and moves records).
//!
//! It must never know the broker or Connect.

pub mod avro;
mod describe;
pub mod driver;
pub mod dsl;
pub mod processor;
mod runtime;
pub mod serdes;
pub mod store;
pub mod task;
pub mod topology;

pub use driver::TestDriver;
pub use dsl::{
    GroupedStream, HasSerde, Stream, StreamsBuilder, Table, TimeWindows, TopologyError, Windowed, WindowedStream,
};
pub use processor::Record;
pub use runtime::{Streams, StreamsConfig, StreamsError};
pub use serdes::{Serde, SerdeError, SerdeRef};
pub use task::DeserializationHandler;
pub use topology::Topology;

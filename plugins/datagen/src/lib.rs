//! Connect plugin: a source of generated data, for trying things out and for load.
//!
//! Settings are those of Confluent's datagen connector; schemas are Avro with the generator's annotations (`arg.properties`).
//! Rooms, downwards: [`source`]; [`schema`] (what to generate), [`generator`] (a random value of it), [`pattern`] (a random text that
//! matches), [`quickstart`] (ready-made schemas), [`random`]. All but the source is pure: the same seed gives the same data.

pub mod generator;
pub mod pattern;
pub mod quickstart;
pub mod random;
pub mod schema;
pub mod source;

use weir_connect_sdk::{Plugin, plugin, register};

/// The source.
pub const SOURCE: Plugin =
    plugin!(source source::Datagen, "datagen-source", "io.confluent.kafka.connect.datagen.DatagenConnector");

register!(SOURCE);

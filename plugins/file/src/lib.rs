//! Connect plugin: text files as source and sink. Lines, CSV with a header, JSON per line.
//!
//! Settings, offsets and behaviour of the `lines` format are those of Kafka's FileStream connectors; `format` adds the others.
//! Rooms, downwards: [`source`], [`sink`]; [`csv`] (rows, column types), [`lines`] (where a line ends), [`java_text`].

pub mod csv;
pub mod java_text;
pub mod lines;
pub mod sink;
pub mod source;

use weir_connect_sdk::{Plugin, plugin, register};

/// The source.
pub const SOURCE: Plugin =
    plugin!(source source::FileSource, "file-source", "org.apache.kafka.connect.file.FileStreamSourceConnector");
/// The sink.
pub const SINK: Plugin =
    plugin!(sink sink::FileSink, "file-sink", "org.apache.kafka.connect.file.FileStreamSinkConnector");

register!(SOURCE, SINK);

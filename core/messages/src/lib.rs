//! Kafka's messages on the wire and in internal topics: every request, response, header, metadata record and
//! coordinator record of Apache Kafka 4.3.1, in every valid version.
//!
//! * `reader`, `writer`, `str`, `tags`, `wire`: the codec, written by hand.
//! * `message`: the traits [`Message`] and [`Request`]; `header`: request and response headers by API key and version.
//! * `framing`: how metadata records and coordinator records are wrapped in a log.
//! * `generated`: one file per message, written by `cargo xtask codegen` from Kafka's message definitions and checked in.
//!
//! Decoding never copies strings, bytes or records (they are slices of the frame), checks every count against the bytes
//! that remain before it allocates, and never panics. This crate must never know anything else of Weir.

mod error;
mod framing;
mod generated;
mod header;
mod message;
mod reader;
mod str;
mod tags;
mod wire;
mod writer;

pub use error::{DecodeError, DecodeErrorKind, EncodeError, EncodeErrorKind};
pub use framing::{FrameError, decode_value, encode_key, encode_value, read_frame_header, write_framed};
pub use generated::*;
pub use header::{request_header_version, response_header_version};
pub use message::{CoordinatorMessage, Message, MetadataMessage, Request, decode_all};
pub use reader::Reader;
pub use str::Str;
pub use tags::UnknownTags;
pub use writer::{Writer, ZERO_COPY_MIN};

pub use uuid::Uuid;

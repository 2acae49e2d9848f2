//! Avro: values of `apache_avro` to bytes with a schema id before them, and back.
//!
//! Both directions split in two: what needs the registry is `async` and seldom ([`AvroSerializer::prepare`],
//! [`AvroDeserializer::load`]), what every record needs is a plain call ([`PreparedAvro::serialize`],
//! [`AvroDeserializer::try_deserialize`]), so that synchronous code (processors, converters) can use it.

mod decode;
mod deserializer;
mod resolve;
mod schema;
mod serializer;

pub use decode::{DecodeError, MAX_VALUE_DEPTH};
pub use deserializer::{AvroDeserializer, Decoded, DeserializeError, TryDecoded};
pub use resolve::ResolveError;
pub use schema::{AvroError, AvroSchema};
pub use serializer::{AvroSerializer, PreparedAvro, SerializeError};

//! Converters: between bytes in Kafka and Connect's data model. Pure; what must be fetched first is named, not fetched.
//!
//! One file per format. [`converter`] and [`header_converter`] make one from a class name and its settings.

mod avro;
pub mod avro_names;
mod avro_schema;
mod avro_value;
mod bytes;
mod json;
mod json_read;
mod json_schema;
mod json_text;
mod json_write;
mod simple_header;
mod string;

pub use avro::AvroConverter;
pub use json::JsonConverter;

use std::sync::Arc;

use async_trait::async_trait;
use weir_connect_sdk::{ConfigDef, ConfigMap, ConnectError, SchemaAndValue};

/// Why a conversion did not happen.
#[derive(Debug, Clone)]
pub enum ConvertError {
    /// The data cannot be converted.
    Data(ConnectError),
    /// Something must be looked up first: give this to [`Converter::fetch`] and try again.
    Lacks(Lack),
}

impl From<ConnectError> for ConvertError {
    fn from(error: ConnectError) -> Self {
        Self::Data(error)
    }
}

/// What a converter must fetch from a schema registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The schema with this id.
    SchemaToRead(i32),
    /// The id of this schema for records of this topic.
    SchemaToWrite { topic: String, schema: Arc<str> },
}

/// A converter of keys or values.
#[async_trait]
pub trait Converter: Send + Sync {
    /// Data to bytes; `None` is a null key or a tombstone.
    ///
    /// # Errors
    /// The data does not fit the format, or something must be fetched first.
    fn to_bytes(&self, topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConvertError>;

    /// Bytes to data.
    ///
    /// # Errors
    /// The bytes are not of the format, or something must be fetched first.
    fn to_data(&self, topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConvertError>;

    /// Fetches what a conversion lacked.
    ///
    /// # Errors
    /// Retriable if the registry may answer later.
    async fn fetch(&self, lack: &Lack) -> Result<(), ConnectError> {
        let _ = lack;
        Ok(())
    }
}

/// A converter of record headers.
pub trait HeaderConverter: Send + Sync {
    /// A header's value to bytes.
    ///
    /// # Errors
    /// The value does not fit the format.
    fn header_to_bytes(&self, topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConnectError>;

    /// Bytes to a header's value.
    ///
    /// # Errors
    /// The bytes are not of the format.
    fn header_to_data(&self, topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConnectError>;
}

/// Makes a converter out of its settings; the flag says "for keys".
pub type MakeConverter = fn(&ConfigMap, bool) -> Result<Box<dyn Converter>, ConnectError>;

/// A known converter class: its settings and how it is made.
pub struct ConverterClass {
    pub class: &'static str,
    pub def: fn() -> ConfigDef,
    /// The settings come with the prefix taken off.
    pub make: MakeConverter,
}

/// The key and value converters, in the order in which the REST API lists them.
pub const CONVERTERS: &[ConverterClass] = &[avro::CLASS, bytes::CLASS, json::CLASS, string::CLASS];

/// The classes of header converters.
pub const HEADER_CONVERTERS: &[&str] = &[
    bytes::CLASS.class,
    json::CLASS.class,
    simple_header::CLASS,
    string::CLASS.class,
];

fn simple_name(class: &str) -> &str {
    class.rsplit('.').next().unwrap_or(class)
}

/// Finds a converter by its class or the class' simple name.
pub fn converter_class(class: &str) -> Option<&'static ConverterClass> {
    CONVERTERS
        .iter()
        .find(|known| known.class == class || simple_name(known.class) == class)
}

/// Makes a key or value converter.
///
/// # Errors
/// No such class, or bad settings.
pub fn converter(class: &str, settings: &ConfigMap, is_key: bool) -> Result<Box<dyn Converter>, ConnectError> {
    let known =
        converter_class(class).ok_or_else(|| ConnectError::Config(format!("Class {class} could not be found.")))?;
    (known.make)(settings, is_key)
}

/// Makes a header converter.
///
/// # Errors
/// No such class, or bad settings.
pub fn header_converter(class: &str, settings: &ConfigMap) -> Result<Box<dyn HeaderConverter>, ConnectError> {
    match HEADER_CONVERTERS
        .iter()
        .find(|known| **known == class || simple_name(known) == class)
    {
        Some(known) if *known == simple_header::CLASS => Ok(Box::new(simple_header::SimpleHeaderConverter)),
        Some(known) if *known == string::CLASS.class => Ok(Box::new(string::StringConverter)),
        Some(known) if *known == bytes::CLASS.class => Ok(Box::new(bytes::ByteArrayConverter)),
        Some(_) => Ok(Box::new(JsonConverter::new(settings)?)),
        None => Err(ConnectError::Config(format!("Class {class} could not be found."))),
    }
}

/// A converter without lookups serves headers as it serves values.
macro_rules! headers_like_values {
    ($ty:ty) => {
        impl $crate::convert::HeaderConverter for $ty {
            fn header_to_bytes(&self, topic: &str, data: &SchemaAndValue) -> Result<Option<Vec<u8>>, ConnectError> {
                $crate::convert::without_lookup(self.to_bytes(topic, data))
            }

            fn header_to_data(&self, topic: &str, bytes: Option<&[u8]>) -> Result<SchemaAndValue, ConnectError> {
                $crate::convert::without_lookup(self.to_data(topic, bytes))
            }
        }
    };
}
pub(crate) use headers_like_values;

fn without_lookup<T>(result: Result<T, ConvertError>) -> Result<T, ConnectError> {
    result.map_err(|error| match error {
        ConvertError::Data(error) => error,
        ConvertError::Lacks(lack) => ConnectError::Data(format!("headers cannot wait for a lookup: {lack:?}")),
    })
}

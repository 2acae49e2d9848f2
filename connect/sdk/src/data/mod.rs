//! Connect's data model: schemas, values, structs. The same types, names and rules as Kafka Connect's `data` package.

mod decimal;
mod json;
mod schema;
mod structs;
mod value;

pub use decimal::Decimal;
pub use schema::{Field, LogicalType, Schema, SchemaBuilder, Type};
pub use structs::Struct;
pub use value::{SchemaAndValue, Value, validate};

use thiserror::Error;

/// A value and its schema disagree (Connect's `DataException`, `SchemaBuilderException`).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct DataError(pub String);

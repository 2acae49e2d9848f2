//! Running statements. Narrow: columns of a table, and a list of statements as one transaction.

pub mod sqlite;

use weir_connect_sdk::{ConnectError, Result, Value, async_trait};

use crate::dialect::Dialect;

/// One parameter, reduced to what databases store.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl TryFrom<&Value> for Cell {
    type Error = ConnectError;

    /// Dates and times become milliseconds, decimals text (which a NUMERIC column turns into a number).
    fn try_from(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Boolean(v) => Self::Integer(i64::from(*v)),
            Value::Float32(v) => Self::Real(f64::from(*v)),
            Value::Float64(v) => Self::Real(*v),
            Value::String(v) => Self::Text(v.clone()),
            Value::Bytes(v) => Self::Blob(v.clone()),
            Value::Decimal(v) => Self::Text(v.to_string()),
            Value::Date(days) => Self::Integer(i64::from(*days) * 86_400_000),
            Value::Time(ms) => Self::Integer(i64::from(*ms)),
            Value::Timestamp(ms) => Self::Integer(*ms),
            Value::Int8(_) | Value::Int16(_) | Value::Int32(_) | Value::Int64(_) => {
                Self::Integer(value.as_i64().unwrap_or_default())
            }
            Value::Array(_) | Value::Map(_) | Value::Struct(_) => {
                return Err(ConnectError::Data(format!(
                    "a {} cannot be a column's value",
                    value.java_class()
                )));
            }
        })
    }
}

/// A statement with its parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sql: String,
    pub cells: Vec<Cell>,
}

/// Why statements were not run. None of them had an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseError {
    /// Locked, busy or away: later it may work.
    Unavailable(String),
    /// The statement or its values are refused: it never will.
    Refused(String),
}

/// An open database.
#[async_trait]
pub trait Database: Send {
    /// How to speak to it.
    fn dialect(&self) -> &'static dyn Dialect;

    /// The names of a table's columns; `None` if there is no such table.
    async fn columns(&mut self, table: &str) -> std::result::Result<Option<Vec<String>>, DatabaseError>;

    /// Runs all statements in one transaction, which is durable when this returns.
    async fn run(&mut self, statements: Vec<Statement>) -> std::result::Result<(), DatabaseError>;
}

/// Opens the database that the URL names; `jdbc:` in front is fine.
///
/// # Errors
/// Retriable when it cannot be reached now, fatal when the URL names no known database.
pub async fn open(url: &str) -> Result<Box<dyn Database>> {
    let url = url.strip_prefix("jdbc:").unwrap_or(url);
    match url.split_once(':') {
        Some(("sqlite", path)) => Ok(Box::new(sqlite::SqliteDatabase::open(path).await?)),
        _ => Err(ConnectError::Config(format!(
            "no database is known for connection.url {}",
            url.split(':').next().unwrap_or_default()
        ))),
    }
}

//! SQLite through sqlx: one connection, made again after it was lost.

use std::str::FromStr as _;

use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _};
use weir_connect_sdk::prelude::*;

use super::{Cell, Database, DatabaseError, Statement};
use crate::dialect::Dialect;
use crate::dialect::sqlite::Sqlite;

/// How long SQLite itself waits for a lock before the batch is given back to be tried again later.
const LOCK_WAIT: Duration = Duration::from_millis(500);

/// A SQLite file.
pub struct SqliteDatabase {
    connection: SqliteConnection,
}

impl SqliteDatabase {
    /// Opens the file, creating it if needed. Parameters behind `?` are sqlx's.
    ///
    /// # Errors
    /// Retriable if it is locked, fatal if it cannot be opened.
    pub async fn open(path: &str) -> Result<Self> {
        let doing = format!("cannot open the database {path}");
        let options = SqliteConnectOptions::from_str(&format!("sqlite:{path}")).fatal(&doing)?;
        let options = options
            .create_if_missing(true)
            .busy_timeout(LOCK_WAIT)
            .disable_statement_logging();
        match SqliteConnection::connect_with(&options).await {
            Ok(connection) => Ok(Self { connection }),
            Err(error) if matches!(code_of(&error), Some(5 | 6 | 10 | 13)) => {
                Err(ConnectError::Retriable(format!("{doing}: {error}")))
            }
            Err(error) => Err(ConnectError::Fatal(format!("{doing}: {error}"))),
        }
    }
}

/// SQLite's primary code, the low byte: BUSY (5), LOCKED (6), IOERR (10) and FULL (13) may pass.
fn code_of(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?.parse::<u32>().ok()?;
    Some(code & 0xff)
}

/// Only what concerns a row or its statement is refused: ERROR (1), TOOBIG (18), CONSTRAINT (19), MISMATCH (20), RANGE (25), and
/// a value that cannot be bound. A file that is read-only (8), damaged (11) or no database (26) refuses no record: it is
/// tried again, and in the end fails the task.
fn classify(error: sqlx::Error) -> DatabaseError {
    match (&error, code_of(&error)) {
        (_, Some(1 | 18 | 19 | 20 | 25)) | (sqlx::Error::Encode(_), _) => DatabaseError::Refused(error.to_string()),
        _ => DatabaseError::Unavailable(error.to_string()),
    }
}

fn bind<'q>(
    query: sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>,
    cell: Cell,
) -> sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments> {
    match cell {
        Cell::Null => query.bind(None::<i64>),
        Cell::Integer(v) => query.bind(v),
        Cell::Real(v) => query.bind(v),
        Cell::Text(v) => query.bind(v),
        Cell::Blob(v) => query.bind(v),
    }
}

#[async_trait]
impl Database for SqliteDatabase {
    fn dialect(&self) -> &'static dyn Dialect {
        &Sqlite
    }

    async fn columns(&mut self, table: &str) -> std::result::Result<Option<Vec<String>>, DatabaseError> {
        let query = sqlx::query("SELECT name FROM pragma_table_info(?)").bind(table.to_owned());
        let rows = query.fetch_all(&mut self.connection).await.map_err(classify)?;
        let names = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<sqlx::Result<Vec<String>>>()
            .map_err(classify)?;
        Ok(if names.is_empty() { None } else { Some(names) })
    }

    async fn run(&mut self, statements: Vec<Statement>) -> std::result::Result<(), DatabaseError> {
        // Taking the write lock first: a lock that is found later would waste the work.
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(classify)?;
        for statement in statements {
            // The text is made of quoted names and parameters only; values are bound.
            let query = sqlx::query(AssertSqlSafe(statement.sql));
            let query = statement.cells.into_iter().fold(query, bind);
            query.execute(&mut *transaction).await.map_err(classify)?;
        }
        transaction.commit().await.map_err(classify)
    }
}

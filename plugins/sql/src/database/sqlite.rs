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
        match SqliteConnection::connect_with(&options).await.map_err(classify) {
            Ok(connection) => Ok(Self { connection }),
            Err(DatabaseError::Unavailable(text)) => Err(ConnectError::Retriable(format!("{doing}: {text}"))),
            Err(DatabaseError::Refused(text)) => Err(ConnectError::Fatal(format!("{doing}: {text}"))),
        }
    }
}

/// SQLITE_BUSY (5), SQLITE_LOCKED (6), SQLITE_IOERR (10) and SQLITE_FULL (13) may pass; the low byte is the primary code.
fn classify(error: sqlx::Error) -> DatabaseError {
    let code = match &error {
        sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<u32>().ok()),
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => return DatabaseError::Unavailable(error.to_string()),
        _ => None,
    };
    match code.map(|code| code & 0xff) {
        Some(5 | 6 | 10 | 13) => DatabaseError::Unavailable(error.to_string()),
        _ => DatabaseError::Refused(error.to_string()),
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

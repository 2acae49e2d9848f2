//! The sink: each batch is one transaction, done when `put` returns, so no offset is ever ahead of the table.
//!
//! A locked database gives the batch back to be tried again; a refused batch is tried record by record, so that only the bad
//! records are reported.

use weir_connect_sdk::prelude::*;

use crate::config::SqlSinkConfig;
use crate::database::{Database, DatabaseError, open};
use crate::writer::{Tables, statements, tables_of};

/// A sink task.
pub struct SqlSink {
    config: SqlSinkConfig,
    context: SinkContext,
    database: Box<dyn Database>,
    tables: Tables,
    retries: usize,
}

enum Failure {
    Database(DatabaseError),
    Record(ConnectError),
}

#[async_trait]
impl Sink for SqlSink {
    type Config = SqlSinkConfig;

    async fn start(config: SqlSinkConfig, context: SinkContext) -> Result<Self> {
        let database = open(&config.connection_url).await?;
        Ok(Self {
            config,
            context,
            database,
            tables: Tables::new(),
            retries: 0,
        })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        for batch in records.chunks(self.config.batch_size) {
            match self.write(batch).await {
                Ok(()) => self.retries = 0,
                Err(Failure::Database(DatabaseError::Unavailable(text))) => return Err(self.later(&text)),
                // Something in the batch is bad: find it.
                Err(failure) => self.one_by_one(batch, failure).await?,
            }
        }
        Ok(())
    }
}

impl SqlSink {
    /// Writes a batch as one transaction.
    async fn write(&mut self, batch: &[SinkRecord]) -> std::result::Result<(), Failure> {
        for table in tables_of(&self.config, batch) {
            if !self.tables.contains_key(&table) {
                let columns = self.database.columns(&table).await.map_err(Failure::Database)?;
                self.tables.insert(table, columns);
            }
        }
        let mut tables = self.tables.clone();
        let statements = statements(&self.config, self.database.dialect(), &mut tables, batch);
        let done = match statements {
            Ok(statements) => self.database.run(statements).await.map_err(Failure::Database),
            Err(error) => Err(Failure::Record(error)),
        };
        match done {
            Ok(()) => self.tables = tables,
            // Somebody else may have changed a table: look again before the next try.
            Err(_) => self.tables.clear(),
        }
        done
    }

    async fn one_by_one(&mut self, batch: &[SinkRecord], failure: Failure) -> Result<()> {
        if batch.len() == 1 {
            return self.bad(batch, failure).await;
        }
        for record in batch.chunks(1) {
            match self.write(record).await {
                Ok(()) => {}
                Err(Failure::Database(DatabaseError::Unavailable(text))) => return Err(self.later(&text)),
                Err(failure) => self.bad(record, failure).await?,
            }
        }
        self.retries = 0;
        Ok(())
    }

    /// Reports a bad record; what concerns every record fails the task.
    async fn bad(&mut self, records: &[SinkRecord], failure: Failure) -> Result<()> {
        let error = match failure {
            Failure::Record(error @ ConnectError::Fatal(_)) => return Err(error),
            Failure::Record(error) => error,
            Failure::Database(DatabaseError::Refused(text) | DatabaseError::Unavailable(text)) => {
                ConnectError::Data(text)
            }
        };
        for record in records {
            self.context.report(record, error.clone()).await?;
        }
        Ok(())
    }

    /// The error for a database that is locked or away: retriable until `max.retries` are used up.
    fn later(&mut self, text: &str) -> ConnectError {
        if self.retries >= self.config.max_retries {
            return ConnectError::Fatal(format!("gave up after {} retries: {text}", self.retries));
        }
        self.retries += 1;
        self.context.timeout(self.config.retry_backoff_ms);
        ConnectError::Retriable(text.to_owned())
    }
}

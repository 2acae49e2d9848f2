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
    /// A batch that comes again, and how many of its records are in the tables: they must not come twice.
    written: Option<(Batch, usize)>,
}

/// Tells a batch that comes again from another: its first record and its length.
type Batch = Option<(String, i32, i64, usize)>;

fn batch_of(records: &[SinkRecord]) -> Batch {
    let first = records.first()?;
    Some((first.topic.clone(), first.partition, first.offset, records.len()))
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
            written: None,
        })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        let whole = batch_of(records);
        let mut done = match self.written.take() {
            Some((batch, done)) if batch == whole => done,
            _ => 0,
        };
        while let Some(rest) = records.get(done..).filter(|rest| !rest.is_empty()) {
            let batch = rest.get(..self.config.batch_size).unwrap_or(rest);
            let failed = match self.write(batch).await {
                Ok(()) => {
                    self.retries = 0;
                    done += batch.len();
                    continue;
                }
                Err(Failure::Database(DatabaseError::Unavailable(text))) => Err(self.later(&text)),
                // Something in the batch is bad: find it.
                Err(failure) => self.one_by_one(batch, failure, &mut done).await,
            };
            if let Err(error) = failed {
                self.written = Some((whole, done));
                return Err(error);
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

    /// Counts what is written, or reported, into `done`.
    async fn one_by_one(&mut self, batch: &[SinkRecord], failure: Failure, done: &mut usize) -> Result<()> {
        if batch.len() == 1 {
            self.bad(batch, failure).await?;
            *done += 1;
            return Ok(());
        }
        for record in batch.chunks(1) {
            match self.write(record).await {
                Ok(()) => {}
                Err(Failure::Database(DatabaseError::Unavailable(text))) => return Err(self.later(&text)),
                Err(failure) => self.bad(record, failure).await?,
            }
            *done += 1;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Statement;
    use crate::dialect::{Dialect, sqlite::Sqlite};
    use std::sync::{Arc, Mutex};
    use weir_connect_sdk::testing::{TestServices, block_on};

    /// Locked for each second transaction.
    struct Moody(Arc<Mutex<Vec<usize>>>, u32);

    #[async_trait]
    impl Database for Moody {
        fn dialect(&self) -> &'static dyn Dialect {
            &Sqlite
        }

        async fn columns(&mut self, _table: &str) -> std::result::Result<Option<Vec<String>>, DatabaseError> {
            Ok(Some(vec!["id".to_owned()]))
        }

        async fn run(&mut self, statements: Vec<Statement>) -> std::result::Result<(), DatabaseError> {
            self.1 += 1;
            if self.1.is_multiple_of(2) {
                return Err(DatabaseError::Unavailable("locked".to_owned()));
            }
            self.0.lock().unwrap().push(statements.len());
            Ok(())
        }
    }

    #[test]
    fn a_batch_that_comes_again_goes_on_where_it_was() {
        let given = [
            ("connection.url", "sqlite:x"),
            ("topics", "t"),
            ("batch.size", "1"),
            ("max.retries", "9"),
        ];
        let given: ConfigMap = given.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let (services, written) = (TestServices::new(), Arc::new(Mutex::new(Vec::new())));
        let mut sink = SqlSink {
            config: SqlSinkConfig::parse(&given).unwrap(),
            context: services.sink_context(),
            database: Box::new(Moody(written.clone(), 0)),
            tables: Tables::new(),
            retries: 0,
            written: None,
        };
        let schema = Schema::structure().field("id", Schema::int64()).build();
        let record = |n: i64| {
            let mut row = Struct::new(&schema).unwrap();
            row.put("id", n).unwrap();
            SinkRecord::new("t", 0, n, row)
        };
        let records: Vec<SinkRecord> = (0..3).map(record).collect();
        let puts = (0..9).take_while(|_| block_on(sink.put(&records)).is_err()).count();
        assert_eq!((puts, written.lock().unwrap().len()), (2, 3), "none is written twice");
    }
}

//! The sink: appends one line per record, as they come. What `flush` returned from is on disk.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};

use weir_connect_sdk::prelude::*;

use crate::csv::{join_row, split_row};
use crate::java_text::java_text;

/// Settings of the sink.
#[derive(ConnectorConfig)]
#[config(check = check)]
pub struct FileSinkConfig {
    /// Destination filename.
    #[config(high)]
    file: Option<String>,
    /// What a record becomes: text (as Java prints it), a row under a header line, or a JSON document.
    #[config(default = "lines", one_of("lines", "csv", "ndjson"))]
    format: String,
    /// The character between CSV cells.
    #[config(default = ",", matches = "[ -~]|\t|\\\\t")]
    csv_delimiter: String,
}

fn check(config: &FileSinkConfig) -> Vec<ConfigError> {
    match config.file.as_deref().unwrap_or_default() {
        "" => vec![ConfigError::invalid(
            "file",
            "null",
            "a file is needed, standard output is not supported",
        )],
        _ => Vec::new(),
    }
}

/// A sink task.
pub struct FileSink {
    config: FileSinkConfig,
    context: SinkContext,
    file: File,
    /// What a full disk did not take of a batch yet.
    torn: Option<Torn>,
    /// Columns of the file, once it has a header.
    header: Option<Vec<String>>,
    /// Fields that were left out because the header does not have them, each warned of once.
    left_out: BTreeSet<String>,
}

/// Lines that are in the file up to somewhere. What follows must come first: half a line would be glued to the next.
struct Torn {
    batch: Batch,
    lines: Vec<u8>,
    done: usize,
}

/// Tells a batch that comes again from another: its first record and its length.
type Batch = Option<(String, i32, i64, usize)>;

fn batch_of(records: &[SinkRecord]) -> Batch {
    let first = records.first()?;
    Some((first.topic.clone(), first.partition, first.offset, records.len()))
}

#[async_trait]
impl Sink for FileSink {
    type Config = FileSinkConfig;

    async fn start(config: FileSinkConfig, context: SinkContext) -> Result<Self> {
        let path = config.file.clone().unwrap_or_default();
        let doing = format!("cannot open {path}");
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(&path)
            .fatal(&doing)?;
        let mut header = None;
        if config.format == "csv" && file.metadata().fatal(&doing)?.is_file() {
            let mut line = String::new();
            BufReader::new(File::open(&path).fatal(&doing)?)
                .read_line(&mut line)
                .fatal("cannot read the header")?;
            if !line.is_empty() {
                header = Some(split_row(line.trim_end().as_bytes(), delimiter(&config))?);
            }
        }
        Ok(Self {
            config,
            context,
            file,
            torn: None,
            header,
            left_out: BTreeSet::new(),
        })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        let batch = batch_of(records);
        if let Some(torn) = self.torn.take() {
            let again = torn.batch == batch;
            self.write(torn)?;
            if again {
                return Ok(());
            }
        }
        let mut lines = Vec::new();
        for record in records {
            match self.line(record) {
                Ok(Some(line)) => lines.extend_from_slice(line.as_bytes()),
                Ok(None) => {}
                Err(error) => self.context.report(record, error).await?,
            }
        }
        self.write(Torn { batch, lines, done: 0 })
    }

    async fn flush(&mut self) -> Result<()> {
        // What is torn belongs to a batch that does not count as taken yet.
        match self.file.sync_data() {
            // A pipe or a terminal.
            Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(()),
            done => done.fatal("cannot sync"),
        }
    }
}

fn delimiter(config: &FileSinkConfig) -> u8 {
    crate::source::delimiter(&config.csv_delimiter)
}

impl FileSink {
    /// Writes on; a full disk asks for the batch again.
    fn write(&mut self, mut torn: Torn) -> Result<()> {
        while let Some(rest) = torn.lines.get(torn.done..).filter(|rest| !rest.is_empty()) {
            match self.file.write(rest) {
                Ok(0) => return Err(ConnectError::Fatal("cannot write: the file takes nothing".to_owned())),
                Ok(n) => torn.done += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                    self.torn = Some(torn);
                    return Err(ConnectError::Retriable(format!("cannot write: {error}")));
                }
                Err(error) => return Err(ConnectError::Fatal(format!("cannot write: {error}"))),
            }
        }
        Ok(())
    }

    /// A record's line; `None` for a tombstone where a line must be a row or a document.
    fn line(&mut self, record: &SinkRecord) -> Result<Option<String>> {
        match self.config.format.as_str() {
            "csv" if !record.is_tombstone() => self.row(&record.value.value).map(Some),
            "ndjson" if !record.is_tombstone() => Ok(Some(format!("{}\n", record.value.value.to_json()))),
            "lines" => Ok(Some(format!("{}\n", java_text(&record.value.value)))),
            _ => Ok(None),
        }
    }

    fn row(&mut self, value: &Value) -> Result<String> {
        let fields: Vec<(String, String)> = match value {
            Value::Struct(row) => {
                let cell = |name: &str| row.get(name).map(Value::to_text).unwrap_or_default();
                row.schema()
                    .fields()
                    .iter()
                    .map(|field| (field.name.clone(), cell(&field.name)))
                    .collect()
            }
            Value::Map(entries) => entries
                .iter()
                .map(|(key, value)| (key.to_text(), value.to_text()))
                .collect(),
            _ => return Err(ConnectError::Data("format csv wants a struct or a map".to_owned())),
        };
        let delimiter = delimiter(&self.config);
        let mut out = String::new();
        if self.header.is_none() {
            out = join_row(fields.iter().map(|(name, _)| name.as_str()), delimiter);
        }
        let header = self
            .header
            .get_or_insert_with(|| fields.iter().map(|(name, _)| name.clone()).collect());
        for (name, _) in fields.iter().filter(|(name, _)| !header.contains(name)) {
            if self.left_out.insert(name.clone()) {
                self.context
                    .warn(&format!("field {name} is left out: the CSV header does not have it"));
            }
        }
        let cell = |column: &String| {
            fields
                .iter()
                .find(|(name, _)| name == column)
                .map_or("", |(_, cell)| cell.as_str())
        };
        Ok(out + &join_row(header.iter().map(cell), delimiter))
    }
}

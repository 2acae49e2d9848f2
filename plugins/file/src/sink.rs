//! The sink: appends one line per record. What `flush` returned from is on disk.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};

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
    pending: Vec<u8>,
    /// Columns of the file, once it has a header.
    header: Option<Vec<String>>,
    /// Fields that were left out because the header does not have them, each warned of once.
    left_out: BTreeSet<String>,
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
        if config.format == "csv" {
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
            pending: Vec::new(),
            header,
            left_out: BTreeSet::new(),
        })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        let mut lines = Vec::new();
        for record in records {
            match self.line(record) {
                Ok(Some(line)) => lines.extend_from_slice(line.as_bytes()),
                Ok(None) => {}
                Err(error) => self.context.report(record, error).await?,
            }
        }
        self.pending.append(&mut lines);
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.file.write_all(&self.pending).fatal("cannot write")?;
        self.pending.clear();
        self.file.sync_data().fatal("cannot sync")
    }
}

fn delimiter(config: &FileSinkConfig) -> u8 {
    crate::source::delimiter(&config.csv_delimiter)
}

impl FileSink {
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

//! The source: follows a growing file, one record per complete line.
//!
//! Reads are plain `std::fs` reads of at most a mebibyte from the page cache, short enough for an async task.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use weir_connect_sdk::prelude::*;

use crate::csv::{Columns, split_row};
use crate::lines::{Quoting, next_line};

/// Bytes per read.
const CHUNK: usize = 1 << 20;
/// How long an empty poll waits, as in Kafka.
const IDLE: Duration = Duration::from_secs(1);
/// Rows that decide the column types.
const SAMPLE_ROWS: usize = 10_000;

/// Settings of the source.
#[derive(ConnectorConfig)]
#[config(check = check)]
pub struct FileSourceConfig {
    /// Source filename.
    #[config(high)]
    file: Option<String>,
    /// The topic to publish data to
    #[config(high, non_empty)]
    topic: String,
    /// The maximum number of records the source task can read from the file each time it is polled
    #[config(default = 2000, low)]
    batch_size: i32,
    /// What a line is: text, a row under a header line, or a JSON document.
    #[config(default = "lines", one_of("lines", "csv", "ndjson"))]
    format: String,
    /// The character between CSV cells.
    #[config(default = ",", matches = "[ -~]|\t|\\\\t")]
    csv_delimiter: String,
    /// Whether CSV columns are all text, or get the narrowest type that holds the file's first 10000 rows.
    #[config(default = "string", one_of("string", "infer"))]
    csv_types: String,
    /// Name of the struct schema of CSV rows.
    schema_name: Option<String>,
    /// Column whose value becomes the record's key.
    key_field: Option<String>,
    /// What a last line without a line end is: not complete yet, as in Kafka, or, once the end of the file is reached, a line.
    #[config(default = "wait", one_of("wait", "read"))]
    unterminated_line: String,
    /// Longest line that is accepted, in bytes.
    #[config(default = 10485760, at_least = 1, low)]
    max_line_bytes: usize,
}

fn check(config: &FileSourceConfig) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    if config.file.as_deref().unwrap_or_default().is_empty() {
        errors.push(ConfigError::invalid(
            "file",
            "null",
            "a file is needed, standard input is not supported",
        ));
    }
    if config.key_field.is_some() && config.format == "lines" {
        errors.push(ConfigError::other(
            "key.field",
            "key.field needs format csv or ndjson: lines have no fields",
        ));
    }
    errors
}

/// A source task.
pub struct FileSource {
    config: FileSourceConfig,
    context: SourceContext,
    filename: String,
    delimiter: u8,
    open: Option<Open>,
}

struct Open {
    file: File,
    /// Byte position of the first byte of `buffer` in the file.
    position: u64,
    buffer: Vec<u8>,
    /// Where the first line that was not yet handed out starts in `buffer`.
    consumed: usize,
    columns: Option<Columns>,
}

/// The delimiter setting as a byte; `\t` may be written out.
pub(crate) fn delimiter(text: &str) -> u8 {
    if text == "\\t" {
        b'\t'
    } else {
        text.bytes().next().unwrap_or(b',')
    }
}

#[async_trait]
impl Source for FileSource {
    type Config = FileSourceConfig;

    /// `FileStreamSourceConnector.alterOffsets`.
    fn check_offsets(_given: &ConfigMap, offsets: &[(OffsetMap, Option<OffsetMap>)]) -> Result<()> {
        let wrong = |text: &str| Err(ConnectError::Fatal(text.to_owned()));
        for (partition, offset) in offsets {
            // What is to be forgotten may have any form.
            let Some(offset) = offset else { continue };
            let Some(position) = offset.get("position") else {
                return wrong("Offset objects should either be null or contain the key 'position'");
            };
            match position.as_i64() {
                None => return wrong("The value for the 'position' key in the offset is expected to be a Long value"),
                Some(..0) => {
                    return wrong("The value for the 'position' key in the offset should be a non-negative value");
                }
                Some(_) if !partition.contains_key("filename") => {
                    return wrong("Partition objects should contain the key 'filename'");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    async fn start(config: FileSourceConfig, context: SourceContext) -> Result<Self> {
        let filename = config.file.clone().unwrap_or_default();
        let delimiter = delimiter(&config.csv_delimiter);
        Ok(Self {
            config,
            context,
            filename,
            delimiter,
            open: None,
        })
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match self.open_file().await? {
                Some(open) => open,
                None => {
                    self.context.sleep(IDLE).await;
                    return Ok(Vec::new());
                }
            },
        };
        let mut records = self.take_lines(&mut open)?;
        if records.is_empty() && open.fill(self.config.max_line_bytes)? {
            records = self.take_lines(&mut open)?;
        } else if records.is_empty() {
            if self.config.unterminated_line == "read" {
                records = self.take_rest(&mut open)?;
            }
            if records.is_empty() {
                self.context.sleep(IDLE).await;
            }
        }
        self.open = Some(open);
        Ok(records)
    }
}

impl FileSource {
    /// Opens the file at the committed position; `None` while it does not exist.
    async fn open_file(&self) -> Result<Option<Open>> {
        // Opening a pipe waits for who writes into it, and with it waits the thread that others need.
        if std::fs::metadata(&self.filename).is_ok_and(|found| !found.is_file()) {
            return Err(ConnectError::Fatal(format!("{} is not a regular file", self.filename)));
        }
        let mut file = match File::open(&self.filename) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.context
                    .warn(&format!("file {} does not exist (yet), waiting for it", self.filename));
                return Ok(None);
            }
            other => other.fatal(&format!("cannot open {}", self.filename))?,
        };
        let offset = self.context.offset(self.partition()).await?;
        let mut position = match offset.as_ref().and_then(|offset| offset.get("position")) {
            Some(position) => position
                .as_u64()
                .ok_or_else(|| ConnectError::Fatal("Offset position is the incorrect type".to_owned()))?,
            None => 0,
        };
        let length = file.metadata().fatal("cannot read the file's length")?.len();
        if length < position {
            return Err(ConnectError::Fatal(format!(
                "{} has {length} bytes, but the committed position is {position}: was the file replaced? Stop the connector and reset its offsets",
                self.filename
            )));
        }
        let columns = match self.config.format.as_str() {
            "csv" => match self.read_head(&mut file)? {
                Some((columns, header_end)) => {
                    position = position.max(header_end);
                    Some(columns)
                }
                None => return Ok(None),
            },
            _ => None,
        };
        file.seek(SeekFrom::Start(position)).fatal("cannot seek")?;
        Ok(Some(Open {
            file,
            position,
            buffer: Vec::new(),
            consumed: 0,
            columns,
        }))
    }

    /// The columns by the header line and a sample of rows, and where the header ends; `None` while there is no header.
    fn read_head(&self, file: &mut File) -> Result<Option<(Columns, u64)>> {
        let mut head = Open {
            file: file.try_clone().fatal("cannot read the header")?,
            position: 0,
            buffer: Vec::new(),
            consumed: 0,
            columns: None,
        };
        let header = loop {
            let Some(header) = head.next_row(self.delimiter, self.config.max_line_bytes)? else {
                return Ok(None);
            };
            let header = header.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&header);
            if !header.is_empty() {
                break split_row(header, self.delimiter).map_err(|error| self.at_end_of(&head, &error))?;
            }
        };
        let header_end = head.position + head.consumed as u64;
        let mut sample = Vec::new();
        while self.config.csv_types == "infer" && sample.len() < SAMPLE_ROWS {
            let Some(row) = head.next_row(self.delimiter, self.config.max_line_bytes)? else {
                break;
            };
            // What is wrong with a row is told when it is its turn.
            sample.extend(split_row(&row, self.delimiter));
        }
        if self.config.csv_types == "infer" && self.config.unterminated_line == "read" && sample.len() < SAMPLE_ROWS {
            let rest = head.buffer.get(head.consumed..).unwrap_or_default();
            sample.extend(split_row(rest, self.delimiter));
        }
        let columns = Columns::new(header, &sample, self.config.schema_name.as_deref());
        let columns = columns.map_err(|error| ConnectError::Data(format!("{}: {error}", self.filename)))?;
        Ok(Some((columns, header_end)))
    }

    fn at_end_of(&self, open: &Open, error: &ConnectError) -> ConnectError {
        at_position(error, &self.filename, open.position + open.consumed as u64)
    }

    fn partition(&self) -> OffsetMap {
        offset_map([("filename", self.filename.as_str())])
    }

    /// Up to a batch of complete lines out of the buffer.
    fn take_lines(&self, open: &mut Open) -> Result<Vec<SourceRecord>> {
        let mut records = Vec::new();
        let quoting = match open.columns {
            Some(_) => Quoting::Csv(self.delimiter),
            None => Quoting::None,
        };
        // As in Kafka, a batch has one record at least, whatever the setting says.
        let limit = usize::try_from(self.config.batch_size).unwrap_or(0).max(1);
        while records.len() < limit {
            let Some((line, next)) = open.line(quoting) else { break };
            let after = open.position + next as u64;
            let record = match self.record(line, open.columns.as_ref()) {
                Ok(record) => record,
                // The lines before it go first: whoever is told of it may set the offset behind it.
                Err(_) if !records.is_empty() => break,
                Err(error) => return Err(at_position(&error, &self.filename, after)),
            };
            open.consumed = next;
            records.extend(record.map(|record| self.placed(record, after)));
        }
        Ok(records)
    }

    /// What is left at the end of the file as a line.
    fn take_rest(&self, open: &mut Open) -> Result<Vec<SourceRecord>> {
        let rest = open.buffer.get(open.consumed..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(Vec::new());
        }
        let after = open.position + open.buffer.len() as u64;
        let record = if open.columns.is_some() && Quoting::Csv(self.delimiter).is_open(rest) {
            Err(ConnectError::Data("a quoted CSV cell is not closed".to_owned()))
        } else {
            self.record(rest.strip_suffix(b"\r").unwrap_or(rest), open.columns.as_ref())
        };
        let record = record.map_err(|error| at_position(&error, &self.filename, after))?;
        open.consumed = open.buffer.len();
        Ok(record.into_iter().map(|record| self.placed(record, after)).collect())
    }

    fn placed(&self, record: SourceRecord, after: u64) -> SourceRecord {
        record
            .at(self.partition(), offset_map([("position", after)]))
            .timestamp(self.context.now_ms())
    }

    /// A line as a record; `None` for an empty line where a line must be a row or a document.
    fn record(&self, line: &[u8], columns: Option<&Columns>) -> Result<Option<SourceRecord>> {
        let mut key = SchemaAndValue::null();
        let value = if let Some(columns) = columns {
            if line.is_empty() {
                return Ok(None);
            }
            let row = columns.row(&split_row(line, self.delimiter)?)?;
            if let Some(name) = &self.config.key_field {
                let field = row.schema().field(name).ok_or_else(|| no_field(name))?;
                key = SchemaAndValue::new(field.schema.clone(), row.get(name).cloned());
            }
            row.into()
        } else if self.config.format == "ndjson" {
            if line.trim_ascii().is_empty() {
                return Ok(None);
            }
            let document: serde_json::Value = serde_json::from_slice(line)
                .map_err(|error| ConnectError::Data(format!("not a JSON document: {error}")))?;
            if let Some(name) = &self.config.key_field {
                key = document.get(name).cloned().ok_or_else(|| no_field(name))?.into();
            }
            document.into()
        } else {
            // As Java's decoder does: bytes that are no UTF-8 become U+FFFD.
            SchemaAndValue::new(Schema::string(), String::from_utf8_lossy(line).into_owned())
        };
        Ok(Some(SourceRecord::new(self.config.topic.clone(), value).key(key)))
    }
}

fn no_field(name: &str) -> ConnectError {
    ConnectError::Data(format!("there is no field {name} for the key"))
}

fn at_position(error: &ConnectError, filename: &str, position: u64) -> ConnectError {
    ConnectError::Data(format!("{filename}, line that ends at byte {position}: {error}"))
}

impl Open {
    /// The next complete line in the buffer, and where the one after it starts.
    fn line(&self, quoting: Quoting) -> Option<(&[u8], usize)> {
        let rest = self.buffer.get(self.consumed..)?;
        let (length, with_end) = next_line(rest, quoting)?;
        Some((rest.get(..length)?, self.consumed + with_end))
    }

    /// Reads more; `false` at the end of the file.
    fn fill(&mut self, max_line_bytes: usize) -> Result<bool> {
        self.buffer.drain(..self.consumed);
        self.position += self.consumed as u64;
        self.consumed = 0;
        if self.buffer.len() > max_line_bytes {
            return Err(ConnectError::Fatal(format!(
                "the line at byte {} is longer than max.line.bytes ({max_line_bytes})",
                self.position
            )));
        }
        let length = self.buffer.len();
        self.buffer.resize(length + CHUNK, 0);
        let read = self.file.read(self.buffer.get_mut(length..).unwrap_or_default());
        self.buffer
            .truncate(length + read.as_ref().copied().unwrap_or_default());
        Ok(read.fatal("cannot read")? > 0)
    }

    /// The next complete CSV row, reading as needed; `None` when the file has no more.
    fn next_row(&mut self, delimiter: u8, max_line_bytes: usize) -> Result<Option<Vec<u8>>> {
        if self.position == 0 && self.buffer.is_empty() {
            self.file.seek(SeekFrom::Start(0)).fatal("cannot seek")?;
        }
        loop {
            if let Some((line, next)) = self.line(Quoting::Csv(delimiter)) {
                let line = line.to_vec();
                self.consumed = next;
                return Ok(Some(line));
            }
            if !self.fill(max_line_bytes)? {
                return Ok(None);
            }
        }
    }
}

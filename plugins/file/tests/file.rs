//! Both connectors pass the contract suite in every format, and follow files as they grow.

#![expect(clippy::unwrap_used, reason = "helpers of a test file")]

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use weir_connect_sdk::contract::{SinkHarness, SourceHarness};
use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::{TestServices, block_on};
use weir_plugin_file::sink::FileSink;
use weir_plugin_file::source::FileSource;

struct Dir(tempfile::TempDir);

impl Dir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("data.txt")
    }

    fn append(&self, text: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.path()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn config(&self, more: &[(&str, &str)]) -> ConfigMap {
        let path = self.path().display().to_string();
        let base = [("file", path.as_str()), ("topic", "t")];
        base.iter()
            .chain(more)
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap_or_default()
    }
}

macro_rules! source_contract {
    ($module:ident, $format:expr, $header:expr, $line:expr) => {
        mod $module {
            use super::*;
            struct Harness(Dir, usize);
            impl SourceHarness for Harness {
                type Source = FileSource;
                fn new() -> Self {
                    let dir = Dir::new();
                    dir.append($header);
                    Self(dir, 0)
                }
                fn config(&self) -> ConfigMap {
                    self.0.config(&[("format", $format), ("batch.size", "2")])
                }
                fn feed(&mut self, count: usize) {
                    for _ in 0..count {
                        self.0.append(&$line(self.1));
                        self.1 += 1;
                    }
                }
            }
            weir_connect_sdk::contract_tests!(source Harness);
        }
    };
}

source_contract!(lines_source, "lines", "", |n: usize| format!("line {n}\n"));
source_contract!(csv_source, "csv", "id,name\r\n", |n: usize| format!(
    "{n},\"name\n{n}\"\r\n"
));
source_contract!(ndjson_source, "ndjson", "", |n: usize| format!("{{\"id\":{n}}}\n"));

macro_rules! sink_contract {
    ($module:ident, $format:expr, $id:expr) => {
        mod $module {
            use super::*;
            struct Harness(Dir);
            impl SinkHarness for Harness {
                type Sink = FileSink;
                fn new() -> Self {
                    Self(Dir::new())
                }
                fn config(&self) -> ConfigMap {
                    self.0.config(&[("format", $format)])
                }
                fn delivered(&mut self, _services: &TestServices) -> Vec<i64> {
                    self.0.text().lines().filter_map($id).collect()
                }
            }
            weir_connect_sdk::contract_tests!(sink Harness);
        }
    };
}

sink_contract!(lines_sink, "lines", |line: &str| line
    .strip_prefix("Struct{id=")?
    .split(',')
    .next()?
    .parse()
    .ok());
sink_contract!(csv_sink, "csv", |line: &str| line.split(',').next()?.parse().ok());
sink_contract!(ndjson_sink, "ndjson", |line: &str| serde_json::from_str::<
    serde_json::Value,
>(line)
.ok()?
.get("id")?
.as_i64());

fn source(dir: &Dir, services: &TestServices, more: &[(&str, &str)]) -> FileSource {
    let config = <FileSource as Source>::Config::parse(&dir.config(more)).unwrap();
    block_on(FileSource::start(config, services.source_context())).unwrap()
}

fn texts(records: &[SourceRecord]) -> Vec<String> {
    records.iter().map(|record| record.value.value.to_text()).collect()
}

#[test]
fn a_partial_last_line_waits_for_its_end() {
    let (dir, services) = (Dir::new(), TestServices::new());
    let mut source = source(&dir, &services, &[]);
    assert!(block_on(source.poll()).unwrap().is_empty(), "no file yet");
    dir.append("one\ntw");
    let records = block_on(source.poll()).unwrap();
    assert_eq!(texts(&records), ["one"]);
    assert_eq!(records[0].source_offset, offset_map([("position", 4)]));
    assert_eq!(records[0].value.schema, Some(Schema::string()));
    assert!(block_on(source.poll()).unwrap().is_empty());
    dir.append("o\r\nthree");
    assert_eq!(texts(&block_on(source.poll()).unwrap()), ["two"]);
}

#[test]
fn lines_longer_than_a_read() {
    let (dir, services) = (Dir::new(), TestServices::new());
    let long = "x".repeat(3 << 20);
    dir.append(&format!("{long}\nshort\n"));
    let mut source = source(&dir, &services, &[]);
    let mut lines = vec![];
    for _ in 0..10 {
        lines.extend(texts(&block_on(source.poll()).unwrap()));
    }
    assert!(lines == [long.as_str(), "short"]);
    let mut source = self::source(&dir, &services, &[("max.line.bytes", "1000")]);
    let error = (0..10).find_map(|_| block_on(source.poll()).err()).unwrap();
    assert!(error.to_string().contains("longer than max.line.bytes"), "{error}");
}

#[test]
fn csv_types_and_keys() {
    let (dir, services) = (Dir::new(), TestServices::new());
    dir.append("id,delay,code\n1,2.5,007\n2,,AB\n");
    let more = [
        ("format", "csv"),
        ("csv.types", "infer"),
        ("key.field", "code"),
        ("schema.name", "flights.Row"),
    ];
    let records = block_on(source(&dir, &services, &more).poll()).unwrap();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].key, SchemaAndValue::new(Schema::optional_string(), "007"));
    assert_eq!(
        records[1].value.value.to_json(),
        serde_json::json!({"id": 2, "delay": null, "code": "AB"})
    );
    assert_eq!(records[0].value.schema.as_ref().unwrap().name(), Some("flights.Row"));
}

#[test]
fn a_replaced_file_is_not_read_from_the_middle() {
    let (dir, services) = (Dir::new(), TestServices::new());
    dir.append("one\ntwo\n");
    services.commit(&block_on(source(&dir, &services, &[]).poll()).unwrap());
    std::fs::write(dir.path(), "new\n").unwrap();
    let error = block_on(source(&dir, &services, &[]).poll()).unwrap_err();
    assert!(error.to_string().contains("was the file replaced?"), "{error}");
}

#[test]
fn bad_rows_name_their_place() {
    let (dir, services) = (Dir::new(), TestServices::new());
    dir.append("a,b\n1,2\n1,2,3\n");
    let mut source = source(&dir, &services, &[("format", "csv")]);
    let before = block_on(source.poll()).unwrap();
    assert_eq!(before.len(), 1, "what is before a bad row goes first");
    let error = block_on(source.poll()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("line that ends at byte 14: CSV row has 3 cells, the header 2"),
        "{error}"
    );
}

/// As the row splitter has it: a quote is one only where a cell begins.
#[test]
fn no_row_is_swallowed_by_a_quote_inside_a_cell() {
    let dir = Dir::new();
    dir.append("id,size\n1,5\" pipe\n2,x\n3,6\" pipe\n4,\"y\"\"\nz\"\n");
    let (records, _) = read_all(&dir, &[("format", "csv")]).unwrap();
    assert_eq!(records.len(), 4, "{records:?}");
    assert_eq!(records[0], r#"{"id":"1","size":"5\" pipe"}"#);
    assert_eq!(records[3], r#"{"id":"4","size":"y\"\nz"}"#);
}

#[test]
fn what_is_no_file_is_refused() {
    let (dir, services) = (Dir::new(), TestServices::new());
    std::fs::create_dir(dir.path()).unwrap();
    let error = block_on(source(&dir, &services, &[]).poll()).unwrap_err();
    assert!(error.to_string().ends_with("is not a regular file"), "{error}");
}

#[test]
fn a_full_disk_asks_for_the_batch_again() {
    let services = TestServices::new();
    let given = [("file", "/dev/full"), ("topics", "t")].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let config = <FileSink as Sink>::Config::parse(&given.into()).unwrap();
    let mut sink = block_on(FileSink::start(config, services.sink_context())).unwrap();
    let records = [SinkRecord::new("t", 0, 0, "x")];
    for _ in 0..2 {
        let error = block_on(sink.put(&records)).unwrap_err();
        assert!(error.is_retriable(), "{error}");
    }
}

#[test]
fn a_file_is_needed() {
    let given: ConfigMap = [
        ("topic".to_owned(), "t".to_owned()),
        ("key.field".to_owned(), "k".to_owned()),
    ]
    .into();
    let errors = <FileSource as Source>::Config::parse(&given).err().unwrap();
    assert_eq!(
        errors.errors.iter().map(ConfigError::name).collect::<Vec<_>>(),
        ["file", "key.field"]
    );
}

/// What a source reads until nothing more comes, and where it stands then.
fn read_all(dir: &Dir, more: &[(&str, &str)]) -> Result<(Vec<String>, i64)> {
    let services = TestServices::new();
    let (mut source, mut all, mut at) = (source(dir, &services, more), vec![], 0);
    for _ in 0..4 {
        let records = block_on(source.poll())?;
        at = records.last().map_or(at, |last| {
            last.source_offset
                .get("position")
                .and_then(serde_json::Value::as_i64)
                .unwrap()
        });
        all.extend(texts(&records));
    }
    Ok((all, at))
}

#[test]
fn a_last_line_without_an_end_can_be_read() {
    let csv = [("format", "csv"), ("csv.types", "infer"), ("unterminated.line", "read")];
    for (text, rows) in [
        ("a,b\n1,2\n3,4", 2),
        ("\n\r\na,b\r\n1,2\r\n3,x\r", 2),
        ("a,b\n1,\"x\ny\"", 1),
        ("a,b\n", 0),
    ] {
        let dir = Dir::new();
        dir.append(text);
        let (records, at) = read_all(&dir, &csv).unwrap();
        assert_eq!(records.len(), rows, "{text:?}: {records:?}");
        assert!(rows == 0 || at == text.len() as i64, "{text:?}");
    }
    let dir = Dir::new();
    dir.append("one\ntwo");
    let (lines, at) = read_all(&dir, &[("unterminated.line", "read")]).unwrap();
    assert_eq!((lines, at), (vec!["one".to_owned(), "two".to_owned()], 7));
    for (text, reason) in [
        ("a,b\n1,\"x\ny", "a quoted CSV cell is not closed"),
        ("a,b,a\n1,2,3\n", "two columns have the name 'a'"),
        ("a,b\n1\n", "CSV row has 1 cells, the header 2"),
    ] {
        let dir = Dir::new();
        dir.append(text);
        let error = read_all(&dir, &csv).unwrap_err();
        assert!(error.to_string().ends_with(reason), "{error}");
    }
}

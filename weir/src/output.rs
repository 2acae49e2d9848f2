//! What commands print: a table for people, JSON for programs.

use crate::cli::Format;
use crate::failure::Failure;
use serde_json::{Map, Value};
use std::io::{ErrorKind, Write as _};
use std::sync::OnceLock;

/// What standard output could not take; the standard library's macros would panic instead, and with them a server.
static REFUSED: OnceLock<std::io::Error> = OnceLock::new();

/// A line on standard output.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::print(&format!($($text)*)) };
}

/// A line on standard error, if somebody reads it.
macro_rules! note {
    ($($text:tt)*) => { $crate::output::tell(&format!($($text)*)) };
}

pub(crate) fn print(line: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}") {
        REFUSED.get_or_init(|| error);
    }
}

pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The same line on a terminal again, with another text.
pub(crate) fn again(text: &str) {
    let _ = write!(std::io::stderr(), "\r{text}   ");
}

/// Whether all that was printed got out. A reader that has enough (`| head`) is no failure.
pub(crate) fn finish() -> Result<(), Failure> {
    if let Err(error) = std::io::stdout().flush() {
        REFUSED.get_or_init(|| error);
    }
    match REFUSED.get() {
        Some(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints rows under column names.
pub(crate) fn rows(format: Format, columns: &[&str], rows: Vec<Vec<Value>>) {
    match format {
        Format::Json => {
            let objects = objects(columns, rows);
            say!("{}", serde_json::to_string_pretty(&objects).unwrap_or_default());
        }
        Format::Table => {
            let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
            let width = |i: usize| {
                cells
                    .iter()
                    .filter_map(|r| r.get(i))
                    .map(|c| c.chars().count())
                    .max()
                    .unwrap_or(0)
            };
            let widths: Vec<usize> = columns.iter().enumerate().map(|(i, c)| width(i).max(c.len())).collect();
            let line = |row: Vec<String>| {
                let padded: Vec<String> = row.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
                say!("{}", padded.join("  ").trim_end());
            };
            line(columns.iter().map(|c| c.to_uppercase()).collect());
            cells.into_iter().for_each(line);
        }
    }
}

/// Rows under column names as a JSON array of objects, to be part of something larger.
pub(crate) fn objects(columns: &[&str], rows: Vec<Vec<Value>>) -> Value {
    let object =
        |row: Vec<Value>| Value::Object(columns.iter().map(|c| (*c).to_owned()).zip(row).collect::<Map<_, _>>());
    Value::Array(rows.into_iter().map(object).collect())
}

/// Prints one value: as it is in JSON, key by key in a table.
pub(crate) fn value(format: Format, value: &Value) {
    match (format, value) {
        (Format::Table, Value::Object(map)) => {
            let width = map.keys().map(|key| key.chars().count()).max().unwrap_or(0).max(16);
            for (key, value) in map {
                match value {
                    // A text each: a line each.
                    Value::Array(items) if items.len() > 1 && items.iter().all(Value::is_string) => {
                        for (i, item) in items.iter().enumerate() {
                            say!("{:<width$} {}", if i == 0 { key.as_str() } else { "" }, cell(item));
                        }
                    }
                    other => say!("{key:<width$} {}", cell(other)),
                }
            }
        }
        (Format::Table, Value::Array(items)) if items.iter().all(|i| !i.is_object()) => {
            items.iter().for_each(|item| say!("{}", cell(item)));
        }
        _ => say!("{}", serde_json::to_string_pretty(value).unwrap_or_default()),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        // A line break would tear the table.
        Value::String(text) if text.contains(char::is_control) => {
            let shown = |c: char| match c.is_control() {
                true => c.escape_default().to_string(),
                false => c.to_string(),
            };
            text.chars().map(shown).collect()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

//! What commands print: a table for people, JSON for programs.

use crate::cli::Format;
use serde_json::{Map, Value};

/// Prints rows under column names.
pub(crate) fn rows(format: Format, columns: &[&str], rows: Vec<Vec<Value>>) {
    match format {
        Format::Json => {
            let objects = objects(columns, rows);
            println!("{}", serde_json::to_string_pretty(&objects).unwrap_or_default());
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
                println!("{}", padded.join("  ").trim_end());
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
                println!("{key:<width$} {}", cell(value));
            }
        }
        (Format::Table, Value::Array(items)) if items.iter().all(|i| !i.is_object()) => {
            items.iter().for_each(|item| println!("{}", cell(item)));
        }
        _ => println!("{}", serde_json::to_string_pretty(value).unwrap_or_default()),
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

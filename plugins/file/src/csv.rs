//! CSV rows and column types. Pure: bytes in, text or typed values out.

use std::collections::BTreeSet;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use weir_connect_sdk::{ConnectError, Result, Schema, Struct, Value};

/// Splits one row (without its line end) into cells.
///
/// # Errors
/// The row is not text in UTF-8.
pub fn split_row(row: &[u8], delimiter: u8) -> Result<Vec<String>> {
    let mut reader: Reader = ReaderBuilder::new().delimiter(delimiter).build();
    // Unquoting never makes a row longer, and there is at most one cell more than there are bytes.
    let (mut text, mut ends) = (vec![0; row.len()], vec![0; row.len() + 2]);
    let (mut read, mut written, mut cells) = (0, 0, 0);
    loop {
        let rest = (
            row.get(read..).unwrap_or_default(),
            text.get_mut(written..).unwrap_or_default(),
        );
        let (result, took, put, ended) = reader.read_record(rest.0, rest.1, ends.get_mut(cells..).unwrap_or_default());
        read += took;
        written += put;
        cells += ended;
        match result {
            // An empty input tells the reader that this is all.
            ReadRecordResult::InputEmpty if read >= row.len() && took == 0 => break,
            ReadRecordResult::InputEmpty => {}
            // What is behind the end of a row would be lost.
            ReadRecordResult::Record if read < row.len() => {
                return Err(ConnectError::Data("CSV row has a line end inside".to_owned()));
            }
            ReadRecordResult::Record | ReadRecordResult::End => break,
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                return Err(ConnectError::Data("CSV row cannot be split".to_owned()));
            }
        }
    }
    let mut start = 0;
    let mut row = Vec::with_capacity(cells);
    for end in ends.into_iter().take(cells) {
        let cell = text.get(start..end).unwrap_or_default();
        row.push(String::from_utf8(cell.to_vec()).map_err(|_| ConnectError::Data("CSV row is not UTF-8".to_owned()))?);
        start = end;
    }
    Ok(row)
}

/// Writes cells as one row, quoting where needed, with a newline.
pub fn join_row<'a>(cells: impl IntoIterator<Item = &'a str>, delimiter: u8) -> String {
    let delimiter = char::from(delimiter);
    let quote = |cell: &str| {
        if cell.contains([delimiter, '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    };
    let cells: Vec<String> = cells.into_iter().map(quote).collect();
    format!("{}\n", cells.join(&delimiter.to_string()))
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Int64,
    Float64,
    Boolean,
    String,
}

impl ColumnType {
    /// The narrowest type for a cell; `None` for an empty cell, which fits any.
    fn of(cell: &str) -> Option<Self> {
        if cell.is_empty() {
            None
        } else if cell.parse::<i64>().is_ok() && !has_leading_zero(cell) {
            Some(Self::Int64)
        } else if cell.parse::<f64>().is_ok_and(f64::is_finite) && !has_leading_zero(cell) {
            Some(Self::Float64)
        } else if matches!(cell, "true" | "false") {
            Some(Self::Boolean)
        } else {
            Some(Self::String)
        }
    }

    /// The narrowest type that holds both.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Int64 | Self::Float64, Self::Int64 | Self::Float64) => Self::Float64,
            _ => Self::String,
        }
    }

    fn schema(self) -> Schema {
        match self {
            Self::Int64 => Schema::optional_int64(),
            Self::Float64 => Schema::optional_float64(),
            Self::Boolean => Schema::optional_boolean(),
            Self::String => Schema::optional_string(),
        }
    }

    fn parse(self, cell: &str) -> Option<Value> {
        match self {
            Self::Int64 => cell.parse().ok().map(Value::Int64),
            Self::Float64 => cell.parse().ok().map(Value::Float64),
            Self::Boolean => cell.parse().ok().map(Value::Boolean),
            Self::String => Some(Value::from(cell)),
        }
    }
}

/// `007` is a code, not a number.
fn has_leading_zero(cell: &str) -> bool {
    let digits = cell.trim_start_matches(['-', '+']);
    digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.")
}

/// The columns of a file and the struct schema of its rows: every column is optional, an empty cell is null.
#[derive(Debug, Clone)]
pub struct Columns {
    names: Vec<String>,
    types: Vec<ColumnType>,
    schema: Schema,
}

impl Columns {
    /// Columns by the header, with types that hold all `sample` rows; without a sample every column is text.
    ///
    /// # Errors
    /// Two columns have one name.
    pub fn new(header: Vec<String>, sample: &[Vec<String>], schema_name: Option<&str>) -> Result<Self> {
        let mut seen = BTreeSet::new();
        if let Some(twice) = header.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(ConnectError::Data(format!("two columns have the name '{twice}'")));
        }
        let type_of = |column: usize| {
            let cells = sample
                .iter()
                .filter_map(|row| row.get(column).and_then(|cell| ColumnType::of(cell)));
            cells.reduce(ColumnType::join).unwrap_or(ColumnType::String)
        };
        let types: Vec<ColumnType> = (0..header.len()).map(type_of).collect();
        let mut builder = Schema::structure();
        if let Some(name) = schema_name {
            builder = builder.name(name);
        }
        for (name, column) in header.iter().zip(&types) {
            builder = builder.field(name, column.schema());
        }
        Ok(Self {
            names: header,
            types,
            schema: builder.build(),
        })
    }

    /// A row as a struct.
    ///
    /// # Errors
    /// Another number of cells than columns, or a cell that is not of its column's type.
    pub fn row(&self, cells: &[String]) -> Result<Struct> {
        if cells.len() != self.names.len() {
            return Err(ConnectError::Data(format!(
                "CSV row has {} cells, the header {}",
                cells.len(),
                self.names.len()
            )));
        }
        let mut row = Struct::new(&self.schema)?;
        for ((name, column), cell) in self.names.iter().zip(&self.types).zip(cells) {
            // Empty text cannot be told from no value in CSV.
            if !cell.is_empty() {
                let wrong = || ConnectError::Data(format!("column {name}: '{cell}' is not {column:?}"));
                row.put(name, column.parse(cell).ok_or_else(wrong)?)?;
            }
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<String> {
        split_row(text.as_bytes(), b',').unwrap()
    }

    #[test]
    fn rows_both_ways() {
        for (text, cells) in [
            ("a,b,c", vec!["a", "b", "c"]),
            (
                "\"a,1\",\"say \"\"hi\"\"\",\"two\nlines\"",
                vec!["a,1", "say \"hi\"", "two\nlines"],
            ),
            ("a,,", vec!["a", "", ""]),
            ("å", vec!["å"]),
        ] {
            assert_eq!(row(text), cells);
            assert_eq!(join_row(cells, b','), format!("{text}\n"));
        }
        assert_eq!(split_row(b"a;b", b';').unwrap(), ["a", "b"]);
        assert!(split_row(&[0xff, b','], b',').is_err());
    }

    #[test]
    fn types_hold_the_whole_sample() {
        let header = ["i", "f", "b", "s", "code", "empty"].map(String::from).to_vec();
        let columns = Columns::new(header, &[row("1,1,true,x,007,"), row("-2,2.5,false,1,12,")], None).unwrap();
        use ColumnType as T;
        assert_eq!(
            columns.types,
            [T::Int64, T::Float64, T::Boolean, T::String, T::String, T::String]
        );
        let value = columns.row(&row("3,4,true,,9,")).unwrap();
        assert_eq!(value.get("f"), Some(&Value::Float64(4.0)));
        assert_eq!(value.get("s"), Some(&Value::Null));
    }

    #[test]
    fn bad_rows_say_why() {
        let columns = Columns::new(vec!["n".into()], &[row("1")], Some("a.Row")).unwrap();
        let twice = Columns::new(row("a,b,a"), &[], None).unwrap_err();
        assert_eq!(twice.to_string(), "two columns have the name 'a'");
        assert_eq!(
            columns.row(&row("x")).unwrap_err().to_string(),
            "column n: 'x' is not Int64"
        );
        assert_eq!(
            columns.row(&row("1,2")).unwrap_err().to_string(),
            "CSV row has 2 cells, the header 1"
        );
    }
}

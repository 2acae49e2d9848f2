//! What a record needs of its table: which columns, which of them the primary key. Pure.

use weir_connect_sdk::data::Type;
use weir_connect_sdk::prelude::*;

use crate::config::SqlSinkConfig;
use crate::database::Cell;
use crate::dialect::Column;

/// Columns of pk.mode kafka unless pk.fields names others.
const KAFKA_COLUMNS: [&str; 3] = ["__connect_topic", "__connect_partition", "__connect_offset"];

/// The columns of a record, key first, and where each value comes from.
#[derive(Debug, Clone)]
pub struct Layout {
    pub columns: Vec<Column>,
}

impl Layout {
    /// Names of the primary key's columns.
    pub fn key(&self) -> Vec<String> {
        self.columns
            .iter()
            .filter(|column| column.primary_key)
            .map(|column| column.name.clone())
            .collect()
    }

    /// Names of the other columns.
    pub fn others(&self) -> Vec<String> {
        self.columns
            .iter()
            .filter(|column| !column.primary_key)
            .map(|column| column.name.clone())
            .collect()
    }
}

fn wrong<T>(record: &SinkRecord, what: &str) -> Result<T> {
    Err(ConnectError::Data(format!(
        "{what} (topic={}, partition={}, offset={})",
        record.topic, record.partition, record.offset
    )))
}

/// The columns that `record` needs; for a tombstone those of its key only.
///
/// # Errors
/// Key or value are not what pk.mode wants.
pub fn layout(config: &SqlSinkConfig, record: &SinkRecord) -> Result<Layout> {
    let mut columns = key_columns(config, record)?;
    if !record.is_tombstone() {
        let Some(value) = record.value.value.as_struct() else {
            return wrong(
                record,
                &format!(
                    "the value must be a struct with a schema, not {}",
                    record.value.value.java_class()
                ),
            );
        };
        let listed =
            |name: &str| config.fields_whitelist.is_empty() || config.fields_whitelist.iter().any(|f| f == name);
        for field in value.schema().fields() {
            if !columns.iter().any(|column| column.name == field.name) && listed(&field.name) {
                columns.push(Column {
                    name: field.name.clone(),
                    schema: field.schema.clone(),
                    primary_key: false,
                });
            }
        }
    }
    if columns.is_empty() {
        wrong(record, "no field is left to write")
    } else {
        Ok(Layout { columns })
    }
}

fn key_columns(config: &SqlSinkConfig, record: &SinkRecord) -> Result<Vec<Column>> {
    let column = |name: &str, schema: Schema| Column {
        name: name.to_owned(),
        schema,
        primary_key: true,
    };
    let fields_of = |schema: &Schema, what: &str| {
        let all: Vec<String> = schema.fields().iter().map(|field| field.name.clone()).collect();
        let names = if config.pk_fields.is_empty() {
            &all
        } else {
            &config.pk_fields
        };
        let find = |name: &String| match schema.field(name) {
            Some(field) => Ok(column(name, field.schema.clone())),
            None => wrong(
                record,
                &format!("pk.fields names '{name}', which the record's {what} does not have"),
            ),
        };
        names.iter().map(find).collect::<Result<Vec<_>>>()
    };
    match config.pk_mode.as_str() {
        "kafka" => {
            let names = KAFKA_COLUMNS
                .iter()
                .enumerate()
                .map(|(i, default)| config.pk_fields.get(i).map_or(*default, |name| name));
            let schemas = [Schema::string(), Schema::int32(), Schema::int64()];
            Ok(names.zip(schemas).map(|(name, schema)| column(name, schema)).collect())
        }
        "record_key" => match &record.key.schema {
            Some(schema) if schema.kind() == Type::Struct => fields_of(schema, "key"),
            Some(schema) => match config.pk_fields.as_slice() {
                [name] => Ok(vec![column(name, schema.clone())]),
                _ => wrong(record, "a primitive key needs exactly one name in pk.fields"),
            },
            None => wrong(record, "pk.mode record_key needs a key with a schema"),
        },
        "record_value" => match &record.value.schema {
            Some(schema) if schema.kind() == Type::Struct => fields_of(schema, "value"),
            _ => wrong(record, "pk.mode record_value needs a struct value with a schema"),
        },
        _ => Ok(Vec::new()),
    }
}

/// The record's values in the order of the layout's columns.
///
/// # Errors
/// A value that no column can hold.
pub fn cells(config: &SqlSinkConfig, record: &SinkRecord, layout: &Layout) -> Result<Vec<Cell>> {
    let mut key_position = 0;
    layout
        .columns
        .iter()
        .map(|column| cell(config, record, column, &mut key_position))
        .collect()
}

fn cell(config: &SqlSinkConfig, record: &SinkRecord, column: &Column, key_position: &mut usize) -> Result<Cell> {
    let field = |value: &Value| {
        value
            .as_struct()
            .and_then(|value| value.get(&column.name))
            .map_or(Ok(Cell::Null), Cell::try_from)
    };
    if !column.primary_key {
        return field(&record.value.value);
    }
    *key_position += 1;
    match (config.pk_mode.as_str(), *key_position) {
        ("kafka", 1) => Ok(Cell::Text(record.topic.clone())),
        ("kafka", 2) => Ok(Cell::Integer(i64::from(record.partition))),
        ("kafka", _) => Ok(Cell::Integer(record.offset)),
        ("record_key", _) if record.key.value.as_struct().is_none() => Cell::try_from(&record.key.value),
        ("record_key", _) => field(&record.key.value),
        _ => field(&record.value.value),
    }
}

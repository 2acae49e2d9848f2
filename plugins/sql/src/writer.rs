//! Records to statements: what a batch does to the database, decided without doing it.

use std::collections::BTreeMap;

use weir_connect_sdk::prelude::*;

use crate::config::SqlSinkConfig;
use crate::database::Statement;
use crate::dialect::{Column, Dialect, Sql};
use crate::table::{Layout, cells, layout};

/// Rows per INSERT at most; more gain nothing and make long statements.
const ROWS_PER_STATEMENT: usize = 100;

/// The columns of the tables that were seen, `None` for a table that does not exist.
pub type Tables = BTreeMap<String, Option<Vec<String>>>;

/// The tables that a batch writes to.
pub fn tables_of(config: &SqlSinkConfig, records: &[SinkRecord]) -> Vec<String> {
    let mut tables: Vec<String> = records.iter().map(|record| config.table(&record.topic)).collect();
    tables.sort();
    tables.dedup();
    tables
}

/// The statements for a batch, in order, with those that create or widen tables first seen in between.
///
/// # Errors
/// The first record that cannot be written.
pub fn statements(
    config: &SqlSinkConfig,
    dialect: &dyn Dialect,
    tables: &mut Tables,
    records: &[SinkRecord],
) -> Result<Vec<Statement>> {
    let sql = Sql {
        dialect,
        quote: config.quote_sql_identifiers == "always",
    };
    let mut out = Vec::new();
    let mut rest = records;
    while let Some(first) = rest.first() {
        // A run: the same table, the same schemas, all values or all tombstones.
        let same = |record: &&SinkRecord| {
            record.topic == first.topic
                && record.is_tombstone() == first.is_tombstone()
                && record.value.schema == first.value.schema
                && record.key.schema == first.key.schema
        };
        let length = rest.iter().take_while(same).count();
        let (run, tail) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = tail;
        write_run(config, &sql, tables, run, first, &mut out)?;
    }
    Ok(out)
}

fn write_run(
    config: &SqlSinkConfig,
    sql: &Sql<'_>,
    tables: &mut Tables,
    run: &[SinkRecord],
    first: &SinkRecord,
    out: &mut Vec<Statement>,
) -> Result<()> {
    if first.is_tombstone() && !config.delete_enabled {
        return Err(ConnectError::Data(format!(
            "a record without value needs delete.enabled=true and pk.mode=record_key (topic={}, partition={}, offset={})",
            first.topic, first.partition, first.offset
        )));
    }
    let table = config.table(&first.topic);
    let layout = layout(config, first)?;
    if first.is_tombstone() && tables.get(&table).is_some_and(Option::is_none) {
        // Nothing can be deleted from a table that is not there, and a key alone is no reason to make one.
        return Ok(());
    }
    out.extend(prepare(config, sql, tables, &table, &layout)?);
    let (key, others) = (layout.key(), layout.others());
    let rows = run
        .iter()
        .map(|record| cells(config, record, &layout))
        .collect::<Result<Vec<_>>>()?;
    if first.is_tombstone() {
        let text = sql.delete(&table, &key);
        out.extend(rows.into_iter().map(|cells| Statement {
            sql: text.clone(),
            cells,
        }));
    } else if config.insert_mode == "update" {
        let text = sql.update(&table, &key, &others);
        out.extend(rows.into_iter().map(|mut cells| {
            cells.rotate_left(key.len());
            Statement {
                sql: text.clone(),
                cells,
            }
        }));
    } else {
        let fit = (sql.dialect.max_parameters() / layout.columns.len().max(1)).clamp(1, ROWS_PER_STATEMENT);
        for chunk in rows.chunks(fit) {
            let text = sql.insert(&table, &key, &others, chunk.len(), config.insert_mode == "upsert");
            out.push(Statement {
                sql: text,
                cells: chunk.concat(),
            });
        }
    }
    Ok(())
}

/// Statements that make the table fit the layout, as far as the settings allow; `tables` then says that it does.
fn prepare(
    config: &SqlSinkConfig,
    sql: &Sql<'_>,
    tables: &mut Tables,
    table: &str,
    layout: &Layout,
) -> Result<Vec<Statement>> {
    let statement = |sql: String| Statement { sql, cells: Vec::new() };
    let Some(existing) = tables.get(table).cloned().flatten() else {
        if !config.auto_create {
            return Err(ConnectError::Fatal(format!(
                "Table {table} is missing and auto-creation is disabled (auto.create)"
            )));
        }
        tables.insert(
            table.to_owned(),
            Some(layout.columns.iter().map(|column| column.name.clone()).collect()),
        );
        return Ok(vec![statement(sql.create_table(table, &layout.columns)?)]);
    };
    let missing: Vec<&Column> = layout
        .columns
        .iter()
        .filter(|column| !existing.contains(&column.name))
        .collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = missing.iter().map(|column| column.name.as_str()).collect();
    if !config.auto_evolve {
        let names = names.join(", ");
        return Err(ConnectError::Fatal(format!(
            "Table {table} is missing fields ({names}) and auto-evolution is disabled (auto.evolve)"
        )));
    }
    if let Some(column) = missing.iter().find(|column| !column.nullable()) {
        return Err(ConnectError::Fatal(format!(
            "Cannot add field {} to table {table}: the field is neither optional nor has a default value",
            column.name
        )));
    }
    let added = missing
        .iter()
        .map(|column| sql.add_column(table, column).map(statement))
        .collect();
    tables.insert(
        table.to_owned(),
        Some(
            existing
                .iter()
                .cloned()
                .chain(names.into_iter().map(str::to_owned))
                .collect(),
        ),
    );
    added
}

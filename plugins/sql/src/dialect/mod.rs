//! SQL text per database. Pure: names and types in, statements out.

pub mod sqlite;

use weir_connect_sdk::{Result, Schema};

/// A column that a table has or needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub name: String,
    pub schema: Schema,
    pub primary_key: bool,
}

impl Column {
    /// Whether rows without a value are fine.
    pub fn nullable(&self) -> bool {
        !self.primary_key && (self.schema.is_optional() || self.schema.default_value().is_some())
    }
}

/// How one database spells things. The defaults are standard SQL.
pub trait Dialect: Send + Sync {
    /// The column type for values of this schema.
    ///
    /// # Errors
    /// The database has no type for it.
    fn column_type(&self, schema: &Schema) -> Result<&'static str>;

    /// A quoted name.
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// The parameter at `position`, from 1.
    fn parameter(&self, _position: usize) -> String {
        "?".to_owned()
    }

    /// Most parameters in one statement.
    fn max_parameters(&self) -> usize;

    /// The end of an INSERT that updates on a primary key that exists.
    fn on_conflict(&self, key: &[String], others: &[String]) -> String;
}

/// Statements in one dialect, with names quoted or not.
pub struct Sql<'a> {
    pub dialect: &'a dyn Dialect,
    pub quote: bool,
}

impl Sql<'_> {
    fn name(&self, name: &str) -> String {
        if self.quote {
            self.dialect.quote(name)
        } else {
            name.to_owned()
        }
    }

    fn names(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| self.name(name)).collect()
    }

    fn column(&self, column: &Column) -> Result<String> {
        let kind = self.dialect.column_type(&column.schema)?;
        Ok(format!(
            "{} {kind} {}",
            self.name(&column.name),
            if column.nullable() { "NULL" } else { "NOT NULL" }
        ))
    }

    /// CREATE TABLE.
    ///
    /// # Errors
    /// A column of a type that the database does not have.
    pub fn create_table(&self, table: &str, columns: &[Column]) -> Result<String> {
        let mut parts = columns
            .iter()
            .map(|column| self.column(column))
            .collect::<Result<Vec<_>>>()?;
        let key: Vec<String> = columns
            .iter()
            .filter(|c| c.primary_key)
            .map(|c| self.name(&c.name))
            .collect();
        if !key.is_empty() {
            parts.push(format!("PRIMARY KEY({})", key.join(", ")));
        }
        Ok(format!("CREATE TABLE {} ({})", self.name(table), parts.join(", ")))
    }

    /// ALTER TABLE for one new column.
    ///
    /// # Errors
    /// A column of a type that the database does not have.
    pub fn add_column(&self, table: &str, column: &Column) -> Result<String> {
        Ok(format!("ALTER TABLE {} ADD {}", self.name(table), self.column(column)?))
    }

    /// INSERT of `rows` rows, updating on conflict if `upsert`.
    pub fn insert(&self, table: &str, key: &[String], others: &[String], rows: usize, upsert: bool) -> String {
        let columns: Vec<String> = self.names(key).into_iter().chain(self.names(others)).collect();
        let row = |row: usize| {
            let parameters: Vec<String> = (1..=columns.len())
                .map(|i| self.dialect.parameter(row * columns.len() + i))
                .collect();
            format!("({})", parameters.join(","))
        };
        let values: Vec<String> = (0..rows).map(row).collect();
        let mut sql = format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.name(table),
            columns.join(","),
            values.join(",")
        );
        if upsert {
            sql.push(' ');
            sql.push_str(&self.dialect.on_conflict(&self.names(key), &self.names(others)));
        }
        sql
    }

    /// UPDATE of one row; parameters are the other columns, then the key.
    pub fn update(&self, table: &str, key: &[String], others: &[String]) -> String {
        format!(
            "UPDATE {} SET {} WHERE {}",
            self.name(table),
            self.equals(others, 1, ", "),
            self.equals(key, others.len() + 1, " AND ")
        )
    }

    /// DELETE of one row by its key.
    pub fn delete(&self, table: &str, key: &[String]) -> String {
        format!(
            "DELETE FROM {} WHERE {}",
            self.name(table),
            self.equals(key, 1, " AND ")
        )
    }

    fn equals(&self, names: &[String], first: usize, joined: &str) -> String {
        let pairs = self.names(names).into_iter().zip(first..);
        pairs
            .map(|(name, at)| format!("{name} = {}", self.dialect.parameter(at)))
            .collect::<Vec<_>>()
            .join(joined)
    }
}

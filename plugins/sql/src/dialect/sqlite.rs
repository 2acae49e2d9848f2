//! SQLite's SQL.

use weir_connect_sdk::data::Type;
use weir_connect_sdk::{ConnectError, Result, Schema};

use super::Dialect;

/// SQLite.
pub struct Sqlite;

impl Dialect for Sqlite {
    fn column_type(&self, schema: &Schema) -> Result<&'static str> {
        if schema.logical().is_some() {
            return Ok("NUMERIC");
        }
        Ok(match schema.kind() {
            Type::Int8 | Type::Int16 | Type::Int32 | Type::Int64 | Type::Boolean => "INTEGER",
            Type::Float32 | Type::Float64 => "REAL",
            Type::String => "TEXT",
            Type::Bytes => "BLOB",
            Type::Array | Type::Map | Type::Struct => {
                return Err(ConnectError::Data(format!(
                    "{} has no column type in SQLite",
                    schema.describe()
                )));
            }
        })
    }

    fn max_parameters(&self) -> usize {
        // SQLITE_MAX_VARIABLE_NUMBER since 3.32.
        32_766
    }

    fn on_conflict(&self, key: &[String], others: &[String]) -> String {
        let key = key.join(",");
        if others.is_empty() {
            return format!("ON CONFLICT({key}) DO NOTHING");
        }
        let set: Vec<String> = others.iter().map(|name| format!("{name}=excluded.{name}")).collect();
        format!("ON CONFLICT({key}) DO UPDATE SET {}", set.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Column, Sql};

    #[test]
    fn statements() {
        let sql = Sql {
            dialect: &Sqlite,
            quote: true,
        };
        let column = |name: &str, schema: Schema, primary_key| Column {
            name: name.into(),
            schema,
            primary_key,
        };
        let columns = [
            column("id", Schema::int64(), true),
            column("na\"me", Schema::optional_string(), false),
        ];
        assert_eq!(
            sql.create_table("t", &columns).unwrap(),
            "CREATE TABLE \"t\" (\"id\" INTEGER NOT NULL, \"na\"\"me\" TEXT NULL, PRIMARY KEY(\"id\"))"
        );
        let (key, others) = (["id".to_owned()], ["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            sql.insert("t", &key, &others, 2, true),
            "INSERT INTO \"t\" (\"id\",\"a\",\"b\") VALUES (?,?,?),(?,?,?) ON CONFLICT(\"id\") DO UPDATE SET \"a\"=excluded.\"a\",\"b\"=excluded.\"b\""
        );
        assert_eq!(
            sql.update("t", &key, &others),
            "UPDATE \"t\" SET \"a\" = ?, \"b\" = ? WHERE \"id\" = ?"
        );
        assert_eq!(
            Sql {
                dialect: &Sqlite,
                quote: false
            }
            .delete("t", &key),
            "DELETE FROM t WHERE id = ?"
        );
        assert!(Sqlite.column_type(&Schema::array(Schema::int8()).build()).is_err());
    }
}

//! The sink's settings: names, defaults and rules of the JDBC sinks.

use weir_connect_sdk::prelude::*;

/// Settings of the sink. Meant for [`crate::sink::SqlSink`].
#[derive(ConnectorConfig, Debug, Clone)]
#[config(check = check)]
pub struct SqlSinkConfig {
    /// The database: `jdbc:sqlite:PATH` or `sqlite:PATH`.
    #[config(high, group = "Connection", matches = "(jdbc:)?sqlite:.+")]
    pub connection_url: String,
    /// How a record is written: always a new row, a row replaced by its primary key, or an existing row changed.
    #[config(high, group = "Writes", default = "insert", one_of("insert", "upsert", "update"))]
    pub insert_mode: String,
    /// Most records per transaction.
    #[config(group = "Writes", default = 3000, at_least = 1)]
    pub batch_size: usize,
    /// Whether a tombstone deletes the row of its key. Needs pk.mode record_key.
    #[config(group = "Writes", default = false)]
    pub delete_enabled: bool,
    /// The table's name, `${topic}` stands for the record's topic.
    #[config(group = "Data Mapping", default = "${topic}", non_empty)]
    pub table_name_format: String,
    /// Where the primary key comes from: there is none, the record's coordinates, its key, or fields of its value.
    #[config(
        high,
        group = "Data Mapping",
        default = "none",
        one_of("none", "kafka", "record_key", "record_value")
    )]
    pub pk_mode: String,
    /// The primary key's columns. For pk.mode kafka three names; for record_key the name for a primitive key, or fields of a struct key;
    /// for record_value fields of the value. Empty means all fields.
    #[config(group = "Data Mapping", default = "")]
    pub pk_fields: Vec<String>,
    /// The value's fields that are written; empty means all.
    #[config(group = "Data Mapping", default = "")]
    pub fields_whitelist: Vec<String>,
    /// Whether a missing table is created from the record's schema.
    #[config(group = "DDL Support", default = false)]
    pub auto_create: bool,
    /// Whether missing columns are added.
    #[config(group = "DDL Support", default = false)]
    pub auto_evolve: bool,
    /// When names are quoted.
    #[config(
        group = "DDL Support",
        default = "always",
        one_of("always", "never"),
        aliases("sql.quote.identifiers")
    )]
    pub quote_sql_identifiers: String,
    /// How often a batch is tried again when the database is locked or away before the task fails.
    #[config(group = "Retries", default = 10, at_least = 0)]
    pub max_retries: usize,
    /// The wait before a batch is tried again.
    #[config(group = "Retries", default = 3000, at_least = 0)]
    pub retry_backoff_ms: Duration,
}

impl SqlSinkConfig {
    /// The table of a topic.
    pub fn table(&self, topic: &str) -> String {
        self.table_name_format.replace("${topic}", topic)
    }
}

fn check(config: &SqlSinkConfig) -> Vec<ConfigError> {
    let mut errors = Vec::new();
    if config.delete_enabled && config.pk_mode != "record_key" {
        errors.push(ConfigError::invalid(
            "delete.enabled",
            true,
            "Deletes are only supported for pk.mode record_key",
        ));
    }
    if config.insert_mode != "insert" && config.pk_mode == "none" {
        let reason = format!("insert.mode {} needs a primary key", config.insert_mode);
        errors.push(ConfigError::invalid("pk.mode", "none", reason));
    }
    if config.pk_mode == "kafka" && !matches!(config.pk_fields.len(), 0 | 3) {
        let reason = "pk.mode kafka needs three columns: for topic, partition and offset";
        errors.push(ConfigError::invalid("pk.fields", config.pk_fields.join(","), reason));
    }
    errors
}

//! What the derive makes of a struct: names, types, defaults, checks, docs, aliases, checks across settings.

use std::time::Duration;

use weir_connect_sdk::prelude::*;
use weir_connect_sdk::weir_config::{ConfigType, Importance, key::Default};

#[derive(ConnectorConfig, Debug)]
#[config(check = bounds)]
struct Everything {
    /// First line
    /// and second.
    #[config(high, group = "Main", display = "Topic name")]
    topic: String,
    #[config(default = -1, between(-1, 10))]
    low_bound: i32,
    #[config(default = 5)]
    high_bound: i32,
    /// In milliseconds.
    #[config(name = "poll.interval.ms", default = 100)]
    interval: Duration,
    #[config(default = "insert", one_of("insert", "upsert"))]
    insert_mode: String,
    #[config(default = true, aliases("quote.sql.identifiers"))]
    quote: bool,
    #[config(default = "")]
    fields: Vec<String>,
    #[config(matches = "[a-z]+")]
    code: Option<String>,
    secret: Option<Password>,
    #[config(default = "0.5", low)]
    ratio: f64,
}

fn bounds(config: &Everything) -> Vec<ConfigError> {
    if config.low_bound <= config.high_bound {
        return Vec::new();
    }
    vec![ConfigError::invalid(
        "low.bound",
        config.low_bound,
        "must not be above high.bound",
    )]
}

fn given(pairs: &[(&str, &str)]) -> ConfigMap {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[test]
fn table() {
    let def = Everything::def();
    let topic = def.entry("topic").unwrap();
    assert_eq!(topic.documentation, "First line and second.");
    assert_eq!(
        (topic.key.importance, topic.group.as_deref(), topic.key.default),
        (Importance::High, Some("Main"), Default::Required)
    );
    assert_eq!(topic.display_name, "Topic name");
    let kinds: Vec<_> = def
        .entries()
        .map(|entry| (entry.name.as_ref(), entry.key.kind))
        .collect();
    use ConfigType as T;
    assert_eq!(
        kinds,
        [
            ("topic", T::String),
            ("low.bound", T::Int),
            ("high.bound", T::Int),
            ("poll.interval.ms", T::Long),
            ("insert.mode", T::String),
            ("quote", T::Boolean),
            ("fields", T::List),
            ("code", T::String),
            ("secret", T::Password),
            ("ratio", T::Double),
        ]
    );
    assert!(Everything::markdown().contains("| `poll.interval.ms` | long | `100` |"));
}

#[test]
fn values() {
    let config = Everything::parse(&given(&[
        ("topic", "t"),
        ("quote.sql.identifiers", "false"),
        ("fields", "a, b"),
    ]))
    .unwrap();
    assert_eq!(config.topic, "t");
    assert_eq!(config.interval, Duration::from_millis(100));
    assert_eq!(config.fields, ["a", "b"]);
    assert!(!config.quote && config.code.is_none() && config.secret.is_none());
    assert_eq!(
        (config.low_bound, config.ratio, config.insert_mode.as_str()),
        (-1, 0.5, "insert")
    );
}

#[test]
fn errors_of_single_settings_come_before_those_across() {
    let errors = Everything::parse(&given(&[("low.bound", "11"), ("code", "A1"), ("insert.mode", "x")])).unwrap_err();
    let names: Vec<_> = errors.errors.iter().map(ConfigError::name).collect();
    assert_eq!(names, ["topic", "low.bound", "insert.mode", "code"]);
    let errors = Everything::parse(&given(&[("topic", "t"), ("low.bound", "6")])).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "Invalid value 6 for configuration low.bound: must not be above high.bound"
    );
}

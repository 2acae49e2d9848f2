//! Predicates: whether a transform applies to a record.

use regex::Regex;
use weir_connect_sdk::{ConfigDef, ConfigKey, ConfigMap, ConnectError, Settings, Validator};

use crate::record::Record;
use crate::transform::check_regex;

/// Tests a record.
pub trait Predicate: Send + Sync {
    /// Whether the record is one of these.
    fn test(&self, record: &Record) -> bool;
}

/// A known predicate class.
pub struct PredicateClass {
    pub class: &'static str,
    pub def: fn() -> ConfigDef,
    make: fn(&Settings) -> Result<Box<dyn Predicate>, ConnectError>,
}

/// Every predicate, in the order in which the REST API lists them.
pub const PREDICATES: &[PredicateClass] = &[
    PredicateClass {
        class: "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        def: || {
            ConfigDef::from_keys(&[ConfigKey::string("name")
                .check(Validator::NonEmpty)
                .doc("The header's name.")])
        },
        make: |settings| Ok(Box::new(HasHeaderKey(settings.get("name")?))),
    },
    PredicateClass {
        class: "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
        def: ConfigDef::new,
        make: |_| Ok(Box::new(RecordIsTombstone)),
    },
    PredicateClass {
        class: "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        def: || {
            let key = ConfigKey::string("pattern")
                .check(Validator::Custom(check_regex))
                .doc("A pattern that the whole topic must match.");
            ConfigDef::from_keys(&[key])
        },
        make: |settings| {
            let pattern = format!("^(?:{})$", settings.get::<String>("pattern")?);
            let regex =
                Regex::new(&pattern).map_err(|error| ConnectError::Config(format!("Invalid regex: {error}")))?;
            Ok(Box::new(TopicNameMatches(regex)))
        },
    },
];

/// Finds a predicate by its full class name or the simple name.
pub fn predicate_class(class: &str) -> Option<&'static PredicateClass> {
    PREDICATES
        .iter()
        .find(|known| known.class == class || known.class.rsplit('.').next() == Some(class))
}

impl PredicateClass {
    /// Makes the predicate out of its settings (prefix taken off).
    ///
    /// # Errors
    /// Bad settings.
    pub fn configure(&self, settings: &ConfigMap) -> Result<Box<dyn Predicate>, ConnectError> {
        (self.make)(&(self.def)().parse(settings.clone())?)
    }
}

struct HasHeaderKey(String);

impl Predicate for HasHeaderKey {
    fn test(&self, record: &Record) -> bool {
        record.headers.iter().any(|header| header.name == self.0)
    }
}

struct RecordIsTombstone;

impl Predicate for RecordIsTombstone {
    fn test(&self, record: &Record) -> bool {
        record.value.value.is_null()
    }
}

struct TopicNameMatches(Regex);

impl Predicate for TopicNameMatches {
    fn test(&self, record: &Record) -> bool {
        self.0.is_match(&record.topic)
    }
}

#[cfg(test)]
mod tests {
    use weir_connect_sdk::{Header, SchemaAndValue, SinkRecord};

    use super::*;

    fn test(class: &str, settings: &[(&str, &str)], record: &Record) -> bool {
        let settings = settings
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        predicate_class(class)
            .unwrap()
            .configure(&settings)
            .unwrap()
            .test(record)
    }

    #[test]
    fn all_three() {
        let mut record = Record {
            topic: "orders-eu".into(),
            partition: None,
            key: SchemaAndValue::null(),
            value: 1i64.into(),
            timestamp: None,
            headers: vec![Header {
                name: "h".into(),
                value: 1i64.into(),
            }],
            offset: None,
        };
        assert!(test("TopicNameMatches", &[("pattern", "orders-.*")], &record));
        assert!(!test("TopicNameMatches", &[("pattern", "orders")], &record));
        assert!(test("HasHeaderKey", &[("name", "h")], &record));
        assert!(!test("HasHeaderKey", &[("name", "H")], &record));
        assert!(!test("RecordIsTombstone", &[], &record));
        record.value = SinkRecord::new("t", 0, 0, SchemaAndValue::null()).value;
        assert!(test("RecordIsTombstone", &[], &record));
    }
}

//! `RegexRouter`: another topic for records whose topic matches a pattern as a whole.
//!
//! Patterns are those of the crate `regex`: Java's look-around and back references in patterns are refused when the connector is made.

use regex::Regex;
use weir_connect_sdk::weir_config::ConfigValue;
use weir_connect_sdk::{ConfigDef, ConfigKey, ConnectError, Settings, Validator};

use super::{Part, Transform, TransformClass};
use crate::record::Record;

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("regex")
        .high()
        .check(Validator::Custom(check_regex))
        .doc("Pattern that the whole topic must match."),
    ConfigKey::string("replacement")
        .high()
        .doc("The new topic; $1 and ${name} stand for groups."),
];

/// How the class is found.
pub const CLASS: TransformClass = TransformClass {
    class: "org.apache.kafka.connect.transforms.RegexRouter",
    def: || ConfigDef::from_keys(KEYS),
    part: Part::Value,
    make: |settings, _| Ok(Box::new(RegexRouter::new(settings)?)),
};

/// Whether a setting's value is a pattern.
pub(crate) fn check_regex(value: &ConfigValue) -> Result<(), String> {
    match value {
        ConfigValue::String(text) => Regex::new(text)
            .map(|_| ())
            .map_err(|error| format!("Invalid regex: {error}")),
        _ => Err("Invalid regex: there is none".to_owned()),
    }
}

struct RegexRouter {
    whole: Regex,
    first: Regex,
    replacement: String,
}

impl RegexRouter {
    fn new(settings: &Settings) -> Result<Self, ConnectError> {
        let pattern: String = settings.get("regex")?;
        let compile = |pattern: &str| {
            Regex::new(pattern).map_err(|error| ConnectError::Config(format!("Invalid regex: {error}")))
        };
        Ok(Self {
            whole: compile(&format!("^(?:{pattern})$"))?,
            first: compile(&pattern)?,
            replacement: rust_replacement(&settings.get::<String>("replacement")?),
        })
    }
}

/// Java's replacement text in the regex crate's form: `$1x` is group 1 and an x, `\$` a dollar sign.
fn rust_replacement(java: &str) -> String {
    let mut out = String::new();
    let mut chars = java.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('$') => out.push_str("$$"),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            '$' if chars.peek() == Some(&'{') => out.push('$'),
            '$' => {
                out.push_str("${");
                while let Some(digit) = chars.next_if(char::is_ascii_digit) {
                    out.push(digit);
                }
                out.push('}');
            }
            other => out.push(other),
        }
    }
    out
}

impl Transform for RegexRouter {
    fn apply(&self, mut record: Record) -> Result<Option<Record>, ConnectError> {
        if self.whole.is_match(&record.topic) {
            record.topic = self
                .first
                .replace(&record.topic, self.replacement.as_str())
                .into_owned();
        }
        Ok(Some(record))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{apply, record};
    use super::*;

    fn route(regex: &str, replacement: &str, topic: &str) -> String {
        let mut record = record("x");
        record.topic = topic.to_owned();
        apply(&CLASS, &[("regex", regex), ("replacement", replacement)], record)
            .unwrap()
            .topic
    }

    #[test]
    fn routes() {
        assert_eq!(route("(.*)-(\\d+)", "$2x$1", "abc-12"), "12xabc");
        assert_eq!(route("(?P<n>.*)", "p-${n}", "abc"), "p-abc");
        assert_eq!(route("ab", "x", "abc"), "abc", "only a whole match counts");
        assert_eq!(route("a.c", "\\$1", "abc"), "$1");
    }

    #[test]
    fn bad_patterns() {
        let error = apply(&CLASS, &[("regex", "("), ("replacement", "x")], record("x")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("Invalid value ( for configuration regex: Invalid regex:"),
            "{error}"
        );
    }
}

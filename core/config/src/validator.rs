//! Checks on a value that already has its type; texts are those of Kafka's `ConfigDef` validators.

use regex_lite::Regex;

use crate::value::{ConfigError, ConfigValue};

/// A check. `Copy` and const, so that it fits in a static table.
#[derive(Debug, Clone, Copy)]
pub enum Validator {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    /// Both ends inclusive, for doubles.
    BetweenF64(f64, f64),
    /// `ValidString`; each entry of a list must be one of them, and a list has no duplicates (`ValidList`).
    OneOf(&'static [&'static str]),
    OneOfIgnoreCase(&'static [&'static str]),
    /// Null passes, as in Kafka's `NonEmptyString`. A list must have an entry.
    NonEmpty,
    NonNull,
    /// Not empty and no ISO control character: connector names.
    NoControlChars,
    /// The value matches this pattern as a whole.
    Matches(&'static str),
    /// The value itself is a regular expression.
    ValidRegex,
    /// All of these, the first failure counts.
    All(&'static [Validator]),
    /// Anything else: `Err` is the reason behind the colon of Kafka's frame.
    Custom(fn(&ConfigValue) -> Result<(), String>),
}

impl Validator {
    /// Checks `value` of the setting `name`.
    ///
    /// # Errors
    /// Kafka's text for the failed check.
    pub fn ensure_valid(&self, name: &str, value: &ConfigValue) -> Result<(), ConfigError> {
        let invalid = |reason: String| Err(ConfigError::invalid(name, value, reason));
        match self {
            Self::Any => Ok(()),
            Self::AtLeast(min) => range(value, Some(*min as f64), None, &min.to_string(), "").or_else(invalid),
            Self::Between(min, max) => range(
                value,
                Some(*min as f64),
                Some(*max as f64),
                &min.to_string(),
                &max.to_string(),
            )
            .or_else(invalid),
            Self::BetweenF64(min, max) => {
                // As Kafka, whose bounds are integers where they can be: 1, not 1.0.
                range(value, Some(*min), Some(*max), &min.to_string(), &max.to_string()).or_else(invalid)
            }
            Self::OneOf(allowed) => one_of(name, value, allowed),
            Self::OneOfIgnoreCase(allowed) => match text_of(value) {
                Some(text) if allowed.iter().any(|a| a.eq_ignore_ascii_case(text)) => Ok(()),
                _ => {
                    let upper: Vec<String> = allowed.iter().map(|a| a.to_uppercase()).collect();
                    invalid(format!(
                        "String must be one of (case insensitive): {}",
                        upper.join(", ")
                    ))
                }
            },
            Self::NonEmpty => match value {
                ConfigValue::List(items) if items.is_empty() => Err(ConfigError::other(
                    name,
                    format!("Configuration '{name}' must not be empty. Valid values include: any non-empty value"),
                )),
                _ if text_of(value) == Some("") => invalid("String must be non-empty".to_owned()),
                _ => Ok(()),
            },
            Self::NonNull if *value == ConfigValue::Null => invalid("entry must be non null".to_owned()),
            Self::NonNull => Ok(()),
            Self::NoControlChars => no_control_chars(name, value),
            Self::Matches(pattern) => match (text_of(value), Regex::new(&format!("^(?:{pattern})$"))) {
                (None, _) => Ok(()),
                (Some(text), Ok(regex)) if regex.is_match(text) => Ok(()),
                _ => invalid(format!("String must match {pattern}")),
            },
            Self::ValidRegex => match text_of(value).map(Regex::new) {
                Some(Err(error)) => invalid(format!("Invalid regular expression: {error}")),
                _ => Ok(()),
            },
            Self::All(all) => all.iter().try_for_each(|check| check.ensure_valid(name, value)),
            Self::Custom(check) => check(value).or_else(invalid),
        }
    }

    /// Kafka's `toString` of the validator, the "Valid Values" column of the reference.
    pub fn describe(&self) -> String {
        match self {
            Self::Any | Self::Custom(_) => String::new(),
            Self::AtLeast(min) => format!("[{min},...]"),
            Self::Between(min, max) => format!("[{min},...,{max}]"),
            Self::BetweenF64(min, max) => format!("[{min},...,{max}]"),
            Self::OneOf(allowed) => format!("[{}]", allowed.join(", ")),
            Self::OneOfIgnoreCase(allowed) => format!("(case insensitive) [{}]", allowed.join(", ")),
            Self::NonEmpty => "non-empty string".to_owned(),
            Self::NonNull => "non-null string".to_owned(),
            Self::NoControlChars => "non-empty string without ISO control characters".to_owned(),
            Self::Matches(pattern) => format!("matches {pattern}"),
            Self::ValidRegex => "valid regex".to_owned(),
            Self::All(all) => all
                .iter()
                .map(Self::describe)
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

fn text_of(value: &ConfigValue) -> Option<&str> {
    match value {
        ConfigValue::String(text) | ConfigValue::Class(text) => Some(text),
        ConfigValue::Password(secret) => Some(secret.reveal()),
        _ => None,
    }
}

fn range(
    value: &ConfigValue,
    min: Option<f64>,
    max: Option<f64>,
    min_text: &str,
    max_text: &str,
) -> Result<(), String> {
    let number = match value {
        ConfigValue::Int(v) => f64::from(*v),
        ConfigValue::Short(v) => f64::from(*v),
        ConfigValue::Long(v) => *v as f64,
        ConfigValue::Double(v) => *v,
        ConfigValue::Null => return Err("Value must be non-null".to_owned()),
        _ => return Err("Value must be a number".to_owned()),
    };
    if min.is_some_and(|min| number < min) {
        return Err(format!("Value must be at least {min_text}"));
    }
    if max.is_some_and(|max| number > max) {
        return Err(format!("Value must be no more than {max_text}"));
    }
    Ok(())
}

fn one_of(name: &str, value: &ConfigValue, allowed: &[&str]) -> Result<(), ConfigError> {
    let reason = || format!("String must be one of: {}", allowed.join(", "));
    match value {
        ConfigValue::List(items) => {
            if items
                .iter()
                .enumerate()
                .any(|(i, item)| items.iter().take(i).any(|earlier| earlier == item))
            {
                return Err(ConfigError::other(
                    name,
                    format!("Configuration '{name}' values must not be duplicated."),
                ));
            }
            items.iter().try_for_each(|item| {
                if item.is_empty() {
                    return Err(ConfigError::other(
                        name,
                        format!("Configuration '{name}' values must not be empty."),
                    ));
                }
                if allowed.contains(&item.as_str()) {
                    return Ok(());
                }
                Err(ConfigError::invalid(name, item, reason()))
            })
        }
        other if text_of(other).is_some_and(|text| allowed.contains(&text)) => Ok(()),
        // Quotes the value, not its text: a password stays hidden.
        other => Err(ConfigError::invalid(name, other, reason())),
    }
}

fn no_control_chars(name: &str, value: &ConfigValue) -> Result<(), ConfigError> {
    let Some(text) = text_of(value) else { return Ok(()) };
    if text.is_empty() {
        return Err(ConfigError::invalid(name, value, "String may not be empty"));
    }
    let codes: Vec<String> = text
        .chars()
        .filter(|c| c.is_control())
        .map(|c| u32::from(c).to_string())
        .collect();
    if codes.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "String may not contain control sequences but had the following ASCII chars: {}",
        codes.join(", ")
    );
    Err(ConfigError::invalid(name, value, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(validator: Validator, value: ConfigValue) -> String {
        validator.ensure_valid("x", &value).unwrap_err().to_string()
    }

    #[test]
    fn kafka_texts() {
        let text = |s: &str| ConfigValue::String(s.to_owned());
        assert_eq!(
            error(Validator::AtLeast(1), ConfigValue::Int(0)),
            "Invalid value 0 for configuration x: Value must be at least 1"
        );
        assert_eq!(
            error(Validator::Between(0, 5), ConfigValue::Long(6)),
            "Invalid value 6 for configuration x: Value must be no more than 5"
        );
        assert_eq!(
            error(Validator::AtLeast(1), ConfigValue::Null),
            "Invalid value null for configuration x: Value must be non-null"
        );
        assert_eq!(
            error(Validator::OneOf(&["a", "b"]), text("c")),
            "Invalid value c for configuration x: String must be one of: a, b"
        );
        assert_eq!(
            error(Validator::OneOfIgnoreCase(&["none", "all"]), text("some")),
            "Invalid value some for configuration x: String must be one of (case insensitive): NONE, ALL"
        );
        assert_eq!(
            error(Validator::NonEmpty, text("")),
            "Invalid value  for configuration x: String must be non-empty"
        );
        assert_eq!(
            error(Validator::NoControlChars, text("a\u{1}b")),
            "Invalid value a\u{1}b for configuration x: String may not contain control sequences but had the following ASCII chars: 1"
        );
    }

    #[test]
    fn lists_check_each_entry_and_duplicates() {
        let list = |items: &[&str]| ConfigValue::List(items.iter().map(|s| (*s).to_owned()).collect());
        let check = Validator::OneOf(&["a", "b"]);
        assert!(check.ensure_valid("x", &list(&["a", "b"])).is_ok());
        assert_eq!(
            error(check, list(&["a", "a"])),
            "Configuration 'x' values must not be duplicated."
        );
        assert_eq!(
            error(check, list(&["z"])),
            "Invalid value z for configuration x: String must be one of: a, b"
        );
    }

    #[test]
    fn patterns() {
        let text = |s: &str| ConfigValue::String(s.to_owned());
        assert!(Validator::Matches("[a-z]+").ensure_valid("x", &text("abc")).is_ok());
        assert!(Validator::Matches("[a-z]+").ensure_valid("x", &text("abc1")).is_err());
        assert!(Validator::ValidRegex.ensure_valid("x", &text("a(")).is_err());
    }

    #[test]
    fn a_bad_secret_is_not_quoted() {
        let secret = ConfigValue::Password(crate::Password::new("hunter2"));
        assert!(!error(Validator::Matches("[0-9]+"), secret.clone()).contains("hunter2"));
        assert!(!error(Validator::OneOf(&["a"]), secret).contains("hunter2"));
    }
}

//! Typed values and how text becomes one, with Kafka's error texts (`ConfigDef.parseType`).

use std::fmt;
use std::time::Duration;

use thiserror::Error;

use crate::key::ConfigType;

/// A secret. `Debug` and `Display` print `[hidden]`, as Kafka's `Password` does.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Password(String);

impl Password {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself; callers must not print it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// The value of one setting after parsing.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfigValue {
    Null,
    Boolean(bool),
    String(String),
    Int(i32),
    Short(i16),
    Long(i64),
    Double(f64),
    List(Vec<String>),
    Class(String),
    Password(Password),
}

/// One wrong setting, in Kafka's words.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    #[error("Invalid value {value} for configuration {name}{}", reason.as_ref().map(|r| format!(": {r}")).unwrap_or_default())]
    Invalid {
        name: String,
        value: String,
        reason: Option<String>,
    },
    #[error("Missing required configuration \"{name}\" which has no default value.")]
    Missing { name: String },
    /// A message that does not follow the usual frame (some of Kafka's validators do that).
    #[error("{message}")]
    Other { name: String, message: String },
}

impl ConfigError {
    /// `Invalid value VALUE for configuration NAME: REASON`.
    pub fn invalid(name: &str, value: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self::Invalid {
            name: name.to_owned(),
            value: value.to_string(),
            reason: Some(reason.into()),
        }
    }

    /// A message of its own for one setting.
    pub fn other(name: &str, message: impl Into<String>) -> Self {
        Self::Other {
            name: name.to_owned(),
            message: message.into(),
        }
    }

    /// The setting that is wrong.
    pub fn name(&self) -> &str {
        match self {
            Self::Invalid { name, .. } | Self::Missing { name } | Self::Other { name, .. } => name,
        }
    }
}

impl ConfigValue {
    /// Parses trimmed text as `kind`.
    ///
    /// # Errors
    /// Kafka's text for a value that is not of the type. A bad password cannot occur, so none is ever quoted.
    pub fn parse(name: &str, text: &str, kind: ConfigType) -> Result<Self, ConfigError> {
        let trimmed = text.trim();
        let not_a_number = || ConfigError::invalid(name, text, format!("Not a number of type {}", kind.name()));
        Ok(match kind {
            ConfigType::Boolean if trimmed.eq_ignore_ascii_case("true") => Self::Boolean(true),
            ConfigType::Boolean if trimmed.eq_ignore_ascii_case("false") => Self::Boolean(false),
            ConfigType::Boolean => {
                return Err(ConfigError::invalid(
                    name,
                    text,
                    "Expected value to be either true or false",
                ));
            }
            ConfigType::String => Self::String(trimmed.to_owned()),
            ConfigType::Int => Self::Int(trimmed.parse().map_err(|_| not_a_number())?),
            ConfigType::Short => Self::Short(trimmed.parse().map_err(|_| not_a_number())?),
            ConfigType::Long => Self::Long(trimmed.parse().map_err(|_| not_a_number())?),
            ConfigType::Double => Self::Double(trimmed.parse().map_err(|_| not_a_number())?),
            ConfigType::List if trimmed.is_empty() => Self::List(Vec::new()),
            ConfigType::List => Self::List(trimmed.split(',').map(|part| part.trim().to_owned()).collect()),
            ConfigType::Class => Self::Class(trimmed.to_owned()),
            ConfigType::Password => Self::Password(Password::new(trimmed)),
        })
    }

    /// Text as Kafka's `convertToString` gives it; `None` for null, `[hidden]` for a password.
    pub fn to_text(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Boolean(v) => v.to_string(),
            Self::String(v) | Self::Class(v) => v.clone(),
            Self::Int(v) => v.to_string(),
            Self::Short(v) => v.to_string(),
            Self::Long(v) => v.to_string(),
            Self::Double(v) => double_text(*v),
            Self::List(v) => v.join(","),
            Self::Password(v) => v.to_string(),
        })
    }
}

/// Error texts quote values as Java prints them: `null`, `[a, b]`, `[hidden]`.
impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => write!(f, "[{}]", items.join(", ")),
            other => f.write_str(other.to_text().as_deref().unwrap_or("null")),
        }
    }
}

/// Java prints a double without fraction as `1.0`.
fn double_text(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e7 {
        format!("{value:.1}")
    } else {
        value.to_string()
    }
}

/// Rust types that a setting can be read as.
pub trait FromConfigValue: Sized {
    /// The setting's type when a table is derived from a Rust field of this type.
    const KIND: ConfigType;
    /// Absent reads as a value of this type.
    const NULLABLE: bool = false;

    /// `None` when the value has another type.
    fn from_config(value: &ConfigValue) -> Option<Self>;
}

macro_rules! from_value {
    ($($ty:ty as $kind:ident: $pattern:pat => $out:expr),* $(,)?) => {
        $(impl FromConfigValue for $ty {
            const KIND: ConfigType = ConfigType::$kind;

            fn from_config(value: &ConfigValue) -> Option<Self> {
                match value { $pattern => Some($out), _ => None }
            }
        })*
    };
}

from_value! {
    bool as Boolean: ConfigValue::Boolean(v) => *v,
    i16 as Short: ConfigValue::Short(v) => *v,
    i32 as Int: ConfigValue::Int(v) => *v,
    f64 as Double: ConfigValue::Double(v) => *v,
    String as String: ConfigValue::String(v) | ConfigValue::Class(v) => v.clone(),
    Vec<String> as List: ConfigValue::List(v) => v.clone(),
    Password as Password: ConfigValue::Password(v) => v.clone(),
}

impl FromConfigValue for i64 {
    const KIND: ConfigType = ConfigType::Long;

    fn from_config(value: &ConfigValue) -> Option<Self> {
        match value {
            ConfigValue::Long(v) => Some(*v),
            ConfigValue::Int(v) => Some(i64::from(*v)),
            ConfigValue::Short(v) => Some(i64::from(*v)),
            _ => None,
        }
    }
}

/// Non-negative numbers only; a table that reads a setting as `usize` checks it with `AtLeast(0)` or more.
impl FromConfigValue for usize {
    const KIND: ConfigType = ConfigType::Int;

    fn from_config(value: &ConfigValue) -> Option<Self> {
        i64::from_config(value).and_then(|v| Self::try_from(v).ok())
    }
}

/// See `usize`.
impl FromConfigValue for u64 {
    const KIND: ConfigType = ConfigType::Long;

    fn from_config(value: &ConfigValue) -> Option<Self> {
        i64::from_config(value).and_then(|v| Self::try_from(v).ok())
    }
}

/// Milliseconds, the unit of every Kafka setting that ends in `.ms`.
impl FromConfigValue for Duration {
    const KIND: ConfigType = ConfigType::Long;

    fn from_config(value: &ConfigValue) -> Option<Self> {
        u64::from_config(value).map(Self::from_millis)
    }
}

impl<T: FromConfigValue> FromConfigValue for Option<T> {
    const KIND: ConfigType = T::KIND;
    const NULLABLE: bool = true;

    fn from_config(value: &ConfigValue) -> Option<Self> {
        match value {
            ConfigValue::Null => Some(None),
            other => T::from_config(other).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafka_error_texts() {
        let text = |text, kind| ConfigValue::parse("x", text, kind).unwrap_err().to_string();
        assert_eq!(
            text("abc", ConfigType::Int),
            "Invalid value abc for configuration x: Not a number of type INT"
        );
        assert_eq!(
            text("70000", ConfigType::Short),
            "Invalid value 70000 for configuration x: Not a number of type SHORT"
        );
        assert_eq!(
            text("yes", ConfigType::Boolean),
            "Invalid value yes for configuration x: Expected value to be either true or false"
        );
    }

    #[test]
    fn lists_trim_parts_and_keep_empty_ones() {
        let list = |text| ConfigValue::parse("x", text, ConfigType::List).unwrap();
        assert_eq!(list("  "), ConfigValue::List(vec![]));
        assert_eq!(
            list("a , b,,c"),
            ConfigValue::List(["a", "b", "", "c"].map(String::from).to_vec())
        );
        assert_eq!(list("a,b").to_string(), "[a, b]");
    }

    #[test]
    fn passwords_never_print() {
        let value = ConfigValue::parse("p", "hunter2", ConfigType::Password).unwrap();
        assert_eq!(
            format!("{value} {value:?} {:?}", value.to_text()),
            "[hidden] Password([hidden]) Some(\"[hidden]\")"
        );
        assert_eq!(Password::from_config(&value).unwrap().reveal(), "hunter2");
    }
}

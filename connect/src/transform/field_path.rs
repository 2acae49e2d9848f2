//! Field names and, with `field.syntax.version=V2`, paths into nested fields (KIP-821): dots between steps, backticks round a step
//! that has dots, `\`` for a backtick that would end such a step.

use weir_connect_sdk::data::Field;
use weir_connect_sdk::{ConfigError, ConfigKey, ConnectError, Schema, Struct, Validator, Value};

use super::part::{require_map, require_struct};

/// The setting that chooses the syntax.
pub const SYNTAX_KEY: ConfigKey = ConfigKey::string("field.syntax.version")
    .default("V1")
    .high()
    .check(Validator::OneOfIgnoreCase(&["V1", "V2"]))
    .doc("How field names are read: V1 takes the name as it is, V2 reads dots as steps into nested fields.");

const PURPOSE: &str = "nested field access";

/// A path to one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath {
    parents: Vec<String>,
    last: String,
}

impl FieldPath {
    /// Reads a path; `version` is `V1` or `V2`.
    ///
    /// # Errors
    /// A backtick without its pair.
    pub fn parse(path: &str, version: &str) -> Result<Self, ConfigError> {
        let mut steps = if version.eq_ignore_ascii_case("V2") {
            split(path)?
        } else {
            vec![path.to_owned()]
        };
        let last = steps.pop().unwrap_or_default();
        Ok(Self { parents: steps, last })
    }

    /// The field in a schema.
    pub fn field_from<'a>(&self, schema: &'a Schema) -> Option<&'a Field> {
        let parent = self
            .parents
            .iter()
            .try_fold(schema, |schema, step| Some(&schema.field(step)?.schema))?;
        parent.field(&self.last)
    }

    /// The field's value in a struct; null when a parent is null or the field is not there.
    ///
    /// # Errors
    /// A parent is no struct.
    pub fn value_from_struct(&self, value: &Struct, with_default: bool) -> Result<Value, ConnectError> {
        let mut current = value;
        for step in &self.parents {
            match current.get(step) {
                None | Some(Value::Null) => return Ok(Value::Null),
                Some(inner) => current = require_struct(inner, PURPOSE)?,
            }
        }
        let found = if with_default {
            current.get(&self.last)
        } else {
            current.get_without_default(&self.last)
        };
        Ok(found.cloned().unwrap_or(Value::Null))
    }

    /// The field's value in a map; null when it is not there.
    ///
    /// # Errors
    /// A parent is no map.
    pub fn value_from_map(&self, value: &Value) -> Result<Value, ConnectError> {
        let mut current = value;
        for step in &self.parents {
            match current.map_get(step) {
                None | Some(Value::Null) => return Ok(Value::Null),
                Some(inner) => {
                    require_map(inner, PURPOSE)?;
                    current = inner;
                }
            }
        }
        Ok(current.map_get(&self.last).cloned().unwrap_or(Value::Null))
    }
}

fn split(path: &str) -> Result<Vec<String>, ConfigError> {
    let mut steps = Vec::new();
    let mut rest = Some(path);
    while let Some(text) = rest {
        let (step, next) = match text.strip_prefix('`') {
            Some(quoted) => quoted_step(path, quoted)?,
            None => text
                .split_once('.')
                .map_or((text.to_owned(), None), |(step, next)| (step.to_owned(), Some(next))),
        };
        steps.push(step);
        rest = next;
    }
    Ok(steps)
}

/// A step in backticks: it ends at a backtick at the end of the path or before a dot, unless a backslash stands before it.
fn quoted_step<'a>(path: &str, quoted: &'a str) -> Result<(String, Option<&'a str>), ConfigError> {
    let mut step = String::new();
    let mut rest = quoted;
    while let Some((head, tail)) = rest.split_once('`') {
        let ends = tail.is_empty() || tail.starts_with('.');
        match head.strip_suffix('\\').filter(|_| ends) {
            Some(head) if !tail.is_empty() => {
                step.push_str(head);
                step.push('`');
            }
            Some(_) => break,
            None if ends => {
                step.push_str(head);
                return Ok((step, tail.strip_prefix('.')));
            }
            None => {
                step.push_str(head);
                step.push('`');
            }
        }
        rest = tail;
    }
    let at = path.len() - quoted.len() - 1;
    Err(ConfigError::other(
        "field",
        format!(
            "Incomplete backtick pair in path: [{path}], consider adding a backslash before backtick at position {at} to escape it"
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let split = |path: &str| split(path).unwrap();
        assert_eq!(split("a.b.c"), ["a", "b", "c"]);
        assert_eq!(split("a..c."), ["a", "", "c", ""]);
        assert_eq!(split("`a.b`.c"), ["a.b", "c"]);
        assert_eq!(split("`a`b`.c"), ["a`b", "c"]);
        assert_eq!(split("`a\\`.b`.c"), ["a`.b", "c"]);
        assert!(super::split("`a.b").is_err());
        assert!(
            super::split("`a.b\\`")
                .unwrap_err()
                .to_string()
                .contains("at position 0")
        );
    }

    #[test]
    fn v1_is_the_name_itself() {
        let path = FieldPath::parse("a.b", "V1").unwrap();
        let map = Value::from(serde_json::json!({"a.b": 1, "a": {"b": 2}}));
        assert_eq!(path.value_from_map(&map).unwrap(), 1i64.into());
        let path = FieldPath::parse("a.b", "v2").unwrap();
        assert_eq!(path.value_from_map(&map).unwrap(), 2i64.into());
        assert_eq!(
            FieldPath::parse("x.b", "v2").unwrap().value_from_map(&map).unwrap(),
            Value::Null
        );
    }
}

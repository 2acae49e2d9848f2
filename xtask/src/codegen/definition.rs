//! Kafka's message definitions as they stand in the JSON files.

use serde::Deserialize;
use serde_json::Value;

/// One file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub api_key: Option<i16>,
    pub valid_versions: String,
    pub flexible_versions: Option<String>,
    #[serde(default)]
    pub listeners: Vec<String>,
    #[serde(default)]
    pub latest_version_unstable: bool,
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
    #[serde(default)]
    pub common_structs: Vec<StructDefinition>,
}

/// A struct that several fields share.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StructDefinition {
    pub name: String,
    pub versions: String,
    pub fields: Vec<FieldDefinition>,
}

/// One field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldDefinition {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub versions: Option<String>,
    pub nullable_versions: Option<String>,
    pub tagged_versions: Option<String>,
    pub flexible_versions: Option<String>,
    pub tag: Option<u32>,
    pub default: Option<Value>,
    pub ignorable: Option<Value>,
    pub about: Option<String>,
    #[serde(default)]
    pub fields: Vec<FieldDefinition>,
    /// A key of a keyed collection in Kafka's classes; on the wire it is a plain array, so nothing follows from it here.
    #[serde(rename = "mapKey", default)]
    pub _map_key: bool,
    #[serde(rename = "entityType")]
    pub _entity_type: Option<String>,
    #[serde(rename = "zeroCopy", default)]
    pub _zero_copy: bool,
}

/// Blanks out `//` and `/* */` comments, which Kafka's files have and JSON does not.
pub fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(_)) if in_string => {
                out.push(c);
                out.extend(chars.next());
            }
            ('"', _) => {
                in_string = !in_string;
                out.push(c);
            }
            ('/', Some('/')) if !in_string => while chars.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) if !in_string => {
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_go_strings_stay() {
        let text = "{ // one\n\"a//b\": \"\\\"/*\", /* two * / */ \"c\": 1 } // end";
        assert_eq!(without_comments(text), "{ \n\"a//b\": \"\\\"/*\",  \"c\": 1 } ");
    }
}

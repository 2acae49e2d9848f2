//! A table as a Markdown reference, so that the book never says other than the code.

use std::fmt::Write as _;

use crate::def::{ConfigDef, Entry};
use crate::key::{Default, Update};

/// One Markdown table row per setting: name, type, default, valid values, importance, update mode, text.
pub fn markdown(def: &ConfigDef) -> String {
    let mut out = String::from(
        "| Name | Type | Default | Valid values | Importance | Update | Description |\n|---|---|---|---|---|---|---|\n",
    );
    for entry in def.entries() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} | {} |",
            entry.name,
            entry.key.kind.name().to_lowercase(),
            default_cell(entry),
            cell(&entry.key.validator.describe()),
            entry.key.importance.name().to_lowercase(),
            if entry.key.update == Update::ReadOnly {
                ""
            } else {
                entry.key.update.name()
            },
            cell(&description(entry)),
        );
    }
    out
}

fn default_cell(entry: &Entry) -> String {
    match entry.key.default {
        Default::Required => "**required**".to_owned(),
        Default::Null => "null".to_owned(),
        Default::Text("") => "\"\"".to_owned(),
        Default::Text(text) => format!("`{}`", cell(text)),
    }
}

fn description(entry: &Entry) -> String {
    if entry.key.aliases.is_empty() {
        return entry.documentation.to_string();
    }
    let aliases: Vec<String> = entry.key.aliases.iter().map(|alias| format!("`{alias}`")).collect();
    format!("{} Also accepted as {}.", entry.documentation, aliases.join(", "))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfigKey, Validator};

    #[test]
    fn rows() {
        let def = ConfigDef::from_keys(&[
            ConfigKey::int("a.b")
                .default("1")
                .check(Validator::AtLeast(0))
                .update(Update::ClusterWide)
                .doc("x|y"),
            ConfigKey::string("c").high().aliases(&["d"]).doc("Text."),
        ]);
        let text = markdown(&def);
        assert!(
            text.contains("| `a.b` | int | `1` | [0,...] | medium | cluster-wide | x\\|y |"),
            "{text}"
        );
        assert!(
            text.contains("| `c` | string | **required** |  | high |  | Text. Also accepted as `d`. |"),
            "{text}"
        );
    }
}

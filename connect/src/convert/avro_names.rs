//! Names that Avro allows, by `scrub.invalid.names`. Pure.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What becomes of the names of structs and fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// They stay; what is no Avro name is refused.
    #[default]
    AsGiven,
    /// As Confluent's converter does it.
    Scrubbed,
}

impl Names {
    /// A field's name.
    pub fn field(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::Scrubbed if !is_valid(name) => scrubbed(name).into(),
            Self::AsGiven | Self::Scrubbed => name.into(),
        }
    }

    /// A struct's name, with its namespace.
    pub fn full(self, name: &str) -> String {
        let parts: Vec<Cow<'_, str>> = name.split('.').map(|part| self.field(part)).collect();
        parts.join(".")
    }
}

fn is_valid(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A name as Confluent's converters scrub it: URL-encoded (a space is `+`), with `x` in front where no name can begin so, and
/// each character that is still not allowed as `_`.
pub fn scrubbed(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 1);
    if !name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
        out.push('x');
    }
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => out.push(char::from(byte)),
            b' ' | b'.' | b'-' | b'*' => out.push('_'),
            other => drop(write!(out, "_{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: what `java.net.URLEncoder` and the two patterns of Confluent's converter make of them.
    #[test]
    fn as_confluents() {
        for (name, expected) in [
            ("plain_1", "plain_1"),
            ("my name", "my_name"),
            (" city", "x_city"),
            ("c-i.t(y)", "c_i_t_28y_29"),
            ("1st", "x1st"),
            ("", "x"),
            ("n\u{e4}me", "n_C3_A4me"),
            ("\u{e4}", "x_C3_A4"),
            ("a*b", "a_b"),
            ("a%", "a_25"),
        ] {
            assert_eq!(Names::Scrubbed.field(name), expected);
            assert_eq!(Names::AsGiven.field(name), name);
        }
        assert_eq!(Names::Scrubbed.full("my space.The-Name"), "my_space.The_Name");
    }
}

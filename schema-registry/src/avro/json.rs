//! JSON as Jackson reads and writes it, for schema texts.
//!
//! Identity of a schema is its canonical text, so numbers, duplicate keys, key order and escapes must survive a round
//! trip exactly as in Java: integers of any size keep their digits, other numbers are doubles printed like
//! `Double.toString`, a repeated key keeps its first place and its last value, `//` and `/* */` comments are skipped.
//! `serde_json` differs in each of these, so it is not used here.

use std::fmt::Write as _;

use indexmap::IndexMap;

/// Deepest nesting of arrays and objects that is read or printed. Jackson allows 1000; a bound that keeps every recursive
/// walk of ours inside a small thread stack is lower, and schemas of people are far below both.
pub const MAX_DEPTH: usize = 250;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction and exponent: its decimal digits, any size.
    Int(Box<str>),
    /// A number with a fraction or an exponent.
    Double(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; keys in the order of their first appearance.
    Object(IndexMap<String, Json>),
}

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at line {line}, column {column}")]
pub struct JsonError {
    /// What was found or missing.
    pub reason: &'static str,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Json {
    /// Parses one value; nothing but white space may follow it.
    pub fn parse(text: &str) -> Result<Json, JsonError> {
        let mut reader = Reader { text, at: 0 };
        let value = reader
            .skip()
            .and_then(|()| reader.value(0))
            .map_err(|reason| reader.error(reason))?;
        if !text.get(reader.at..).unwrap_or_default().trim().is_empty() {
            return Err(reader.error("content after the end of the JSON value"));
        }
        Ok(value)
    }

    /// The member of an object, `None` for anything else.
    pub fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(key),
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Double(_) | Json::String(_) | Json::Array(_) => None,
        }
    }

    /// The text of a string, `None` for anything else.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Double(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// The compact text.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Appends the compact text.
    pub fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Int(digits) => out.push_str(digits),
            Json::Double(value) if value.is_finite() => out.push_str(&java_double(*value)),
            Json::Double(value) if value.is_nan() => out.push_str("\"NaN\""),
            Json::Double(value) => out.push_str(if *value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" }),
            Json::String(text) => write_string(text, out),
            Json::Array(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(members) => {
                out.push('{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    write_string(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// Nesting of arrays and objects; 0 for anything else.
    pub fn depth(&self) -> usize {
        match self {
            Json::Array(items) => 1 + items.iter().map(Json::depth).max().unwrap_or(0),
            Json::Object(members) => 1 + members.values().map(Json::depth).max().unwrap_or(0),
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Double(_) | Json::String(_) => 0,
        }
    }

    /// The same value with the keys of every object in Java's string order.
    pub fn sorted(&self) -> Json {
        match self {
            Json::Array(items) => Json::Array(items.iter().map(Json::sorted).collect()),
            Json::Object(members) => {
                let mut sorted: IndexMap<String, Json> = members
                    .iter()
                    .map(|(key, value)| (key.clone(), value.sorted()))
                    .collect();
                sorted.sort_by(|a, _, b, _| java_order(a, b));
                Json::Object(sorted)
            }
            Json::Null | Json::Bool(_) | Json::Int(_) | Json::Double(_) | Json::String(_) => self.clone(),
        }
    }
}

/// Order of `String.compareTo`: by UTF-16 units, which differs from byte order above the basic plane.
pub fn java_order(a: &str, b: &str) -> std::cmp::Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// Appends a quoted string with Jackson's escapes: short forms where JSON has them, else upper-case hex.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if u32::from(c) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// `Double.toString` (JDK 19 and later: shortest digits): plain between 1e-3 and 1e7, else `d.dddE±n`.
fn java_double(value: f64) -> String {
    if value == 0.0 {
        return if value.is_sign_negative() {
            "-0.0".into()
        } else {
            "0.0".into()
        };
    }
    if (1e-3..1e7).contains(&value.abs()) {
        let plain = format!("{value}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    let scientific = format!("{value:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => scientific,
    }
}

/// `Double.parseDouble`, for defaults of float fields written as strings.
pub fn java_parse_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        "NaN" => return Some(f64::NAN),
        "Infinity" => {
            return Some(if text.starts_with('-') {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
        }
        _ => {}
    }
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    if !digits
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'))
    {
        return None;
    }
    digits.parse().ok()
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, reason: &'static str) -> JsonError {
        let before = self.text.get(..self.at.min(self.text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        JsonError {
            reason,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// White space and comments.
    fn skip(&mut self) -> Result<(), &'static str> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let length = if rest.starts_with("//") {
                        rest.find(['\n', '\r']).unwrap_or(rest.len())
                    } else if rest.starts_with("/*") {
                        // The search starts behind the opening, so that `/*/` is not a comment.
                        rest.get(2..)
                            .and_then(|body| body.find("*/"))
                            .ok_or("unterminated comment")?
                            + 4
                    } else {
                        return Err("unexpected character '/'");
                    };
                    self.at += length;
                }
                _ => return Ok(()),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, &'static str> {
        if depth > MAX_DEPTH {
            return Err("JSON is nested too deeply");
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(_) => Err("unexpected character, a JSON value was expected"),
            None => Err("unexpected end, a JSON value was expected"),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, &'static str> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        match rest.strip_prefix(word) {
            Some(after) if !after.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                self.at += word.len();
                Ok(value)
            }
            _ => Err("unexpected word, a JSON value was expected"),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, &'static str> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip()?;
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            self.skip()?;
            items.push(self.value(depth + 1)?);
            self.skip()?;
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return Err("expected ',' or ']' in an array");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, &'static str> {
        self.at += 1;
        let mut members = IndexMap::new();
        self.skip()?;
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip()?;
            if self.peek() != Some(b'"') {
                return Err("expected a quoted key in an object");
            }
            let key = self.string()?;
            self.skip()?;
            if !self.eat(b':') {
                return Err("expected ':' after a key");
            }
            self.skip()?;
            let value = self.value(depth + 1)?;
            members.insert(key, value);
            self.skip()?;
            if self.eat(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(b',') {
                return Err("expected ',' or '}' in an object");
            }
        }
    }

    fn string(&mut self) -> Result<String, &'static str> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let run = rest
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .ok_or("unterminated string")?;
            out.push_str(rest.get(..run).unwrap_or_default());
            self.at += run + 1;
            match rest.as_bytes().get(run) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err("unescaped control character in a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, &'static str> {
        let kind = self.peek().ok_or("unterminated string")?;
        self.at += 1;
        Ok(match kind {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex4()?;
                let code = match unit {
                    0xD800..=0xDBFF => {
                        let low = if self.eat(b'\\') && self.eat(b'u') {
                            self.hex4()?
                        } else {
                            0
                        };
                        if !(0xDC00..=0xDFFF).contains(&low) {
                            return Err("unpaired surrogate in a string");
                        }
                        0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                    }
                    _ => unit,
                };
                char::from_u32(code).ok_or("unpaired surrogate in a string")?
            }
            _ => return Err("unknown escape in a string"),
        })
    }

    fn hex4(&mut self) -> Result<u32, &'static str> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .ok_or("four hexadecimal digits expected after \\u")?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err("four hexadecimal digits expected after \\u");
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| "four hexadecimal digits expected after \\u")
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Json, &'static str> {
        let start = self.at;
        self.eat(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err("malformed number");
        }
        let mut integral = true;
        if self.eat(b'.') {
            integral = false;
            if self.digits() == 0 {
                return Err("malformed number");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            integral = false;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err("malformed number");
            }
        }
        // Jackson's own limit on the length of a number.
        if self.at - start > 1000 {
            return Err("number is too long");
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if integral {
            return Ok(Json::Int(if text == "-0" { "0".into() } else { text.into() }));
        }
        text.parse().map(Json::Double).map_err(|_| "malformed number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(text: &str) -> String {
        Json::parse(text).unwrap().print()
    }

    #[test]
    fn numbers_keep_their_digits_or_print_like_java() {
        assert_eq!(
            round("[0, -0, 12345678901234567890123, -7]"),
            "[0,0,12345678901234567890123,-7]"
        );
        assert_eq!(
            round("[1.0, 1e10, 0.0001, 123456.789, 1E-300, 1e400, -0.0]"),
            "[1.0,1.0E10,1.0E-4,123456.789,1.0E-300,\"Infinity\",-0.0]"
        );
        for bad in ["01", "-", "1.", ".5", "1e", "+1", "NaN", "0x1"] {
            assert!(Json::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn repeated_key_keeps_first_place_and_last_value() {
        assert_eq!(round(r#"{"a":1,"b":2,"a":3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn comments_and_escapes() {
        assert_eq!(
            round("/* x */ [1, // y\n \"\\u0001\\u00e9\\ud83d\\ude00\\/\"]"),
            "[1,\"\\u0001é😀/\"]"
        );
        assert_eq!(round("\"\\u001f\""), "\"\\u001F\"");
        for bad in [
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "\"\n\"",
            "\"\\x\"",
            "/*/ 1",
            "\"abc",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "1 2",
            "",
            "tru",
            "truex",
            "[",
            "{\"a\"",
            "\"\\u12\"",
        ] {
            assert!(Json::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert!(Json::parse(&deep(MAX_DEPTH)).is_ok());
        assert_eq!(
            Json::parse(&deep(100_000)).unwrap_err().reason,
            "JSON is nested too deeply"
        );
    }

    #[test]
    fn error_names_the_place() {
        let error = Json::parse("{\n  \"a\": é\n}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 8));
    }

    #[test]
    fn java_parse_double_takes_java_forms_only() {
        assert_eq!(java_parse_double(" 1.5f "), Some(1.5));
        assert_eq!(java_parse_double("-Infinity"), Some(f64::NEG_INFINITY));
        assert!(java_parse_double("NaN").unwrap().is_nan());
        for bad in ["", "nan", "inf", "1_0", "abc", "e"] {
            assert_eq!(java_parse_double(bad), None, "{bad}");
        }
    }
}

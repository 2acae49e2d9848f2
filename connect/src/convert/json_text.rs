//! JSON text as Jackson writes it.

use std::fmt::Write as _;

/// Appends a quoted string: control characters and those beyond the basic plane escaped (upper-case hex), all others as they are.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            // Writing to a String cannot fail.
            c if c < ' ' => write!(out, "\\u{:04X}", u32::from(c)).unwrap_or_default(),
            // Jackson writes characters beyond the basic plane as two escapes.
            c if c > '\u{ffff}' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04X}").unwrap_or_default();
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Appends a number that may be none: Jackson quotes NaN and infinities.
pub fn push_floating(out: &mut String, text: &str, finite: bool) {
    if finite {
        out.push_str(text)
    } else {
        push_string(out, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_jackson() {
        let mut out = String::new();
        push_string(&mut out, "a\"\\\n\u{1f}\u{7f}é/😀");
        push_floating(&mut out, "NaN", false);
        assert_eq!(out, "\"a\\\"\\\\\\n\\u001F\u{7f}é/\\uD83D\\uDE00\"\"NaN\"");
    }
}

//! Java `.properties` text: comments, escapes, continuation lines. A later line wins, as in `java.util.Properties`.

use std::iter::Peekable;
use std::str::Chars;

use thiserror::Error;

/// Only a broken `\uXXXX` escape can be wrong in such a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: malformed \\uXXXX escape")]
pub struct PropertiesError {
    /// First physical line of the entry, from 1.
    pub line: usize,
}

/// Keys and values in the order of the text, repeated keys included.
///
/// # Errors
/// A `\u` that is not followed by four hexadecimal digits.
pub fn parse(text: &str) -> Result<Vec<(String, String)>, PropertiesError> {
    let mut entries = Vec::new();
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line))
        .enumerate();
    while let Some((at, first)) = lines.next() {
        let first = first.trim_start();
        if first.is_empty() || first.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = first.to_owned();
        while continues(&logical) {
            logical.pop();
            match lines.next() {
                Some((_, next)) => logical.push_str(next.trim_start()),
                None => break,
            }
        }
        entries.push(entry(&logical).ok_or(PropertiesError { line: at + 1 })?);
    }
    Ok(entries)
}

/// An odd number of backslashes at the end: the line goes on.
fn continues(line: &str) -> bool {
    line.chars().rev().take_while(|c| *c == '\\').count() % 2 == 1
}

fn entry(line: &str) -> Option<(String, String)> {
    let mut chars = line.chars().peekable();
    let mut key = String::new();
    while let Some(c) = chars.next_if(|c| !matches!(c, '=' | ':') && !c.is_whitespace()) {
        key.push(if c == '\\' { unescape(&mut chars)? } else { c });
    }
    while chars.next_if(|c| c.is_whitespace()).is_some() {}
    if chars.next_if(|c| matches!(c, '=' | ':')).is_some() {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
    }
    let mut value = String::new();
    while let Some(c) = chars.next() {
        value.push(if c == '\\' { unescape(&mut chars)? } else { c });
    }
    Some((key, value))
}

fn unescape(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    match chars.next() {
        Some('t') => Some('\t'),
        Some('n') => Some('\n'),
        Some('r') => Some('\r'),
        Some('f') => Some('\u{c}'),
        Some('u') => {
            let unit = code_unit(chars)?;
            // Java writes characters beyond the basic plane as two escapes.
            if (0xD800..0xDC00).contains(&unit) {
                let low = chars
                    .next()
                    .zip(chars.next())
                    .filter(|pair| *pair == ('\\', 'u'))
                    .and_then(|_| code_unit(chars))?;
                return char::from_u32(0x10000 + ((unit - 0xD800) << 10) + low.checked_sub(0xDC00)?);
            }
            char::from_u32(unit)
        }
        Some(other) => Some(other),
        None => Some('\\'),
    }
}

fn code_unit(chars: &mut Peekable<Chars<'_>>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap()
    }

    fn one(key: &str, value: &str) -> Vec<(String, String)> {
        vec![(key.to_owned(), value.to_owned())]
    }

    #[test]
    fn separators_and_comments() {
        assert_eq!(pairs("# c\n! d\n\n  a = b \r\n"), one("a", "b "));
        assert_eq!(pairs("a:b"), one("a", "b"));
        assert_eq!(pairs("a b=c"), one("a", "b=c"));
        assert_eq!(pairs("a"), one("a", ""));
        assert_eq!(pairs("a==b"), one("a", "=b"));
    }

    #[test]
    fn continuation_and_escapes() {
        assert_eq!(
            pairs("list = one,\\\n    two,\\\n    three"),
            one("list", "one,two,three")
        );
        assert_eq!(pairs("p = C:\\\\dir\\\\"), one("p", "C:\\dir\\"));
        assert_eq!(pairs("a\\ b\\=c = \\u00e9\\t\\ud83d\\ude00"), one("a b=c", "é\t😀"));
        assert_eq!(pairs("# not \\\ncontinued=1"), one("continued", "1"));
    }

    #[test]
    fn broken_escape_names_the_line() {
        assert_eq!(parse("a=1\nb=\\u12g4"), Err(PropertiesError { line: 2 }));
        assert_eq!(parse("b=\\ud83d\\u0041"), Err(PropertiesError { line: 1 }));
    }
}

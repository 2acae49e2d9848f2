//! What may be a name: Java's `NameValidator.STRICT_VALIDATOR` for new schemas, `UTF_VALIDATOR` for stored ones.

/// How strictly a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// A schema that someone wants to register: ASCII names, namespaces checked, defaults must fit their types.
    New,
    /// A schema that is already in the log: letters of any script, namespaces and defaults unchecked.
    Stored,
}

/// Why this simple name (without namespace) is none; `None` if it is one.
pub(super) fn invalid(name: &str, strictness: Strictness) -> Option<&'static str> {
    // Java looks at UTF-16 units, so that a letter outside of the basic plane is none.
    let basic = |c: char| c.len_utf16() == 1;
    let letter = |c: char| match strictness {
        Strictness::New => c.is_ascii_alphabetic(),
        Strictness::Stored => c.is_alphabetic() && basic(c),
    };
    let digit = |c: char| match strictness {
        Strictness::New => c.is_ascii_digit(),
        Strictness::Stored => c.is_numeric() && basic(c),
    };
    let mut chars = name.chars();
    match chars.next() {
        None => Some("it is empty"),
        Some(first) if !letter(first) && first != '_' => Some("it must start with a letter or an underscore"),
        Some(_) if chars.all(|c| letter(c) || digit(c) || c == '_') => None,
        Some(_) => Some("it may hold only letters, digits and underscores"),
    }
}

/// The last part of a name with dots.
pub(super) fn simple(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, simple)| simple)
}

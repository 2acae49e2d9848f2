//! Why a text is not an Avro schema.

use super::json::JsonError;

/// The reason, with the place in the schema where there is one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SchemaError {
    /// The text is not JSON.
    #[error("not valid JSON: {0}")]
    Json(#[from] JsonError),
    /// A JSON value that stands for no type (a number, `true`, …).
    #[error("{at}: {found} is not a schema")]
    NotASchema {
        /// JSON pointer into the schema.
        at: String,
        /// The value, shortened.
        found: String,
    },
    /// A required attribute is absent or of another JSON type.
    #[error("{at}: attribute \"{attribute}\" is missing or is not {expected}")]
    Attribute {
        /// JSON pointer into the schema.
        at: String,
        /// Name of the attribute.
        attribute: &'static str,
        /// What it should be, with an article.
        expected: &'static str,
    },
    /// A name that Avro does not allow.
    #[error("{at}: {what} \"{name}\" is not a valid name: {reason}")]
    Name {
        /// JSON pointer into the schema.
        at: String,
        /// What the name is for.
        what: &'static str,
        /// The name as written.
        name: String,
        /// The rule that it breaks.
        reason: &'static str,
    },
    /// A named type has the name of a primitive type.
    #[error("{at}: a type may not be named after the primitive type \"{name}\"")]
    NamedAfterPrimitive {
        /// JSON pointer into the schema.
        at: String,
        /// The name.
        name: String,
    },
    /// Two different types have one name.
    #[error("{at}: can't redefine \"{name}\"")]
    Redefined {
        /// JSON pointer into the schema.
        at: String,
        /// Full name.
        name: String,
    },
    /// A name that nothing defines, here or in a reference.
    #[error("{at}: undefined type \"{name}\"")]
    Undefined {
        /// JSON pointer into the schema.
        at: String,
        /// Full name as it was looked up.
        name: String,
    },
    /// Two fields of a record have one name.
    #[error("{at}: duplicate field \"{field}\" in record \"{record}\"")]
    DuplicateField {
        /// JSON pointer into the schema.
        at: String,
        /// Full name of the record.
        record: String,
        /// The field.
        field: String,
    },
    /// A symbol appears twice.
    #[error("{at}: duplicate symbol \"{symbol}\" in enum \"{name}\"")]
    DuplicateSymbol {
        /// JSON pointer into the schema.
        at: String,
        /// Full name of the enum.
        name: String,
        /// The symbol.
        symbol: String,
    },
    /// The default of an enum is none of its symbols.
    #[error("{at}: default \"{default}\" of enum \"{name}\" is not one of its symbols")]
    EnumDefault {
        /// JSON pointer into the schema.
        at: String,
        /// Full name of the enum.
        name: String,
        /// The default.
        default: String,
    },
    /// A union directly inside a union.
    #[error("{at}: a union may not contain a union")]
    NestedUnion {
        /// JSON pointer into the schema.
        at: String,
    },
    /// A union has two branches of one type or name.
    #[error("{at}: duplicate \"{name}\" in a union")]
    DuplicateBranch {
        /// JSON pointer into the schema.
        at: String,
        /// Type or full name.
        name: String,
    },
    /// A default that is no value of the field's type.
    #[error("{at}: invalid default for field \"{field}\": {default} is not a {expected}")]
    Default {
        /// JSON pointer into the schema.
        at: String,
        /// The field.
        field: String,
        /// The default as JSON, shortened.
        default: String,
        /// Canonical text of the field's type, shortened.
        expected: String,
    },
    /// The size of a fixed is negative or too large.
    #[error("{at}: size {size} of fixed \"{name}\" is out of range")]
    Size {
        /// JSON pointer into the schema.
        at: String,
        /// Full name of the fixed.
        name: String,
        /// The size.
        size: i32,
    },
    /// The schema is deeper or more entangled than [`limits`](super::parse()) allow.
    #[error("the schema is nested too deeply")]
    TooDeep,
    /// Checking defaults took too many steps (defaults of records that multiply each other).
    #[error("the defaults of the schema are too entangled to check")]
    TooComplex,
    /// A referenced schema could not be parsed.
    #[error("reference {number}: {source}")]
    Reference {
        /// Position among the references, from 1.
        number: usize,
        /// Its error.
        source: Box<SchemaError>,
    },
}

/// At most this many characters of a user's value are repeated in an error.
const SHOWN: usize = 200;

/// A text shortened for an error message.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

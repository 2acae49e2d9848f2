//! Why a message could not be decoded or encoded.

/// What is wrong with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// Fewer bytes than the next field needs.
    #[error("{needed} bytes needed, {remaining} left")]
    Truncated {
        /// Bytes that the field needs.
        needed: usize,
        /// Bytes that are left.
        remaining: usize,
    },
    /// A count that cannot be true, whatever follows.
    #[error("array of {count} elements in {remaining} bytes")]
    LyingCount {
        /// The count as sent.
        count: usize,
        /// Bytes that are left.
        remaining: usize,
    },
    /// Null where the version does not allow it.
    #[error("null in a non-nullable field")]
    Null,
    /// A negative length other than -1 (null).
    #[error("length {0}")]
    NegativeLength(i64),
    /// A varint longer than its type.
    #[error("varint too long")]
    Varint,
    /// A string that is not UTF-8.
    #[error("string is not UTF-8")]
    Utf8,
    /// A tagged field with bytes left over after its value.
    #[error("tagged field {tag} has {left} bytes too many")]
    TagSize {
        /// The tag.
        tag: u32,
        /// Bytes left over.
        left: usize,
    },
    /// A tagged field that a later version has.
    #[error("tagged field {tag} is not in this version")]
    TagNotInVersion {
        /// The tag.
        tag: u32,
    },
    /// A version outside the valid range of the message.
    #[error("version {version} of {message} is not in {min}..={max}")]
    Version {
        /// Message name.
        message: &'static str,
        /// The version asked for.
        version: i16,
        /// Lowest valid version.
        min: i16,
        /// Highest valid version.
        max: i16,
    },
    /// Bytes after the end of the message.
    #[error("{0} bytes after the end of the message")]
    Trailing(usize),
}

/// A message that does not decode: what, and at which byte of the input.
///
/// Boxed, so that a result of the codec fits in registers: errors are rare, reads are not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} (at byte {})", .0.0, .0.1)]
pub struct DecodeError(Box<(DecodeErrorKind, usize)>);

impl DecodeError {
    #[cold]
    pub(crate) fn new(kind: DecodeErrorKind, at: usize) -> Self {
        Self(Box::new((kind, at)))
    }

    /// What is wrong.
    pub fn kind(&self) -> DecodeErrorKind {
        self.0.0
    }

    /// Offset into the reader's input.
    pub fn at(&self) -> usize {
        self.0.1
    }
}

/// Why a message cannot be written in the version asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeErrorKind {
    /// A version outside the valid range of the message.
    #[error("version {version} of {message} is not in {min}..={max}")]
    Version {
        /// Message name.
        message: &'static str,
        /// The version asked for.
        version: i16,
        /// Lowest valid version.
        min: i16,
        /// Highest valid version.
        max: i16,
    },
    /// A field that must not be lost is set, but the version has no room for it.
    #[error("field {field} is set, but version {version} does not have it")]
    FieldNotInVersion {
        /// Field name as in Kafka's definitions.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// Null where the version does not allow it.
    #[error("field {field} is null, but version {version} does not allow it")]
    Null {
        /// Field name as in Kafka's definitions.
        field: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A string, byte field or array longer than its length prefix can say.
    #[error("length {0} does not fit its prefix")]
    TooLong(usize),
    /// Unknown tagged fields in a version that is not flexible.
    #[error("tagged fields are set, but version {0} is not flexible")]
    TagsInInflexibleVersion(i16),
    /// Unknown tags must ascend and must not repeat a known tag.
    #[error("unknown tagged field {0} repeats a tag or is out of order")]
    TagOrder(u32),
}

/// A message that cannot be written in the version asked for. Boxed for the same reason as [`DecodeError`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct EncodeError(Box<EncodeErrorKind>);

impl EncodeError {
    /// What is wrong.
    pub fn kind(&self) -> EncodeErrorKind {
        *self.0
    }

    #[cold]
    pub(crate) fn not_in_version(field: &'static str, version: i16) -> Self {
        EncodeErrorKind::FieldNotInVersion { field, version }.into()
    }

    #[cold]
    pub(crate) fn null(field: &'static str, version: i16) -> Self {
        EncodeErrorKind::Null { field, version }.into()
    }

    #[cold]
    pub(crate) fn too_long(len: usize) -> Self {
        EncodeErrorKind::TooLong(len).into()
    }
}

impl From<EncodeErrorKind> for EncodeError {
    #[cold]
    fn from(kind: EncodeErrorKind) -> Self {
        Self(Box::new(kind))
    }
}

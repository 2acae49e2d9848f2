//! Reads Kafka's primitive types from a frame without copying.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;

/// At most this many elements are reserved before the first one is decoded; the rest grows with what was really there.
const RESERVE_MAX: usize = 512;

/// A cursor over a frame. Strings, bytes and records that it hands out are slices of the frame.
#[derive(Debug, Clone)]
pub struct Reader {
    buf: Bytes,
    pos: usize,
}

impl Reader {
    /// Starts at the first byte of `buf`.
    pub fn new(buf: Bytes) -> Self {
        Self { buf, pos: 0 }
    }

    /// Bytes not read yet.
    pub fn remaining(&self) -> usize {
        self.buf.len().saturating_sub(self.pos)
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Everything that is left, as a slice of the frame.
    pub fn rest(&mut self) -> Bytes {
        let rest = self.buf.slice(self.pos.min(self.buf.len())..);
        self.pos = self.buf.len();
        rest
    }

    /// Fails when bytes are left.
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(self.error(DecodeErrorKind::Trailing(left))),
        }
    }

    /// An error at the current position.
    #[cold]
    pub(crate) fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(kind, self.pos)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.buf.get(self.pos..).and_then(|rest| rest.first_chunk::<N>()) {
            Some(bytes) => {
                self.pos += N;
                Ok(*bytes)
            }
            None => Err(self.truncated(N)),
        }
    }

    #[cold]
    fn truncated(&self, needed: usize) -> DecodeError {
        self.error(DecodeErrorKind::Truncated {
            needed,
            remaining: self.remaining(),
        })
    }

    /// One byte; any value but 0 is true.
    pub fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.i8()? != 0)
    }

    /// One signed byte.
    pub fn i8(&mut self) -> Result<i8, DecodeError> {
        Ok(i8::from_be_bytes(self.fixed()?))
    }

    /// Two bytes, big endian.
    pub fn i16(&mut self) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.fixed()?))
    }

    /// Two unsigned bytes, big endian.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        Ok(u16::from_be_bytes(self.fixed()?))
    }

    /// Four bytes, big endian.
    pub fn i32(&mut self) -> Result<i32, DecodeError> {
        Ok(i32::from_be_bytes(self.fixed()?))
    }

    /// Four unsigned bytes, big endian.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        Ok(u32::from_be_bytes(self.fixed()?))
    }

    /// Eight bytes, big endian.
    pub fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.fixed()?))
    }

    /// An IEEE 754 double, big endian.
    pub fn f64(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_be_bytes(self.fixed()?))
    }

    /// Sixteen bytes, most significant first.
    pub fn uuid(&mut self) -> Result<Uuid, DecodeError> {
        Ok(Uuid::from_bytes(self.fixed()?))
    }

    /// An unsigned varint of at most five bytes.
    pub fn uvarint(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.fixed()?;
            if shift == 28 && byte > 0x0f {
                break;
            }
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.error(DecodeErrorKind::Varint))
    }

    /// A zigzag varint of at most five bytes.
    pub fn varint(&mut self) -> Result<i32, DecodeError> {
        let raw = self.uvarint()?;
        Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed())
    }

    /// A zigzag varint of at most ten bytes.
    pub fn varlong(&mut self) -> Result<i64, DecodeError> {
        let mut raw = 0u64;
        for shift in [0, 7, 14, 21, 28, 35, 42, 49, 56, 63] {
            let [byte] = self.fixed()?;
            if shift == 63 && byte > 1 {
                break;
            }
            raw |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((raw >> 1).cast_signed() ^ -(raw & 1).cast_signed());
            }
        }
        Err(self.error(DecodeErrorKind::Varint))
    }

    /// The next `len` bytes as a slice of the frame.
    pub fn take(&mut self, len: usize) -> Result<Bytes, DecodeError> {
        if len > self.remaining() {
            return Err(self.truncated(len));
        }
        let slice = self.buf.slice(self.pos..self.pos + len);
        self.pos += len;
        Ok(slice)
    }

    fn length(&self, len: i64) -> Result<Option<usize>, DecodeError> {
        match usize::try_from(len) {
            Ok(len) => Ok(Some(len)),
            Err(_) if len == -1 => Ok(None),
            Err(_) => Err(self.error(DecodeErrorKind::NegativeLength(len))),
        }
    }

    /// Length prefix of a string: 16 bits, or a compact varint (length + 1).
    fn string_len(&mut self, flexible: bool) -> Result<Option<usize>, DecodeError> {
        let len = if flexible {
            i64::from(self.uvarint()?) - 1
        } else {
            i64::from(self.i16()?)
        };
        self.length(len)
    }

    /// Length prefix of bytes, records and arrays: 32 bits, or a compact varint (length + 1).
    fn long_len(&mut self, flexible: bool) -> Result<Option<usize>, DecodeError> {
        let len = if flexible {
            i64::from(self.uvarint()?) - 1
        } else {
            i64::from(self.i32()?)
        };
        self.length(len)
    }

    fn non_null<T>(&self, value: Option<T>) -> Result<T, DecodeError> {
        value.ok_or_else(|| self.error(DecodeErrorKind::Null))
    }

    /// A string; null is an error. `flexible` picks the compact form.
    pub fn string(&mut self, flexible: bool) -> Result<Str, DecodeError> {
        let value = self.nullable_string(flexible)?;
        self.non_null(value)
    }

    /// A string or null.
    pub fn nullable_string(&mut self, flexible: bool) -> Result<Option<Str>, DecodeError> {
        let Some(len) = self.string_len(flexible)? else {
            return Ok(None);
        };
        let bytes = self.take(len)?;
        match Str::from_utf8(bytes) {
            Ok(s) => Ok(Some(s)),
            Err(_) => Err(self.error(DecodeErrorKind::Utf8)),
        }
    }

    /// Bytes; null is an error.
    pub fn bytes(&mut self, flexible: bool) -> Result<Bytes, DecodeError> {
        let value = self.nullable_bytes(flexible)?;
        self.non_null(value)
    }

    /// Bytes or records, or null.
    pub fn nullable_bytes(&mut self, flexible: bool) -> Result<Option<Bytes>, DecodeError> {
        match self.long_len(flexible)? {
            Some(len) => Ok(Some(self.take(len)?)),
            None => Ok(None),
        }
    }

    /// An array; null is an error.
    pub(crate) fn array<T: Wire>(&mut self, flexible: bool, version: i16) -> Result<Vec<T>, DecodeError> {
        let value = self.nullable_array(flexible, version)?;
        self.non_null(value)
    }

    /// An array or null.
    pub(crate) fn nullable_array<T: Wire>(
        &mut self,
        flexible: bool,
        version: i16,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        let Some(count) = self.array_count(flexible, T::MIN_SIZE)? else {
            return Ok(None);
        };
        let mut items = Vec::with_capacity(count.min(RESERVE_MAX));
        for _ in 0..count {
            items.push(T::read(self, flexible, version)?);
        }
        Ok(Some(items))
    }

    /// The count of an array, refused when that many elements of `min_size` bytes cannot be there.
    fn array_count(&mut self, flexible: bool, min_size: usize) -> Result<Option<usize>, DecodeError> {
        let Some(count) = self.long_len(flexible)? else {
            return Ok(None);
        };
        let remaining = self.remaining();
        if count.saturating_mul(min_size.max(1)) > remaining {
            return Err(self.error(DecodeErrorKind::LyingCount { count, remaining }));
        }
        Ok(Some(count))
    }

    /// A nullable struct's presence byte: -1 is null, 1 is a value (Kafka writes no other).
    pub(crate) fn present(&mut self) -> Result<bool, DecodeError> {
        Ok(self.i8()? >= 0)
    }

    /// The next tagged field: its tag, and a reader over its value alone.
    pub(crate) fn tagged_field(&mut self) -> Result<(u32, Self), DecodeError> {
        let tag = self.uvarint()?;
        let size = self.uvarint()?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > self.remaining() {
            return Err(self.truncated(size));
        }
        let end = self.pos + size;
        let field = Self {
            buf: self.buf.slice(..end),
            pos: self.pos,
        };
        self.pos = end;
        Ok((tag, field))
    }

    /// Fails when a tagged field's value did not use all of its bytes.
    pub(crate) fn finish_tag(&self, tag: u32) -> Result<(), DecodeError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(self.error(DecodeErrorKind::TagSize { tag, left })),
        }
    }

    /// A tagged section in which no tag is known.
    pub(crate) fn unknown_tags(&mut self) -> Result<UnknownTags, DecodeError> {
        let mut tags = UnknownTags::default();
        for _ in 0..self.uvarint()? {
            let (tag, mut field) = self.tagged_field()?;
            tags.push(tag, field.rest());
        }
        Ok(tags)
    }
}

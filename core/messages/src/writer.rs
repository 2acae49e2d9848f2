//! Writes Kafka's primitive types into a list of chunks.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

use crate::error::EncodeError;
use crate::str::Str;
use crate::wire::Wire;

/// From this length on, [`Writer::put_bytes`] keeps the bytes as a chunk of their own instead of copying them.
pub const ZERO_COPY_MIN: usize = 4096;

/// A growing list of chunks: small fields share a buffer, big byte fields (records) stay where they are.
#[derive(Debug, Default)]
pub struct Writer {
    /// The first chunk while it must stay writable for a frame's length prefix.
    head: Option<BytesMut>,
    chunks: Vec<Bytes>,
    tail: BytesMut,
    /// Bytes in `head` and `chunks`.
    closed: usize,
    framed: bool,
}

impl Writer {
    /// An empty writer; allocates on the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `capacity` bytes.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            tail: BytesMut::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// A writer that leaves room for a 32-bit length prefix; end it with [`Writer::into_frame`].
    pub fn framed() -> Self {
        let mut writer = Self {
            framed: true,
            ..Self::with_capacity(256)
        };
        writer.put_i32(0);
        writer
    }

    /// Bytes written so far, a frame's length prefix included.
    pub fn len(&self) -> usize {
        self.closed + self.tail.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The chunks, in order, none empty.
    pub fn into_chunks(mut self) -> Vec<Bytes> {
        // The last piece takes its buffer along: nobody writes behind it, so it need not be shared.
        let tail = std::mem::take(&mut self.tail);
        self.close(tail);
        let mut chunks = self.chunks;
        if let Some(head) = self.head {
            chunks.insert(0, head.freeze());
        }
        chunks
    }

    /// The chunks of a frame, its length prefix filled in with the bytes that follow it. A writer made without
    /// [`Writer::framed`] gets the prefix put in front.
    pub fn into_frame(mut self) -> Result<Vec<Bytes>, EncodeError> {
        let body = self.len() - if self.framed { 4 } else { 0 };
        let prefix = i32::try_from(body)
            .map_err(|_| EncodeError::too_long(body))?
            .to_be_bytes();
        if self.framed {
            let first = self.head.as_mut().unwrap_or(&mut self.tail);
            if let Some(room) = first.first_chunk_mut::<4>() {
                *room = prefix;
            }
            return Ok(self.into_chunks());
        }
        let mut chunks = vec![Bytes::copy_from_slice(&prefix)];
        chunks.extend(self.into_chunks());
        Ok(chunks)
    }

    /// Everything in one piece; copies when there is more than one chunk.
    pub fn into_bytes(self) -> Bytes {
        let len = self.len();
        let mut chunks = self.into_chunks();
        if chunks.len() <= 1 {
            return chunks.pop().unwrap_or_default();
        }
        let mut all = BytesMut::with_capacity(len);
        for chunk in chunks {
            all.put_slice(&chunk);
        }
        all.freeze()
    }

    fn close_tail(&mut self) {
        let piece = self.tail.split();
        self.close(piece);
    }

    fn close(&mut self, piece: BytesMut) {
        if piece.is_empty() {
            return;
        }
        self.closed += piece.len();
        if self.framed && self.head.is_none() {
            self.head = Some(piece);
        } else {
            self.chunks.push(piece.freeze());
        }
    }

    /// Appends raw bytes: a chunk of their own from [`ZERO_COPY_MIN`] on, copied below.
    pub fn put_bytes(&mut self, bytes: Bytes) {
        if bytes.len() < ZERO_COPY_MIN {
            self.tail.put_slice(&bytes);
            return;
        }
        self.close_tail();
        self.closed += bytes.len();
        self.chunks.push(bytes);
    }

    /// Appends raw bytes by copy.
    pub fn put_slice(&mut self, bytes: &[u8]) {
        self.tail.put_slice(bytes);
    }

    /// Appends what another writer holds.
    pub fn append(&mut self, other: Self) {
        for chunk in other.into_chunks() {
            self.put_bytes(chunk);
        }
    }

    /// One byte, 0 or 1.
    pub fn put_bool(&mut self, value: bool) {
        self.tail.put_u8(u8::from(value));
    }

    /// One signed byte.
    pub fn put_i8(&mut self, value: i8) {
        self.tail.put_i8(value);
    }

    /// Two bytes, big endian.
    pub fn put_i16(&mut self, value: i16) {
        self.tail.put_i16(value);
    }

    /// Two unsigned bytes, big endian.
    pub fn put_u16(&mut self, value: u16) {
        self.tail.put_u16(value);
    }

    /// Four bytes, big endian.
    pub fn put_i32(&mut self, value: i32) {
        self.tail.put_i32(value);
    }

    /// Four unsigned bytes, big endian.
    pub fn put_u32(&mut self, value: u32) {
        self.tail.put_u32(value);
    }

    /// Eight bytes, big endian.
    pub fn put_i64(&mut self, value: i64) {
        self.tail.put_i64(value);
    }

    /// An IEEE 754 double, big endian.
    pub fn put_f64(&mut self, value: f64) {
        self.tail.put_f64(value);
    }

    /// Sixteen bytes, most significant first.
    pub fn put_uuid(&mut self, value: Uuid) {
        self.tail.put_slice(value.as_bytes());
    }

    /// An unsigned varint.
    pub fn put_uvarint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.tail.put_u8((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.tail.put_u8(value as u8);
    }

    /// A zigzag varint.
    pub fn put_varint(&mut self, value: i32) {
        self.put_uvarint(((value << 1) ^ (value >> 31)).cast_unsigned());
    }

    /// A zigzag varint of 64 bits.
    pub fn put_varlong(&mut self, value: i64) {
        let mut raw = ((value << 1) ^ (value >> 63)).cast_unsigned();
        while raw >= 0x80 {
            self.tail.put_u8((raw & 0x7f) as u8 | 0x80);
            raw >>= 7;
        }
        self.tail.put_u8(raw as u8);
    }

    /// A compact length: the length + 1 as a varint.
    fn put_compact_len(&mut self, len: usize) -> Result<(), EncodeError> {
        let len = i32::try_from(len).map_err(|_| EncodeError::too_long(len))?;
        self.put_uvarint(len.cast_unsigned() + 1);
        Ok(())
    }

    /// Length prefix of bytes, records and arrays.
    fn put_long_len(&mut self, len: usize, flexible: bool) -> Result<(), EncodeError> {
        if flexible {
            return self.put_compact_len(len);
        }
        self.put_i32(i32::try_from(len).map_err(|_| EncodeError::too_long(len))?);
        Ok(())
    }

    /// A null array, byte field or records field.
    pub(crate) fn put_null(&mut self, flexible: bool) {
        if flexible {
            self.put_uvarint(0)
        } else {
            self.put_i32(-1)
        }
    }

    /// A string; `flexible` picks the compact form. At most 32767 bytes in either, as in Kafka.
    pub fn put_string(&mut self, value: &Str, flexible: bool) -> Result<(), EncodeError> {
        let bytes = value.as_bytes();
        let len = i16::try_from(bytes.len()).map_err(|_| EncodeError::too_long(bytes.len()))?;
        if flexible {
            self.put_compact_len(bytes.len())?;
        } else {
            self.put_i16(len);
        }
        self.put_bytes(bytes.clone());
        Ok(())
    }

    /// A string or null.
    pub fn put_nullable_string(&mut self, value: Option<&Str>, flexible: bool) -> Result<(), EncodeError> {
        match value {
            Some(value) => return self.put_string(value, flexible),
            None if flexible => self.put_uvarint(0),
            None => self.put_i16(-1),
        }
        Ok(())
    }

    /// Bytes or records with their length.
    pub fn put_prefixed(&mut self, value: &Bytes, flexible: bool) -> Result<(), EncodeError> {
        self.put_long_len(value.len(), flexible)?;
        self.put_bytes(value.clone());
        Ok(())
    }

    /// Bytes or records with their length, or null.
    pub fn put_nullable_prefixed(&mut self, value: Option<&Bytes>, flexible: bool) -> Result<(), EncodeError> {
        match value {
            Some(value) => self.put_prefixed(value, flexible),
            None => {
                self.put_null(flexible);
                Ok(())
            }
        }
    }

    pub(crate) fn put_array<T: Wire>(&mut self, items: &[T], flexible: bool, version: i16) -> Result<(), EncodeError> {
        self.put_long_len(items.len(), flexible)?;
        for item in items {
            item.write(self, flexible, version)?;
        }
        Ok(())
    }

    pub(crate) fn put_nullable_array<T: Wire>(
        &mut self,
        items: Option<&[T]>,
        flexible: bool,
        version: i16,
    ) -> Result<(), EncodeError> {
        match items {
            Some(items) => self.put_array(items, flexible, version),
            None => {
                self.put_null(flexible);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::Reader;

    #[test]
    fn big_bytes_are_not_copied() {
        let big = Bytes::from(vec![7u8; ZERO_COPY_MIN]);
        let mut w = Writer::framed();
        w.put_i16(1);
        w.put_bytes(big.clone());
        w.put_i8(2);
        assert_eq!(w.len(), 4 + 2 + big.len() + 1);
        let chunks = w.into_frame().unwrap();
        assert_eq!(chunks.len(), 3);
        assert_eq!(chunks[1].as_ptr(), big.as_ptr());
        assert_eq!(chunks[0].as_ref(), [0, 0, 0x10, 3, 0, 1]);
    }

    #[test]
    fn a_frame_may_start_with_a_big_chunk_or_be_framed_late() {
        let mut w = Writer::new();
        w.put_bytes(Bytes::from(vec![1u8; 5000]));
        let chunks = w.into_frame().unwrap();
        assert_eq!(chunks[0].as_ref(), 5000i32.to_be_bytes());
        assert_eq!(chunks[1].len(), 5000);
        assert_eq!(Writer::framed().into_frame().unwrap().concat(), [0, 0, 0, 0]);
    }

    #[test]
    fn varints_round_trip_at_the_edges() {
        for value in [0, 1, -1, 63, -64, 64, 300, i32::MAX, i32::MIN] {
            let mut w = Writer::new();
            w.put_varint(value);
            w.put_uvarint(value.cast_unsigned());
            w.put_varlong(i64::from(value) << 31);
            let mut r = Reader::new(w.into_bytes());
            assert_eq!(r.varint().unwrap(), value);
            assert_eq!(r.uvarint().unwrap(), value.cast_unsigned());
            assert_eq!(r.varlong().unwrap(), i64::from(value) << 31);
            r.finish().unwrap();
        }
        for bad in [&[0xff, 0xff, 0xff, 0xff, 0x1f][..], &[0xff; 11][..], &[0x80][..]] {
            assert!(Reader::new(Bytes::copy_from_slice(bad)).uvarint().is_err());
        }
    }

    #[test]
    fn strings_longer_than_their_prefix_are_refused() {
        let long = Str::from("x".repeat(32768));
        assert_eq!(
            Writer::new().put_string(&long, false),
            Err(EncodeError::too_long(32768))
        );
    }
}

//! Tagged fields (KIP-482): the ones that this version does not know are kept, and the section is written in tag order.

use bytes::Bytes;

use crate::error::{EncodeError, EncodeErrorKind};
use crate::writer::Writer;

/// Tagged fields that were not known when decoding, in the order they came. One machine word when empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::box_collection,
    reason = "one word in every struct instead of three; almost always empty"
)]
pub struct UnknownTags(Option<Box<Vec<(u32, Bytes)>>>);

impl UnknownTags {
    /// Adds a field. Encoding requires ascending tags.
    pub fn push(&mut self, tag: u32, value: Bytes) {
        self.0.get_or_insert_default().push((tag, value));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// The fields.
    pub fn as_slice(&self) -> &[(u32, Bytes)] {
        self.0.as_ref().map_or(&[], |fields| fields.as_slice())
    }

    /// Fails when there is any: `version` is not flexible.
    pub(crate) fn refuse(&self, version: i16) -> Result<(), EncodeError> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(EncodeErrorKind::TagsInInflexibleVersion(version).into())
        }
    }

    /// Writes a section in which no tag is known.
    pub(crate) fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        TagWriter::new(self).finish(w)
    }
}

/// Collects a tagged section: known fields in ascending tag order, unknown ones merged in between.
#[derive(Debug)]
pub(crate) struct TagWriter<'a> {
    unknown: &'a [(u32, Bytes)],
    count: u32,
    body: Writer,
    last: Option<u32>,
}

impl<'a> TagWriter<'a> {
    pub(crate) fn new(unknown: &'a UnknownTags) -> Self {
        Self {
            unknown: unknown.as_slice(),
            count: 0,
            body: Writer::new(),
            last: None,
        }
    }

    /// Adds a known field, after the unknown ones below it.
    pub(crate) fn put(&mut self, tag: u32, value: Writer) -> Result<(), EncodeError> {
        self.unknown_below(Some(tag))?;
        self.header(tag, value.len())?;
        self.body.append(value);
        Ok(())
    }

    /// Writes the section.
    pub(crate) fn finish(mut self, w: &mut Writer) -> Result<(), EncodeError> {
        self.unknown_below(None)?;
        w.put_uvarint(self.count);
        w.append(self.body);
        Ok(())
    }

    fn unknown_below(&mut self, limit: Option<u32>) -> Result<(), EncodeError> {
        while let Some(((tag, value), rest)) = self.unknown.split_first() {
            if limit.is_some_and(|limit| *tag > limit) {
                break;
            }
            self.header(*tag, value.len())?;
            self.body.put_bytes(value.clone());
            self.unknown = rest;
        }
        Ok(())
    }

    fn header(&mut self, tag: u32, len: usize) -> Result<(), EncodeError> {
        if self.last.is_some_and(|last| tag <= last) {
            return Err(EncodeErrorKind::TagOrder(tag).into());
        }
        self.last = Some(tag);
        self.count += 1;
        self.body.put_uvarint(tag);
        self.body
            .put_uvarint(u32::try_from(len).map_err(|_| EncodeError::too_long(len))?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_byte(value: i8) -> Writer {
        let mut w = Writer::new();
        w.put_i8(value);
        w
    }

    #[test]
    fn known_and_unknown_tags_are_merged_in_order() {
        let mut unknown = UnknownTags::default();
        unknown.push(0, Bytes::from_static(b"a"));
        unknown.push(9, Bytes::from_static(b"z"));
        let mut tags = TagWriter::new(&unknown);
        tags.put(5, one_byte(7)).unwrap();
        let mut w = Writer::new();
        tags.finish(&mut w).unwrap();
        assert_eq!(w.into_bytes().as_ref(), [3, 0, 1, b'a', 5, 1, 7, 9, 1, b'z']);
    }

    #[test]
    fn a_repeated_or_descending_tag_is_refused() {
        let mut unknown = UnknownTags::default();
        unknown.push(5, Bytes::new());
        let mut tags = TagWriter::new(&unknown);
        assert_eq!(tags.put(5, one_byte(7)), Err(EncodeErrorKind::TagOrder(5).into()));
        unknown.push(4, Bytes::new());
        assert_eq!(
            unknown.write(&mut Writer::new()),
            Err(EncodeErrorKind::TagOrder(4).into())
        );
        assert_eq!(
            unknown.refuse(2),
            Err(EncodeErrorKind::TagsInInflexibleVersion(2).into())
        );
    }
}

//! `ConsumerGroupMetadataValue`, key 3, version 0. Written by `cargo xtask codegen` from ConsumerGroupMetadataValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `ConsumerGroupMetadataValue`: key 3, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConsumerGroupMetadataValue {
    /// The group epoch.
    pub epoch: i32,
    /// The hash of all topics in the group.
    pub metadata_hash: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ConsumerGroupMetadataValue {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.epoch = r.i32()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.metadata_hash = field.i64()?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.epoch);
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.metadata_hash != 0 {
            let mut field = Writer::new();
            field.put_i64(self.metadata_hash);
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for ConsumerGroupMetadataValue {
    const NAME: &'static str = "ConsumerGroupMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FIRST_FLEXIBLE: i16 = 0;

    fn decode(r: &mut Reader, version: i16) -> Result<Self, DecodeError> {
        check_decode::<Self>(r, version)?;
        let mut message = Self::default();
        message.read_fields(r, version)?;
        Ok(message)
    }

    fn encode(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        check_encode::<Self>(version)?;
        self.write_fields(w, version)
    }
}

impl CoordinatorMessage for ConsumerGroupMetadataValue {
    const KEY: i16 = 3;
}

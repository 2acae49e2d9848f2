//! `BeginTransactionRecord`, key 23, version 0. Written by `cargo xtask codegen` from BeginTransactionRecord.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `BeginTransactionRecord`: key 23, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BeginTransactionRecord {
    /// An optional textual description of this transaction.
    pub name: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BeginTransactionRecord {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.name = field.nullable_string(true)?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.name.is_some() {
            let mut field = Writer::new();
            field.put_nullable_string(self.name.as_ref(), true)?;
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for BeginTransactionRecord {
    const NAME: &'static str = "BeginTransactionRecord";
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

impl MetadataMessage for BeginTransactionRecord {
    const KEY: i16 = 23;
}

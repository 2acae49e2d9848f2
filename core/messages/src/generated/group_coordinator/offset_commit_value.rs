//! `OffsetCommitValue`, key 1, versions 0-4. Written by `cargo xtask codegen` from OffsetCommitValue.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `OffsetCommitValue`: key 1, versions 0-4.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetCommitValue {
    /// The offset that the consumer wants to store (for this partition).
    pub offset: i64,
    /// The leader epoch of the last consumed record. Since version 3. Default -1.
    pub leader_epoch: i32,
    /// Any metadata the client wants to keep.
    pub metadata: Str,
    /// The time at which the commit was added to the log.
    pub commit_timestamp: i64,
    /// The time at which the offset will expire. Versions 1-1. Default -1.
    pub expire_timestamp: i64,
    /// The topic id of the committed offset. Since version 4.
    pub topic_id: Uuid,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetCommitValue {
    fn default() -> Self {
        Self {
            offset: 0,
            leader_epoch: -1,
            metadata: Str::new(),
            commit_timestamp: 0,
            expire_timestamp: -1,
            topic_id: Uuid::nil(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl OffsetCommitValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.offset = r.i64()?;
        if version >= 3 {
            self.leader_epoch = r.i32()?;
        }
        self.metadata = r.string(flexible)?;
        self.commit_timestamp = r.i64()?;
        if version == 1 {
            self.expire_timestamp = r.i64()?;
        }
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 => self.topic_id = field.uuid()?,
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_i64(self.offset);
        if version >= 3 {
            w.put_i32(self.leader_epoch);
        }
        w.put_string(&self.metadata, flexible)?;
        w.put_i64(self.commit_timestamp);
        if version == 1 {
            w.put_i64(self.expire_timestamp);
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if !self.topic_id.is_nil() {
                let mut field = Writer::new();
                field.put_uuid(self.topic_id);
                tags.put(0, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for OffsetCommitValue {
    const NAME: &'static str = "OffsetCommitValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
    const FIRST_FLEXIBLE: i16 = 4;

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

impl CoordinatorMessage for OffsetCommitValue {
    const KEY: i16 = 1;
}

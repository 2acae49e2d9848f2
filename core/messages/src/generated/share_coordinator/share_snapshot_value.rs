//! `ShareSnapshotValue`, key 0, version 0. Written by `cargo xtask codegen` from ShareSnapshotValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `ShareSnapshotValue`: key 0, versions 0-0.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareSnapshotValue {
    /// The snapshot epoch.
    pub snapshot_epoch: i32,
    /// The state epoch for this share-partition.
    pub state_epoch: i32,
    /// The leader epoch of the share-partition.
    pub leader_epoch: i32,
    /// The share-partition start offset.
    pub start_offset: i64,
    /// The number of offsets greater than or equal to share-partition start offset for which delivery has been
    /// completed. Default -1.
    pub delivery_complete_count: i32,
    /// The time at which the state was created.
    pub create_timestamp: i64,
    /// The time at which the state was written or rewritten.
    pub write_timestamp: i64,
    /// The state batches.
    pub state_batches: Vec<StateBatch>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ShareSnapshotValue {
    fn default() -> Self {
        Self {
            snapshot_epoch: 0,
            state_epoch: 0,
            leader_epoch: 0,
            start_offset: 0,
            delivery_complete_count: -1,
            create_timestamp: 0,
            write_timestamp: 0,
            state_batches: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl ShareSnapshotValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.snapshot_epoch = r.i32()?;
        self.state_epoch = r.i32()?;
        self.leader_epoch = r.i32()?;
        self.start_offset = r.i64()?;
        self.create_timestamp = r.i64()?;
        self.write_timestamp = r.i64()?;
        self.state_batches = r.array(true, version)?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.delivery_complete_count = field.i32()?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.snapshot_epoch);
        w.put_i32(self.state_epoch);
        w.put_i32(self.leader_epoch);
        w.put_i64(self.start_offset);
        w.put_i64(self.create_timestamp);
        w.put_i64(self.write_timestamp);
        w.put_array(&self.state_batches, true, version)?;
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.delivery_complete_count != -1 {
            let mut field = Writer::new();
            field.put_i32(self.delivery_complete_count);
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for ShareSnapshotValue {
    const NAME: &'static str = "ShareSnapshotValue";
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

impl CoordinatorMessage for ShareSnapshotValue {
    const KEY: i16 = 0;
}

/// Part of [`ShareSnapshotValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateBatch {
    /// The first offset of this state batch.
    pub first_offset: i64,
    /// The last offset of this state batch.
    pub last_offset: i64,
    /// The delivery state - 0:Available,2:Acked,4:Archived.
    pub delivery_state: i8,
    /// The delivery count.
    pub delivery_count: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl StateBatch {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.first_offset = r.i64()?;
        self.last_offset = r.i64()?;
        self.delivery_state = r.i8()?;
        self.delivery_count = r.i16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i64(self.first_offset);
        w.put_i64(self.last_offset);
        w.put_i8(self.delivery_state);
        w.put_i16(self.delivery_count);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for StateBatch {
    const MIN_SIZE: usize = 20;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

//! `RemoteLogSegmentMetadataRecord`, key 0, version 0. Written by `cargo xtask codegen` from RemoteLogSegmentMetadataRecord.json; do not edit.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `RemoteLogSegmentMetadataRecord`: key 0, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteLogSegmentMetadataRecord {
    /// Unique representation of the remote log segment.
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    /// Start offset of the segment.
    pub start_offset: i64,
    /// End offset of the segment.
    pub end_offset: i64,
    /// Broker id from which this event is generated.
    pub broker_id: i32,
    /// Maximum timestamp in milliseconds with in this segment.
    pub max_timestamp_ms: i64,
    /// Epoch time in milliseconds at which this event is generated.
    pub event_timestamp_ms: i64,
    /// Leader epoch to start-offset mappings for the records with in this segment.
    pub segment_leader_epochs: Vec<SegmentLeaderEpochEntry>,
    /// Segment size in bytes.
    pub segment_size_in_bytes: i32,
    /// Custom metadata.
    pub custom_metadata: Option<Bytes>,
    /// State identifier of the remote log segment, which is RemoteLogSegmentState.id().
    pub remote_log_segment_state: i8,
    /// Flag to indicate if the transaction index is empty.
    pub txn_index_empty: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl RemoteLogSegmentMetadataRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.remote_log_segment_id = RemoteLogSegmentIdEntry::read(r, true, version)?;
        self.start_offset = r.i64()?;
        self.end_offset = r.i64()?;
        self.broker_id = r.i32()?;
        self.max_timestamp_ms = r.i64()?;
        self.event_timestamp_ms = r.i64()?;
        self.segment_leader_epochs = r.array(true, version)?;
        self.segment_size_in_bytes = r.i32()?;
        self.custom_metadata = r.nullable_bytes(true)?;
        self.remote_log_segment_state = r.i8()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.txn_index_empty = field.bool()?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.remote_log_segment_id.write(w, true, version)?;
        w.put_i64(self.start_offset);
        w.put_i64(self.end_offset);
        w.put_i32(self.broker_id);
        w.put_i64(self.max_timestamp_ms);
        w.put_i64(self.event_timestamp_ms);
        w.put_array(&self.segment_leader_epochs, true, version)?;
        w.put_i32(self.segment_size_in_bytes);
        w.put_nullable_prefixed(self.custom_metadata.as_ref(), true)?;
        w.put_i8(self.remote_log_segment_state);
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.txn_index_empty {
            let mut field = Writer::new();
            field.put_bool(self.txn_index_empty);
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for RemoteLogSegmentMetadataRecord {
    const NAME: &'static str = "RemoteLogSegmentMetadataRecord";
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

impl MetadataMessage for RemoteLogSegmentMetadataRecord {
    const KEY: i16 = 0;
}

/// Part of [`RemoteLogSegmentMetadataRecord`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteLogSegmentIdEntry {
    /// Represents unique topic partition.
    pub topic_id_partition: TopicIdPartitionEntry,
    /// Unique identifier of the remote log segment.
    pub id: Uuid,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl RemoteLogSegmentIdEntry {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topic_id_partition = TopicIdPartitionEntry::read(r, true, version)?;
        self.id = r.uuid()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.topic_id_partition.write(w, true, version)?;
        w.put_uuid(self.id);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for RemoteLogSegmentIdEntry {
    const MIN_SIZE: usize = 39;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`RemoteLogSegmentMetadataRecord`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicIdPartitionEntry {
    /// Topic name.
    pub name: Str,
    /// Unique identifier of the topic.
    pub id: Uuid,
    /// Partition number.
    pub partition: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicIdPartitionEntry {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.id = r.uuid()?;
        self.partition = r.i32()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_uuid(self.id);
        w.put_i32(self.partition);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for TopicIdPartitionEntry {
    const MIN_SIZE: usize = 22;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`RemoteLogSegmentMetadataRecord`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SegmentLeaderEpochEntry {
    /// Leader epoch.
    pub leader_epoch: i32,
    /// Start offset for the leader epoch.
    pub offset: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SegmentLeaderEpochEntry {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.leader_epoch = r.i32()?;
        self.offset = r.i64()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.leader_epoch);
        w.put_i64(self.offset);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for SegmentLeaderEpochEntry {
    const MIN_SIZE: usize = 13;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

//! `RemoteLogSegmentMetadataUpdateRecord`, key 1, version 0. Written by `cargo xtask codegen` from RemoteLogSegmentMetadataUpdateRecord.json; do not edit.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `RemoteLogSegmentMetadataUpdateRecord`: key 1, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemoteLogSegmentMetadataUpdateRecord {
    /// Unique representation of the remote log segment.
    pub remote_log_segment_id: RemoteLogSegmentIdEntry,
    /// Broker id from which this event is generated.
    pub broker_id: i32,
    /// Epoch time in milliseconds at which this event is generated.
    pub event_timestamp_ms: i64,
    /// Custom metadata.
    pub custom_metadata: Option<Bytes>,
    /// State identifier of the remote log segment, which is RemoteLogSegmentState.id().
    pub remote_log_segment_state: i8,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl RemoteLogSegmentMetadataUpdateRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.remote_log_segment_id = RemoteLogSegmentIdEntry::read(r, true, version)?;
        self.broker_id = r.i32()?;
        self.event_timestamp_ms = r.i64()?;
        self.custom_metadata = r.nullable_bytes(true)?;
        self.remote_log_segment_state = r.i8()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.remote_log_segment_id.write(w, true, version)?;
        w.put_i32(self.broker_id);
        w.put_i64(self.event_timestamp_ms);
        w.put_nullable_prefixed(self.custom_metadata.as_ref(), true)?;
        w.put_i8(self.remote_log_segment_state);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for RemoteLogSegmentMetadataUpdateRecord {
    const NAME: &'static str = "RemoteLogSegmentMetadataUpdateRecord";
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

impl MetadataMessage for RemoteLogSegmentMetadataUpdateRecord {
    const KEY: i16 = 1;
}

/// Part of [`RemoteLogSegmentMetadataUpdateRecord`].
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

/// Part of [`RemoteLogSegmentMetadataUpdateRecord`].
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

//! `RemotePartitionDeleteMetadataRecord`, key 2, version 0. Written by `cargo xtask codegen` from RemotePartitionDeleteMetadataRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `RemotePartitionDeleteMetadataRecord`: key 2, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RemotePartitionDeleteMetadataRecord {
    /// Represents unique topic partition.
    pub topic_id_partition: TopicIdPartitionEntry,
    /// Broker (controller or leader) id from which this event is created. DELETE_PARTITION_MARKED is sent by
    /// the controller. DELETE_PARTITION_STARTED and DELETE_PARTITION_FINISHED are sent by remote log metadata
    /// topic partition leader.
    pub broker_id: i32,
    /// Epoch time in milliseconds at which this event is generated.
    pub event_timestamp_ms: i64,
    /// Deletion state identifier of the remote partition, which is RemotePartitionDeleteState.id().
    pub remote_partition_delete_state: i8,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl RemotePartitionDeleteMetadataRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topic_id_partition = TopicIdPartitionEntry::read(r, true, version)?;
        self.broker_id = r.i32()?;
        self.event_timestamp_ms = r.i64()?;
        self.remote_partition_delete_state = r.i8()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        self.topic_id_partition.write(w, true, version)?;
        w.put_i32(self.broker_id);
        w.put_i64(self.event_timestamp_ms);
        w.put_i8(self.remote_partition_delete_state);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for RemotePartitionDeleteMetadataRecord {
    const NAME: &'static str = "RemotePartitionDeleteMetadataRecord";
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

impl MetadataMessage for RemotePartitionDeleteMetadataRecord {
    const KEY: i16 = 2;
}

/// Part of [`RemotePartitionDeleteMetadataRecord`].
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

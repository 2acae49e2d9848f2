//! `FetchSnapshotRequest`, key 59, versions 0-1. Written by `cargo xtask codegen` from FetchSnapshotRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `FetchSnapshotRequest`: key 59, versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchSnapshotRequest {
    /// The clusterId if known, this is used to validate metadata fetches prior to broker registration.
    pub cluster_id: Option<Str>,
    /// The broker ID of the follower. Default -1.
    pub replica_id: i32,
    /// The maximum bytes to fetch from all of the snapshots. Default 2147483647.
    pub max_bytes: i32,
    /// The topics to fetch.
    pub topics: Vec<TopicSnapshot>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchSnapshotRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            max_bytes: i32::MAX,
            topics: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl FetchSnapshotRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.replica_id = r.i32()?;
        self.max_bytes = r.i32()?;
        self.topics = r.array(true, version)?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.cluster_id = field.nullable_string(true)?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.replica_id);
        w.put_i32(self.max_bytes);
        w.put_array(&self.topics, true, version)?;
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.cluster_id.is_some() {
            let mut field = Writer::new();
            field.put_nullable_string(self.cluster_id.as_ref(), true)?;
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for FetchSnapshotRequest {
    const NAME: &'static str = "FetchSnapshotRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
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

impl Request for FetchSnapshotRequest {
    const KEY: ApiKey = ApiKey::FetchSnapshot;
    type Response = crate::FetchSnapshotResponse;
}

/// Part of [`FetchSnapshotRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicSnapshot {
    /// The name of the topic to fetch.
    pub name: Str,
    /// The partitions to fetch.
    pub partitions: Vec<PartitionSnapshot>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicSnapshot {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.partitions = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_array(&self.partitions, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for TopicSnapshot {
    const MIN_SIZE: usize = 3;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchSnapshotRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionSnapshot {
    /// The partition index.
    pub partition: i32,
    /// The current leader epoch of the partition, -1 for unknown leader epoch.
    pub current_leader_epoch: i32,
    /// The snapshot endOffset and epoch to fetch.
    pub snapshot_id: SnapshotId,
    /// The byte position within the snapshot to start fetching from.
    pub position: i64,
    /// The directory id of the follower fetching. Since version 1.
    pub replica_directory_id: Uuid,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionSnapshot {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.partition = r.i32()?;
        self.current_leader_epoch = r.i32()?;
        self.snapshot_id = SnapshotId::read(r, true, version)?;
        self.position = r.i64()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 if version >= 1 => self.replica_directory_id = field.uuid()?,
                0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition);
        w.put_i32(self.current_leader_epoch);
        self.snapshot_id.write(w, true, version)?;
        w.put_i64(self.position);
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if version >= 1 && !self.replica_directory_id.is_nil() {
            let mut field = Writer::new();
            field.put_uuid(self.replica_directory_id);
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Wire for PartitionSnapshot {
    const MIN_SIZE: usize = 30;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchSnapshotRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotId {
    /// The end offset of the snapshot.
    pub end_offset: i64,
    /// The epoch of the snapshot.
    pub epoch: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SnapshotId {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.end_offset = r.i64()?;
        self.epoch = r.i32()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i64(self.end_offset);
        w.put_i32(self.epoch);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for SnapshotId {
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

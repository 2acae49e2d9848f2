//! `FetchSnapshotResponse`, key 59, versions 0-1. Written by `cargo xtask codegen` from FetchSnapshotResponse.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `FetchSnapshotResponse`: key 59, versions 0-1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FetchSnapshotResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top level response error code.
    pub error_code: i16,
    /// The topics to fetch.
    pub topics: Vec<TopicSnapshot>,
    /// Endpoints for all current-leaders enumerated in PartitionSnapshot. Since version 1.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchSnapshotResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.throttle_time_ms = r.i32()?;
        self.error_code = r.i16()?;
        self.topics = r.array(true, version)?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 if version >= 1 => self.node_endpoints = field.array(true, version)?,
                0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.throttle_time_ms);
        w.put_i16(self.error_code);
        w.put_array(&self.topics, true, version)?;
        if version < 1 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("nodeEndpoints", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if version >= 1 && !self.node_endpoints.is_empty() {
            let mut field = Writer::new();
            field.put_array(&self.node_endpoints, true, version)?;
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for FetchSnapshotResponse {
    const NAME: &'static str = "FetchSnapshotResponse";
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

/// Part of [`FetchSnapshotResponse`].
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

/// Part of [`FetchSnapshotResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionSnapshot {
    /// The partition index.
    pub index: i32,
    /// The error code, or 0 if there was no fetch error.
    pub error_code: i16,
    /// The snapshot endOffset and epoch fetched.
    pub snapshot_id: SnapshotId,
    /// The leader of the partition at the time of the snapshot.
    pub current_leader: LeaderIdAndEpoch,
    /// The total size of the snapshot.
    pub size: i64,
    /// The starting byte position within the snapshot included in the Bytes field.
    pub position: i64,
    /// Snapshot data in records format which may not be aligned on an offset boundary.
    pub unaligned_records: Option<Bytes>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionSnapshot {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.index = r.i32()?;
        self.error_code = r.i16()?;
        self.snapshot_id = SnapshotId::read(r, true, version)?;
        self.size = r.i64()?;
        self.position = r.i64()?;
        self.unaligned_records = Some(r.bytes(true)?);
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.current_leader = LeaderIdAndEpoch::read(&mut field, true, version)?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.index);
        w.put_i16(self.error_code);
        self.snapshot_id.write(w, true, version)?;
        w.put_i64(self.size);
        w.put_i64(self.position);
        {
            let value = self
                .unaligned_records
                .as_ref()
                .ok_or(EncodeError::null("unalignedRecords", version))?;
            w.put_prefixed(value, true)?;
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.current_leader != LeaderIdAndEpoch::default() {
            let mut field = Writer::new();
            self.current_leader.write(&mut field, true, version)?;
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Wire for PartitionSnapshot {
    const MIN_SIZE: usize = 37;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchSnapshotResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotId {
    /// The snapshot end offset.
    pub end_offset: i64,
    /// The snapshot epoch.
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

/// Part of [`FetchSnapshotResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl LeaderIdAndEpoch {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.leader_id = r.i32()?;
        self.leader_epoch = r.i32()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.leader_id);
        w.put_i32(self.leader_epoch);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for LeaderIdAndEpoch {
    const MIN_SIZE: usize = 9;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchSnapshotResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeEndpoint {
    /// The ID of the associated node.
    pub node_id: i32,
    /// The node's hostname.
    pub host: Str,
    /// The node's port.
    pub port: u16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl NodeEndpoint {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.node_id = r.i32()?;
        self.host = r.string(true)?;
        self.port = r.u16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.node_id);
        w.put_string(&self.host, true)?;
        w.put_u16(self.port);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for NodeEndpoint {
    const MIN_SIZE: usize = 8;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

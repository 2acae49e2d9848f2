//! `FetchResponse`, key 1, versions 4-18. Written by `cargo xtask codegen` from FetchResponse.json; do not edit.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `FetchResponse`: key 1, versions 4-18.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FetchResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// The top level response error code. Since version 7.
    pub error_code: i16,
    /// The fetch session ID, or 0 if this is not part of a fetch session. Since version 7.
    pub session_id: i32,
    /// The response topics.
    pub responses: Vec<FetchableTopicResponse>,
    /// Endpoints for all current-leaders enumerated in PartitionData, with errors NOT_LEADER_OR_FOLLOWER &
    /// FENCED_LEADER_EPOCH. Since version 16.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        self.throttle_time_ms = r.i32()?;
        if version >= 7 {
            self.error_code = r.i16()?;
            self.session_id = r.i32()?;
        }
        self.responses = r.array(flexible, version)?;
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 if version >= 16 => self.node_endpoints = field.array(true, version)?,
                    0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.put_i32(self.throttle_time_ms);
        if version >= 7 {
            w.put_i16(self.error_code);
        }
        if version >= 7 {
            w.put_i32(self.session_id);
        } else if self.session_id != 0 {
            return Err(EncodeError::not_in_version("sessionId", version));
        }
        w.put_array(&self.responses, flexible, version)?;
        if version < 16 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("nodeEndpoints", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if version >= 16 && !self.node_endpoints.is_empty() {
                let mut field = Writer::new();
                field.put_array(&self.node_endpoints, true, version)?;
                tags.put(0, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for FetchResponse {
    const NAME: &'static str = "FetchResponse";
    const MIN_VERSION: i16 = 4;
    const MAX_VERSION: i16 = 18;
    const FIRST_FLEXIBLE: i16 = 12;

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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FetchableTopicResponse {
    /// The topic name. Versions up to 12.
    pub topic: Str,
    /// The unique topic ID. Since version 13.
    pub topic_id: Uuid,
    /// The topic partitions.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchableTopicResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            self.topic = r.string(flexible)?;
        }
        if version >= 13 {
            self.topic_id = r.uuid()?;
        }
        self.partitions = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            w.put_string(&self.topic, flexible)?;
        }
        if version >= 13 {
            w.put_uuid(self.topic_id);
        }
        w.put_array(&self.partitions, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for FetchableTopicResponse {
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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionData {
    /// The partition index.
    pub partition_index: i32,
    /// The error code, or 0 if there was no fetch error.
    pub error_code: i16,
    /// The current high water mark.
    pub high_watermark: i64,
    /// The last stable offset (or LSO) of the partition. This is the last offset such that the state of all
    /// transactional records prior to this offset have been decided (ABORTED or COMMITTED). Default -1.
    pub last_stable_offset: i64,
    /// The current log start offset. Since version 5. Default -1.
    pub log_start_offset: i64,
    /// In case divergence is detected based on the `LastFetchedEpoch` and `FetchOffset` in the request, this
    /// field indicates the largest epoch and its end offset such that subsequent records are known to diverge.
    /// Since version 12.
    pub diverging_epoch: EpochEndOffset,
    /// The current leader of the partition. Since version 12.
    pub current_leader: LeaderIdAndEpoch,
    /// In the case of fetching an offset less than the LogStartOffset, this is the end offset and epoch that
    /// should be used in the FetchSnapshot request. Since version 12.
    pub snapshot_id: SnapshotId,
    /// The aborted transactions.
    pub aborted_transactions: Option<Vec<AbortedTransaction>>,
    /// The preferred read replica for the consumer to use on its next fetch request. Since version 11. Default
    /// -1.
    pub preferred_read_replica: i32,
    /// The record data.
    pub records: Option<Bytes>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionData {
    fn default() -> Self {
        Self {
            partition_index: 0,
            error_code: 0,
            high_watermark: 0,
            last_stable_offset: -1,
            log_start_offset: -1,
            diverging_epoch: EpochEndOffset::default(),
            current_leader: LeaderIdAndEpoch::default(),
            snapshot_id: SnapshotId::default(),
            aborted_transactions: Some(Vec::new()),
            preferred_read_replica: -1,
            records: None,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl PartitionData {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        self.partition_index = r.i32()?;
        self.error_code = r.i16()?;
        self.high_watermark = r.i64()?;
        self.last_stable_offset = r.i64()?;
        if version >= 5 {
            self.log_start_offset = r.i64()?;
        }
        self.aborted_transactions = r.nullable_array(flexible, version)?;
        if version >= 11 {
            self.preferred_read_replica = r.i32()?;
        }
        self.records = r.nullable_bytes(flexible)?;
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 => self.diverging_epoch = EpochEndOffset::read(&mut field, true, version)?,
                    1 => self.current_leader = LeaderIdAndEpoch::read(&mut field, true, version)?,
                    2 => self.snapshot_id = SnapshotId::read(&mut field, true, version)?,
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.put_i32(self.partition_index);
        w.put_i16(self.error_code);
        w.put_i64(self.high_watermark);
        w.put_i64(self.last_stable_offset);
        if version >= 5 {
            w.put_i64(self.log_start_offset);
        }
        w.put_nullable_array(self.aborted_transactions.as_deref(), flexible, version)?;
        if version >= 11 {
            w.put_i32(self.preferred_read_replica);
        } else if self.preferred_read_replica != -1 {
            return Err(EncodeError::not_in_version("preferredReadReplica", version));
        }
        w.put_nullable_prefixed(self.records.as_ref(), flexible)?;
        if version < 12 && self.diverging_epoch != EpochEndOffset::default() {
            return Err(EncodeError::not_in_version("divergingEpoch", version));
        }
        if version < 12 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("currentLeader", version));
        }
        if version < 12 && self.snapshot_id != SnapshotId::default() {
            return Err(EncodeError::not_in_version("snapshotId", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if self.diverging_epoch != EpochEndOffset::default() {
                let mut field = Writer::new();
                self.diverging_epoch.write(&mut field, true, version)?;
                tags.put(0, field)?;
            }
            if self.current_leader != LeaderIdAndEpoch::default() {
                let mut field = Writer::new();
                self.current_leader.write(&mut field, true, version)?;
                tags.put(1, field)?;
            }
            if self.snapshot_id != SnapshotId::default() {
                let mut field = Writer::new();
                self.snapshot_id.write(&mut field, true, version)?;
                tags.put(2, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for PartitionData {
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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct EpochEndOffset {
    /// The largest epoch. Default -1.
    pub epoch: i32,
    /// The end offset of the epoch. Default -1.
    pub end_offset: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for EpochEndOffset {
    fn default() -> Self {
        Self {
            epoch: -1,
            end_offset: -1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl EpochEndOffset {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.epoch = r.i32()?;
        self.end_offset = r.i64()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.epoch);
        w.put_i64(self.end_offset);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for EpochEndOffset {
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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct LeaderIdAndEpoch {
    /// The ID of the current leader or -1 if the leader is unknown. Default -1.
    pub leader_id: i32,
    /// The latest known leader epoch. Default -1.
    pub leader_epoch: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for LeaderIdAndEpoch {
    fn default() -> Self {
        Self {
            leader_id: -1,
            leader_epoch: -1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotId {
    /// The end offset of the epoch. Default -1.
    pub end_offset: i64,
    /// The largest epoch. Default -1.
    pub epoch: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for SnapshotId {
    fn default() -> Self {
        Self {
            end_offset: -1,
            epoch: -1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
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

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AbortedTransaction {
    /// The producer id associated with the aborted transaction.
    pub producer_id: i64,
    /// The first offset in the aborted transaction.
    pub first_offset: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AbortedTransaction {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        self.producer_id = r.i64()?;
        self.first_offset = r.i64()?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.put_i64(self.producer_id);
        w.put_i64(self.first_offset);
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for AbortedTransaction {
    const MIN_SIZE: usize = 16;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeEndpoint {
    /// The ID of the associated node.
    pub node_id: i32,
    /// The node's hostname.
    pub host: Str,
    /// The node's port.
    pub port: i32,
    /// The rack of the node, or null if it has not been assigned to a rack.
    pub rack: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl NodeEndpoint {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.node_id = r.i32()?;
        self.host = r.string(true)?;
        self.port = r.i32()?;
        self.rack = r.nullable_string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.node_id);
        w.put_string(&self.host, true)?;
        w.put_i32(self.port);
        w.put_nullable_string(self.rack.as_ref(), true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for NodeEndpoint {
    const MIN_SIZE: usize = 11;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

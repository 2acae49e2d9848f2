//! `ProduceResponse`, key 0, versions 3-13. Written by `cargo xtask codegen` from ProduceResponse.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `ProduceResponse`: key 0, versions 3-13.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProduceResponse {
    /// Each produce response.
    pub responses: Vec<TopicProduceResponse>,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Endpoints for all current-leaders enumerated in PartitionProduceResponses, with errors
    /// NOT_LEADER_OR_FOLLOWER. Since version 10.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ProduceResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.responses = r.array(flexible, version)?;
        self.throttle_time_ms = r.i32()?;
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 if version >= 10 => self.node_endpoints = field.array(true, version)?,
                    0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_array(&self.responses, flexible, version)?;
        w.put_i32(self.throttle_time_ms);
        if version < 10 && !self.node_endpoints.is_empty() {
            return Err(EncodeError::not_in_version("nodeEndpoints", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if version >= 10 && !self.node_endpoints.is_empty() {
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

impl Message for ProduceResponse {
    const NAME: &'static str = "ProduceResponse";
    const MIN_VERSION: i16 = 3;
    const MAX_VERSION: i16 = 13;
    const FIRST_FLEXIBLE: i16 = 9;

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

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicProduceResponse {
    /// The topic name. Versions up to 12.
    pub name: Str,
    /// The unique topic ID. Since version 13.
    pub topic_id: Uuid,
    /// Each partition that we produced to within the topic.
    pub partition_responses: Vec<PartitionProduceResponse>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicProduceResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            self.name = r.string(flexible)?;
        }
        if version >= 13 {
            self.topic_id = r.uuid()?;
        }
        self.partition_responses = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version <= 12 {
            w.put_string(&self.name, flexible)?;
        }
        if version >= 13 {
            w.put_uuid(self.topic_id);
        }
        w.put_array(&self.partition_responses, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for TopicProduceResponse {
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

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionProduceResponse {
    /// The partition index.
    pub index: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The base offset.
    pub base_offset: i64,
    /// The timestamp returned by broker after appending the messages. If CreateTime is used for the topic, the
    /// timestamp will be -1. If LogAppendTime is used for the topic, the timestamp will be the broker local
    /// time when the messages are appended. Default -1.
    pub log_append_time_ms: i64,
    /// The log start offset. Since version 5. Default -1.
    pub log_start_offset: i64,
    /// The batch indices of records that caused the batch to be dropped. Since version 8.
    pub record_errors: Vec<BatchIndexAndErrorMessage>,
    /// The global error message summarizing the common root cause of the records that caused the batch to be
    /// dropped. Since version 8.
    pub error_message: Option<Str>,
    /// The leader broker that the producer should use for future requests. Since version 10.
    pub current_leader: LeaderIdAndEpoch,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionProduceResponse {
    fn default() -> Self {
        Self {
            index: 0,
            error_code: 0,
            base_offset: 0,
            log_append_time_ms: -1,
            log_start_offset: -1,
            record_errors: Vec::new(),
            error_message: None,
            current_leader: LeaderIdAndEpoch::default(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl PartitionProduceResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.index = r.i32()?;
        self.error_code = r.i16()?;
        self.base_offset = r.i64()?;
        self.log_append_time_ms = r.i64()?;
        if version >= 5 {
            self.log_start_offset = r.i64()?;
        }
        if version >= 8 {
            self.record_errors = r.array(flexible, version)?;
            self.error_message = r.nullable_string(flexible)?;
        }
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 if version >= 10 => self.current_leader = LeaderIdAndEpoch::read(&mut field, true, version)?,
                    0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_i32(self.index);
        w.put_i16(self.error_code);
        w.put_i64(self.base_offset);
        w.put_i64(self.log_append_time_ms);
        if version >= 5 {
            w.put_i64(self.log_start_offset);
        }
        if version >= 8 {
            w.put_array(&self.record_errors, flexible, version)?;
            w.put_nullable_string(self.error_message.as_ref(), flexible)?;
        }
        if version < 10 && self.current_leader != LeaderIdAndEpoch::default() {
            return Err(EncodeError::not_in_version("currentLeader", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if version >= 10 && self.current_leader != LeaderIdAndEpoch::default() {
                let mut field = Writer::new();
                self.current_leader.write(&mut field, true, version)?;
                tags.put(0, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for PartitionProduceResponse {
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

/// Part of [`ProduceResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchIndexAndErrorMessage {
    /// The batch index of the record that caused the batch to be dropped.
    pub batch_index: i32,
    /// The error message of the record that caused the batch to be dropped.
    pub batch_index_error_message: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BatchIndexAndErrorMessage {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.batch_index = r.i32()?;
        self.batch_index_error_message = r.nullable_string(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_i32(self.batch_index);
        w.put_nullable_string(self.batch_index_error_message.as_ref(), flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for BatchIndexAndErrorMessage {
    const MIN_SIZE: usize = 6;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`ProduceResponse`].
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

/// Part of [`ProduceResponse`].
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

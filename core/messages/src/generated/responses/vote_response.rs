//! `VoteResponse`, key 52, versions 0-2. Written by `cargo xtask codegen` from VoteResponse.json; do not edit.

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `VoteResponse`: key 52, versions 0-2.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VoteResponse {
    /// The top level error code.
    pub error_code: i16,
    /// The results for each topic.
    pub topics: Vec<TopicData>,
    /// Endpoints for all current-leaders enumerated in PartitionData. Since version 1.
    pub node_endpoints: Vec<NodeEndpoint>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl VoteResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
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

impl Message for VoteResponse {
    const NAME: &'static str = "VoteResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
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

/// Part of [`VoteResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicData {
    /// The topic name.
    pub topic_name: Str,
    /// The results for each partition.
    pub partitions: Vec<PartitionData>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicData {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topic_name = r.string(true)?;
        self.partitions = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.topic_name, true)?;
        w.put_array(&self.partitions, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for TopicData {
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

/// Part of [`VoteResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionData {
    /// The partition index.
    pub partition_index: i32,
    /// The partition level error code.
    pub error_code: i16,
    /// The ID of the current leader or -1 if the leader is unknown.
    pub leader_id: i32,
    /// The latest known leader epoch.
    pub leader_epoch: i32,
    /// True if the vote was granted and false otherwise.
    pub vote_granted: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionData {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.partition_index = r.i32()?;
        self.error_code = r.i16()?;
        self.leader_id = r.i32()?;
        self.leader_epoch = r.i32()?;
        self.vote_granted = r.bool()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition_index);
        w.put_i16(self.error_code);
        w.put_i32(self.leader_id);
        w.put_i32(self.leader_epoch);
        w.put_bool(self.vote_granted);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for PartitionData {
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

/// Part of [`VoteResponse`].
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

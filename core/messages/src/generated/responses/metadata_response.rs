//! `MetadataResponse`, key 3, versions 0-13. Written by `cargo xtask codegen` from MetadataResponse.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `MetadataResponse`: key 3, versions 0-13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota. Since version 3.
    pub throttle_time_ms: i32,
    /// A list of brokers present in the cluster.
    pub brokers: Vec<MetadataResponseBroker>,
    /// The cluster ID that responding broker belongs to. Since version 2.
    pub cluster_id: Option<Str>,
    /// The ID of the controller broker. Since version 1. Default -1.
    pub controller_id: i32,
    /// Each topic in the response.
    pub topics: Vec<MetadataResponseTopic>,
    /// 32-bit bitfield to represent authorized operations for this cluster. Versions 8-10. Default -2147483648.
    pub cluster_authorized_operations: i32,
    /// The top-level error code, or 0 if there was no error. Since version 13.
    pub error_code: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            brokers: Vec::new(),
            cluster_id: None,
            controller_id: -1,
            topics: Vec::new(),
            cluster_authorized_operations: i32::MIN,
            error_code: 0,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MetadataResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        if version >= 3 {
            self.throttle_time_ms = r.i32()?;
        }
        self.brokers = r.array(flexible, version)?;
        if version >= 2 {
            self.cluster_id = r.nullable_string(flexible)?;
        }
        if version >= 1 {
            self.controller_id = r.i32()?;
        }
        self.topics = r.array(flexible, version)?;
        if (8..=10).contains(&version) {
            self.cluster_authorized_operations = r.i32()?;
        }
        if version >= 13 {
            self.error_code = r.i16()?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 3 {
            w.put_i32(self.throttle_time_ms);
        }
        w.put_array(&self.brokers, flexible, version)?;
        if version >= 2 {
            w.put_nullable_string(self.cluster_id.as_ref(), flexible)?;
        }
        if version >= 1 {
            w.put_i32(self.controller_id);
        }
        w.put_array(&self.topics, flexible, version)?;
        if (8..=10).contains(&version) {
            w.put_i32(self.cluster_authorized_operations);
        } else if self.cluster_authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("clusterAuthorizedOperations", version));
        }
        if version >= 13 {
            w.put_i16(self.error_code);
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for MetadataResponse {
    const NAME: &'static str = "MetadataResponse";
    const MIN_VERSION: i16 = 0;
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

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MetadataResponseBroker {
    /// The broker ID.
    pub node_id: i32,
    /// The broker hostname.
    pub host: Str,
    /// The broker port.
    pub port: i32,
    /// The rack of the broker, or null if it has not been assigned to a rack. Since version 1.
    pub rack: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl MetadataResponseBroker {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.node_id = r.i32()?;
        self.host = r.string(flexible)?;
        self.port = r.i32()?;
        if version >= 1 {
            self.rack = r.nullable_string(flexible)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_i32(self.node_id);
        w.put_string(&self.host, flexible)?;
        w.put_i32(self.port);
        if version >= 1 {
            w.put_nullable_string(self.rack.as_ref(), flexible)?;
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MetadataResponseBroker {
    const MIN_SIZE: usize = 10;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponseTopic {
    /// The topic error, or 0 if there was no error.
    pub error_code: i16,
    /// The topic name. Null for non-existing topics queried by ID. This is never null when ErrorCode is zero.
    /// One of Name and TopicId is always populated.
    pub name: Option<Str>,
    /// The topic id. Zero for non-existing topics queried by name. This is never zero when ErrorCode is zero.
    /// One of Name and TopicId is always populated. Since version 10.
    pub topic_id: Uuid,
    /// True if the topic is internal. Since version 1.
    pub is_internal: bool,
    /// Each partition in the topic.
    pub partitions: Vec<MetadataResponsePartition>,
    /// 32-bit bitfield to represent authorized operations for this topic. Since version 8. Default -2147483648.
    pub topic_authorized_operations: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponseTopic {
    fn default() -> Self {
        Self {
            error_code: 0,
            name: Some(Str::new()),
            topic_id: Uuid::nil(),
            is_internal: false,
            partitions: Vec::new(),
            topic_authorized_operations: i32::MIN,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MetadataResponseTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.error_code = r.i16()?;
        self.name = if version >= 12 {
            r.nullable_string(flexible)?
        } else {
            Some(r.string(flexible)?)
        };
        if version >= 10 {
            self.topic_id = r.uuid()?;
        }
        if version >= 1 {
            self.is_internal = r.bool()?;
        }
        self.partitions = r.array(flexible, version)?;
        if version >= 8 {
            self.topic_authorized_operations = r.i32()?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_i16(self.error_code);
        if version >= 12 {
            w.put_nullable_string(self.name.as_ref(), flexible)?;
        } else {
            let value = self.name.as_ref().ok_or(EncodeError::null("name", version))?;
            w.put_string(value, flexible)?;
        }
        if version >= 10 {
            w.put_uuid(self.topic_id);
        }
        if version >= 1 {
            w.put_bool(self.is_internal);
        }
        w.put_array(&self.partitions, flexible, version)?;
        if version >= 8 {
            w.put_i32(self.topic_authorized_operations);
        } else if self.topic_authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("topicAuthorizedOperations", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MetadataResponseTopic {
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

/// Part of [`MetadataResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataResponsePartition {
    /// The partition error, or 0 if there was no error.
    pub error_code: i16,
    /// The partition index.
    pub partition_index: i32,
    /// The ID of the leader broker.
    pub leader_id: i32,
    /// The leader epoch of this partition. Since version 7. Default -1.
    pub leader_epoch: i32,
    /// The set of all nodes that host this partition.
    pub replica_nodes: Vec<i32>,
    /// The set of nodes that are in sync with the leader for this partition.
    pub isr_nodes: Vec<i32>,
    /// The set of offline replicas of this partition. Since version 5.
    pub offline_replicas: Vec<i32>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataResponsePartition {
    fn default() -> Self {
        Self {
            error_code: 0,
            partition_index: 0,
            leader_id: 0,
            leader_epoch: -1,
            replica_nodes: Vec::new(),
            isr_nodes: Vec::new(),
            offline_replicas: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MetadataResponsePartition {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.error_code = r.i16()?;
        self.partition_index = r.i32()?;
        self.leader_id = r.i32()?;
        if version >= 7 {
            self.leader_epoch = r.i32()?;
        }
        self.replica_nodes = r.array(flexible, version)?;
        self.isr_nodes = r.array(flexible, version)?;
        if version >= 5 {
            self.offline_replicas = r.array(flexible, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        w.put_i16(self.error_code);
        w.put_i32(self.partition_index);
        w.put_i32(self.leader_id);
        if version >= 7 {
            w.put_i32(self.leader_epoch);
        }
        w.put_array(&self.replica_nodes, flexible, version)?;
        w.put_array(&self.isr_nodes, flexible, version)?;
        if version >= 5 {
            w.put_array(&self.offline_replicas, flexible, version)?;
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MetadataResponsePartition {
    const MIN_SIZE: usize = 18;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

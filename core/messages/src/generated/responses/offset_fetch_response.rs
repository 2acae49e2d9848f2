//! `OffsetFetchResponse`, key 9, versions 1-10. Written by `cargo xtask codegen` from OffsetFetchResponse.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `OffsetFetchResponse`: key 9, versions 1-10.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota. Since version 3.
    pub throttle_time_ms: i32,
    /// The responses per topic. Versions up to 7.
    pub topics: Vec<OffsetFetchResponseTopic>,
    /// The top-level error code, or 0 if there was no error. Versions 2-7.
    pub error_code: i16,
    /// The responses per group id. Since version 8.
    pub groups: Vec<OffsetFetchResponseGroup>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        if version >= 3 {
            self.throttle_time_ms = r.i32()?;
        }
        if version <= 7 {
            self.topics = r.array(flexible, version)?;
        }
        if (2..=7).contains(&version) {
            self.error_code = r.i16()?;
        }
        if version >= 8 {
            self.groups = r.array(true, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 3 {
            w.put_i32(self.throttle_time_ms);
        }
        if version <= 7 {
            w.put_array(&self.topics, flexible, version)?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("topics", version));
        }
        if (2..=7).contains(&version) {
            w.put_i16(self.error_code);
        }
        if version >= 8 {
            w.put_array(&self.groups, true, version)?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("groups", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for OffsetFetchResponse {
    const NAME: &'static str = "OffsetFetchResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 10;
    const FIRST_FLEXIBLE: i16 = 6;

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

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchResponseTopic {
    /// The topic name.
    pub name: Str,
    /// The responses per partition.
    pub partitions: Vec<OffsetFetchResponsePartition>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        self.name = r.string(flexible)?;
        self.partitions = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.put_string(&self.name, flexible)?;
        w.put_array(&self.partitions, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for OffsetFetchResponseTopic {
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

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartition {
    /// The partition index.
    pub partition_index: i32,
    /// The committed message offset.
    pub committed_offset: i64,
    /// The leader epoch. Since version 5. Default -1.
    pub committed_leader_epoch: i32,
    /// The partition metadata.
    pub metadata: Option<Str>,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchResponsePartition {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(Str::new()),
            error_code: 0,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl OffsetFetchResponsePartition {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        self.partition_index = r.i32()?;
        self.committed_offset = r.i64()?;
        if version >= 5 {
            self.committed_leader_epoch = r.i32()?;
        }
        self.metadata = r.nullable_string(flexible)?;
        self.error_code = r.i16()?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.put_i32(self.partition_index);
        w.put_i64(self.committed_offset);
        if version >= 5 {
            w.put_i32(self.committed_leader_epoch);
        }
        w.put_nullable_string(self.metadata.as_ref(), flexible)?;
        w.put_i16(self.error_code);
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for OffsetFetchResponsePartition {
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

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchResponseGroup {
    /// The group ID.
    pub group_id: Str,
    /// The responses per topic.
    pub topics: Vec<OffsetFetchResponseTopics>,
    /// The group-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseGroup {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.group_id = r.string(true)?;
        self.topics = r.array(true, version)?;
        self.error_code = r.i16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.group_id, true)?;
        w.put_array(&self.topics, true, version)?;
        w.put_i16(self.error_code);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for OffsetFetchResponseGroup {
    const MIN_SIZE: usize = 5;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchResponseTopics {
    /// The topic name. Versions up to 9.
    pub name: Str,
    /// The topic ID. Since version 10.
    pub topic_id: Uuid,
    /// The responses per partition.
    pub partitions: Vec<OffsetFetchResponsePartitions>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchResponseTopics {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        if version <= 9 {
            self.name = r.string(true)?;
        }
        if version >= 10 {
            self.topic_id = r.uuid()?;
        }
        self.partitions = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 9 {
            w.put_string(&self.name, true)?;
        }
        if version >= 10 {
            w.put_uuid(self.topic_id);
        }
        w.put_array(&self.partitions, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for OffsetFetchResponseTopics {
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

/// Part of [`OffsetFetchResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchResponsePartitions {
    /// The partition index.
    pub partition_index: i32,
    /// The committed message offset.
    pub committed_offset: i64,
    /// The leader epoch. Default -1.
    pub committed_leader_epoch: i32,
    /// The partition metadata.
    pub metadata: Option<Str>,
    /// The partition-level error code, or 0 if there was no error.
    pub error_code: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchResponsePartitions {
    fn default() -> Self {
        Self {
            partition_index: 0,
            committed_offset: 0,
            committed_leader_epoch: -1,
            metadata: Some(Str::new()),
            error_code: 0,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl OffsetFetchResponsePartitions {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.partition_index = r.i32()?;
        self.committed_offset = r.i64()?;
        self.committed_leader_epoch = r.i32()?;
        self.metadata = r.nullable_string(true)?;
        self.error_code = r.i16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition_index);
        w.put_i64(self.committed_offset);
        w.put_i32(self.committed_leader_epoch);
        w.put_nullable_string(self.metadata.as_ref(), true)?;
        w.put_i16(self.error_code);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for OffsetFetchResponsePartitions {
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

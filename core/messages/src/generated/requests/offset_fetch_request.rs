//! `OffsetFetchRequest`, key 9, versions 1-10. Written by `cargo xtask codegen` from OffsetFetchRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `OffsetFetchRequest`: key 9, versions 1-10.
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequest {
    /// The group to fetch offsets for. Versions up to 7.
    pub group_id: Str,
    /// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics. Versions up to
    /// 7.
    pub topics: Option<Vec<OffsetFetchRequestTopic>>,
    /// Each group we would like to fetch offsets for. Since version 8.
    pub groups: Vec<OffsetFetchRequestGroup>,
    /// Whether broker should hold on returning unstable offsets but set a retriable error code for the
    /// partitions. Since version 7.
    pub require_stable: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchRequest {
    fn default() -> Self {
        Self {
            group_id: Str::new(),
            topics: Some(Vec::new()),
            groups: Vec::new(),
            require_stable: false,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl OffsetFetchRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        if version <= 7 {
            self.group_id = r.string(flexible)?;
            self.topics = if version >= 2 {
                r.nullable_array(flexible, version)?
            } else {
                Some(r.array(flexible, version)?)
            };
        }
        if version >= 8 {
            self.groups = r.array(true, version)?;
        }
        if version >= 7 {
            self.require_stable = r.bool()?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version <= 7 {
            w.put_string(&self.group_id, flexible)?;
        } else if !self.group_id.is_empty() {
            return Err(EncodeError::not_in_version("groupId", version));
        }
        if version <= 7 {
            if version >= 2 {
                w.put_nullable_array(self.topics.as_deref(), flexible, version)?;
            } else {
                let value = self.topics.as_ref().ok_or(EncodeError::null("topics", version))?;
                w.put_array(value, flexible, version)?;
            }
        } else if self.topics.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::not_in_version("topics", version));
        }
        if version >= 8 {
            w.put_array(&self.groups, true, version)?;
        } else if !self.groups.is_empty() {
            return Err(EncodeError::not_in_version("groups", version));
        }
        if version >= 7 {
            w.put_bool(self.require_stable);
        } else if self.require_stable {
            return Err(EncodeError::not_in_version("requireStable", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for OffsetFetchRequest {
    const NAME: &'static str = "OffsetFetchRequest";
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

impl Request for OffsetFetchRequest {
    const KEY: ApiKey = ApiKey::OffsetFetch;
    type Response = crate::OffsetFetchResponse;
}

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchRequestTopic {
    /// The topic name.
    pub name: Str,
    /// The partition indexes we would like to fetch offsets for.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchRequestTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        self.name = r.string(flexible)?;
        self.partition_indexes = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.put_string(&self.name, flexible)?;
        w.put_array(&self.partition_indexes, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for OffsetFetchRequestTopic {
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

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct OffsetFetchRequestGroup {
    /// The group ID.
    pub group_id: Str,
    /// The member id. Since version 9.
    pub member_id: Option<Str>,
    /// The member epoch if using the new consumer protocol (KIP-848). Since version 9. Default -1.
    pub member_epoch: i32,
    /// Each topic we would like to fetch offsets for, or null to fetch offsets for all topics.
    pub topics: Option<Vec<OffsetFetchRequestTopics>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for OffsetFetchRequestGroup {
    fn default() -> Self {
        Self {
            group_id: Str::new(),
            member_id: None,
            member_epoch: -1,
            topics: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl OffsetFetchRequestGroup {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.group_id = r.string(true)?;
        if version >= 9 {
            self.member_id = r.nullable_string(true)?;
            self.member_epoch = r.i32()?;
        }
        self.topics = r.nullable_array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.group_id, true)?;
        if version >= 9 {
            w.put_nullable_string(self.member_id.as_ref(), true)?;
            w.put_i32(self.member_epoch);
        }
        w.put_nullable_array(self.topics.as_deref(), true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for OffsetFetchRequestGroup {
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

/// Part of [`OffsetFetchRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OffsetFetchRequestTopics {
    /// The topic name. Versions up to 9.
    pub name: Str,
    /// The topic ID. Since version 10.
    pub topic_id: Uuid,
    /// The partition indexes we would like to fetch offsets for.
    pub partition_indexes: Vec<i32>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl OffsetFetchRequestTopics {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        if version <= 9 {
            self.name = r.string(true)?;
        }
        if version >= 10 {
            self.topic_id = r.uuid()?;
        }
        self.partition_indexes = r.array(true, version)?;
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
        w.put_array(&self.partition_indexes, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for OffsetFetchRequestTopics {
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

//! `CreateTopicsResponse`, key 19, versions 2-7. Written by `cargo xtask codegen` from CreateTopicsResponse.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `CreateTopicsResponse`: key 19, versions 2-7.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateTopicsResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Results for each topic we tried to create.
    pub topics: Vec<CreatableTopicResult>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreateTopicsResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 5;
        self.throttle_time_ms = r.i32()?;
        self.topics = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.put_i32(self.throttle_time_ms);
        w.put_array(&self.topics, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for CreateTopicsResponse {
    const NAME: &'static str = "CreateTopicsResponse";
    const MIN_VERSION: i16 = 2;
    const MAX_VERSION: i16 = 7;
    const FIRST_FLEXIBLE: i16 = 5;

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

/// Part of [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicResult {
    /// The topic name.
    pub name: Str,
    /// The unique topic ID. Since version 7.
    pub topic_id: Uuid,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<Str>,
    /// Optional topic config error returned if configs are not returned in the response. Since version 5.
    pub topic_config_error_code: i16,
    /// Number of partitions of the topic. Since version 5. Default -1.
    pub num_partitions: i32,
    /// Replication factor of the topic. Since version 5. Default -1.
    pub replication_factor: i16,
    /// Configuration of the topic. Since version 5.
    pub configs: Option<Vec<CreatableTopicConfigs>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatableTopicResult {
    fn default() -> Self {
        Self {
            name: Str::new(),
            topic_id: Uuid::nil(),
            error_code: 0,
            error_message: Some(Str::new()),
            topic_config_error_code: 0,
            num_partitions: -1,
            replication_factor: -1,
            configs: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl CreatableTopicResult {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 5;
        self.name = r.string(flexible)?;
        if version >= 7 {
            self.topic_id = r.uuid()?;
        }
        self.error_code = r.i16()?;
        self.error_message = r.nullable_string(flexible)?;
        if version >= 5 {
            self.num_partitions = r.i32()?;
            self.replication_factor = r.i16()?;
            self.configs = r.nullable_array(true, version)?;
        }
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 => self.topic_config_error_code = field.i16()?,
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.put_string(&self.name, flexible)?;
        if version >= 7 {
            w.put_uuid(self.topic_id);
        }
        w.put_i16(self.error_code);
        w.put_nullable_string(self.error_message.as_ref(), flexible)?;
        if version >= 5 {
            w.put_i32(self.num_partitions);
            w.put_i16(self.replication_factor);
            w.put_nullable_array(self.configs.as_deref(), true, version)?;
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if self.topic_config_error_code != 0 {
                let mut field = Writer::new();
                field.put_i16(self.topic_config_error_code);
                tags.put(0, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for CreatableTopicResult {
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

/// Part of [`CreateTopicsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct CreatableTopicConfigs {
    /// The configuration name.
    pub name: Str,
    /// The configuration value.
    pub value: Option<Str>,
    /// True if the configuration is read-only.
    pub read_only: bool,
    /// The configuration source. Default -1.
    pub config_source: i8,
    /// True if this configuration is sensitive.
    pub is_sensitive: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for CreatableTopicConfigs {
    fn default() -> Self {
        Self {
            name: Str::new(),
            value: Some(Str::new()),
            read_only: false,
            config_source: -1,
            is_sensitive: false,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl CreatableTopicConfigs {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.value = r.nullable_string(true)?;
        self.read_only = r.bool()?;
        self.config_source = r.i8()?;
        self.is_sensitive = r.bool()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_nullable_string(self.value.as_ref(), true)?;
        w.put_bool(self.read_only);
        w.put_i8(self.config_source);
        w.put_bool(self.is_sensitive);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for CreatableTopicConfigs {
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

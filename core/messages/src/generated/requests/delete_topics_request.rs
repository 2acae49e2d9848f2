//! `DeleteTopicsRequest`, key 20, versions 1-6. Written by `cargo xtask codegen` from DeleteTopicsRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `DeleteTopicsRequest`: key 20, versions 1-6.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteTopicsRequest {
    /// The name or topic ID of the topic. Since version 6.
    pub topics: Vec<DeleteTopicState>,
    /// The names of the topics to delete. Versions up to 5.
    pub topic_names: Vec<Str>,
    /// The length of time in milliseconds to wait for the deletions to complete.
    pub timeout_ms: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DeleteTopicsRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        if version >= 6 {
            self.topics = r.array(true, version)?;
        }
        if version <= 5 {
            self.topic_names = r.array(flexible, version)?;
        }
        self.timeout_ms = r.i32()?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        if version >= 6 {
            w.put_array(&self.topics, true, version)?;
        } else if !self.topics.is_empty() {
            return Err(EncodeError::not_in_version("topics", version));
        }
        if version <= 5 {
            w.put_array(&self.topic_names, flexible, version)?;
        }
        w.put_i32(self.timeout_ms);
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for DeleteTopicsRequest {
    const NAME: &'static str = "DeleteTopicsRequest";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 6;
    const FIRST_FLEXIBLE: i16 = 4;

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

impl Request for DeleteTopicsRequest {
    const KEY: ApiKey = ApiKey::DeleteTopics;
    type Response = crate::DeleteTopicsResponse;
}

/// Part of [`DeleteTopicsRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeleteTopicState {
    /// The topic name.
    pub name: Option<Str>,
    /// The unique topic ID.
    pub topic_id: Uuid,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DeleteTopicState {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.nullable_string(true)?;
        self.topic_id = r.uuid()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_nullable_string(self.name.as_ref(), true)?;
        w.put_uuid(self.topic_id);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for DeleteTopicState {
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

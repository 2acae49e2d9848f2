//! `MetadataRequest`, key 3, versions 0-13. Written by `cargo xtask codegen` from MetadataRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `MetadataRequest`: key 3, versions 0-13.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequest {
    /// The topics to fetch metadata for.
    pub topics: Option<Vec<MetadataRequestTopic>>,
    /// If this is true, the broker may auto-create topics that we requested which do not already exist, if it
    /// is configured to do so. Since version 4. Default true.
    pub allow_auto_topic_creation: bool,
    /// Whether to include cluster authorized operations. Versions 8-10.
    pub include_cluster_authorized_operations: bool,
    /// Whether to include topic authorized operations. Since version 8.
    pub include_topic_authorized_operations: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataRequest {
    fn default() -> Self {
        Self {
            topics: Some(Vec::new()),
            allow_auto_topic_creation: true,
            include_cluster_authorized_operations: false,
            include_topic_authorized_operations: false,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MetadataRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        self.topics = if version >= 1 {
            r.nullable_array(flexible, version)?
        } else {
            Some(r.array(flexible, version)?)
        };
        if version >= 4 {
            self.allow_auto_topic_creation = r.bool()?;
        }
        if (8..=10).contains(&version) {
            self.include_cluster_authorized_operations = r.bool()?;
        }
        if version >= 8 {
            self.include_topic_authorized_operations = r.bool()?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 1 {
            w.put_nullable_array(self.topics.as_deref(), flexible, version)?;
        } else {
            let value = self.topics.as_ref().ok_or(EncodeError::null("topics", version))?;
            w.put_array(value, flexible, version)?;
        }
        if version >= 4 {
            w.put_bool(self.allow_auto_topic_creation);
        } else if !self.allow_auto_topic_creation {
            return Err(EncodeError::not_in_version("allowAutoTopicCreation", version));
        }
        if (8..=10).contains(&version) {
            w.put_bool(self.include_cluster_authorized_operations);
        } else if self.include_cluster_authorized_operations {
            return Err(EncodeError::not_in_version(
                "includeClusterAuthorizedOperations",
                version,
            ));
        }
        if version >= 8 {
            w.put_bool(self.include_topic_authorized_operations);
        } else if self.include_topic_authorized_operations {
            return Err(EncodeError::not_in_version("includeTopicAuthorizedOperations", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for MetadataRequest {
    const NAME: &'static str = "MetadataRequest";
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

impl Request for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Response = crate::MetadataResponse;
}

/// Part of [`MetadataRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataRequestTopic {
    /// The topic id. Since version 10.
    pub topic_id: Uuid,
    /// The topic name.
    pub name: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MetadataRequestTopic {
    fn default() -> Self {
        Self {
            topic_id: Uuid::nil(),
            name: Some(Str::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MetadataRequestTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            self.topic_id = r.uuid()?;
        }
        self.name = if version >= 10 {
            r.nullable_string(flexible)?
        } else {
            Some(r.string(flexible)?)
        };
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 9;
        if version >= 10 {
            w.put_uuid(self.topic_id);
        }
        if version >= 10 {
            w.put_nullable_string(self.name.as_ref(), flexible)?;
        } else {
            let value = self.name.as_ref().ok_or(EncodeError::null("name", version))?;
            w.put_string(value, flexible)?;
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MetadataRequestTopic {
    const MIN_SIZE: usize = 2;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

//! `ShareGroupMemberMetadataValue`, key 10, version 0. Written by `cargo xtask codegen` from ShareGroupMemberMetadataValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `ShareGroupMemberMetadataValue`: key 10, versions 0-0.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareGroupMemberMetadataValue {
    /// The (optional) rack id.
    pub rack_id: Option<Str>,
    /// The client id.
    pub client_id: Str,
    /// The client host.
    pub client_host: Str,
    /// The list of subscribed topic names.
    pub subscribed_topic_names: Vec<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ShareGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            rack_id: Some(Str::new()),
            client_id: Str::new(),
            client_host: Str::new(),
            subscribed_topic_names: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl ShareGroupMemberMetadataValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.rack_id = r.nullable_string(true)?;
        self.client_id = r.string(true)?;
        self.client_host = r.string(true)?;
        self.subscribed_topic_names = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_nullable_string(self.rack_id.as_ref(), true)?;
        w.put_string(&self.client_id, true)?;
        w.put_string(&self.client_host, true)?;
        w.put_array(&self.subscribed_topic_names, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for ShareGroupMemberMetadataValue {
    const NAME: &'static str = "ShareGroupMemberMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
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

impl CoordinatorMessage for ShareGroupMemberMetadataValue {
    const KEY: i16 = 10;
}

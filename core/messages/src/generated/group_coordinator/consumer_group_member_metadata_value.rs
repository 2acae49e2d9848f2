//! `ConsumerGroupMemberMetadataValue`, key 5, version 0. Written by `cargo xtask codegen` from ConsumerGroupMemberMetadataValue.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `ConsumerGroupMemberMetadataValue`: key 5, versions 0-0.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerGroupMemberMetadataValue {
    /// The (optional) instance id.
    pub instance_id: Option<Str>,
    /// The (optional) rack id.
    pub rack_id: Option<Str>,
    /// The client id.
    pub client_id: Str,
    /// The client host.
    pub client_host: Str,
    /// The list of subscribed topic names.
    pub subscribed_topic_names: Vec<Str>,
    /// The subscribed topic regular expression.
    pub subscribed_topic_regex: Option<Str>,
    /// The rebalance timeout. Default -1.
    pub rebalance_timeout_ms: i32,
    /// The server assignor to use; or null if not used.
    pub server_assignor: Option<Str>,
    /// The classic member metadata which includes the supported protocols of the consumer if it uses the
    /// classic protocol. The metadata is null if the consumer uses the consumer protocol.
    pub classic_member_metadata: Option<ClassicMemberMetadata>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ConsumerGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(Str::new()),
            rack_id: Some(Str::new()),
            client_id: Str::new(),
            client_host: Str::new(),
            subscribed_topic_names: Vec::new(),
            subscribed_topic_regex: Some(Str::new()),
            rebalance_timeout_ms: -1,
            server_assignor: Some(Str::new()),
            classic_member_metadata: Some(ClassicMemberMetadata::default()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl ConsumerGroupMemberMetadataValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.instance_id = r.nullable_string(true)?;
        self.rack_id = r.nullable_string(true)?;
        self.client_id = r.string(true)?;
        self.client_host = r.string(true)?;
        self.subscribed_topic_names = r.array(true, version)?;
        self.subscribed_topic_regex = r.nullable_string(true)?;
        self.rebalance_timeout_ms = r.i32()?;
        self.server_assignor = r.nullable_string(true)?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => {
                    self.classic_member_metadata = if field.uvarint()? > 0 {
                        Some(ClassicMemberMetadata::read(&mut field, true, version)?)
                    } else {
                        None
                    }
                }
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_nullable_string(self.instance_id.as_ref(), true)?;
        w.put_nullable_string(self.rack_id.as_ref(), true)?;
        w.put_string(&self.client_id, true)?;
        w.put_string(&self.client_host, true)?;
        w.put_array(&self.subscribed_topic_names, true, version)?;
        w.put_nullable_string(self.subscribed_topic_regex.as_ref(), true)?;
        w.put_i32(self.rebalance_timeout_ms);
        w.put_nullable_string(self.server_assignor.as_ref(), true)?;
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self
            .classic_member_metadata
            .as_ref()
            .is_none_or(|value| *value != ClassicMemberMetadata::default())
        {
            let mut field = Writer::new();
            field.put_uvarint(u32::from(self.classic_member_metadata.is_some()));
            if let Some(value) = &self.classic_member_metadata {
                value.write(&mut field, true, version)?;
            }
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for ConsumerGroupMemberMetadataValue {
    const NAME: &'static str = "ConsumerGroupMemberMetadataValue";
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

impl CoordinatorMessage for ConsumerGroupMemberMetadataValue {
    const KEY: i16 = 5;
}

/// Part of [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassicMemberMetadata {
    /// The session timeout if the consumer uses the classic protocol.
    pub session_timeout_ms: i32,
    /// The list of protocols that the member supports if the consumer uses the classic protocol.
    pub supported_protocols: Vec<ClassicProtocol>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ClassicMemberMetadata {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.session_timeout_ms = r.i32()?;
        self.supported_protocols = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.session_timeout_ms);
        w.put_array(&self.supported_protocols, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for ClassicMemberMetadata {
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

/// Part of [`ConsumerGroupMemberMetadataValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClassicProtocol {
    /// The protocol name.
    pub name: Str,
    /// The protocol metadata.
    pub metadata: Bytes,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ClassicProtocol {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.metadata = r.bytes(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_prefixed(&self.metadata, true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for ClassicProtocol {
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

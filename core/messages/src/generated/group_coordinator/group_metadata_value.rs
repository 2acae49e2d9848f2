//! `GroupMetadataValue`, key 2, versions 0-4. Written by `cargo xtask codegen` from GroupMetadataValue.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `GroupMetadataValue`: key 2, versions 0-4.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMetadataValue {
    /// The protocol type.
    pub protocol_type: Str,
    /// The generation id.
    pub generation: i32,
    /// The protocol name.
    pub protocol: Option<Str>,
    /// The leader id.
    pub leader: Option<Str>,
    /// The timestamp of the last state change. Since version 2. Default -1.
    pub current_state_timestamp: i64,
    /// The group members.
    pub members: Vec<MemberMetadata>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for GroupMetadataValue {
    fn default() -> Self {
        Self {
            protocol_type: Str::new(),
            generation: 0,
            protocol: Some(Str::new()),
            leader: Some(Str::new()),
            current_state_timestamp: -1,
            members: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl GroupMetadataValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.protocol_type = r.string(flexible)?;
        self.generation = r.i32()?;
        self.protocol = r.nullable_string(flexible)?;
        self.leader = r.nullable_string(flexible)?;
        if version >= 2 {
            self.current_state_timestamp = r.i64()?;
        }
        self.members = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.protocol_type, flexible)?;
        w.put_i32(self.generation);
        w.put_nullable_string(self.protocol.as_ref(), flexible)?;
        w.put_nullable_string(self.leader.as_ref(), flexible)?;
        if version >= 2 {
            w.put_i64(self.current_state_timestamp);
        }
        w.put_array(&self.members, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for GroupMetadataValue {
    const NAME: &'static str = "GroupMetadataValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
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

impl CoordinatorMessage for GroupMetadataValue {
    const KEY: i16 = 2;
}

/// Part of [`GroupMetadataValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct MemberMetadata {
    /// The member id.
    pub member_id: Str,
    /// The group instance id. Since version 3.
    pub group_instance_id: Option<Str>,
    /// The client id.
    pub client_id: Str,
    /// The client host.
    pub client_host: Str,
    /// The rebalance timeout. Since version 1. Default -1.
    pub rebalance_timeout: i32,
    /// The session timeout.
    pub session_timeout: i32,
    /// The subscription.
    pub subscription: Bytes,
    /// The assignment.
    pub assignment: Bytes,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for MemberMetadata {
    fn default() -> Self {
        Self {
            member_id: Str::new(),
            group_instance_id: None,
            client_id: Str::new(),
            client_host: Str::new(),
            rebalance_timeout: -1,
            session_timeout: 0,
            subscription: Bytes::new(),
            assignment: Bytes::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl MemberMetadata {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.member_id = r.string(flexible)?;
        if version >= 3 {
            self.group_instance_id = r.nullable_string(flexible)?;
        }
        self.client_id = r.string(flexible)?;
        self.client_host = r.string(flexible)?;
        if version >= 1 {
            self.rebalance_timeout = r.i32()?;
        }
        self.session_timeout = r.i32()?;
        self.subscription = r.bytes(flexible)?;
        self.assignment = r.bytes(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.member_id, flexible)?;
        if version >= 3 {
            w.put_nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        w.put_string(&self.client_id, flexible)?;
        w.put_string(&self.client_host, flexible)?;
        if version >= 1 {
            w.put_i32(self.rebalance_timeout);
        }
        w.put_i32(self.session_timeout);
        w.put_prefixed(&self.subscription, flexible)?;
        w.put_prefixed(&self.assignment, flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MemberMetadata {
    const MIN_SIZE: usize = 15;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

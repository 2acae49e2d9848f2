//! `SyncGroupRequest`, key 14, versions 0-5. Written by `cargo xtask codegen` from SyncGroupRequest.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `SyncGroupRequest`: key 14, versions 0-5.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncGroupRequest {
    /// The unique group identifier.
    pub group_id: Str,
    /// The generation of the group.
    pub generation_id: i32,
    /// The member ID assigned by the group.
    pub member_id: Str,
    /// The unique identifier of the consumer instance provided by end user. Since version 3.
    pub group_instance_id: Option<Str>,
    /// The group protocol type. Since version 5.
    pub protocol_type: Option<Str>,
    /// The group protocol name. Since version 5.
    pub protocol_name: Option<Str>,
    /// Each assignment.
    pub assignments: Vec<SyncGroupRequestAssignment>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SyncGroupRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.group_id = r.string(flexible)?;
        self.generation_id = r.i32()?;
        self.member_id = r.string(flexible)?;
        if version >= 3 {
            self.group_instance_id = r.nullable_string(flexible)?;
        }
        if version >= 5 {
            self.protocol_type = r.nullable_string(true)?;
            self.protocol_name = r.nullable_string(true)?;
        }
        self.assignments = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.group_id, flexible)?;
        w.put_i32(self.generation_id);
        w.put_string(&self.member_id, flexible)?;
        if version >= 3 {
            w.put_nullable_string(self.group_instance_id.as_ref(), flexible)?;
        } else if self.group_instance_id.is_some() {
            return Err(EncodeError::not_in_version("groupInstanceId", version));
        }
        if version >= 5 {
            w.put_nullable_string(self.protocol_type.as_ref(), true)?;
            w.put_nullable_string(self.protocol_name.as_ref(), true)?;
        }
        w.put_array(&self.assignments, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for SyncGroupRequest {
    const NAME: &'static str = "SyncGroupRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
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

impl Request for SyncGroupRequest {
    const KEY: ApiKey = ApiKey::SyncGroup;
    type Response = crate::SyncGroupResponse;
}

/// Part of [`SyncGroupRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SyncGroupRequestAssignment {
    /// The ID of the member to assign.
    pub member_id: Str,
    /// The member assignment.
    pub assignment: Bytes,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SyncGroupRequestAssignment {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.member_id = r.string(flexible)?;
        self.assignment = r.bytes(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.member_id, flexible)?;
        w.put_prefixed(&self.assignment, flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for SyncGroupRequestAssignment {
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

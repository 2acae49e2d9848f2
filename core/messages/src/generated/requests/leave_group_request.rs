//! `LeaveGroupRequest`, key 13, versions 0-5. Written by `cargo xtask codegen` from LeaveGroupRequest.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `LeaveGroupRequest`: key 13, versions 0-5.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeaveGroupRequest {
    /// The ID of the group to leave.
    pub group_id: Str,
    /// The member ID to remove from the group. Versions up to 2.
    pub member_id: Str,
    /// List of leaving member identities. Since version 3.
    pub members: Vec<MemberIdentity>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl LeaveGroupRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.group_id = r.string(flexible)?;
        if version <= 2 {
            self.member_id = r.string(false)?;
        }
        if version >= 3 {
            self.members = r.array(flexible, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.group_id, flexible)?;
        if version <= 2 {
            w.put_string(&self.member_id, false)?;
        } else if !self.member_id.is_empty() {
            return Err(EncodeError::not_in_version("memberId", version));
        }
        if version >= 3 {
            w.put_array(&self.members, flexible, version)?;
        } else if !self.members.is_empty() {
            return Err(EncodeError::not_in_version("members", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for LeaveGroupRequest {
    const NAME: &'static str = "LeaveGroupRequest";
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

impl Request for LeaveGroupRequest {
    const KEY: ApiKey = ApiKey::LeaveGroup;
    type Response = crate::LeaveGroupResponse;
}

/// Part of [`LeaveGroupRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemberIdentity {
    /// The member ID to remove from the group.
    pub member_id: Str,
    /// The group instance ID to remove from the group.
    pub group_instance_id: Option<Str>,
    /// The reason why the member left the group. Since version 5.
    pub reason: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl MemberIdentity {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 4;
        self.member_id = r.string(flexible)?;
        self.group_instance_id = r.nullable_string(flexible)?;
        if version >= 5 {
            self.reason = r.nullable_string(true)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 4;
        w.put_string(&self.member_id, flexible)?;
        w.put_nullable_string(self.group_instance_id.as_ref(), flexible)?;
        if version >= 5 {
            w.put_nullable_string(self.reason.as_ref(), true)?;
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for MemberIdentity {
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

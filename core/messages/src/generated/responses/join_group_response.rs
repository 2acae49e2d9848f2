//! `JoinGroupResponse`, key 11, versions 0-9. Written by `cargo xtask codegen` from JoinGroupResponse.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `JoinGroupResponse`: key 11, versions 0-9.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinGroupResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota. Since version 2.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The generation ID of the group. Default -1.
    pub generation_id: i32,
    /// The group protocol name. Since version 7.
    pub protocol_type: Option<Str>,
    /// The group protocol selected by the coordinator.
    pub protocol_name: Option<Str>,
    /// The leader of the group.
    pub leader: Str,
    /// True if the leader must skip running the assignment. Since version 9.
    pub skip_assignment: bool,
    /// The member ID assigned by the group coordinator.
    pub member_id: Str,
    /// The group members.
    pub members: Vec<JoinGroupResponseMember>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for JoinGroupResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            generation_id: -1,
            protocol_type: None,
            protocol_name: Some(Str::new()),
            leader: Str::new(),
            skip_assignment: false,
            member_id: Str::new(),
            members: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl JoinGroupResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        if version >= 2 {
            self.throttle_time_ms = r.i32()?;
        }
        self.error_code = r.i16()?;
        self.generation_id = r.i32()?;
        if version >= 7 {
            self.protocol_type = r.nullable_string(true)?;
        }
        self.protocol_name = if version >= 7 {
            r.nullable_string(flexible)?
        } else {
            Some(r.string(flexible)?)
        };
        self.leader = r.string(flexible)?;
        if version >= 9 {
            self.skip_assignment = r.bool()?;
        }
        self.member_id = r.string(flexible)?;
        self.members = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        if version >= 2 {
            w.put_i32(self.throttle_time_ms);
        }
        w.put_i16(self.error_code);
        w.put_i32(self.generation_id);
        if version >= 7 {
            w.put_nullable_string(self.protocol_type.as_ref(), true)?;
        }
        if version >= 7 {
            w.put_nullable_string(self.protocol_name.as_ref(), flexible)?;
        } else {
            let value = self
                .protocol_name
                .as_ref()
                .ok_or(EncodeError::null("protocolName", version))?;
            w.put_string(value, flexible)?;
        }
        w.put_string(&self.leader, flexible)?;
        if version >= 9 {
            w.put_bool(self.skip_assignment);
        } else if self.skip_assignment {
            return Err(EncodeError::not_in_version("skipAssignment", version));
        }
        w.put_string(&self.member_id, flexible)?;
        w.put_array(&self.members, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for JoinGroupResponse {
    const NAME: &'static str = "JoinGroupResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 9;
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

/// Part of [`JoinGroupResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JoinGroupResponseMember {
    /// The group member ID.
    pub member_id: Str,
    /// The unique identifier of the consumer instance provided by end user. Since version 5.
    pub group_instance_id: Option<Str>,
    /// The group member metadata.
    pub metadata: Bytes,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl JoinGroupResponseMember {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 6;
        self.member_id = r.string(flexible)?;
        if version >= 5 {
            self.group_instance_id = r.nullable_string(flexible)?;
        }
        self.metadata = r.bytes(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 6;
        w.put_string(&self.member_id, flexible)?;
        if version >= 5 {
            w.put_nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        w.put_prefixed(&self.metadata, flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for JoinGroupResponseMember {
    const MIN_SIZE: usize = 4;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

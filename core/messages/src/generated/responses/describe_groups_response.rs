//! `DescribeGroupsResponse`, key 15, versions 0-6. Written by `cargo xtask codegen` from DescribeGroupsResponse.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `DescribeGroupsResponse`: key 15, versions 0-6.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeGroupsResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota. Since version 1.
    pub throttle_time_ms: i32,
    /// Each described group.
    pub groups: Vec<DescribedGroup>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribeGroupsResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 5;
        if version >= 1 {
            self.throttle_time_ms = r.i32()?;
        }
        self.groups = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        if version >= 1 {
            w.put_i32(self.throttle_time_ms);
        }
        w.put_array(&self.groups, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for DescribeGroupsResponse {
    const NAME: &'static str = "DescribeGroupsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
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

/// Part of [`DescribeGroupsResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedGroup {
    /// The describe error, or 0 if there was no error.
    pub error_code: i16,
    /// The describe error message, or null if there was no error. Since version 6.
    pub error_message: Option<Str>,
    /// The group ID string.
    pub group_id: Str,
    /// The group state string, or the empty string.
    pub group_state: Str,
    /// The group protocol type, or the empty string.
    pub protocol_type: Str,
    /// The group protocol data, or the empty string.
    pub protocol_data: Str,
    /// The group members.
    pub members: Vec<DescribedGroupMember>,
    /// 32-bit bitfield to represent authorized operations for this group. Since version 3. Default -2147483648.
    pub authorized_operations: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribedGroup {
    fn default() -> Self {
        Self {
            error_code: 0,
            error_message: None,
            group_id: Str::new(),
            group_state: Str::new(),
            protocol_type: Str::new(),
            protocol_data: Str::new(),
            members: Vec::new(),
            authorized_operations: i32::MIN,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl DescribedGroup {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 5;
        self.error_code = r.i16()?;
        if version >= 6 {
            self.error_message = r.nullable_string(true)?;
        }
        self.group_id = r.string(flexible)?;
        self.group_state = r.string(flexible)?;
        self.protocol_type = r.string(flexible)?;
        self.protocol_data = r.string(flexible)?;
        self.members = r.array(flexible, version)?;
        if version >= 3 {
            self.authorized_operations = r.i32()?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.put_i16(self.error_code);
        if version >= 6 {
            w.put_nullable_string(self.error_message.as_ref(), true)?;
        } else if self.error_message.is_some() {
            return Err(EncodeError::not_in_version("errorMessage", version));
        }
        w.put_string(&self.group_id, flexible)?;
        w.put_string(&self.group_state, flexible)?;
        w.put_string(&self.protocol_type, flexible)?;
        w.put_string(&self.protocol_data, flexible)?;
        w.put_array(&self.members, flexible, version)?;
        if version >= 3 {
            w.put_i32(self.authorized_operations);
        } else if self.authorized_operations != i32::MIN {
            return Err(EncodeError::not_in_version("authorizedOperations", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for DescribedGroup {
    const MIN_SIZE: usize = 12;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`DescribeGroupsResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribedGroupMember {
    /// The member id.
    pub member_id: Str,
    /// The unique identifier of the consumer instance provided by end user. Since version 4.
    pub group_instance_id: Option<Str>,
    /// The client ID used in the member's latest join group request.
    pub client_id: Str,
    /// The client host.
    pub client_host: Str,
    /// The metadata corresponding to the current group protocol in use.
    pub member_metadata: Bytes,
    /// The current assignment provided by the group leader.
    pub member_assignment: Bytes,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedGroupMember {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 5;
        self.member_id = r.string(flexible)?;
        if version >= 4 {
            self.group_instance_id = r.nullable_string(flexible)?;
        }
        self.client_id = r.string(flexible)?;
        self.client_host = r.string(flexible)?;
        self.member_metadata = r.bytes(flexible)?;
        self.member_assignment = r.bytes(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 5;
        w.put_string(&self.member_id, flexible)?;
        if version >= 4 {
            w.put_nullable_string(self.group_instance_id.as_ref(), flexible)?;
        }
        w.put_string(&self.client_id, flexible)?;
        w.put_string(&self.client_host, flexible)?;
        w.put_prefixed(&self.member_metadata, flexible)?;
        w.put_prefixed(&self.member_assignment, flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for DescribedGroupMember {
    const MIN_SIZE: usize = 7;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

//! `ListGroupsRequest`, key 16, versions 0-5. Written by `cargo xtask codegen` from ListGroupsRequest.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `ListGroupsRequest`: key 16, versions 0-5.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListGroupsRequest {
    /// The states of the groups we want to list. If empty, all groups are returned with their state. Since
    /// version 4.
    pub states_filter: Vec<Str>,
    /// The types of the groups we want to list. If empty, all groups are returned with their type. Since
    /// version 5.
    pub types_filter: Vec<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ListGroupsRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            self.states_filter = r.array(true, version)?;
        }
        if version >= 5 {
            self.types_filter = r.array(true, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 4 {
            w.put_array(&self.states_filter, true, version)?;
        } else if !self.states_filter.is_empty() {
            return Err(EncodeError::not_in_version("statesFilter", version));
        }
        if version >= 5 {
            w.put_array(&self.types_filter, true, version)?;
        } else if !self.types_filter.is_empty() {
            return Err(EncodeError::not_in_version("typesFilter", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for ListGroupsRequest {
    const NAME: &'static str = "ListGroupsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FIRST_FLEXIBLE: i16 = 3;

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

impl Request for ListGroupsRequest {
    const KEY: ApiKey = ApiKey::ListGroups;
    type Response = crate::ListGroupsResponse;
}

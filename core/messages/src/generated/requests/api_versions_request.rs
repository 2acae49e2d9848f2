//! `ApiVersionsRequest`, key 18, versions 0-4. Written by `cargo xtask codegen` from ApiVersionsRequest.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `ApiVersionsRequest`: key 18, versions 0-4.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ApiVersionsRequest {
    /// The name of the client. Since version 3.
    pub client_software_name: Str,
    /// The version of the client. Since version 3.
    pub client_software_version: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ApiVersionsRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 3;
        if version >= 3 {
            self.client_software_name = r.string(true)?;
            self.client_software_version = r.string(true)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 3 {
            w.put_string(&self.client_software_name, true)?;
            w.put_string(&self.client_software_version, true)?;
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for ApiVersionsRequest {
    const NAME: &'static str = "ApiVersionsRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
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

impl Request for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Response = crate::ApiVersionsResponse;
}

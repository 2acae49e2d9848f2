//! `FindCoordinatorRequest`, key 10, versions 0-6. Written by `cargo xtask codegen` from FindCoordinatorRequest.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `FindCoordinatorRequest`: key 10, versions 0-6.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindCoordinatorRequest {
    /// The coordinator key. Versions up to 3.
    pub key: Str,
    /// The coordinator key type. (group, transaction, share). Since version 1.
    pub key_type: i8,
    /// The coordinator keys. Since version 4.
    pub coordinator_keys: Vec<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FindCoordinatorRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 3;
        if version <= 3 {
            self.key = r.string(flexible)?;
        }
        if version >= 1 {
            self.key_type = r.i8()?;
        }
        if version >= 4 {
            self.coordinator_keys = r.array(true, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version <= 3 {
            w.put_string(&self.key, flexible)?;
        } else if !self.key.is_empty() {
            return Err(EncodeError::not_in_version("key", version));
        }
        if version >= 1 {
            w.put_i8(self.key_type);
        } else if self.key_type != 0 {
            return Err(EncodeError::not_in_version("keyType", version));
        }
        if version >= 4 {
            w.put_array(&self.coordinator_keys, true, version)?;
        } else if !self.coordinator_keys.is_empty() {
            return Err(EncodeError::not_in_version("coordinatorKeys", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for FindCoordinatorRequest {
    const NAME: &'static str = "FindCoordinatorRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 6;
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

impl Request for FindCoordinatorRequest {
    const KEY: ApiKey = ApiKey::FindCoordinator;
    type Response = crate::FindCoordinatorResponse;
}

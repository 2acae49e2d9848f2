//! `FindCoordinatorResponse`, key 10, versions 0-6. Written by `cargo xtask codegen` from FindCoordinatorResponse.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `FindCoordinatorResponse`: key 10, versions 0-6.
#[derive(Debug, Clone, PartialEq)]
pub struct FindCoordinatorResponse {
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota. Since version 1.
    pub throttle_time_ms: i32,
    /// The error code, or 0 if there was no error. Versions up to 3.
    pub error_code: i16,
    /// The error message, or null if there was no error. Versions 1-3.
    pub error_message: Option<Str>,
    /// The node id. Versions up to 3.
    pub node_id: i32,
    /// The host name. Versions up to 3.
    pub host: Str,
    /// The port. Versions up to 3.
    pub port: i32,
    /// Each coordinator result in the response. Since version 4.
    pub coordinators: Vec<Coordinator>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FindCoordinatorResponse {
    fn default() -> Self {
        Self {
            throttle_time_ms: 0,
            error_code: 0,
            error_message: Some(Str::new()),
            node_id: 0,
            host: Str::new(),
            port: 0,
            coordinators: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl FindCoordinatorResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 3;
        if version >= 1 {
            self.throttle_time_ms = r.i32()?;
        }
        if version <= 3 {
            self.error_code = r.i16()?;
        }
        if (1..=3).contains(&version) {
            self.error_message = r.nullable_string(flexible)?;
        }
        if version <= 3 {
            self.node_id = r.i32()?;
            self.host = r.string(flexible)?;
            self.port = r.i32()?;
        }
        if version >= 4 {
            self.coordinators = r.array(true, version)?;
        }
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        if version >= 1 {
            w.put_i32(self.throttle_time_ms);
        }
        if version <= 3 {
            w.put_i16(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("errorCode", version));
        }
        if (1..=3).contains(&version) {
            w.put_nullable_string(self.error_message.as_ref(), flexible)?;
        }
        if version <= 3 {
            w.put_i32(self.node_id);
        } else if self.node_id != 0 {
            return Err(EncodeError::not_in_version("nodeId", version));
        }
        if version <= 3 {
            w.put_string(&self.host, flexible)?;
        } else if !self.host.is_empty() {
            return Err(EncodeError::not_in_version("host", version));
        }
        if version <= 3 {
            w.put_i32(self.port);
        } else if self.port != 0 {
            return Err(EncodeError::not_in_version("port", version));
        }
        if version >= 4 {
            w.put_array(&self.coordinators, true, version)?;
        } else if !self.coordinators.is_empty() {
            return Err(EncodeError::not_in_version("coordinators", version));
        }
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for FindCoordinatorResponse {
    const NAME: &'static str = "FindCoordinatorResponse";
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

/// Part of [`FindCoordinatorResponse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinator {
    /// The coordinator key.
    pub key: Str,
    /// The node id.
    pub node_id: i32,
    /// The host name.
    pub host: Str,
    /// The port.
    pub port: i32,
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The error message, or null if there was no error.
    pub error_message: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for Coordinator {
    fn default() -> Self {
        Self {
            key: Str::new(),
            node_id: 0,
            host: Str::new(),
            port: 0,
            error_code: 0,
            error_message: Some(Str::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl Coordinator {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.key = r.string(true)?;
        self.node_id = r.i32()?;
        self.host = r.string(true)?;
        self.port = r.i32()?;
        self.error_code = r.i16()?;
        self.error_message = r.nullable_string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.key, true)?;
        w.put_i32(self.node_id);
        w.put_string(&self.host, true)?;
        w.put_i32(self.port);
        w.put_i16(self.error_code);
        w.put_nullable_string(self.error_message.as_ref(), true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Coordinator {
    const MIN_SIZE: usize = 14;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

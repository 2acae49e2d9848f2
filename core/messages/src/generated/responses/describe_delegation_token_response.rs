//! `DescribeDelegationTokenResponse`, key 41, versions 1-3. Written by `cargo xtask codegen` from DescribeDelegationTokenResponse.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `DescribeDelegationTokenResponse`: key 41, versions 1-3.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribeDelegationTokenResponse {
    /// The error code, or 0 if there was no error.
    pub error_code: i16,
    /// The tokens.
    pub tokens: Vec<DescribedDelegationToken>,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribeDelegationTokenResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 2;
        self.error_code = r.i16()?;
        self.tokens = r.array(flexible, version)?;
        self.throttle_time_ms = r.i32()?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.put_i16(self.error_code);
        w.put_array(&self.tokens, flexible, version)?;
        w.put_i32(self.throttle_time_ms);
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for DescribeDelegationTokenResponse {
    const NAME: &'static str = "DescribeDelegationTokenResponse";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 3;
    const FIRST_FLEXIBLE: i16 = 2;

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

/// Part of [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribedDelegationToken {
    /// The token principal type.
    pub principal_type: Str,
    /// The token principal name.
    pub principal_name: Str,
    /// The principal type of the requester of the token. Since version 3.
    pub token_requester_principal_type: Str,
    /// The principal type of the requester of the token. Since version 3.
    pub token_requester_principal_name: Str,
    /// The token issue timestamp in milliseconds.
    pub issue_timestamp: i64,
    /// The token expiry timestamp in milliseconds.
    pub expiry_timestamp: i64,
    /// The token maximum timestamp length in milliseconds.
    pub max_timestamp: i64,
    /// The token ID.
    pub token_id: Str,
    /// The token HMAC.
    pub hmac: Bytes,
    /// Those who are able to renew this token before it expires.
    pub renewers: Vec<DescribedDelegationTokenRenewer>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedDelegationToken {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 2;
        self.principal_type = r.string(flexible)?;
        self.principal_name = r.string(flexible)?;
        if version >= 3 {
            self.token_requester_principal_type = r.string(true)?;
            self.token_requester_principal_name = r.string(true)?;
        }
        self.issue_timestamp = r.i64()?;
        self.expiry_timestamp = r.i64()?;
        self.max_timestamp = r.i64()?;
        self.token_id = r.string(flexible)?;
        self.hmac = r.bytes(flexible)?;
        self.renewers = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.put_string(&self.principal_type, flexible)?;
        w.put_string(&self.principal_name, flexible)?;
        if version >= 3 {
            w.put_string(&self.token_requester_principal_type, true)?;
        } else if !self.token_requester_principal_type.is_empty() {
            return Err(EncodeError::not_in_version("tokenRequesterPrincipalType", version));
        }
        if version >= 3 {
            w.put_string(&self.token_requester_principal_name, true)?;
        } else if !self.token_requester_principal_name.is_empty() {
            return Err(EncodeError::not_in_version("tokenRequesterPrincipalName", version));
        }
        w.put_i64(self.issue_timestamp);
        w.put_i64(self.expiry_timestamp);
        w.put_i64(self.max_timestamp);
        w.put_string(&self.token_id, flexible)?;
        w.put_prefixed(&self.hmac, flexible)?;
        w.put_array(&self.renewers, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for DescribedDelegationToken {
    const MIN_SIZE: usize = 30;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`DescribeDelegationTokenResponse`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DescribedDelegationTokenRenewer {
    /// The renewer principal type.
    pub principal_type: Str,
    /// The renewer principal name.
    pub principal_name: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DescribedDelegationTokenRenewer {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 2;
        self.principal_type = r.string(flexible)?;
        self.principal_name = r.string(flexible)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.put_string(&self.principal_type, flexible)?;
        w.put_string(&self.principal_name, flexible)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for DescribedDelegationTokenRenewer {
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

//! `CreateDelegationTokenResponse`, key 38, versions 1-3. Written by `cargo xtask codegen` from CreateDelegationTokenResponse.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `CreateDelegationTokenResponse`: key 38, versions 1-3.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CreateDelegationTokenResponse {
    /// The top-level error, or zero if there was no error.
    pub error_code: i16,
    /// The principal type of the token owner.
    pub principal_type: Str,
    /// The name of the token owner.
    pub principal_name: Str,
    /// The principal type of the requester of the token. Since version 3.
    pub token_requester_principal_type: Str,
    /// The principal type of the requester of the token. Since version 3.
    pub token_requester_principal_name: Str,
    /// When this token was generated.
    pub issue_timestamp_ms: i64,
    /// When this token expires.
    pub expiry_timestamp_ms: i64,
    /// The maximum lifetime of this token.
    pub max_timestamp_ms: i64,
    /// The token UUID.
    pub token_id: Str,
    /// HMAC of the delegation token.
    pub hmac: Bytes,
    /// The duration in milliseconds for which the request was throttled due to a quota violation, or zero if
    /// the request did not violate any quota.
    pub throttle_time_ms: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CreateDelegationTokenResponse {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 2;
        self.error_code = r.i16()?;
        self.principal_type = r.string(flexible)?;
        self.principal_name = r.string(flexible)?;
        if version >= 3 {
            self.token_requester_principal_type = r.string(true)?;
            self.token_requester_principal_name = r.string(true)?;
        }
        self.issue_timestamp_ms = r.i64()?;
        self.expiry_timestamp_ms = r.i64()?;
        self.max_timestamp_ms = r.i64()?;
        self.token_id = r.string(flexible)?;
        self.hmac = r.bytes(flexible)?;
        self.throttle_time_ms = r.i32()?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 2;
        w.put_i16(self.error_code);
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
        w.put_i64(self.issue_timestamp_ms);
        w.put_i64(self.expiry_timestamp_ms);
        w.put_i64(self.max_timestamp_ms);
        w.put_string(&self.token_id, flexible)?;
        w.put_prefixed(&self.hmac, flexible)?;
        w.put_i32(self.throttle_time_ms);
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for CreateDelegationTokenResponse {
    const NAME: &'static str = "CreateDelegationTokenResponse";
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

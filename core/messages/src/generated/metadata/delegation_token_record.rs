//! `DelegationTokenRecord`, key 10, version 0. Written by `cargo xtask codegen` from DelegationTokenRecord.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `DelegationTokenRecord`: key 10, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DelegationTokenRecord {
    /// The delegation token owner.
    pub owner: Str,
    /// The delegation token requester.
    pub requester: Str,
    /// The principals which can renew this token.
    pub renewers: Vec<Str>,
    /// The time at which this timestamp was issued.
    pub issue_timestamp: i64,
    /// The time at which this token cannot be renewed any more.
    pub max_timestamp: i64,
    /// The next time at which this token must be renewed.
    pub expiration_timestamp: i64,
    /// The token id.
    pub token_id: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl DelegationTokenRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.owner = r.string(true)?;
        self.requester = r.string(true)?;
        self.renewers = r.array(true, version)?;
        self.issue_timestamp = r.i64()?;
        self.max_timestamp = r.i64()?;
        self.expiration_timestamp = r.i64()?;
        self.token_id = r.string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.owner, true)?;
        w.put_string(&self.requester, true)?;
        w.put_array(&self.renewers, true, version)?;
        w.put_i64(self.issue_timestamp);
        w.put_i64(self.max_timestamp);
        w.put_i64(self.expiration_timestamp);
        w.put_string(&self.token_id, true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for DelegationTokenRecord {
    const NAME: &'static str = "DelegationTokenRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FIRST_FLEXIBLE: i16 = 0;

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

impl MetadataMessage for DelegationTokenRecord {
    const KEY: i16 = 10;
}

//! `LegacyOffsetCommitValue`, key 0, version 0. Written by `cargo xtask codegen` from LegacyOffsetCommitValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::writer::Writer;

/// `LegacyOffsetCommitValue`: key 0, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LegacyOffsetCommitValue {
    /// The offset that the consumer wants to store (for this partition).
    pub offset: i64,
    /// Any metadata the client wants to keep.
    pub metadata: Str,
    /// The time at which the commit was added to the log.
    pub commit_timestamp: i64,
}

impl LegacyOffsetCommitValue {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.offset = r.i64()?;
        self.metadata = r.string(false)?;
        self.commit_timestamp = r.i64()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i64(self.offset);
        w.put_string(&self.metadata, false)?;
        w.put_i64(self.commit_timestamp);
        Ok(())
    }
}

impl Message for LegacyOffsetCommitValue {
    const NAME: &'static str = "LegacyOffsetCommitValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 0;
    const FIRST_FLEXIBLE: i16 = i16::MAX;

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

impl CoordinatorMessage for LegacyOffsetCommitValue {
    const KEY: i16 = 0;
}

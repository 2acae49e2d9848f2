//! `ConsumerGroupCurrentMemberAssignmentKey`, key 8, version 0. Written by `cargo xtask codegen` from ConsumerGroupCurrentMemberAssignmentKey.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::writer::Writer;

/// `ConsumerGroupCurrentMemberAssignmentKey`: key 8, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConsumerGroupCurrentMemberAssignmentKey {
    /// The group id.
    pub group_id: Str,
    /// The member id.
    pub member_id: Str,
}

impl ConsumerGroupCurrentMemberAssignmentKey {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.group_id = r.string(false)?;
        self.member_id = r.string(false)?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.group_id, false)?;
        w.put_string(&self.member_id, false)?;
        Ok(())
    }
}

impl Message for ConsumerGroupCurrentMemberAssignmentKey {
    const NAME: &'static str = "ConsumerGroupCurrentMemberAssignmentKey";
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

impl CoordinatorMessage for ConsumerGroupCurrentMemberAssignmentKey {
    const KEY: i16 = 8;
}

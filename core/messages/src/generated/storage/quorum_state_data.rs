//! `QuorumStateData`, versions 0-1. Written by `cargo xtask codegen` from QuorumStateData.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `QuorumStateData`: versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct QuorumStateData {
    /// The cluster id. Versions up to 0.
    pub cluster_id: Str,
    /// The leader id. Default -1.
    pub leader_id: i32,
    /// The leader epoch. Default -1.
    pub leader_epoch: i32,
    /// The voted id. Default -1.
    pub voted_id: i32,
    /// The voted directory id. Since version 1.
    pub voted_directory_id: Uuid,
    /// The applied offset. Versions up to 0.
    pub applied_offset: i64,
    /// The current voters. Versions up to 0.
    pub current_voters: Option<Vec<Voter>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for QuorumStateData {
    fn default() -> Self {
        Self {
            cluster_id: Str::new(),
            leader_id: -1,
            leader_epoch: -1,
            voted_id: -1,
            voted_directory_id: Uuid::nil(),
            applied_offset: 0,
            current_voters: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl QuorumStateData {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        if version <= 0 {
            self.cluster_id = r.string(true)?;
        }
        self.leader_id = r.i32()?;
        self.leader_epoch = r.i32()?;
        self.voted_id = r.i32()?;
        if version >= 1 {
            self.voted_directory_id = r.uuid()?;
        }
        if version <= 0 {
            self.applied_offset = r.i64()?;
            self.current_voters = r.nullable_array(true, version)?;
        }
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        if version <= 0 {
            w.put_string(&self.cluster_id, true)?;
        } else if !self.cluster_id.is_empty() {
            return Err(EncodeError::not_in_version("clusterId", version));
        }
        w.put_i32(self.leader_id);
        w.put_i32(self.leader_epoch);
        w.put_i32(self.voted_id);
        if version >= 1 {
            w.put_uuid(self.voted_directory_id);
        } else if !self.voted_directory_id.is_nil() {
            return Err(EncodeError::not_in_version("votedDirectoryId", version));
        }
        if version <= 0 {
            w.put_i64(self.applied_offset);
        } else if self.applied_offset != 0 {
            return Err(EncodeError::not_in_version("appliedOffset", version));
        }
        if version <= 0 {
            w.put_nullable_array(self.current_voters.as_deref(), true, version)?;
        } else if self.current_voters.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::not_in_version("currentVoters", version));
        }
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for QuorumStateData {
    const NAME: &'static str = "QuorumStateData";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
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

/// Part of [`QuorumStateData`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Voter {
    /// The voter id.
    pub voter_id: i32,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Voter {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.voter_id = r.i32()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.voter_id);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Voter {
    const MIN_SIZE: usize = 5;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

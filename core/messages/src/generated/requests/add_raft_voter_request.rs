//! `AddRaftVoterRequest`, key 80, versions 0-1. Written by `cargo xtask codegen` from AddRaftVoterRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `AddRaftVoterRequest`: key 80, versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct AddRaftVoterRequest {
    /// The cluster id.
    pub cluster_id: Option<Str>,
    /// The maximum time to wait for the request to complete before returning.
    pub timeout_ms: i32,
    /// The replica id of the voter getting added to the topic partition.
    pub voter_id: i32,
    /// The directory id of the voter getting added to the topic partition.
    pub voter_directory_id: Uuid,
    /// The endpoints that can be used to communicate with the voter.
    pub listeners: Vec<Listener>,
    /// When true, return a response after the new voter set is committed. Otherwise, return after the leader
    /// writes the changes locally. Since version 1. Default true.
    pub ack_when_committed: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for AddRaftVoterRequest {
    fn default() -> Self {
        Self {
            cluster_id: Some(Str::new()),
            timeout_ms: 0,
            voter_id: 0,
            voter_directory_id: Uuid::nil(),
            listeners: Vec::new(),
            ack_when_committed: true,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl AddRaftVoterRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.cluster_id = r.nullable_string(true)?;
        self.timeout_ms = r.i32()?;
        self.voter_id = r.i32()?;
        self.voter_directory_id = r.uuid()?;
        self.listeners = r.array(true, version)?;
        if version >= 1 {
            self.ack_when_committed = r.bool()?;
        }
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_nullable_string(self.cluster_id.as_ref(), true)?;
        w.put_i32(self.timeout_ms);
        w.put_i32(self.voter_id);
        w.put_uuid(self.voter_directory_id);
        w.put_array(&self.listeners, true, version)?;
        if version >= 1 {
            w.put_bool(self.ack_when_committed);
        } else if !self.ack_when_committed {
            return Err(EncodeError::not_in_version("ackWhenCommitted", version));
        }
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for AddRaftVoterRequest {
    const NAME: &'static str = "AddRaftVoterRequest";
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

impl Request for AddRaftVoterRequest {
    const KEY: ApiKey = ApiKey::AddRaftVoter;
    type Response = crate::AddRaftVoterResponse;
}

/// Part of [`AddRaftVoterRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listener {
    /// The name of the endpoint.
    pub name: Str,
    /// The hostname.
    pub host: Str,
    /// The port.
    pub port: u16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Listener {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.host = r.string(true)?;
        self.port = r.u16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_string(&self.host, true)?;
        w.put_u16(self.port);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Listener {
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

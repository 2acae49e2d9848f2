//! `StreamsGroupMemberMetadataValue`, key 19, version 0. Written by `cargo xtask codegen` from StreamsGroupMemberMetadataValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `StreamsGroupMemberMetadataValue`: key 19, versions 0-0.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamsGroupMemberMetadataValue {
    /// The (optional) instance ID for static membership.
    pub instance_id: Option<Str>,
    /// The (optional) rack ID.
    pub rack_id: Option<Str>,
    /// The client ID.
    pub client_id: Str,
    /// The client host.
    pub client_host: Str,
    /// The rebalance timeout. Default -1.
    pub rebalance_timeout_ms: i32,
    /// The epoch of the topology.
    pub topology_epoch: i32,
    /// Identity of the streams instance that may have multiple consumers.
    pub process_id: Str,
    /// User-defined endpoint for running interactive queries on this instance.
    pub user_endpoint: Option<Endpoint>,
    /// Used for rack-aware assignment algorithm.
    pub client_tags: Vec<KeyValue>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for StreamsGroupMemberMetadataValue {
    fn default() -> Self {
        Self {
            instance_id: Some(Str::new()),
            rack_id: Some(Str::new()),
            client_id: Str::new(),
            client_host: Str::new(),
            rebalance_timeout_ms: -1,
            topology_epoch: 0,
            process_id: Str::new(),
            user_endpoint: None,
            client_tags: Vec::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl StreamsGroupMemberMetadataValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.instance_id = r.nullable_string(true)?;
        self.rack_id = r.nullable_string(true)?;
        self.client_id = r.string(true)?;
        self.client_host = r.string(true)?;
        self.rebalance_timeout_ms = r.i32()?;
        self.topology_epoch = r.i32()?;
        self.process_id = r.string(true)?;
        self.user_endpoint = if r.present()? {
            Some(Endpoint::read(r, true, version)?)
        } else {
            None
        };
        self.client_tags = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_nullable_string(self.instance_id.as_ref(), true)?;
        w.put_nullable_string(self.rack_id.as_ref(), true)?;
        w.put_string(&self.client_id, true)?;
        w.put_string(&self.client_host, true)?;
        w.put_i32(self.rebalance_timeout_ms);
        w.put_i32(self.topology_epoch);
        w.put_string(&self.process_id, true)?;
        match &self.user_endpoint {
            Some(value) => {
                w.put_i8(1);
                value.write(w, true, version)?;
            }
            None => w.put_i8(-1),
        }
        w.put_array(&self.client_tags, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for StreamsGroupMemberMetadataValue {
    const NAME: &'static str = "StreamsGroupMemberMetadataValue";
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

impl CoordinatorMessage for StreamsGroupMemberMetadataValue {
    const KEY: i16 = 19;
}

/// Part of [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Endpoint {
    /// The host of the endpoint.
    pub host: Str,
    /// The port of the endpoint.
    pub port: u16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Endpoint {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.host = r.string(true)?;
        self.port = r.u16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.host, true)?;
        w.put_u16(self.port);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Endpoint {
    const MIN_SIZE: usize = 4;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`StreamsGroupMemberMetadataValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KeyValue {
    /// The key of the config.
    pub key: Str,
    /// the value of the config.
    pub value: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl KeyValue {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.key = r.string(true)?;
        self.value = r.string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.key, true)?;
        w.put_string(&self.value, true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for KeyValue {
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

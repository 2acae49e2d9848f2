//! `BrokerRegistrationRequest`, key 62, versions 0-4. Written by `cargo xtask codegen` from BrokerRegistrationRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `BrokerRegistrationRequest`: key 62, versions 0-4.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerRegistrationRequest {
    /// The broker ID.
    pub broker_id: i32,
    /// The cluster id of the broker process.
    pub cluster_id: Str,
    /// The incarnation id of the broker process.
    pub incarnation_id: Uuid,
    /// The listeners of this broker.
    pub listeners: Vec<Listener>,
    /// The features on this broker. Note: in v0-v3, features with MinSupportedVersion = 0 are omitted.
    pub features: Vec<Feature>,
    /// The rack which this broker is in.
    pub rack: Option<Str>,
    /// If the required configurations for ZK migration are present, this value is set to true. Since version 1.
    pub is_migrating_zk_broker: bool,
    /// Log directories configured in this broker which are available. Since version 2.
    pub log_dirs: Vec<Uuid>,
    /// The epoch before a clean shutdown. Since version 3. Default -1.
    pub previous_broker_epoch: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BrokerRegistrationRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            cluster_id: Str::new(),
            incarnation_id: Uuid::nil(),
            listeners: Vec::new(),
            features: Vec::new(),
            rack: Some(Str::new()),
            is_migrating_zk_broker: false,
            log_dirs: Vec::new(),
            previous_broker_epoch: -1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl BrokerRegistrationRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.broker_id = r.i32()?;
        self.cluster_id = r.string(true)?;
        self.incarnation_id = r.uuid()?;
        self.listeners = r.array(true, version)?;
        self.features = r.array(true, version)?;
        self.rack = r.nullable_string(true)?;
        if version >= 1 {
            self.is_migrating_zk_broker = r.bool()?;
        }
        if version >= 2 {
            self.log_dirs = r.array(true, version)?;
        }
        if version >= 3 {
            self.previous_broker_epoch = r.i64()?;
        }
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.broker_id);
        w.put_string(&self.cluster_id, true)?;
        w.put_uuid(self.incarnation_id);
        w.put_array(&self.listeners, true, version)?;
        w.put_array(&self.features, true, version)?;
        w.put_nullable_string(self.rack.as_ref(), true)?;
        if version >= 1 {
            w.put_bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::not_in_version("isMigratingZkBroker", version));
        }
        if version >= 2 {
            w.put_array(&self.log_dirs, true, version)?;
        }
        if version >= 3 {
            w.put_i64(self.previous_broker_epoch);
        }
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for BrokerRegistrationRequest {
    const NAME: &'static str = "BrokerRegistrationRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 4;
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

impl Request for BrokerRegistrationRequest {
    const KEY: ApiKey = ApiKey::BrokerRegistration;
    type Response = crate::BrokerRegistrationResponse;
}

/// Part of [`BrokerRegistrationRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listener {
    /// The name of the endpoint.
    pub name: Str,
    /// The hostname.
    pub host: Str,
    /// The port.
    pub port: u16,
    /// The security protocol.
    pub security_protocol: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Listener {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.host = r.string(true)?;
        self.port = r.u16()?;
        self.security_protocol = r.i16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_string(&self.host, true)?;
        w.put_u16(self.port);
        w.put_i16(self.security_protocol);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Listener {
    const MIN_SIZE: usize = 7;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`BrokerRegistrationRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Feature {
    /// The feature name.
    pub name: Str,
    /// The minimum supported feature level.
    pub min_supported_version: i16,
    /// The maximum supported feature level.
    pub max_supported_version: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Feature {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.min_supported_version = r.i16()?;
        self.max_supported_version = r.i16()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_i16(self.min_supported_version);
        w.put_i16(self.max_supported_version);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Feature {
    const MIN_SIZE: usize = 6;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

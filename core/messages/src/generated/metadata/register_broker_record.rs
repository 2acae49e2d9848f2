//! `RegisterBrokerRecord`, key 0, versions 0-4. Written by `cargo xtask codegen` from RegisterBrokerRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `RegisterBrokerRecord`: key 0, versions 0-4.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterBrokerRecord {
    /// The broker id.
    pub broker_id: i32,
    /// True if the broker is a ZK broker in migration mode. Otherwise, false. Since version 2.
    pub is_migrating_zk_broker: bool,
    /// The incarnation ID of the broker process.
    pub incarnation_id: Uuid,
    /// The broker epoch assigned by the controller.
    pub broker_epoch: i64,
    /// The endpoints that can be used to communicate with this broker.
    pub end_points: Vec<BrokerEndpoint>,
    /// The features on this broker.
    pub features: Vec<BrokerFeature>,
    /// The broker rack.
    pub rack: Option<Str>,
    /// True if the broker is fenced. Default true.
    pub fenced: bool,
    /// True if the broker is in controlled shutdown. Since version 1.
    pub in_controlled_shutdown: bool,
    /// Log directories configured in this broker which are available. Since version 3.
    pub log_dirs: Vec<Uuid>,
    /// Log directories that are cordoned. This is initially null before the broker starts sending the value via
    /// its heartbeats. Since version 4.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for RegisterBrokerRecord {
    fn default() -> Self {
        Self {
            broker_id: 0,
            is_migrating_zk_broker: false,
            incarnation_id: Uuid::nil(),
            broker_epoch: 0,
            end_points: Vec::new(),
            features: Vec::new(),
            rack: Some(Str::new()),
            fenced: true,
            in_controlled_shutdown: false,
            log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl RegisterBrokerRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.broker_id = r.i32()?;
        if version >= 2 {
            self.is_migrating_zk_broker = r.bool()?;
        }
        self.incarnation_id = r.uuid()?;
        self.broker_epoch = r.i64()?;
        self.end_points = r.array(true, version)?;
        self.features = r.array(true, version)?;
        self.rack = r.nullable_string(true)?;
        self.fenced = r.bool()?;
        if version >= 1 {
            self.in_controlled_shutdown = r.bool()?;
        }
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 if version >= 3 => self.log_dirs = field.array(true, version)?,
                0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                1 if version >= 4 => self.cordoned_log_dirs = field.nullable_array(true, version)?,
                1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.broker_id);
        if version >= 2 {
            w.put_bool(self.is_migrating_zk_broker);
        } else if self.is_migrating_zk_broker {
            return Err(EncodeError::not_in_version("isMigratingZkBroker", version));
        }
        w.put_uuid(self.incarnation_id);
        w.put_i64(self.broker_epoch);
        w.put_array(&self.end_points, true, version)?;
        w.put_array(&self.features, true, version)?;
        w.put_nullable_string(self.rack.as_ref(), true)?;
        w.put_bool(self.fenced);
        if version >= 1 {
            w.put_bool(self.in_controlled_shutdown);
        } else if self.in_controlled_shutdown {
            return Err(EncodeError::not_in_version("inControlledShutdown", version));
        }
        if version < 3 && !self.log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("logDirs", version));
        }
        if version < 4 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordonedLogDirs", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if version >= 3 && !self.log_dirs.is_empty() {
            let mut field = Writer::new();
            field.put_array(&self.log_dirs, true, version)?;
            tags.put(0, field)?;
        }
        if version >= 4 && self.cordoned_log_dirs.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.cordoned_log_dirs.as_deref(), true, version)?;
            tags.put(1, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for RegisterBrokerRecord {
    const NAME: &'static str = "RegisterBrokerRecord";
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

impl MetadataMessage for RegisterBrokerRecord {
    const KEY: i16 = 0;
}

/// Part of [`RegisterBrokerRecord`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BrokerEndpoint {
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

impl BrokerEndpoint {
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

impl Wire for BrokerEndpoint {
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

/// Part of [`RegisterBrokerRecord`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BrokerFeature {
    /// The feature name.
    pub name: Str,
    /// The minimum supported feature level.
    pub min_supported_version: i16,
    /// The maximum supported feature level.
    pub max_supported_version: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BrokerFeature {
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

impl Wire for BrokerFeature {
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

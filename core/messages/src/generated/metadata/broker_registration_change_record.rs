//! `BrokerRegistrationChangeRecord`, key 17, versions 0-3. Written by `cargo xtask codegen` from BrokerRegistrationChangeRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `BrokerRegistrationChangeRecord`: key 17, versions 0-3.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BrokerRegistrationChangeRecord {
    /// The broker id.
    pub broker_id: i32,
    /// The broker epoch assigned by the controller.
    pub broker_epoch: i64,
    /// -1 if the broker has been unfenced, 0 if no change, 1 if the broker has been fenced.
    pub fenced: i8,
    /// 0 if no change, 1 if the broker is in controlled shutdown. Since version 1.
    pub in_controlled_shutdown: i8,
    /// Log directories configured in this broker which are available. Since version 2.
    pub log_dirs: Vec<Uuid>,
    /// Log directories that are cordoned or null if no change. Since version 3.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl BrokerRegistrationChangeRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.broker_id = r.i32()?;
        self.broker_epoch = r.i64()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.fenced = field.i8()?,
                1 if version >= 1 => self.in_controlled_shutdown = field.i8()?,
                1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                2 if version >= 2 => self.log_dirs = field.array(true, version)?,
                2 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                3 if version >= 3 => self.cordoned_log_dirs = field.nullable_array(true, version)?,
                3 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.broker_id);
        w.put_i64(self.broker_epoch);
        if version < 1 && self.in_controlled_shutdown != 0 {
            return Err(EncodeError::not_in_version("inControlledShutdown", version));
        }
        if version < 2 && !self.log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("logDirs", version));
        }
        if version < 3 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordonedLogDirs", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.fenced != 0 {
            let mut field = Writer::new();
            field.put_i8(self.fenced);
            tags.put(0, field)?;
        }
        if version >= 1 && self.in_controlled_shutdown != 0 {
            let mut field = Writer::new();
            field.put_i8(self.in_controlled_shutdown);
            tags.put(1, field)?;
        }
        if version >= 2 && !self.log_dirs.is_empty() {
            let mut field = Writer::new();
            field.put_array(&self.log_dirs, true, version)?;
            tags.put(2, field)?;
        }
        if version >= 3 && self.cordoned_log_dirs.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.cordoned_log_dirs.as_deref(), true, version)?;
            tags.put(3, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for BrokerRegistrationChangeRecord {
    const NAME: &'static str = "BrokerRegistrationChangeRecord";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
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

impl MetadataMessage for BrokerRegistrationChangeRecord {
    const KEY: i16 = 17;
}

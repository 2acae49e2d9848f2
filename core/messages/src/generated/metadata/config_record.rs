//! `ConfigRecord`, key 4, version 0. Written by `cargo xtask codegen` from ConfigRecord.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `ConfigRecord`: key 4, versions 0-0.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRecord {
    /// The type of resource this configuration applies to.
    pub resource_type: i8,
    /// The name of the resource this configuration applies to.
    pub resource_name: Str,
    /// The name of the configuration key.
    pub name: Str,
    /// The value of the configuration, or null if the it should be deleted.
    pub value: Option<Str>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ConfigRecord {
    fn default() -> Self {
        Self {
            resource_type: 0,
            resource_name: Str::new(),
            name: Str::new(),
            value: Some(Str::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl ConfigRecord {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.resource_type = r.i8()?;
        self.resource_name = r.string(true)?;
        self.name = r.string(true)?;
        self.value = r.nullable_string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i8(self.resource_type);
        w.put_string(&self.resource_name, true)?;
        w.put_string(&self.name, true)?;
        w.put_nullable_string(self.value.as_ref(), true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for ConfigRecord {
    const NAME: &'static str = "ConfigRecord";
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

impl MetadataMessage for ConfigRecord {
    const KEY: i16 = 4;
}

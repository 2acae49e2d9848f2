//! `AccessControlEntryRecord`, key 18, version 0. Written by `cargo xtask codegen` from AccessControlEntryRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::writer::Writer;

/// `AccessControlEntryRecord`: key 18, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccessControlEntryRecord {
    /// The unique ID of this ACL.
    pub id: Uuid,
    /// The resource type.
    pub resource_type: i8,
    /// The resource name.
    pub resource_name: Str,
    /// The resource name pattern type.
    pub pattern_type: i8,
    /// The principal name.
    pub principal: Str,
    /// The host name.
    pub host: Str,
    /// The AclOperation.
    pub operation: i8,
    /// The AclPermissionType.
    pub permission_type: i8,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl AccessControlEntryRecord {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.id = r.uuid()?;
        self.resource_type = r.i8()?;
        self.resource_name = r.string(true)?;
        self.pattern_type = r.i8()?;
        self.principal = r.string(true)?;
        self.host = r.string(true)?;
        self.operation = r.i8()?;
        self.permission_type = r.i8()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_uuid(self.id);
        w.put_i8(self.resource_type);
        w.put_string(&self.resource_name, true)?;
        w.put_i8(self.pattern_type);
        w.put_string(&self.principal, true)?;
        w.put_string(&self.host, true)?;
        w.put_i8(self.operation);
        w.put_i8(self.permission_type);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for AccessControlEntryRecord {
    const NAME: &'static str = "AccessControlEntryRecord";
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

impl MetadataMessage for AccessControlEntryRecord {
    const KEY: i16 = 18;
}

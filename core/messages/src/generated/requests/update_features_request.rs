//! `UpdateFeaturesRequest`, key 57, versions 0-2. Written by `cargo xtask codegen` from UpdateFeaturesRequest.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `UpdateFeaturesRequest`: key 57, versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// How long to wait in milliseconds before timing out the request. Default 60000.
    pub timeout_ms: i32,
    /// The list of updates to finalized features.
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// True if we should validate the request, but not perform the upgrade or downgrade. Since version 1.
    pub validate_only: bool,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            feature_updates: Vec::new(),
            validate_only: false,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl UpdateFeaturesRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.timeout_ms = r.i32()?;
        self.feature_updates = r.array(true, version)?;
        if version >= 1 {
            self.validate_only = r.bool()?;
        }
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.timeout_ms);
        w.put_array(&self.feature_updates, true, version)?;
        if version >= 1 {
            w.put_bool(self.validate_only);
        } else if self.validate_only {
            return Err(EncodeError::not_in_version("validateOnly", version));
        }
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for UpdateFeaturesRequest {
    const NAME: &'static str = "UpdateFeaturesRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
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

impl Request for UpdateFeaturesRequest {
    const KEY: ApiKey = ApiKey::UpdateFeatures;
    type Response = crate::UpdateFeaturesResponse;
}

/// Part of [`UpdateFeaturesRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey {
    /// The name of the finalized feature to be updated.
    pub feature: Str,
    /// The new maximum version level for the finalized feature. A value \>= 1 is valid. A value \< 1, is
    /// special, and can be used to request the deletion of the finalized feature.
    pub max_version_level: i16,
    /// DEPRECATED in version 1 (see DowngradeType). When set to true, the finalized feature version level is
    /// allowed to be downgraded/deleted. The downgrade request will fail if the new maximum version level is a
    /// value that's not lower than the existing maximum finalized version level. Versions up to 0.
    pub allow_downgrade: bool,
    /// Determine which type of upgrade will be performed: 1 will perform an upgrade only (default), 2 is safe
    /// downgrades only (lossless), 3 is unsafe downgrades (lossy). Since version 1. Default 1.
    pub upgrade_type: i8,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self {
            feature: Str::new(),
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl FeatureUpdateKey {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.feature = r.string(true)?;
        self.max_version_level = r.i16()?;
        if version <= 0 {
            self.allow_downgrade = r.bool()?;
        }
        if version >= 1 {
            self.upgrade_type = r.i8()?;
        }
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.feature, true)?;
        w.put_i16(self.max_version_level);
        if version <= 0 {
            w.put_bool(self.allow_downgrade);
        } else if self.allow_downgrade {
            return Err(EncodeError::not_in_version("allowDowngrade", version));
        }
        if version >= 1 {
            w.put_i8(self.upgrade_type);
        } else if self.upgrade_type != 1 {
            return Err(EncodeError::not_in_version("upgradeType", version));
        }
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for FeatureUpdateKey {
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

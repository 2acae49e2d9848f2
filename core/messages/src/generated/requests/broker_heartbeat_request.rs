//! `BrokerHeartbeatRequest`, key 63, versions 0-2. Written by `cargo xtask codegen` from BrokerHeartbeatRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `BrokerHeartbeatRequest`: key 63, versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokerHeartbeatRequest {
    /// The broker ID.
    pub broker_id: i32,
    /// The broker epoch. Default -1.
    pub broker_epoch: i64,
    /// The highest metadata offset which the broker has reached.
    pub current_metadata_offset: i64,
    /// True if the broker wants to be fenced, false otherwise.
    pub want_fence: bool,
    /// True if the broker wants to be shut down, false otherwise.
    pub want_shut_down: bool,
    /// Log directories that failed and went offline. Since version 1.
    pub offline_log_dirs: Vec<Uuid>,
    /// List of log directories that are cordoned. This is null before the broker reaches the RECOVERY state.
    /// Since version 2.
    pub cordoned_log_dirs: Option<Vec<Uuid>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for BrokerHeartbeatRequest {
    fn default() -> Self {
        Self {
            broker_id: 0,
            broker_epoch: -1,
            current_metadata_offset: 0,
            want_fence: false,
            want_shut_down: false,
            offline_log_dirs: Vec::new(),
            cordoned_log_dirs: None,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl BrokerHeartbeatRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.broker_id = r.i32()?;
        self.broker_epoch = r.i64()?;
        self.current_metadata_offset = r.i64()?;
        self.want_fence = r.bool()?;
        self.want_shut_down = r.bool()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 if version >= 1 => self.offline_log_dirs = field.array(true, version)?,
                0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                1 if version >= 2 => self.cordoned_log_dirs = field.nullable_array(true, version)?,
                1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.broker_id);
        w.put_i64(self.broker_epoch);
        w.put_i64(self.current_metadata_offset);
        w.put_bool(self.want_fence);
        w.put_bool(self.want_shut_down);
        if version < 1 && !self.offline_log_dirs.is_empty() {
            return Err(EncodeError::not_in_version("offlineLogDirs", version));
        }
        if version < 2 && self.cordoned_log_dirs.is_some() {
            return Err(EncodeError::not_in_version("cordonedLogDirs", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if version >= 1 && !self.offline_log_dirs.is_empty() {
            let mut field = Writer::new();
            field.put_array(&self.offline_log_dirs, true, version)?;
            tags.put(0, field)?;
        }
        if version >= 2 && self.cordoned_log_dirs.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.cordoned_log_dirs.as_deref(), true, version)?;
            tags.put(1, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for BrokerHeartbeatRequest {
    const NAME: &'static str = "BrokerHeartbeatRequest";
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

impl Request for BrokerHeartbeatRequest {
    const KEY: ApiKey = ApiKey::BrokerHeartbeat;
    type Response = crate::BrokerHeartbeatResponse;
}

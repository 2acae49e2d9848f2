//! The family's records as one type. Written by `cargo xtask codegen`; do not edit.

use bytes::Bytes;

use super::{ShareSnapshotKey, ShareSnapshotValue, ShareUpdateKey, ShareUpdateValue};
use crate::error::EncodeError;
use crate::framing::{FrameError, decode_value, encode_key, encode_value};
use crate::message::Message;
use crate::reader::Reader;

/// Any key of the topic.
#[derive(Debug, Clone, PartialEq)]
pub enum ShareKey {
    /// Type 0.
    ShareSnapshot(ShareSnapshotKey),
    /// Type 1.
    ShareUpdate(ShareUpdateKey),
}

impl ShareKey {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::ShareSnapshot(_) => 0,
            Self::ShareUpdate(_) => 1,
        }
    }

    /// Reads a key: its type, then the key.
    pub fn decode(bytes: Bytes) -> Result<Self, FrameError> {
        let mut r = Reader::new(bytes);
        Ok(match r.i16()? {
            0 => Self::ShareSnapshot(ShareSnapshotKey::decode(&mut r, 0)?),
            1 => Self::ShareUpdate(ShareUpdateKey::decode(&mut r, 0)?),
            other => return Err(FrameError::UnknownType(i32::from(other))),
        })
    }

    /// The key with its type in front.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match self {
            Self::ShareSnapshot(key) => encode_key(key),
            Self::ShareUpdate(key) => encode_key(key),
        }
    }
}

/// Any value of the topic.
#[derive(Debug, Clone, PartialEq)]
pub enum ShareValue {
    /// Type 0.
    ShareSnapshot(ShareSnapshotValue),
    /// Type 1.
    ShareUpdate(ShareUpdateValue),
}

impl ShareValue {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::ShareSnapshot(_) => 0,
            Self::ShareUpdate(_) => 1,
        }
    }

    /// Reads the value that belongs to a key of type `key`: its version, then the value.
    pub fn decode(key: i16, bytes: Bytes) -> Result<Self, FrameError> {
        Ok(match key {
            0 => Self::ShareSnapshot(decode_value(bytes)?),
            1 => Self::ShareUpdate(decode_value(bytes)?),
            other => return Err(FrameError::UnknownType(i32::from(other))),
        })
    }

    /// The value with its version in front.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        match self {
            Self::ShareSnapshot(value) => encode_value(value, version),
            Self::ShareUpdate(value) => encode_value(value, version),
        }
    }
}

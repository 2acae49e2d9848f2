//! The family's records as one type. Written by `cargo xtask codegen`; do not edit.

use bytes::Bytes;

use super::{
    RemoteLogSegmentMetadataRecord, RemoteLogSegmentMetadataSnapshotRecord, RemoteLogSegmentMetadataUpdateRecord,
    RemotePartitionDeleteMetadataRecord,
};
use crate::error::EncodeError;
use crate::framing::{FrameError, read_frame_header, write_framed};
use crate::message::Message;
use crate::reader::Reader;

/// Any record of the log.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoteLogRecord {
    /// Type 0.
    RemoteLogSegmentMetadata(RemoteLogSegmentMetadataRecord),
    /// Type 1.
    RemoteLogSegmentMetadataUpdate(RemoteLogSegmentMetadataUpdateRecord),
    /// Type 2.
    RemotePartitionDeleteMetadata(RemotePartitionDeleteMetadataRecord),
    /// Type 3.
    RemoteLogSegmentMetadataSnapshot(RemoteLogSegmentMetadataSnapshotRecord),
}

impl RemoteLogRecord {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::RemoteLogSegmentMetadata(_) => 0,
            Self::RemoteLogSegmentMetadataUpdate(_) => 1,
            Self::RemotePartitionDeleteMetadata(_) => 2,
            Self::RemoteLogSegmentMetadataSnapshot(_) => 3,
        }
    }

    /// Reads a framed record; also returns its version.
    pub fn decode(bytes: Bytes) -> Result<(Self, i16), FrameError> {
        let mut r = Reader::new(bytes);
        let (key, version) = read_frame_header(&mut r)?;
        let record = match key {
            0 => Self::RemoteLogSegmentMetadata(RemoteLogSegmentMetadataRecord::decode(&mut r, version)?),
            1 => Self::RemoteLogSegmentMetadataUpdate(RemoteLogSegmentMetadataUpdateRecord::decode(&mut r, version)?),
            2 => Self::RemotePartitionDeleteMetadata(RemotePartitionDeleteMetadataRecord::decode(&mut r, version)?),
            3 => {
                Self::RemoteLogSegmentMetadataSnapshot(RemoteLogSegmentMetadataSnapshotRecord::decode(&mut r, version)?)
            }
            other => return Err(FrameError::UnknownType(i32::from(other))),
        };
        r.finish()?;
        Ok((record, version))
    }

    /// The record with its frame.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        match self {
            Self::RemoteLogSegmentMetadata(record) => write_framed(record, version),
            Self::RemoteLogSegmentMetadataUpdate(record) => write_framed(record, version),
            Self::RemotePartitionDeleteMetadata(record) => write_framed(record, version),
            Self::RemoteLogSegmentMetadataSnapshot(record) => write_framed(record, version),
        }
    }
}

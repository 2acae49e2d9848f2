//! The family's records as one type. Written by `cargo xtask codegen`; do not edit.

use bytes::Bytes;

use super::{
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue, ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue, ConsumerGroupMetadataKey, ConsumerGroupMetadataValue,
    ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue, ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue, ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue, ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue, GroupMetadataKey, GroupMetadataValue, LegacyOffsetCommitKey,
    LegacyOffsetCommitValue, OffsetCommitKey, OffsetCommitValue, ShareGroupCurrentMemberAssignmentKey,
    ShareGroupCurrentMemberAssignmentValue, ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue,
    ShareGroupMetadataKey, ShareGroupMetadataValue, ShareGroupStatePartitionMetadataKey,
    ShareGroupStatePartitionMetadataValue, ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue,
    ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataValue,
    StreamsGroupCurrentMemberAssignmentKey, StreamsGroupCurrentMemberAssignmentValue, StreamsGroupMemberMetadataKey,
    StreamsGroupMemberMetadataValue, StreamsGroupMetadataKey, StreamsGroupMetadataValue,
    StreamsGroupTargetAssignmentMemberKey, StreamsGroupTargetAssignmentMemberValue,
    StreamsGroupTargetAssignmentMetadataKey, StreamsGroupTargetAssignmentMetadataValue, StreamsGroupTopologyKey,
    StreamsGroupTopologyValue,
};
use crate::error::EncodeError;
use crate::framing::{FrameError, decode_value, encode_key, encode_value};
use crate::message::Message;
use crate::reader::Reader;

/// Any key of the topic.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupKey {
    /// Type 0.
    LegacyOffsetCommit(LegacyOffsetCommitKey),
    /// Type 1.
    OffsetCommit(OffsetCommitKey),
    /// Type 2.
    GroupMetadata(GroupMetadataKey),
    /// Type 3.
    ConsumerGroupMetadata(ConsumerGroupMetadataKey),
    /// Type 4.
    ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey),
    /// Type 5.
    ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataKey),
    /// Type 6.
    ConsumerGroupTargetAssignmentMetadata(ConsumerGroupTargetAssignmentMetadataKey),
    /// Type 7.
    ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberKey),
    /// Type 8.
    ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentKey),
    /// Type 10.
    ShareGroupMemberMetadata(ShareGroupMemberMetadataKey),
    /// Type 11.
    ShareGroupMetadata(ShareGroupMetadataKey),
    /// Type 12.
    ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataKey),
    /// Type 13.
    ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberKey),
    /// Type 14.
    ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentKey),
    /// Type 15.
    ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataKey),
    /// Type 16.
    ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionKey),
    /// Type 17.
    StreamsGroupMetadata(StreamsGroupMetadataKey),
    /// Type 19.
    StreamsGroupMemberMetadata(StreamsGroupMemberMetadataKey),
    /// Type 20.
    StreamsGroupTargetAssignmentMetadata(StreamsGroupTargetAssignmentMetadataKey),
    /// Type 21.
    StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberKey),
    /// Type 22.
    StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentKey),
    /// Type 23.
    StreamsGroupTopology(StreamsGroupTopologyKey),
}

impl GroupKey {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::LegacyOffsetCommit(_) => 0,
            Self::OffsetCommit(_) => 1,
            Self::GroupMetadata(_) => 2,
            Self::ConsumerGroupMetadata(_) => 3,
            Self::ConsumerGroupPartitionMetadata(_) => 4,
            Self::ConsumerGroupMemberMetadata(_) => 5,
            Self::ConsumerGroupTargetAssignmentMetadata(_) => 6,
            Self::ConsumerGroupTargetAssignmentMember(_) => 7,
            Self::ConsumerGroupCurrentMemberAssignment(_) => 8,
            Self::ShareGroupMemberMetadata(_) => 10,
            Self::ShareGroupMetadata(_) => 11,
            Self::ShareGroupTargetAssignmentMetadata(_) => 12,
            Self::ShareGroupTargetAssignmentMember(_) => 13,
            Self::ShareGroupCurrentMemberAssignment(_) => 14,
            Self::ShareGroupStatePartitionMetadata(_) => 15,
            Self::ConsumerGroupRegularExpression(_) => 16,
            Self::StreamsGroupMetadata(_) => 17,
            Self::StreamsGroupMemberMetadata(_) => 19,
            Self::StreamsGroupTargetAssignmentMetadata(_) => 20,
            Self::StreamsGroupTargetAssignmentMember(_) => 21,
            Self::StreamsGroupCurrentMemberAssignment(_) => 22,
            Self::StreamsGroupTopology(_) => 23,
        }
    }

    /// Reads a key: its type, then the key.
    pub fn decode(bytes: Bytes) -> Result<Self, FrameError> {
        let mut r = Reader::new(bytes);
        Ok(match r.i16()? {
            0 => Self::LegacyOffsetCommit(LegacyOffsetCommitKey::decode(&mut r, 0)?),
            1 => Self::OffsetCommit(OffsetCommitKey::decode(&mut r, 0)?),
            2 => Self::GroupMetadata(GroupMetadataKey::decode(&mut r, 0)?),
            3 => Self::ConsumerGroupMetadata(ConsumerGroupMetadataKey::decode(&mut r, 0)?),
            4 => Self::ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataKey::decode(&mut r, 0)?),
            5 => Self::ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataKey::decode(&mut r, 0)?),
            6 => Self::ConsumerGroupTargetAssignmentMetadata(ConsumerGroupTargetAssignmentMetadataKey::decode(
                &mut r, 0,
            )?),
            7 => Self::ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberKey::decode(&mut r, 0)?),
            8 => {
                Self::ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentKey::decode(&mut r, 0)?)
            }
            10 => Self::ShareGroupMemberMetadata(ShareGroupMemberMetadataKey::decode(&mut r, 0)?),
            11 => Self::ShareGroupMetadata(ShareGroupMetadataKey::decode(&mut r, 0)?),
            12 => Self::ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataKey::decode(&mut r, 0)?),
            13 => Self::ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberKey::decode(&mut r, 0)?),
            14 => Self::ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentKey::decode(&mut r, 0)?),
            15 => Self::ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataKey::decode(&mut r, 0)?),
            16 => Self::ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionKey::decode(&mut r, 0)?),
            17 => Self::StreamsGroupMetadata(StreamsGroupMetadataKey::decode(&mut r, 0)?),
            19 => Self::StreamsGroupMemberMetadata(StreamsGroupMemberMetadataKey::decode(&mut r, 0)?),
            20 => {
                Self::StreamsGroupTargetAssignmentMetadata(StreamsGroupTargetAssignmentMetadataKey::decode(&mut r, 0)?)
            }
            21 => Self::StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberKey::decode(&mut r, 0)?),
            22 => Self::StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentKey::decode(&mut r, 0)?),
            23 => Self::StreamsGroupTopology(StreamsGroupTopologyKey::decode(&mut r, 0)?),
            other => return Err(FrameError::UnknownType(i32::from(other))),
        })
    }

    /// The key with its type in front.
    pub fn encode(&self) -> Result<Bytes, EncodeError> {
        match self {
            Self::LegacyOffsetCommit(key) => encode_key(key),
            Self::OffsetCommit(key) => encode_key(key),
            Self::GroupMetadata(key) => encode_key(key),
            Self::ConsumerGroupMetadata(key) => encode_key(key),
            Self::ConsumerGroupPartitionMetadata(key) => encode_key(key),
            Self::ConsumerGroupMemberMetadata(key) => encode_key(key),
            Self::ConsumerGroupTargetAssignmentMetadata(key) => encode_key(key),
            Self::ConsumerGroupTargetAssignmentMember(key) => encode_key(key),
            Self::ConsumerGroupCurrentMemberAssignment(key) => encode_key(key),
            Self::ShareGroupMemberMetadata(key) => encode_key(key),
            Self::ShareGroupMetadata(key) => encode_key(key),
            Self::ShareGroupTargetAssignmentMetadata(key) => encode_key(key),
            Self::ShareGroupTargetAssignmentMember(key) => encode_key(key),
            Self::ShareGroupCurrentMemberAssignment(key) => encode_key(key),
            Self::ShareGroupStatePartitionMetadata(key) => encode_key(key),
            Self::ConsumerGroupRegularExpression(key) => encode_key(key),
            Self::StreamsGroupMetadata(key) => encode_key(key),
            Self::StreamsGroupMemberMetadata(key) => encode_key(key),
            Self::StreamsGroupTargetAssignmentMetadata(key) => encode_key(key),
            Self::StreamsGroupTargetAssignmentMember(key) => encode_key(key),
            Self::StreamsGroupCurrentMemberAssignment(key) => encode_key(key),
            Self::StreamsGroupTopology(key) => encode_key(key),
        }
    }
}

/// Any value of the topic.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupValue {
    /// Type 0.
    LegacyOffsetCommit(LegacyOffsetCommitValue),
    /// Type 1.
    OffsetCommit(OffsetCommitValue),
    /// Type 2.
    GroupMetadata(GroupMetadataValue),
    /// Type 3.
    ConsumerGroupMetadata(ConsumerGroupMetadataValue),
    /// Type 4.
    ConsumerGroupPartitionMetadata(ConsumerGroupPartitionMetadataValue),
    /// Type 5.
    ConsumerGroupMemberMetadata(ConsumerGroupMemberMetadataValue),
    /// Type 6.
    ConsumerGroupTargetAssignmentMetadata(ConsumerGroupTargetAssignmentMetadataValue),
    /// Type 7.
    ConsumerGroupTargetAssignmentMember(ConsumerGroupTargetAssignmentMemberValue),
    /// Type 8.
    ConsumerGroupCurrentMemberAssignment(ConsumerGroupCurrentMemberAssignmentValue),
    /// Type 10.
    ShareGroupMemberMetadata(ShareGroupMemberMetadataValue),
    /// Type 11.
    ShareGroupMetadata(ShareGroupMetadataValue),
    /// Type 12.
    ShareGroupTargetAssignmentMetadata(ShareGroupTargetAssignmentMetadataValue),
    /// Type 13.
    ShareGroupTargetAssignmentMember(ShareGroupTargetAssignmentMemberValue),
    /// Type 14.
    ShareGroupCurrentMemberAssignment(ShareGroupCurrentMemberAssignmentValue),
    /// Type 15.
    ShareGroupStatePartitionMetadata(ShareGroupStatePartitionMetadataValue),
    /// Type 16.
    ConsumerGroupRegularExpression(ConsumerGroupRegularExpressionValue),
    /// Type 17.
    StreamsGroupMetadata(StreamsGroupMetadataValue),
    /// Type 19.
    StreamsGroupMemberMetadata(StreamsGroupMemberMetadataValue),
    /// Type 20.
    StreamsGroupTargetAssignmentMetadata(StreamsGroupTargetAssignmentMetadataValue),
    /// Type 21.
    StreamsGroupTargetAssignmentMember(StreamsGroupTargetAssignmentMemberValue),
    /// Type 22.
    StreamsGroupCurrentMemberAssignment(StreamsGroupCurrentMemberAssignmentValue),
    /// Type 23.
    StreamsGroupTopology(StreamsGroupTopologyValue),
}

impl GroupValue {
    /// The record's type.
    pub const fn key(&self) -> i16 {
        match self {
            Self::LegacyOffsetCommit(_) => 0,
            Self::OffsetCommit(_) => 1,
            Self::GroupMetadata(_) => 2,
            Self::ConsumerGroupMetadata(_) => 3,
            Self::ConsumerGroupPartitionMetadata(_) => 4,
            Self::ConsumerGroupMemberMetadata(_) => 5,
            Self::ConsumerGroupTargetAssignmentMetadata(_) => 6,
            Self::ConsumerGroupTargetAssignmentMember(_) => 7,
            Self::ConsumerGroupCurrentMemberAssignment(_) => 8,
            Self::ShareGroupMemberMetadata(_) => 10,
            Self::ShareGroupMetadata(_) => 11,
            Self::ShareGroupTargetAssignmentMetadata(_) => 12,
            Self::ShareGroupTargetAssignmentMember(_) => 13,
            Self::ShareGroupCurrentMemberAssignment(_) => 14,
            Self::ShareGroupStatePartitionMetadata(_) => 15,
            Self::ConsumerGroupRegularExpression(_) => 16,
            Self::StreamsGroupMetadata(_) => 17,
            Self::StreamsGroupMemberMetadata(_) => 19,
            Self::StreamsGroupTargetAssignmentMetadata(_) => 20,
            Self::StreamsGroupTargetAssignmentMember(_) => 21,
            Self::StreamsGroupCurrentMemberAssignment(_) => 22,
            Self::StreamsGroupTopology(_) => 23,
        }
    }

    /// Reads the value that belongs to a key of type `key`: its version, then the value.
    pub fn decode(key: i16, bytes: Bytes) -> Result<Self, FrameError> {
        Ok(match key {
            0 => Self::LegacyOffsetCommit(decode_value(bytes)?),
            1 => Self::OffsetCommit(decode_value(bytes)?),
            2 => Self::GroupMetadata(decode_value(bytes)?),
            3 => Self::ConsumerGroupMetadata(decode_value(bytes)?),
            4 => Self::ConsumerGroupPartitionMetadata(decode_value(bytes)?),
            5 => Self::ConsumerGroupMemberMetadata(decode_value(bytes)?),
            6 => Self::ConsumerGroupTargetAssignmentMetadata(decode_value(bytes)?),
            7 => Self::ConsumerGroupTargetAssignmentMember(decode_value(bytes)?),
            8 => Self::ConsumerGroupCurrentMemberAssignment(decode_value(bytes)?),
            10 => Self::ShareGroupMemberMetadata(decode_value(bytes)?),
            11 => Self::ShareGroupMetadata(decode_value(bytes)?),
            12 => Self::ShareGroupTargetAssignmentMetadata(decode_value(bytes)?),
            13 => Self::ShareGroupTargetAssignmentMember(decode_value(bytes)?),
            14 => Self::ShareGroupCurrentMemberAssignment(decode_value(bytes)?),
            15 => Self::ShareGroupStatePartitionMetadata(decode_value(bytes)?),
            16 => Self::ConsumerGroupRegularExpression(decode_value(bytes)?),
            17 => Self::StreamsGroupMetadata(decode_value(bytes)?),
            19 => Self::StreamsGroupMemberMetadata(decode_value(bytes)?),
            20 => Self::StreamsGroupTargetAssignmentMetadata(decode_value(bytes)?),
            21 => Self::StreamsGroupTargetAssignmentMember(decode_value(bytes)?),
            22 => Self::StreamsGroupCurrentMemberAssignment(decode_value(bytes)?),
            23 => Self::StreamsGroupTopology(decode_value(bytes)?),
            other => return Err(FrameError::UnknownType(i32::from(other))),
        })
    }

    /// The value with its version in front.
    pub fn encode(&self, version: i16) -> Result<Bytes, EncodeError> {
        match self {
            Self::LegacyOffsetCommit(value) => encode_value(value, version),
            Self::OffsetCommit(value) => encode_value(value, version),
            Self::GroupMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupPartitionMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupMemberMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupTargetAssignmentMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupTargetAssignmentMember(value) => encode_value(value, version),
            Self::ConsumerGroupCurrentMemberAssignment(value) => encode_value(value, version),
            Self::ShareGroupMemberMetadata(value) => encode_value(value, version),
            Self::ShareGroupMetadata(value) => encode_value(value, version),
            Self::ShareGroupTargetAssignmentMetadata(value) => encode_value(value, version),
            Self::ShareGroupTargetAssignmentMember(value) => encode_value(value, version),
            Self::ShareGroupCurrentMemberAssignment(value) => encode_value(value, version),
            Self::ShareGroupStatePartitionMetadata(value) => encode_value(value, version),
            Self::ConsumerGroupRegularExpression(value) => encode_value(value, version),
            Self::StreamsGroupMetadata(value) => encode_value(value, version),
            Self::StreamsGroupMemberMetadata(value) => encode_value(value, version),
            Self::StreamsGroupTargetAssignmentMetadata(value) => encode_value(value, version),
            Self::StreamsGroupTargetAssignmentMember(value) => encode_value(value, version),
            Self::StreamsGroupCurrentMemberAssignment(value) => encode_value(value, version),
            Self::StreamsGroupTopology(value) => encode_value(value, version),
        }
    }
}

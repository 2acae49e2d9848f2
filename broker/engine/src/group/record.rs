//! The bytes of `__consumer_offsets` (`GroupCoordinatorRecordHelpers`, `GroupCoordinatorRecordSerde`).

use super::OffsetKey;
use super::classic::Group;
use bytes::Bytes;
use weir_messages::{
    DecodeError, EncodeError, FrameError, GroupKey, GroupMetadataKey, GroupMetadataValue, LegacyOffsetCommitValue,
    OffsetCommitKey, OffsetCommitValue, Str, decode_value, encode_key, encode_value,
};

/// Value versions that Kafka 4.3 writes.
const GROUP_METADATA_VERSION: i16 = 3;
const OFFSET_COMMIT_VERSION: i16 = 3;
/// The first version with a topic id.
const OFFSET_COMMIT_WITH_ID_VERSION: i16 = 4;

/// A record of the topic.
#[derive(Clone, Debug, PartialEq)]
pub enum GroupRecord {
    /// A group; `None` is a tombstone.
    Group {
        /// Group id.
        group: String,
        /// Its metadata.
        value: Option<Box<GroupMetadataValue>>,
    },
    /// A committed offset; `None` is a tombstone.
    Offset {
        /// Group id.
        group: String,
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// The commit.
        value: Option<OffsetCommitValue>,
    },
    /// Of a kind that this coordinator does not serve.
    Other,
}

/// Why a record cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Key or value.
    #[error("undecodable group record: {0}")]
    Decode(#[from] DecodeError),
    /// Key.
    #[error("undecodable group record key: {0}")]
    Frame(#[from] FrameError),
    /// Too long a field.
    #[error("group record cannot be written: {0}")]
    Encode(#[from] EncodeError),
}

impl GroupRecord {
    pub(super) fn group(group: &Group) -> Self {
        Self::Group {
            group: group.id.clone(),
            value: Some(Box::new(group.to_persisted())),
        }
    }

    pub(super) fn no_offset(group: &str, key: &OffsetKey) -> Self {
        Self::Offset {
            group: group.to_owned(),
            topic: key.0.clone(),
            partition: key.1,
            value: None,
        }
    }

    /// Key and value as stored.
    pub fn encode(&self) -> Result<(Bytes, Option<Bytes>), RecordError> {
        match self {
            Self::Group { group, value } => {
                let key = GroupMetadataKey {
                    group: Str::from(group.as_str()),
                };
                let value = value
                    .as_ref()
                    .map(|v| encode_value(&**v, GROUP_METADATA_VERSION))
                    .transpose()?;
                Ok((encode_key(&key)?, value))
            }
            Self::Offset {
                group,
                topic,
                partition,
                value,
            } => {
                let key = OffsetCommitKey {
                    group: Str::from(group.as_str()),
                    topic: Str::from(topic.as_str()),
                    partition: *partition,
                };
                let version = |v: &OffsetCommitValue| {
                    if v.topic_id.is_nil() {
                        OFFSET_COMMIT_VERSION
                    } else {
                        OFFSET_COMMIT_WITH_ID_VERSION
                    }
                };
                let value = value.as_ref().map(|v| encode_value(v, version(v))).transpose()?;
                Ok((encode_key(&key)?, value))
            }
            Self::Other => Ok((Bytes::new(), None)),
        }
    }

    /// From key and value as stored.
    pub fn decode(key: Bytes, value: Option<Bytes>) -> Result<Self, RecordError> {
        Ok(match GroupKey::decode(key)? {
            GroupKey::GroupMetadata(k) => {
                let value = value.map(decode_value::<GroupMetadataValue>).transpose()?;
                Self::Group {
                    group: k.group.to_string(),
                    value: value.map(Box::new),
                }
            }
            GroupKey::OffsetCommit(k) => Self::Offset {
                group: k.group.to_string(),
                topic: k.topic.to_string(),
                partition: k.partition,
                value: value.map(decode_value).transpose()?,
            },
            GroupKey::LegacyOffsetCommit(k) => {
                let value = value.map(decode_value::<LegacyOffsetCommitValue>).transpose()?;
                Self::Offset {
                    group: k.group.to_string(),
                    topic: k.topic.to_string(),
                    partition: k.partition,
                    value: value.map(|v| OffsetCommitValue {
                        offset: v.offset,
                        leader_epoch: -1,
                        metadata: v.metadata,
                        commit_timestamp: v.commit_timestamp,
                        ..Default::default()
                    }),
                }
            }
            _ => Self::Other,
        })
    }
}

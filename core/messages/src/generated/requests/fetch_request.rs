//! `FetchRequest`, key 1, versions 4-18. Written by `cargo xtask codegen` from FetchRequest.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::generated::ApiKey;
use crate::message::{Message, Request, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `FetchRequest`: key 1, versions 4-18.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchRequest {
    /// The clusterId if known. This is used to validate metadata fetches prior to broker registration. Since
    /// version 12.
    pub cluster_id: Option<Str>,
    /// The broker ID of the follower, of -1 if this request is from a consumer. Versions up to 14. Default -1.
    pub replica_id: i32,
    /// The state of the replica in the follower. Since version 15.
    pub replica_state: ReplicaState,
    /// The maximum time in milliseconds to wait for the response.
    pub max_wait_ms: i32,
    /// The minimum bytes to accumulate in the response.
    pub min_bytes: i32,
    /// The maximum bytes to fetch. See KIP-74 for cases where this limit may not be honored. Default
    /// 2147483647.
    pub max_bytes: i32,
    /// This setting controls the visibility of transactional records. Using READ_UNCOMMITTED (isolation_level =
    /// 0) makes all records visible. With READ_COMMITTED (isolation_level = 1), non-transactional and COMMITTED
    /// transactional records are visible. To be more concrete, READ_COMMITTED returns all data from offsets
    /// smaller than the current LSO (last stable offset), and enables the inclusion of the list of aborted
    /// transactions in the result, which allows consumers to discard ABORTED transactional records.
    pub isolation_level: i8,
    /// The fetch session ID. Since version 7.
    pub session_id: i32,
    /// The fetch session epoch, which is used for ordering requests in a session. Since version 7. Default -1.
    pub session_epoch: i32,
    /// The topics to fetch.
    pub topics: Vec<FetchTopic>,
    /// In an incremental fetch request, the partitions to remove. Since version 7.
    pub forgotten_topics_data: Vec<ForgottenTopic>,
    /// Rack ID of the consumer making this request. Since version 11.
    pub rack_id: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchRequest {
    fn default() -> Self {
        Self {
            cluster_id: None,
            replica_id: -1,
            replica_state: ReplicaState::default(),
            max_wait_ms: 0,
            min_bytes: 0,
            max_bytes: i32::MAX,
            isolation_level: 0,
            session_id: 0,
            session_epoch: -1,
            topics: Vec::new(),
            forgotten_topics_data: Vec::new(),
            rack_id: Str::new(),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl FetchRequest {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        if version <= 14 {
            self.replica_id = r.i32()?;
        }
        self.max_wait_ms = r.i32()?;
        self.min_bytes = r.i32()?;
        self.max_bytes = r.i32()?;
        self.isolation_level = r.i8()?;
        if version >= 7 {
            self.session_id = r.i32()?;
            self.session_epoch = r.i32()?;
        }
        self.topics = r.array(flexible, version)?;
        if version >= 7 {
            self.forgotten_topics_data = r.array(flexible, version)?;
        }
        if version >= 11 {
            self.rack_id = r.string(flexible)?;
        }
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 => self.cluster_id = field.nullable_string(true)?,
                    1 if version >= 15 => self.replica_state = ReplicaState::read(&mut field, true, version)?,
                    1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 14 {
            w.put_i32(self.replica_id);
        } else if self.replica_id != -1 {
            return Err(EncodeError::not_in_version("replicaId", version));
        }
        w.put_i32(self.max_wait_ms);
        w.put_i32(self.min_bytes);
        w.put_i32(self.max_bytes);
        w.put_i8(self.isolation_level);
        if version >= 7 {
            w.put_i32(self.session_id);
            w.put_i32(self.session_epoch);
        }
        w.put_array(&self.topics, flexible, version)?;
        if version >= 7 {
            w.put_array(&self.forgotten_topics_data, flexible, version)?;
        } else if !self.forgotten_topics_data.is_empty() {
            return Err(EncodeError::not_in_version("forgottenTopicsData", version));
        }
        if version >= 11 {
            w.put_string(&self.rack_id, flexible)?;
        }
        if version < 15 && self.replica_state != ReplicaState::default() {
            return Err(EncodeError::not_in_version("replicaState", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if self.cluster_id.is_some() {
                let mut field = Writer::new();
                field.put_nullable_string(self.cluster_id.as_ref(), true)?;
                tags.put(0, field)?;
            }
            if version >= 15 && self.replica_state != ReplicaState::default() {
                let mut field = Writer::new();
                self.replica_state.write(&mut field, true, version)?;
                tags.put(1, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for FetchRequest {
    const NAME: &'static str = "FetchRequest";
    const MIN_VERSION: i16 = 4;
    const MAX_VERSION: i16 = 18;
    const FIRST_FLEXIBLE: i16 = 12;

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

impl Request for FetchRequest {
    const KEY: ApiKey = ApiKey::Fetch;
    type Response = crate::FetchResponse;
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaState {
    /// The replica ID of the follower, or -1 if this request is from a consumer. Default -1.
    pub replica_id: i32,
    /// The epoch of this follower, or -1 if not available. Default -1.
    pub replica_epoch: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ReplicaState {
    fn default() -> Self {
        Self {
            replica_id: -1,
            replica_epoch: -1,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl ReplicaState {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.replica_id = r.i32()?;
        self.replica_epoch = r.i64()?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.replica_id);
        w.put_i64(self.replica_epoch);
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for ReplicaState {
    const MIN_SIZE: usize = 13;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FetchTopic {
    /// The name of the topic to fetch. Versions up to 12.
    pub topic: Str,
    /// The unique topic ID. Since version 13.
    pub topic_id: Uuid,
    /// The partitions to fetch.
    pub partitions: Vec<FetchPartition>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FetchTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            self.topic = r.string(flexible)?;
        }
        if version >= 13 {
            self.topic_id = r.uuid()?;
        }
        self.partitions = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            w.put_string(&self.topic, flexible)?;
        }
        if version >= 13 {
            w.put_uuid(self.topic_id);
        }
        w.put_array(&self.partitions, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for FetchTopic {
    const MIN_SIZE: usize = 3;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, PartialEq)]
pub struct FetchPartition {
    /// The partition index.
    pub partition: i32,
    /// The current leader epoch of the partition. Since version 9. Default -1.
    pub current_leader_epoch: i32,
    /// The message offset.
    pub fetch_offset: i64,
    /// The epoch of the last fetched record or -1 if there is none. Since version 12. Default -1.
    pub last_fetched_epoch: i32,
    /// The earliest available offset of the follower replica. The field is only used when the request is sent
    /// by the follower. Since version 5. Default -1.
    pub log_start_offset: i64,
    /// The maximum bytes to fetch from this partition. See KIP-74 for cases where this limit may not be
    /// honored.
    pub partition_max_bytes: i32,
    /// The directory id of the follower fetching. Since version 17.
    pub replica_directory_id: Uuid,
    /// The high-watermark known by the replica. -1 if the high-watermark is not known and 9223372036854775807
    /// if the feature is not supported. Since version 18. Default 9223372036854775807.
    pub high_watermark: i64,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FetchPartition {
    fn default() -> Self {
        Self {
            partition: 0,
            current_leader_epoch: -1,
            fetch_offset: 0,
            last_fetched_epoch: -1,
            log_start_offset: -1,
            partition_max_bytes: 0,
            replica_directory_id: Uuid::nil(),
            high_watermark: i64::MAX,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl FetchPartition {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        self.partition = r.i32()?;
        if version >= 9 {
            self.current_leader_epoch = r.i32()?;
        }
        self.fetch_offset = r.i64()?;
        if version >= 12 {
            self.last_fetched_epoch = r.i32()?;
        }
        if version >= 5 {
            self.log_start_offset = r.i64()?;
        }
        self.partition_max_bytes = r.i32()?;
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 if version >= 17 => self.replica_directory_id = field.uuid()?,
                    0 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    1 if version >= 18 => self.high_watermark = field.i64()?,
                    1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        w.put_i32(self.partition);
        if version >= 9 {
            w.put_i32(self.current_leader_epoch);
        }
        w.put_i64(self.fetch_offset);
        if version >= 12 {
            w.put_i32(self.last_fetched_epoch);
        } else if self.last_fetched_epoch != -1 {
            return Err(EncodeError::not_in_version("lastFetchedEpoch", version));
        }
        if version >= 5 {
            w.put_i64(self.log_start_offset);
        }
        w.put_i32(self.partition_max_bytes);
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if version >= 17 && !self.replica_directory_id.is_nil() {
                let mut field = Writer::new();
                field.put_uuid(self.replica_directory_id);
                tags.put(0, field)?;
            }
            if version >= 18 && self.high_watermark != i64::MAX {
                let mut field = Writer::new();
                field.put_i64(self.high_watermark);
                tags.put(1, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for FetchPartition {
    const MIN_SIZE: usize = 16;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`FetchRequest`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForgottenTopic {
    /// The topic name. Versions up to 12.
    pub topic: Str,
    /// The unique topic ID. Since version 13.
    pub topic_id: Uuid,
    /// The partitions indexes to forget.
    pub partitions: Vec<i32>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ForgottenTopic {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            self.topic = r.string(flexible)?;
        }
        if version >= 13 {
            self.topic_id = r.uuid()?;
        }
        self.partitions = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 12;
        if version <= 12 {
            w.put_string(&self.topic, flexible)?;
        }
        if version >= 13 {
            w.put_uuid(self.topic_id);
        }
        w.put_array(&self.partitions, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for ForgottenTopic {
    const MIN_SIZE: usize = 3;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

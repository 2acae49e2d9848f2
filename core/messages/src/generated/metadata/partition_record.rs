//! `PartitionRecord`, key 3, versions 0-2. Written by `cargo xtask codegen` from PartitionRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `PartitionRecord`: key 3, versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionRecord {
    /// The partition id. Default -1.
    pub partition_id: i32,
    /// The unique ID of this topic.
    pub topic_id: Uuid,
    /// The replicas of this partition, sorted by preferred order.
    pub replicas: Vec<i32>,
    /// The in-sync replicas of this partition.
    pub isr: Vec<i32>,
    /// The replicas that we are in the process of removing.
    pub removing_replicas: Vec<i32>,
    /// The replicas that we are in the process of adding.
    pub adding_replicas: Vec<i32>,
    /// The lead replica, or -1 if there is no leader. Default -1.
    pub leader: i32,
    /// 1 if the partition is recovering from an unclean leader election; 0 otherwise.
    pub leader_recovery_state: i8,
    /// The epoch of the partition leader. Default -1.
    pub leader_epoch: i32,
    /// An epoch that gets incremented each time we change anything in the partition. Default -1.
    pub partition_epoch: i32,
    /// The log directory hosting each replica, sorted in the same exact order as the Replicas field. Since
    /// version 1.
    pub directories: Vec<Uuid>,
    /// The eligible leader replicas of this partition. Since version 2.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// The last known eligible leader replicas of this partition. Since version 2.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::nil(),
            replicas: Vec::new(),
            isr: Vec::new(),
            removing_replicas: Vec::new(),
            adding_replicas: Vec::new(),
            leader: -1,
            leader_recovery_state: 0,
            leader_epoch: -1,
            partition_epoch: -1,
            directories: Vec::new(),
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl PartitionRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.partition_id = r.i32()?;
        self.topic_id = r.uuid()?;
        self.replicas = r.array(true, version)?;
        self.isr = r.array(true, version)?;
        self.removing_replicas = r.array(true, version)?;
        self.adding_replicas = r.array(true, version)?;
        self.leader = r.i32()?;
        self.leader_epoch = r.i32()?;
        self.partition_epoch = r.i32()?;
        if version >= 1 {
            self.directories = r.array(true, version)?;
        }
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.leader_recovery_state = field.i8()?,
                1 if version >= 2 => self.eligible_leader_replicas = field.nullable_array(true, version)?,
                1 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                2 if version >= 2 => self.last_known_elr = field.nullable_array(true, version)?,
                2 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition_id);
        w.put_uuid(self.topic_id);
        w.put_array(&self.replicas, true, version)?;
        w.put_array(&self.isr, true, version)?;
        w.put_array(&self.removing_replicas, true, version)?;
        w.put_array(&self.adding_replicas, true, version)?;
        w.put_i32(self.leader);
        w.put_i32(self.leader_epoch);
        w.put_i32(self.partition_epoch);
        if version >= 1 {
            w.put_array(&self.directories, true, version)?;
        } else if !self.directories.is_empty() {
            return Err(EncodeError::not_in_version("directories", version));
        }
        if version < 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::not_in_version("eligibleLeaderReplicas", version));
        }
        if version < 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::not_in_version("lastKnownElr", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.leader_recovery_state != 0 {
            let mut field = Writer::new();
            field.put_i8(self.leader_recovery_state);
            tags.put(0, field)?;
        }
        if version >= 2 && self.eligible_leader_replicas.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.eligible_leader_replicas.as_deref(), true, version)?;
            tags.put(1, field)?;
        }
        if version >= 2 && self.last_known_elr.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.last_known_elr.as_deref(), true, version)?;
            tags.put(2, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for PartitionRecord {
    const NAME: &'static str = "PartitionRecord";
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

impl MetadataMessage for PartitionRecord {
    const KEY: i16 = 3;
}

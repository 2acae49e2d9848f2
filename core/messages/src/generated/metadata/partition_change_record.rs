//! `PartitionChangeRecord`, key 5, versions 0-2. Written by `cargo xtask codegen` from PartitionChangeRecord.json; do not edit.

use uuid::Uuid;

use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::message::{Message, MetadataMessage, check_decode, check_encode};
use crate::reader::Reader;
use crate::tags::{TagWriter, UnknownTags};
use crate::writer::Writer;

/// `PartitionChangeRecord`: key 5, versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct PartitionChangeRecord {
    /// The partition id. Default -1.
    pub partition_id: i32,
    /// The unique ID of this topic.
    pub topic_id: Uuid,
    /// null if the ISR didn't change; the new in-sync replicas otherwise.
    pub isr: Option<Vec<i32>>,
    /// -1 if there is now no leader; -2 if the leader didn't change; the new leader otherwise. Default -2.
    pub leader: i32,
    /// null if the replicas didn't change; the new replicas otherwise.
    pub replicas: Option<Vec<i32>>,
    /// null if the removing replicas didn't change; the new removing replicas otherwise.
    pub removing_replicas: Option<Vec<i32>>,
    /// null if the adding replicas didn't change; the new adding replicas otherwise.
    pub adding_replicas: Option<Vec<i32>>,
    /// -1 if it didn't change; 0 if the leader was elected from the ISR or recovered from an unclean election;
    /// 1 if the leader that was elected using unclean leader election and it is still recovering. Default -1.
    pub leader_recovery_state: i8,
    /// null if the log dirs didn't change; the new log directory for each replica otherwise. Since version 1.
    pub directories: Option<Vec<Uuid>>,
    /// null if the ELR didn't change; the new eligible leader replicas otherwise. Since version 2.
    pub eligible_leader_replicas: Option<Vec<i32>>,
    /// null if the LastKnownElr didn't change; the last known eligible leader replicas otherwise. Since version
    /// 2.
    pub last_known_elr: Option<Vec<i32>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for PartitionChangeRecord {
    fn default() -> Self {
        Self {
            partition_id: -1,
            topic_id: Uuid::nil(),
            isr: None,
            leader: -2,
            replicas: None,
            removing_replicas: None,
            adding_replicas: None,
            leader_recovery_state: -1,
            directories: None,
            eligible_leader_replicas: None,
            last_known_elr: None,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl PartitionChangeRecord {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.partition_id = r.i32()?;
        self.topic_id = r.uuid()?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.isr = field.nullable_array(true, version)?,
                1 => self.leader = field.i32()?,
                2 => self.replicas = field.nullable_array(true, version)?,
                3 => self.removing_replicas = field.nullable_array(true, version)?,
                4 => self.adding_replicas = field.nullable_array(true, version)?,
                5 => self.leader_recovery_state = field.i8()?,
                6 if version >= 2 => self.eligible_leader_replicas = field.nullable_array(true, version)?,
                6 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                7 if version >= 2 => self.last_known_elr = field.nullable_array(true, version)?,
                7 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                8 if version >= 1 => self.directories = field.nullable_array(true, version)?,
                8 => return Err(field.error(DecodeErrorKind::TagNotInVersion { tag })),
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition_id);
        w.put_uuid(self.topic_id);
        if version < 2 && self.eligible_leader_replicas.is_some() {
            return Err(EncodeError::not_in_version("eligibleLeaderReplicas", version));
        }
        if version < 2 && self.last_known_elr.is_some() {
            return Err(EncodeError::not_in_version("lastKnownElr", version));
        }
        if version < 1 && self.directories.is_some() {
            return Err(EncodeError::not_in_version("directories", version));
        }
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.isr.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.isr.as_deref(), true, version)?;
            tags.put(0, field)?;
        }
        if self.leader != -2 {
            let mut field = Writer::new();
            field.put_i32(self.leader);
            tags.put(1, field)?;
        }
        if self.replicas.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.replicas.as_deref(), true, version)?;
            tags.put(2, field)?;
        }
        if self.removing_replicas.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.removing_replicas.as_deref(), true, version)?;
            tags.put(3, field)?;
        }
        if self.adding_replicas.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.adding_replicas.as_deref(), true, version)?;
            tags.put(4, field)?;
        }
        if self.leader_recovery_state != -1 {
            let mut field = Writer::new();
            field.put_i8(self.leader_recovery_state);
            tags.put(5, field)?;
        }
        if version >= 2 && self.eligible_leader_replicas.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.eligible_leader_replicas.as_deref(), true, version)?;
            tags.put(6, field)?;
        }
        if version >= 2 && self.last_known_elr.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.last_known_elr.as_deref(), true, version)?;
            tags.put(7, field)?;
        }
        if version >= 1 && self.directories.is_some() {
            let mut field = Writer::new();
            field.put_nullable_array(self.directories.as_deref(), true, version)?;
            tags.put(8, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Message for PartitionChangeRecord {
    const NAME: &'static str = "PartitionChangeRecord";
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

impl MetadataMessage for PartitionChangeRecord {
    const KEY: i16 = 5;
}

//! `StreamsGroupCurrentMemberAssignmentValue`, key 22, version 0. Written by `cargo xtask codegen` from StreamsGroupCurrentMemberAssignmentValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `StreamsGroupCurrentMemberAssignmentValue`: key 22, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamsGroupCurrentMemberAssignmentValue {
    /// The current member epoch that is expected from the member in the heartbeat request.
    pub member_epoch: i32,
    /// If the last epoch bump is lost before reaching the member, the member will retry with the previous
    /// epoch.
    pub previous_member_epoch: i32,
    /// The member state. See StreamsGroupMember.MemberState for the possible values.
    pub state: i8,
    /// Currently assigned active tasks for this streams client.
    pub active_tasks: Vec<TaskIds>,
    /// Currently assigned standby tasks for this streams client.
    pub standby_tasks: Vec<TaskIds>,
    /// Currently assigned warm-up tasks for this streams client.
    pub warmup_tasks: Vec<TaskIds>,
    /// The active tasks that must be revoked by this member.
    pub active_tasks_pending_revocation: Vec<TaskIds>,
    /// The standby tasks that must be revoked by this member.
    pub standby_tasks_pending_revocation: Vec<TaskIds>,
    /// The warmup tasks that must be revoked by this member.
    pub warmup_tasks_pending_revocation: Vec<TaskIds>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl StreamsGroupCurrentMemberAssignmentValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.member_epoch = r.i32()?;
        self.previous_member_epoch = r.i32()?;
        self.state = r.i8()?;
        self.active_tasks = r.array(true, version)?;
        self.standby_tasks = r.array(true, version)?;
        self.warmup_tasks = r.array(true, version)?;
        self.active_tasks_pending_revocation = r.array(true, version)?;
        self.standby_tasks_pending_revocation = r.array(true, version)?;
        self.warmup_tasks_pending_revocation = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.member_epoch);
        w.put_i32(self.previous_member_epoch);
        w.put_i8(self.state);
        w.put_array(&self.active_tasks, true, version)?;
        w.put_array(&self.standby_tasks, true, version)?;
        w.put_array(&self.warmup_tasks, true, version)?;
        w.put_array(&self.active_tasks_pending_revocation, true, version)?;
        w.put_array(&self.standby_tasks_pending_revocation, true, version)?;
        w.put_array(&self.warmup_tasks_pending_revocation, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for StreamsGroupCurrentMemberAssignmentValue {
    const NAME: &'static str = "StreamsGroupCurrentMemberAssignmentValue";
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

impl CoordinatorMessage for StreamsGroupCurrentMemberAssignmentValue {
    const KEY: i16 = 22;
}

/// Part of [`StreamsGroupCurrentMemberAssignmentValue`].
#[derive(Debug, Clone, PartialEq)]
pub struct TaskIds {
    /// The subtopology ID.
    pub subtopology_id: Str,
    /// The partitions of the input topics processed by this member.
    pub partitions: Vec<i32>,
    /// The epoch at which the partition was assigned to the member. Used to fence zombie commits requests. Of
    /// the same length as Partitions. Only defined for active tasks.
    pub assignment_epochs: Option<Vec<i32>>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for TaskIds {
    fn default() -> Self {
        Self {
            subtopology_id: Str::new(),
            partitions: Vec::new(),
            assignment_epochs: Some(Vec::new()),
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl TaskIds {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.subtopology_id = r.string(true)?;
        self.partitions = r.array(true, version)?;
        for _ in 0..r.uvarint()? {
            let (tag, mut field) = r.tagged_field()?;
            match tag {
                0 => self.assignment_epochs = field.nullable_array(true, version)?,
                _ => self.unknown_tagged_fields.push(tag, field.rest()),
            }
            field.finish_tag(tag)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.subtopology_id, true)?;
        w.put_array(&self.partitions, true, version)?;
        let mut tags = TagWriter::new(&self.unknown_tagged_fields);
        if self.assignment_epochs.as_ref().is_none_or(|value| !value.is_empty()) {
            let mut field = Writer::new();
            field.put_nullable_array(self.assignment_epochs.as_deref(), true, version)?;
            tags.put(0, field)?;
        }
        tags.finish(w)?;
        Ok(())
    }
}

impl Wire for TaskIds {
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

//! `SubscriptionInfoData`, versions 1-11. Written by `cargo xtask codegen` from SubscriptionInfoData.json; do not edit.

use bytes::Bytes;
use uuid::Uuid;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::wire::Wire;
use crate::writer::Writer;

/// `SubscriptionInfoData`: versions 1-11.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionInfoData {
    /// The version of the subscription info data.
    pub version: i32,
    /// The latest supported version of the subscription info data. Since version 3. Default -1.
    pub latest_supported_version: i32,
    /// The process id of the client that sent the request.
    pub process_id: Uuid,
    /// The previous tasks that were assigned to the client. Versions up to 6.
    pub prev_tasks: Vec<TaskId>,
    /// The standby tasks that were assigned to the client. Versions up to 6.
    pub standby_tasks: Vec<TaskId>,
    /// The user end point of the client that sent the request. Since version 2.
    pub user_end_point: Bytes,
    /// The task offset sums that were assigned to the client. Since version 7.
    pub task_offset_sums: Vec<TaskOffsetSum>,
    /// A unique field that is used to identify the client that sent the request. Since version 8.
    pub unique_field: i8,
    /// The error code of the request. Since version 9.
    pub error_code: i32,
    /// The client tags that were assigned to the client. Since version 11.
    pub client_tags: Vec<ClientTag>,
}

impl Default for SubscriptionInfoData {
    fn default() -> Self {
        Self {
            version: 0,
            latest_supported_version: -1,
            process_id: Uuid::nil(),
            prev_tasks: Vec::new(),
            standby_tasks: Vec::new(),
            user_end_point: Bytes::new(),
            task_offset_sums: Vec::new(),
            unique_field: 0,
            error_code: 0,
            client_tags: Vec::new(),
        }
    }
}

impl SubscriptionInfoData {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.version = r.i32()?;
        if version >= 3 {
            self.latest_supported_version = r.i32()?;
        }
        self.process_id = r.uuid()?;
        if version <= 6 {
            self.prev_tasks = r.array(false, version)?;
            self.standby_tasks = r.array(false, version)?;
        }
        if version >= 2 {
            self.user_end_point = r.bytes(false)?;
        }
        if version >= 7 {
            self.task_offset_sums = r.array(false, version)?;
        }
        if version >= 8 {
            self.unique_field = r.i8()?;
        }
        if version >= 9 {
            self.error_code = r.i32()?;
        }
        if version >= 11 {
            self.client_tags = r.array(false, version)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.version);
        if version >= 3 {
            w.put_i32(self.latest_supported_version);
        } else if self.latest_supported_version != -1 {
            return Err(EncodeError::not_in_version("latestSupportedVersion", version));
        }
        w.put_uuid(self.process_id);
        if version <= 6 {
            w.put_array(&self.prev_tasks, false, version)?;
        } else if !self.prev_tasks.is_empty() {
            return Err(EncodeError::not_in_version("prevTasks", version));
        }
        if version <= 6 {
            w.put_array(&self.standby_tasks, false, version)?;
        } else if !self.standby_tasks.is_empty() {
            return Err(EncodeError::not_in_version("standbyTasks", version));
        }
        if version >= 2 {
            w.put_prefixed(&self.user_end_point, false)?;
        } else if !self.user_end_point.is_empty() {
            return Err(EncodeError::not_in_version("userEndPoint", version));
        }
        if version >= 7 {
            w.put_array(&self.task_offset_sums, false, version)?;
        } else if !self.task_offset_sums.is_empty() {
            return Err(EncodeError::not_in_version("taskOffsetSums", version));
        }
        if version >= 8 {
            w.put_i8(self.unique_field);
        } else if self.unique_field != 0 {
            return Err(EncodeError::not_in_version("uniqueField", version));
        }
        if version >= 9 {
            w.put_i32(self.error_code);
        } else if self.error_code != 0 {
            return Err(EncodeError::not_in_version("errorCode", version));
        }
        if version >= 11 {
            w.put_array(&self.client_tags, false, version)?;
        } else if !self.client_tags.is_empty() {
            return Err(EncodeError::not_in_version("clientTags", version));
        }
        Ok(())
    }
}

impl Message for SubscriptionInfoData {
    const NAME: &'static str = "SubscriptionInfoData";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 11;
    const FIRST_FLEXIBLE: i16 = i16::MAX;

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

/// Part of [`SubscriptionInfoData`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskId {
    /// The topic group id of the task.
    pub topic_group_id: i32,
    /// The partition of the task.
    pub partition: i32,
}

impl TaskId {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.topic_group_id = r.i32()?;
        self.partition = r.i32()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.topic_group_id);
        w.put_i32(self.partition);
        Ok(())
    }
}

impl Wire for TaskId {
    const MIN_SIZE: usize = 8;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`SubscriptionInfoData`].
#[derive(Debug, Clone, PartialEq)]
pub struct TaskOffsetSum {
    /// The topic group id of the task.
    pub topic_group_id: i32,
    /// The partition of the task. Since version 10.
    pub partition: i32,
    /// The offset sum of the task. Since version 10.
    pub offset_sum: i64,
    /// The named topology of the task. Since version 10.
    pub named_topology: Option<Str>,
    /// The partition to offset sum of the task. Versions up to 9.
    pub partition_to_offset_sum: Vec<PartitionToOffsetSum>,
}

impl Default for TaskOffsetSum {
    fn default() -> Self {
        Self {
            topic_group_id: 0,
            partition: 0,
            offset_sum: 0,
            named_topology: Some(Str::new()),
            partition_to_offset_sum: Vec::new(),
        }
    }
}

impl TaskOffsetSum {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topic_group_id = r.i32()?;
        if version >= 10 {
            self.partition = r.i32()?;
            self.offset_sum = r.i64()?;
            self.named_topology = r.nullable_string(false)?;
        }
        if version <= 9 {
            self.partition_to_offset_sum = r.array(false, version)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.topic_group_id);
        if version >= 10 {
            w.put_i32(self.partition);
        } else if self.partition != 0 {
            return Err(EncodeError::not_in_version("partition", version));
        }
        if version >= 10 {
            w.put_i64(self.offset_sum);
        } else if self.offset_sum != 0 {
            return Err(EncodeError::not_in_version("offsetSum", version));
        }
        if version >= 10 {
            w.put_nullable_string(self.named_topology.as_ref(), false)?;
        } else if self.named_topology.as_ref().is_none_or(|value| !value.is_empty()) {
            return Err(EncodeError::not_in_version("namedTopology", version));
        }
        if version <= 9 {
            w.put_array(&self.partition_to_offset_sum, false, version)?;
        } else if !self.partition_to_offset_sum.is_empty() {
            return Err(EncodeError::not_in_version("partitionToOffsetSum", version));
        }
        Ok(())
    }
}

impl Wire for TaskOffsetSum {
    const MIN_SIZE: usize = 8;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`SubscriptionInfoData`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionToOffsetSum {
    /// The partition of the task.
    pub partition: i32,
    /// The offset sum of the task.
    pub offset_sum: i64,
}

impl PartitionToOffsetSum {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.partition = r.i32()?;
        self.offset_sum = r.i64()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.partition);
        w.put_i64(self.offset_sum);
        Ok(())
    }
}

impl Wire for PartitionToOffsetSum {
    const MIN_SIZE: usize = 12;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`SubscriptionInfoData`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientTag {
    /// The key of the client tag.
    pub key: Bytes,
    /// The value of the client tag.
    pub value: Bytes,
}

impl ClientTag {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.key = r.bytes(false)?;
        self.value = r.bytes(false)?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_prefixed(&self.key, false)?;
        w.put_prefixed(&self.value, false)?;
        Ok(())
    }
}

impl Wire for ClientTag {
    const MIN_SIZE: usize = 8;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

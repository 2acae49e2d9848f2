//! `StreamsGroupTopologyValue`, key 23, version 0. Written by `cargo xtask codegen` from StreamsGroupTopologyValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::UnknownTags;
use crate::wire::Wire;
use crate::writer::Writer;

/// `StreamsGroupTopologyValue`: key 23, versions 0-0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamsGroupTopologyValue {
    /// The epoch of the topology.
    pub epoch: i32,
    /// The sub-topologies of the streams application.
    pub subtopologies: Vec<Subtopology>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl StreamsGroupTopologyValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.epoch = r.i32()?;
        self.subtopologies = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_i32(self.epoch);
        w.put_array(&self.subtopologies, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Message for StreamsGroupTopologyValue {
    const NAME: &'static str = "StreamsGroupTopologyValue";
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

impl CoordinatorMessage for StreamsGroupTopologyValue {
    const KEY: i16 = 23;
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Subtopology {
    /// String to uniquely identify the subtopology.
    pub subtopology_id: Str,
    /// The topics the topology reads from.
    pub source_topics: Vec<Str>,
    /// Regular expressions identifying topics the subtopology reads from.
    pub source_topic_regex: Vec<Str>,
    /// The set of state changelog topics associated with this subtopology.
    pub state_changelog_topics: Vec<TopicInfo>,
    /// The repartition topics the subtopology writes to.
    pub repartition_sink_topics: Vec<Str>,
    /// The set of source topics that are internally created repartition topics.
    pub repartition_source_topics: Vec<TopicInfo>,
    /// A subset of source topics that must be copartitioned.
    pub copartition_groups: Vec<CopartitionGroup>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Subtopology {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.subtopology_id = r.string(true)?;
        self.source_topics = r.array(true, version)?;
        self.source_topic_regex = r.array(true, version)?;
        self.state_changelog_topics = r.array(true, version)?;
        self.repartition_sink_topics = r.array(true, version)?;
        self.repartition_source_topics = r.array(true, version)?;
        self.copartition_groups = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.subtopology_id, true)?;
        w.put_array(&self.source_topics, true, version)?;
        w.put_array(&self.source_topic_regex, true, version)?;
        w.put_array(&self.state_changelog_topics, true, version)?;
        w.put_array(&self.repartition_sink_topics, true, version)?;
        w.put_array(&self.repartition_source_topics, true, version)?;
        w.put_array(&self.copartition_groups, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for Subtopology {
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

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CopartitionGroup {
    /// The topics the topology reads from. Index into the array on the subtopology level.
    pub source_topics: Vec<i16>,
    /// Regular expressions identifying topics the subtopology reads from. Index into the array on the
    /// subtopology level.
    pub source_topic_regex: Vec<i16>,
    /// The set of source topics that are internally created repartition topics. Index into the array on the
    /// subtopology level.
    pub repartition_source_topics: Vec<i16>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl CopartitionGroup {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.source_topics = r.array(true, version)?;
        self.source_topic_regex = r.array(true, version)?;
        self.repartition_source_topics = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_array(&self.source_topics, true, version)?;
        w.put_array(&self.source_topic_regex, true, version)?;
        w.put_array(&self.repartition_source_topics, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for CopartitionGroup {
    const MIN_SIZE: usize = 4;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicConfig {
    /// The key of the topic-level configuration.
    pub key: Str,
    /// The value of the topic-level configuration.
    pub value: Str,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicConfig {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.key = r.string(true)?;
        self.value = r.string(true)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.key, true)?;
        w.put_string(&self.value, true)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for TopicConfig {
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

/// Part of [`StreamsGroupTopologyValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicInfo {
    /// The name of the topic.
    pub name: Str,
    /// The number of partitions in the topic. Can be 0 if no specific number of partitions is enforced. Always
    /// 0 for changelog topics.
    pub partitions: i32,
    /// The replication factor of the topic. Can be 0 if the default replication factor should be used.
    pub replication_factor: i16,
    /// Topic-level configurations as key-value pairs.
    pub topic_configs: Vec<TopicConfig>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl TopicInfo {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.name = r.string(true)?;
        self.partitions = r.i32()?;
        self.replication_factor = r.i16()?;
        self.topic_configs = r.array(true, version)?;
        self.unknown_tagged_fields = r.unknown_tags()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.name, true)?;
        w.put_i32(self.partitions);
        w.put_i16(self.replication_factor);
        w.put_array(&self.topic_configs, true, version)?;
        self.unknown_tagged_fields.write(w)?;
        Ok(())
    }
}

impl Wire for TopicInfo {
    const MIN_SIZE: usize = 9;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

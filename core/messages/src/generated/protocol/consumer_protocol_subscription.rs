//! `ConsumerProtocolSubscription`, versions 0-3. Written by `cargo xtask codegen` from ConsumerProtocolSubscription.json; do not edit.

use bytes::Bytes;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::wire::Wire;
use crate::writer::Writer;

/// `ConsumerProtocolSubscription`: versions 0-3.
#[derive(Debug, Clone, PartialEq)]
pub struct ConsumerProtocolSubscription {
    /// The topics that the member wants to consume.
    pub topics: Vec<Str>,
    /// User data that will be passed back to the consumer.
    pub user_data: Option<Bytes>,
    /// The partitions that the member owns. Since version 1.
    pub owned_partitions: Vec<TopicPartition>,
    /// The generation id of the member. Since version 2. Default -1.
    pub generation_id: i32,
    /// The rack id of the member. Since version 3.
    pub rack_id: Option<Str>,
}

impl Default for ConsumerProtocolSubscription {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            user_data: None,
            owned_partitions: Vec::new(),
            generation_id: -1,
            rack_id: None,
        }
    }
}

impl ConsumerProtocolSubscription {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topics = r.array(false, version)?;
        self.user_data = r.nullable_bytes(false)?;
        if version >= 1 {
            self.owned_partitions = r.array(false, version)?;
        }
        if version >= 2 {
            self.generation_id = r.i32()?;
        }
        if version >= 3 {
            self.rack_id = r.nullable_string(false)?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_array(&self.topics, false, version)?;
        w.put_nullable_prefixed(self.user_data.as_ref(), false)?;
        if version >= 1 {
            w.put_array(&self.owned_partitions, false, version)?;
        }
        if version >= 2 {
            w.put_i32(self.generation_id);
        }
        if version >= 3 {
            w.put_nullable_string(self.rack_id.as_ref(), false)?;
        }
        Ok(())
    }
}

impl Message for ConsumerProtocolSubscription {
    const NAME: &'static str = "ConsumerProtocolSubscription";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 3;
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

/// Part of [`ConsumerProtocolSubscription`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TopicPartition {
    /// The topic name.
    pub topic: Str,
    /// The partition ids.
    pub partitions: Vec<i32>,
}

impl TopicPartition {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.topic = r.string(false)?;
        self.partitions = r.array(false, version)?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_string(&self.topic, false)?;
        w.put_array(&self.partitions, false, version)?;
        Ok(())
    }
}

impl Wire for TopicPartition {
    const MIN_SIZE: usize = 6;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

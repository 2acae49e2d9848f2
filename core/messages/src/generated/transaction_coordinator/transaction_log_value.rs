//! `TransactionLogValue`, key 0, versions 0-1. Written by `cargo xtask codegen` from TransactionLogValue.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{CoordinatorMessage, Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::str::Str;
use crate::tags::{TagWriter, UnknownTags};
use crate::wire::Wire;
use crate::writer::Writer;

/// `TransactionLogValue`: key 0, versions 0-1.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionLogValue {
    /// Producer id in use by the transactional id.
    pub producer_id: i64,
    /// Producer id used by the last committed transaction. Since version 1. Default -1.
    pub previous_producer_id: i64,
    /// Latest producer ID sent to the producer for the given transactional id. Since version 1. Default -1.
    pub next_producer_id: i64,
    /// Epoch associated with the producer id.
    pub producer_epoch: i16,
    /// Producer epoch associated with the NextProducerId. Since version 1. Default -1.
    pub next_producer_epoch: i16,
    /// Transaction timeout in milliseconds.
    pub transaction_timeout_ms: i32,
    /// TransactionState the transaction is in.
    pub transaction_status: i8,
    /// Partitions involved in the transaction.
    pub transaction_partitions: Option<Vec<PartitionsSchema>>,
    /// Time the transaction was last updated.
    pub transaction_last_update_timestamp_ms: i64,
    /// Time the transaction was started.
    pub transaction_start_timestamp_ms: i64,
    /// The transaction version used by the client. Since version 1.
    pub client_transaction_version: i16,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for TransactionLogValue {
    fn default() -> Self {
        Self {
            producer_id: 0,
            previous_producer_id: -1,
            next_producer_id: -1,
            producer_epoch: 0,
            next_producer_epoch: -1,
            transaction_timeout_ms: 0,
            transaction_status: 0,
            transaction_partitions: Some(Vec::new()),
            transaction_last_update_timestamp_ms: 0,
            transaction_start_timestamp_ms: 0,
            client_transaction_version: 0,
            unknown_tagged_fields: UnknownTags::default(),
        }
    }
}

impl TransactionLogValue {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 1;
        self.producer_id = r.i64()?;
        self.producer_epoch = r.i16()?;
        self.transaction_timeout_ms = r.i32()?;
        self.transaction_status = r.i8()?;
        self.transaction_partitions = r.nullable_array(flexible, version)?;
        self.transaction_last_update_timestamp_ms = r.i64()?;
        self.transaction_start_timestamp_ms = r.i64()?;
        if flexible {
            for _ in 0..r.uvarint()? {
                let (tag, mut field) = r.tagged_field()?;
                match tag {
                    0 => self.previous_producer_id = field.i64()?,
                    1 => self.next_producer_id = field.i64()?,
                    2 => self.client_transaction_version = field.i16()?,
                    3 => self.next_producer_epoch = field.i16()?,
                    _ => self.unknown_tagged_fields.push(tag, field.rest()),
                }
                field.finish_tag(tag)?;
            }
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.put_i64(self.producer_id);
        w.put_i16(self.producer_epoch);
        w.put_i32(self.transaction_timeout_ms);
        w.put_i8(self.transaction_status);
        w.put_nullable_array(self.transaction_partitions.as_deref(), flexible, version)?;
        w.put_i64(self.transaction_last_update_timestamp_ms);
        w.put_i64(self.transaction_start_timestamp_ms);
        if version < 1 && self.previous_producer_id != -1 {
            return Err(EncodeError::not_in_version("previousProducerId", version));
        }
        if version < 1 && self.next_producer_id != -1 {
            return Err(EncodeError::not_in_version("nextProducerId", version));
        }
        if version < 1 && self.client_transaction_version != 0 {
            return Err(EncodeError::not_in_version("clientTransactionVersion", version));
        }
        if version < 1 && self.next_producer_epoch != -1 {
            return Err(EncodeError::not_in_version("nextProducerEpoch", version));
        }
        if flexible {
            let mut tags = TagWriter::new(&self.unknown_tagged_fields);
            if self.previous_producer_id != -1 {
                let mut field = Writer::new();
                field.put_i64(self.previous_producer_id);
                tags.put(0, field)?;
            }
            if self.next_producer_id != -1 {
                let mut field = Writer::new();
                field.put_i64(self.next_producer_id);
                tags.put(1, field)?;
            }
            if self.client_transaction_version != 0 {
                let mut field = Writer::new();
                field.put_i16(self.client_transaction_version);
                tags.put(2, field)?;
            }
            if self.next_producer_epoch != -1 {
                let mut field = Writer::new();
                field.put_i16(self.next_producer_epoch);
                tags.put(3, field)?;
            }
            tags.finish(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Message for TransactionLogValue {
    const NAME: &'static str = "TransactionLogValue";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 1;
    const FIRST_FLEXIBLE: i16 = 1;

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

impl CoordinatorMessage for TransactionLogValue {
    const KEY: i16 = 0;
}

/// Part of [`TransactionLogValue`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PartitionsSchema {
    /// Topic involved in the transaction.
    pub topic: Str,
    /// Partition ids involved in the transaction.
    pub partition_ids: Vec<i32>,
    /// Tagged fields that this version of the definition does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl PartitionsSchema {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        let flexible = version >= 1;
        self.topic = r.string(flexible)?;
        self.partition_ids = r.array(flexible, version)?;
        if flexible {
            self.unknown_tagged_fields = r.unknown_tags()?;
        }
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 1;
        w.put_string(&self.topic, flexible)?;
        w.put_array(&self.partition_ids, flexible, version)?;
        if flexible {
            self.unknown_tagged_fields.write(w)?;
        } else {
            self.unknown_tagged_fields.refuse(version)?;
        }
        Ok(())
    }
}

impl Wire for PartitionsSchema {
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

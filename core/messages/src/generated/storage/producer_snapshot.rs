//! `ProducerSnapshot`, version 1. Written by `cargo xtask codegen` from ProducerSnapshot.json; do not edit.

use crate::error::{DecodeError, EncodeError};
use crate::message::{Message, check_decode, check_encode};
use crate::reader::Reader;
use crate::wire::Wire;
use crate::writer::Writer;

/// `ProducerSnapshot`: versions 1-1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProducerSnapshot {
    /// CRC of the snapshot data.
    pub crc: u32,
    /// The entries in the producer table.
    pub producer_entries: Vec<ProducerEntry>,
}

impl ProducerSnapshot {
    fn read_fields(&mut self, r: &mut Reader, version: i16) -> Result<(), DecodeError> {
        self.crc = r.u32()?;
        self.producer_entries = r.array(false, version)?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, version: i16) -> Result<(), EncodeError> {
        w.put_u32(self.crc);
        w.put_array(&self.producer_entries, false, version)?;
        Ok(())
    }
}

impl Message for ProducerSnapshot {
    const NAME: &'static str = "ProducerSnapshot";
    const MIN_VERSION: i16 = 1;
    const MAX_VERSION: i16 = 1;
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

/// Part of [`ProducerSnapshot`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProducerEntry {
    /// The producer ID.
    pub producer_id: i64,
    /// Current epoch of the producer.
    pub epoch: i16,
    /// Last written sequence of the producer.
    pub last_sequence: i32,
    /// Last written offset of the producer.
    pub last_offset: i64,
    /// The difference of the last sequence and first sequence in the last written batch.
    pub offset_delta: i32,
    /// Max timestamp from the last written entry.
    pub timestamp: i64,
    /// The epoch of the last transaction coordinator to send an end transaction marker.
    pub coordinator_epoch: i32,
    /// The first offset of the on-going transaction (-1 if there is none).
    pub current_txn_first_offset: i64,
}

impl ProducerEntry {
    fn read_fields(&mut self, r: &mut Reader, _version: i16) -> Result<(), DecodeError> {
        self.producer_id = r.i64()?;
        self.epoch = r.i16()?;
        self.last_sequence = r.i32()?;
        self.last_offset = r.i64()?;
        self.offset_delta = r.i32()?;
        self.timestamp = r.i64()?;
        self.coordinator_epoch = r.i32()?;
        self.current_txn_first_offset = r.i64()?;
        Ok(())
    }

    fn write_fields(&self, w: &mut Writer, _version: i16) -> Result<(), EncodeError> {
        w.put_i64(self.producer_id);
        w.put_i16(self.epoch);
        w.put_i32(self.last_sequence);
        w.put_i64(self.last_offset);
        w.put_i32(self.offset_delta);
        w.put_i64(self.timestamp);
        w.put_i32(self.coordinator_epoch);
        w.put_i64(self.current_txn_first_offset);
        Ok(())
    }
}

impl Wire for ProducerEntry {
    const MIN_SIZE: usize = 46;

    fn read(r: &mut Reader, _: bool, version: i16) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.read_fields(r, version)?;
        Ok(value)
    }

    fn write(&self, w: &mut Writer, _: bool, version: i16) -> Result<(), EncodeError> {
        self.write_fields(w, version)
    }
}

//! Record batches, format v2 (magic 2, Kafka's `DefaultRecordBatch`): an opaque view for the broker, a builder for
//! the client, an iterator for whoever must look inside.

mod batch;
mod builder;
mod iter;

pub use batch::{Batch, BatchError, BatchHeader, Batches, HEADER_LEN, TimestampType, layout, next_batch_len};
pub use builder::BatchBuilder;
pub use iter::{Header, Record, RecordError, Records, walk_frames};

/// "No producer id": the batch is not idempotent.
pub const NO_PRODUCER_ID: i64 = -1;
/// "No producer epoch".
pub const NO_PRODUCER_EPOCH: i16 = -1;
/// "No sequence number".
pub const NO_SEQUENCE: i32 = -1;
/// "No timestamp".
pub const NO_TIMESTAMP: i64 = -1;
/// "No leader epoch": what a client writes, the leader patches it.
pub const NO_LEADER_EPOCH: i32 = -1;

/// The sequence number `delta` after `sequence`: wraps from `i32::MAX` to 0 (`DefaultRecordBatch.incrementSequence`).
#[must_use]
pub fn sequence_after(sequence: i32, delta: i32) -> i32 {
    let next = i64::from(sequence) + i64::from(delta);
    if next > i64::from(i32::MAX) {
        (next - i64::from(i32::MAX) - 1) as i32
    } else {
        next as i32
    }
}

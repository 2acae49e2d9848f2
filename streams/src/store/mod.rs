//! State stores behind one narrow trait: bytes to bytes, in order. What a value means (a timestamp in front of it) and
//! that changes go to a changelog is the task's business, so that an implementation has little to get wrong.

mod memory;

pub use memory::MemoryStore;

use bytes::Bytes;

/// An ordered map of bytes.
pub trait StateStore: Send {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Option<Bytes>;
    /// Sets or, with `None`, removes `key`.
    fn put(&mut self, key: Bytes, value: Option<Bytes>);
    /// Entries with keys in `from..to`, in order; `to` of `None` is the end.
    fn range(&self, from: &[u8], to: Option<&[u8]>) -> Vec<(Bytes, Bytes)>;
    /// Entries.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a store is for: it decides the changelog's settings and keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// Key to value.
    KeyValue,
    /// Key and window start to value; entries older than `retention_ms` before stream time go.
    Window {
        /// Milliseconds.
        retention_ms: i64,
        /// Milliseconds.
        size_ms: i64,
    },
}

/// A store of a topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreDef {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: StoreKind,
    /// Whether it has a changelog topic `<application>-<name>-changelog`.
    pub logged: bool,
}

/// A window store's key: the key, the window's start in 8 bytes, a sequence number in 4 (`WindowKeySchema`).
#[must_use]
pub fn window_key(key: &[u8], start_ms: i64) -> Bytes {
    [key, &start_ms.to_be_bytes(), &0_i32.to_be_bytes()].concat().into()
}

/// Start of the window in a window store's key.
#[must_use]
pub fn window_start(key: &[u8]) -> Option<i64> {
    let at = key.len().checked_sub(12)?;
    key.get(at..at + 8)?.try_into().ok().map(i64::from_be_bytes)
}

/// A value with its timestamp in front, as timestamped stores keep it (`ValueAndTimestampSerializer`).
#[must_use]
pub fn with_timestamp(timestamp: i64, value: &[u8]) -> Bytes {
    [&timestamp.to_be_bytes(), value].concat().into()
}

/// The parts of [`with_timestamp`].
#[must_use]
pub fn split_timestamp(stored: &Bytes) -> Option<(i64, Bytes)> {
    let timestamp = stored.first_chunk::<8>().copied().map(i64::from_be_bytes)?;
    Some((timestamp, stored.slice(8..)))
}

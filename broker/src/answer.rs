//! An encoded response: chunks, some of which stand for stretches of files.
//!
//! The codec knows bytes and no files. So a response is encoded around a stand-in as long as the stretch, known by where
//! it is in memory; whoever writes the answer puts the file in its place.

use bytes::Bytes;
use std::sync::LazyLock;
use weir_core::seam::FileRange;
use weir_messages::ZERO_COPY_MIN;

/// As long as a stretch may be: more than `fetch.max.bytes` is by default.
const STAND_IN_BYTES: usize = 64 << 20;

/// Addresses without memory: zeros come from the system, and nobody touches these.
static STAND_IN: LazyLock<Bytes> = LazyLock::new(|| vec![0; STAND_IN_BYTES].into());

/// What goes out for one request.
#[derive(Default)]
pub(crate) struct Answer {
    /// In order; stand-ins among them.
    pub(crate) chunks: Vec<Bytes>,
    /// What the stand-ins stand for, in order.
    pub(crate) files: Vec<FileRange>,
}

impl Answer {
    /// Bytes that stand for a stretch of a file in a response; `None` where it must be read, being too long or so short
    /// that the codec would copy it.
    pub(crate) fn stand_in(len: usize) -> Option<Bytes> {
        (ZERO_COPY_MIN..=STAND_IN_BYTES)
            .contains(&len)
            .then(|| STAND_IN.slice(..len))
    }

    pub(crate) fn is_stand_in(bytes: &Bytes) -> bool {
        bytes.len() >= ZERO_COPY_MIN && bytes.as_ptr() == STAND_IN.as_ptr()
    }

    /// Bytes that it has, files included.
    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(Bytes::len).sum()
    }
}

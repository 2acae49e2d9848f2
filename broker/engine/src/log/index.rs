//! The two sparse indexes of a segment, in Kafka's bytes: `.index` maps offsets to positions (`OffsetIndex`: 8-byte
//! entries), `.timeindex` maps timestamps to offsets (`TimeIndex`: 12-byte entries). Both store offsets relative to
//! the segment's base.
//!
//! Entries gather in memory and are written in runs, so that an append costs no extra system call; what a crash loses
//! of them is rebuilt from the log.

use std::io;
use std::path::Path;
use std::sync::Arc;
use weir_core::be;
use weir_core::seam::{File, Files, OpenMode};

/// Entries kept in memory before they are written.
const PENDING_MAX: usize = 512;

/// A sorted file of fixed-size entries with a tail in memory.
#[derive(Clone)]
struct EntryFile<const N: usize> {
    file: Arc<dyn File>,
    written: u64,
    pending: Vec<[u8; N]>,
}

impl<const N: usize> EntryFile<N> {
    fn open(files: &dyn Files, path: &Path) -> io::Result<Self> {
        let file = files.open(path, OpenMode::Create)?;
        let written = file.len()? / N as u64;
        Ok(Self {
            file,
            written,
            pending: Vec::new(),
        })
    }

    fn len(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    fn get(&self, i: u64) -> io::Result<[u8; N]> {
        if let Some(entry) = i.checked_sub(self.written) {
            return self
                .pending
                .get(entry as usize)
                .copied()
                .ok_or_else(|| io::ErrorKind::InvalidInput.into());
        }
        let mut entry = [0; N];
        self.file.read_exact_at(&mut entry, i * N as u64)?;
        Ok(entry)
    }

    /// An entry must not fail the append that it belongs to: what a full disk does not take stays in memory and is
    /// written with the next run.
    fn push(&mut self, entry: [u8; N]) {
        self.pending.push(entry);
        if self.pending.len().is_multiple_of(PENDING_MAX)
            && let Err(error) = self.flush()
        {
            tracing::warn!(%error, entries = self.pending.len(), "index entries could not be written yet");
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.file
                .write_all_at(&self.pending.concat(), self.written * N as u64)?;
            self.written += self.pending.len() as u64;
            self.pending.clear();
        }
        Ok(())
    }

    /// How many entries from the front satisfy `keep`, which holds for a prefix. Few reads: halving ends where one of them
    /// takes in all that is left.
    fn partition_point(&self, keep: impl Fn(&[u8; N]) -> bool) -> io::Result<u64> {
        if self.pending.first().is_some_and(&keep) {
            return Ok(self.written + self.pending.partition_point(keep) as u64);
        }
        let (mut low, mut high) = (0, self.written);
        while high - low > PENDING_MAX as u64 {
            let mid = low + (high - low) / 2;
            if keep(&self.get(mid)?) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        let mut rest = vec![0; (high - low) as usize * N];
        self.file.read_exact_at(&mut rest, low * N as u64)?;
        let (entries, _) = rest.as_chunks::<N>();
        Ok(low + entries.partition_point(keep) as u64)
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        if len < self.written {
            self.file.set_len(len * N as u64)?;
            self.written = len;
        }
        self.pending.truncate((len - self.written) as usize);
        Ok(())
    }
}

/// Offsets to positions.
#[derive(Clone)]
pub(super) struct OffsetIndex {
    base: i64,
    entries: EntryFile<8>,
}

impl OffsetIndex {
    pub(super) fn open(files: &dyn Files, path: &Path, base: i64) -> io::Result<Self> {
        Ok(Self {
            base,
            entries: EntryFile::open(files, path)?,
        })
    }

    /// Position of a batch at or before `offset`; 0 when the index knows none.
    pub(super) fn lookup(&self, offset: i64) -> io::Result<u64> {
        let relative = offset - self.base;
        let n = self
            .entries
            .partition_point(|e| i64::from(be::i32_at(e, 0)) <= relative)?;
        Ok(if n == 0 {
            0
        } else {
            u64::from(be::u32_at(&self.entries.get(n - 1)?, 4))
        })
    }

    pub(super) fn push(&mut self, offset: i64, position: u64) {
        // A segment is at most 2 GiB and 2^31 offsets wide; it rolls before either field could overflow.
        let (Ok(relative), Ok(position)) = (i32::try_from(offset - self.base), u32::try_from(position)) else {
            return;
        };
        let mut entry = [0; 8];
        be::put_i32(&mut entry, 0, relative);
        be::put_u32(&mut entry, 4, position);
        self.entries.push(entry);
    }

    /// Drops entries at or after `position`.
    pub(super) fn truncate_to_position(&mut self, position: u64) -> io::Result<()> {
        let n = self
            .entries
            .partition_point(|e| u64::from(be::u32_at(e, 4)) < position)?;
        self.entries.truncate(n)
    }

    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.entries.truncate(0)
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.entries.flush()
    }

    pub(super) fn file(&self) -> Arc<dyn File> {
        self.entries.file.clone()
    }
}

/// Timestamps to offsets.
#[derive(Clone)]
pub(super) struct TimeIndex {
    base: i64,
    last: (i64, i64),
    entries: EntryFile<12>,
}

impl TimeIndex {
    pub(super) fn open(files: &dyn Files, path: &Path, base: i64) -> io::Result<Self> {
        let mut index = Self {
            base,
            last: (-1, base),
            entries: EntryFile::open(files, path)?,
        };
        index.last = index.read_last()?;
        Ok(index)
    }

    fn read_last(&self) -> io::Result<(i64, i64)> {
        match self.entries.len() {
            0 => Ok((-1, self.base)),
            n => {
                let e = self.entries.get(n - 1)?;
                Ok((be::i64_at(&e, 0), self.base + i64::from(be::i32_at(&e, 8))))
            }
        }
    }

    /// The largest timestamp it knows, and the offset up to which that holds.
    pub(super) fn last(&self) -> (i64, i64) {
        self.last
    }

    /// The offset before which every timestamp is less than `timestamp`.
    pub(super) fn lookup(&self, timestamp: i64) -> io::Result<i64> {
        let n = self.entries.partition_point(|e| be::i64_at(e, 0) < timestamp)?;
        Ok(if n == 0 {
            self.base
        } else {
            self.base + i64::from(be::i32_at(&self.entries.get(n - 1)?, 8))
        })
    }

    /// Notes that no record up to `offset` is later than `timestamp`; only growing timestamps are kept.
    pub(super) fn push(&mut self, timestamp: i64, offset: i64) {
        let Ok(relative) = i32::try_from(offset - self.base) else {
            return;
        };
        if timestamp <= self.last.0 {
            return;
        }
        let mut entry = [0; 12];
        be::put_i64(&mut entry, 0, timestamp);
        be::put_i32(&mut entry, 8, relative);
        self.last = (timestamp, offset);
        self.entries.push(entry);
    }

    /// Drops entries at or after `offset`.
    pub(super) fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        let n = self
            .entries
            .partition_point(|e| self.base + i64::from(be::i32_at(e, 8)) < offset)?;
        self.entries.truncate(n)?;
        self.last = self.read_last()?;
        Ok(())
    }

    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.entries.truncate(0)?;
        self.last = (-1, self.base);
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.entries.flush()
    }

    pub(super) fn file(&self) -> Arc<dyn File> {
        self.entries.file.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::sim::Sim;

    #[test]
    fn every_offset_finds_the_entry_before_it() {
        let mut sim = Sim::new(1);
        let files = sim.host("h").files;
        let path = Path::new("/0.index");
        // In memory, on disk, some of both; a search that reads once, halves first, ends at an edge.
        for count in [
            0,
            1,
            PENDING_MAX - 1,
            PENDING_MAX,
            2 * PENDING_MAX + 1,
            5 * PENDING_MAX + 7,
        ] {
            files.open(path, OpenMode::Truncate).unwrap();
            let mut index = OffsetIndex::open(&*files, path, 100).unwrap();
            for n in 0..count as u64 {
                index.push(103 + 2 * n as i64, 10 + n);
            }
            for reopened in [false, true] {
                for offset in 100..106 + 2 * count as i64 {
                    let before = u64::try_from((offset - 101).div_euclid(2))
                        .unwrap_or(0)
                        .min(count as u64);
                    let expected = if before == 0 { 0 } else { 9 + before };
                    assert_eq!(
                        index.lookup(offset).unwrap(),
                        expected,
                        "{offset} of {count}, {reopened}"
                    );
                }
                index.flush().unwrap();
                index = OffsetIndex::open(&*files, path, 100).unwrap();
            }
        }
    }
}

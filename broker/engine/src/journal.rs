//! The journal's format: what makes `acks=all` durable with one sync for many partitions (DESIGN 3.9).
//!
//! A journal file is pre-written and used again. What one sync makes durable begins at a multiple of a disk block and is
//! filled up with zeros to the next one, so that no block is ever written twice in a use. An entry is `length crc lsn
//! topic-id partition` and the batch as stored; log sequence numbers run on without gaps across files, so that what an earlier use left behind in a
//! recycled file cannot be taken for an entry: its number is too small.

use bytes::Bytes;
use weir_core::be;
use weir_core::crc::crc32c;
use weir_core::record::{Batch, HEADER_LEN};
use weir_core::seam::BLOCK_BYTES;

/// Bytes before the batch: length 4, crc 4, lsn 8, topic id 16, partition 4.
pub const ENTRY_HEADER_BYTES: usize = 36;

/// First bytes of every journal file; the last of them is the format's version.
pub const FILE_MAGIC: &[u8; 8] = b"WEIRJNL1";

/// Bytes of a file's head: magic, then the first lsn of this use.
pub const FILE_HEADER_BYTES: usize = 16;

/// An entry read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Log sequence number.
    pub lsn: u64,
    /// Whose batch.
    pub topic_id: [u8; 16],
    /// Whose batch.
    pub partition: i32,
    /// As stored in the segment.
    pub batch: Batch,
}

/// The bytes that precede a stored batch in the journal.
#[must_use]
pub fn entry_header(
    lsn: u64,
    topic_id: &[u8; 16],
    partition: i32,
    head: &[u8; HEADER_LEN],
    body: &[u8],
) -> [u8; ENTRY_HEADER_BYTES] {
    let mut out = [0; ENTRY_HEADER_BYTES];
    let len = ENTRY_HEADER_BYTES + HEADER_LEN + body.len();
    be::put_u32(&mut out, 0, u32::try_from(len).unwrap_or(u32::MAX));
    be::put_i64(&mut out, 8, lsn as i64);
    if let Some(place) = out.get_mut(16..32) {
        place.copy_from_slice(topic_id);
    }
    be::put_i32(&mut out, 32, partition);
    // The batch's own CRC covers all but its first 21 bytes: those are what the entry's CRC adds, so that a batch is
    // summed once, not twice.
    let crc = crc32c(&[out.get(8..).unwrap_or_default(), head.as_slice()].concat());
    be::put_u32(&mut out, 4, crc);
    out
}

/// The head of a file whose first entry will be `lsn`.
#[must_use]
pub fn file_header(lsn: u64) -> [u8; FILE_HEADER_BYTES] {
    let mut out = [0; FILE_HEADER_BYTES];
    if let Some(place) = out.get_mut(..8) {
        place.copy_from_slice(FILE_MAGIC);
    }
    be::put_i64(&mut out, 8, lsn as i64);
    out
}

/// What the head of a journal file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileHead {
    /// Entries from this lsn on may follow.
    First(u64),
    /// Made, but not begun: nothing was ever written to it.
    Empty,
    /// Written by another version, or damaged: what it holds cannot be told, so it must not be thrown away.
    Unknown(String),
}

impl FileHead {
    /// Of a whole file.
    #[must_use]
    pub fn of(file: &[u8]) -> Self {
        let head = file.get(..FILE_HEADER_BYTES).unwrap_or(file);
        match head.split_first_chunk::<8>() {
            Some((magic, lsn)) if magic == FILE_MAGIC && lsn.len() == 8 => Self::First(be::i64_at(lsn, 0) as u64),
            _ if head.iter().all(|byte| *byte == 0) => Self::Empty,
            _ => Self::Unknown(head.escape_ascii().to_string()),
        }
    }
}

/// Entries of one file from its first on, until one is torn, damaged or of an earlier use.
#[derive(Clone, Debug)]
pub struct Entries {
    file: Bytes,
    at: usize,
    next_lsn: u64,
}

impl Entries {
    /// Over the bytes of a whole file.
    #[must_use]
    pub fn of(file: &Bytes) -> Option<Self> {
        let FileHead::First(next_lsn) = FileHead::of(file) else {
            return None;
        };
        Some(Self {
            file: file.clone(),
            at: FILE_HEADER_BYTES,
            next_lsn,
        })
    }

    /// The lsn that the next entry must have.
    #[must_use]
    pub fn next_lsn(&self) -> u64 {
        self.next_lsn
    }

    /// Bytes up to the end of the last entry that was read.
    #[must_use]
    pub fn end(&self) -> usize {
        self.at
    }

    /// The entry at a place, and its length.
    fn entry_at(&self, at: usize) -> Option<(Entry, usize)> {
        let rest = self.file.get(at..)?;
        let len = usize::try_from(be::u32_at(rest, 0)).ok()?;
        if len < ENTRY_HEADER_BYTES + HEADER_LEN || len > rest.len() {
            return None;
        }
        let entry = self.file.slice(at..at + len);
        let lsn = be::i64_at(&entry, 8) as u64;
        let covered = entry.get(8..ENTRY_HEADER_BYTES + HEADER_LEN)?;
        if lsn != self.next_lsn || be::u32_at(&entry, 4) != crc32c(covered) {
            return None;
        }
        let batch = Batch::parse(&entry.slice(ENTRY_HEADER_BYTES..)).ok()?;
        if batch.bytes.len() != len - ENTRY_HEADER_BYTES {
            return None;
        }
        let entry = Entry {
            lsn,
            topic_id: *entry.get(16..)?.first_chunk::<16>()?,
            partition: be::i32_at(&entry, 32),
            batch,
        };
        Some((entry, len))
    }
}

impl Iterator for Entries {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let block = self.at.next_multiple_of(BLOCK_BYTES);
        // Right behind the one before, or where the next sync began.
        let (at, (entry, len)) = match self.entry_at(self.at) {
            Some(found) => (self.at, found),
            None => (block, self.entry_at(block)?),
        };
        self.at = at + len;
        self.next_lsn += 1;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;

    fn entry(lsn: u64) -> Vec<u8> {
        let mut b = BatchBuilder::new(Compression::None).base_offset(lsn as i64 * 10);
        b.append(1, Some(b"k"), Some(&lsn.to_be_bytes()), &[]);
        let bytes = b.build().unwrap();
        let head = *bytes.first_chunk::<HEADER_LEN>().unwrap();
        let body = &bytes[HEADER_LEN..];
        [&entry_header(lsn, &[7; 16], 3, &head, body)[..], &head, body].concat()
    }

    fn file(first: u64, entries: &[Vec<u8>]) -> Vec<u8> {
        let mut f = file_header(first).to_vec();
        f.extend(entries.concat());
        f
    }

    #[test]
    fn a_cut_or_flip_anywhere_keeps_the_entries_before_it() {
        let whole = file(5, &[entry(5), entry(6), entry(7)]);
        let one = entry(5).len();
        assert_eq!(Entries::of(&Bytes::from(whole.clone())).unwrap().count(), 3);
        for cut in FILE_HEADER_BYTES..whole.len() {
            let n = Entries::of(&Bytes::from(whole[..cut].to_vec())).unwrap().count();
            assert_eq!(n, (cut - FILE_HEADER_BYTES) / one);
            let mut flipped = whole.clone();
            flipped[cut] ^= 0x10;
            assert_eq!(
                Entries::of(&Bytes::from(flipped)).unwrap().count(),
                (cut - FILE_HEADER_BYTES) / one
            );
        }
    }

    #[test]
    fn each_sync_begins_a_block() {
        let mut f = file_header(5).to_vec();
        for group in [&[entry(5)][..], &[entry(6), entry(7)], &[entry(8)]] {
            f.resize(f.len().next_multiple_of(BLOCK_BYTES), 0);
            f.extend(group.concat());
        }
        f.resize(f.len().next_multiple_of(BLOCK_BYTES), 0);
        // Of an earlier use, right behind.
        f.extend(entry(4));
        let lsns = |f: &[u8]| {
            let entries = Entries::of(&Bytes::copy_from_slice(f)).unwrap();
            entries.map(|e| e.lsn).collect::<Vec<_>>()
        };
        assert_eq!(lsns(&f), [5, 6, 7, 8]);
        // A block that did not get to the disk ends it, whatever comes later.
        f[2 * BLOCK_BYTES] ^= 1;
        assert_eq!(lsns(&f), [5]);
    }

    #[test]
    fn another_version_is_not_an_empty_file() {
        assert_eq!(FileHead::of(&file(5, &[])), FileHead::First(5));
        assert_eq!(FileHead::of(&[0; 100]), FileHead::Empty);
        assert_eq!(FileHead::of(&[]), FileHead::Empty);
        let mut newer = file(5, &[entry(5)]);
        newer[7] = b'2';
        assert!(matches!(FileHead::of(&newer), FileHead::Unknown(head) if head.starts_with("WEIRJNL2")));
        assert!(Entries::of(&Bytes::from(newer)).is_none());
    }

    #[test]
    fn what_an_earlier_use_left_is_not_an_entry() {
        let recycled = file(9, &[entry(9), entry(6), entry(7)]);
        assert_eq!(
            Entries::of(&Bytes::from(recycled))
                .unwrap()
                .map(|e| e.lsn)
                .collect::<Vec<_>>(),
            [9]
        );
    }
}

//! One segment: a run of batches in a `.log` file with its two indexes. Bytes in, bytes out; what a batch means is
//! the log's business.

use super::LogConfig;
use super::index::{OffsetIndex, TimeIndex};
use super::tail::Tail;
use bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_core::record::{Batch, BatchHeader, HEADER_LEN};
use weir_core::seam::{File, FileRange, Files, OpenMode};

/// Disk space is reserved in steps of this size, or a whole segment if that is less, once a sixteenth is written: by then
/// the segment has shown that it grows.
const ALLOCATE_STEP_BYTES: u64 = 16 << 20;

/// Bytes a scan reads at a time.
const SCAN_BYTES: usize = 1 << 20;

/// Kafka's file name: the base offset in 20 digits.
pub(super) fn file_name(base_offset: i64, suffix: &str) -> String {
    format!("{base_offset:020}{suffix}")
}

/// A segment with its files open.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) base_offset: i64,
    dir: PathBuf,
    tail: Arc<Tail>,
    offsets: OffsetIndex,
    times: TimeIndex,
    pub(super) size: u64,
    /// Up to here the disk has space reserved.
    reserved: u64,
    /// Up to here reserving was tried.
    allocated: u64,
    bytes_since_index: u64,
    /// Largest timestamp, and the offset of the last record of the batch that has it.
    pub(super) max_timestamp: (i64, i64),
    /// Timestamp of the first batch; time-based rolling counts from it.
    pub(super) first_timestamp: Option<i64>,
}

impl Segment {
    /// Opens or makes the segment that starts at `base_offset`. Its indexes are trusted; recovery rebuilds them.
    pub(super) fn open(files: &dyn Files, dir: &Path, base_offset: i64) -> io::Result<Self> {
        let path = |suffix| dir.join(file_name(base_offset, suffix));
        let file = files.open(&path(".log"), OpenMode::Create)?;
        let size = file.len()?;
        let offsets = OffsetIndex::open(files, &path(".index"), base_offset)?;
        let times = TimeIndex::open(files, &path(".timeindex"), base_offset)?;
        let max_timestamp = times.last();
        let mut segment = Self {
            base_offset,
            dir: dir.to_owned(),
            tail: Arc::new(Tail::new(file)),
            offsets,
            times,
            size,
            reserved: size,
            allocated: size,
            bytes_since_index: 0,
            max_timestamp,
            first_timestamp: None,
        };
        segment.first_timestamp = segment.header_at(0)?.map(|h| h.base_timestamp);
        Ok(segment)
    }

    /// A segment that was not there. What a crash left behind under its names is none of it.
    pub(super) fn create(files: &dyn Files, dir: &Path, base_offset: i64) -> io::Result<Self> {
        for suffix in [".log", ".index", ".timeindex"] {
            files.open(&dir.join(file_name(base_offset, suffix)), OpenMode::Truncate)?;
        }
        Self::open(files, dir, base_offset)
    }

    fn header_at(&self, position: u64) -> io::Result<Option<BatchHeader>> {
        if position + HEADER_LEN as u64 > self.size {
            return Ok(None);
        }
        let mut header = [0; HEADER_LEN];
        self.tail.read_exact_at(&mut header, position)?;
        Ok(BatchHeader::parse(&header)
            .ok()
            .filter(|h| position + h.total_len() as u64 <= self.size))
    }

    /// Appends a batch whose header was patched: `head` is the header's bytes, `body` what follows them. Up to `lag_max`
    /// bytes may reach the file later.
    pub(super) fn append(
        &mut self,
        header: &BatchHeader,
        head: &[u8; HEADER_LEN],
        body: &[u8],
        config: &LogConfig,
        lag_max: usize,
    ) -> io::Result<()> {
        let len = (HEADER_LEN + body.len()) as u64;
        let end = self.size + len;
        let step = ALLOCATE_STEP_BYTES.min(config.segment_bytes).max(1);
        if end > self.allocated && self.size > step / 16 {
            self.allocated = end.next_multiple_of(step);
            match self.tail.file().allocate(self.allocated) {
                Ok(true) => self.reserved = self.allocated,
                Ok(false) => {}
                // A disk without room for the whole step may still have room for the batch.
                Err(error) => tracing::debug!(%error, "no space reserved"),
            }
        }
        // What is acknowledged must find its room when it is written: only space that is reserved may wait.
        let lag_max = if end <= self.reserved { lag_max } else { 0 };
        // All that can fail comes before anything is noted: what fails leaves the segment as it was.
        self.tail.append([head, body], self.size, lag_max)?;
        self.note(header, self.size, config.index_interval_bytes);
        self.size = end;
        Ok(())
    }

    /// Takes the last batch back, which begins at `position` with `offset`. The largest timestamp stays: as an upper
    /// bound it still holds.
    pub(super) fn take_back(&mut self, position: u64, offset: i64) -> io::Result<()> {
        self.cut(position)?;
        self.offsets.truncate_to_position(position)?;
        self.times.truncate_to(offset)
    }

    /// Drops the bytes from `position` on.
    fn cut(&mut self, position: u64) -> io::Result<()> {
        if self.tail.cut(position)? {
            (self.reserved, self.allocated) = (position, position);
        }
        self.size = position;
        Ok(())
    }

    /// What an append means for the indexes. As in `LogSegment.append`: first timestamps, then an entry for the batch
    /// once enough bytes went by since the last.
    fn note(&mut self, header: &BatchHeader, position: u64, index_interval_bytes: u64) {
        if header.max_timestamp > self.max_timestamp.0 {
            self.max_timestamp = (header.max_timestamp, header.last_offset());
        }
        self.first_timestamp.get_or_insert(header.base_timestamp);
        if self.bytes_since_index > index_interval_bytes {
            self.offsets.push(header.last_offset(), position);
            self.times.push(self.max_timestamp.0, self.max_timestamp.1);
            self.bytes_since_index = 0;
        }
        self.bytes_since_index += header.total_len() as u64;
    }

    /// Position of the first batch that holds `offset` or comes after it, from at most `hint`; `None` past the end.
    pub(super) fn position_of(&self, offset: i64) -> io::Result<Option<u64>> {
        let mut position = self.offsets.lookup(offset)?;
        while let Some(header) = self.header_at(position)? {
            if header.last_offset() >= offset {
                return Ok(Some(position));
            }
            position += header.total_len() as u64;
        }
        Ok(None)
    }

    /// As [`Self::read`], without reading: where it is. With `at_least_one` that takes a look at the first batch.
    pub(super) fn range(&self, position: u64, end: u64, max_bytes: usize, at_least_one: bool) -> io::Result<FileRange> {
        let end = end.min(self.size);
        let available = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX);
        let first = match at_least_one {
            true => self.header_at(position)?.map_or(0, |header| header.total_len()),
            false => 0,
        };
        let len = max_bytes.max(first).min(available);
        self.tail.settle_to(position + len as u64)?;
        Ok(FileRange {
            file: self.tail.file().clone(),
            at: position,
            len,
        })
    }

    /// Reads from `position` at most `max_bytes`, but not past `end`; the first batch comes whole when
    /// `at_least_one`.
    pub(super) fn read(&self, position: u64, end: u64, max_bytes: usize, at_least_one: bool) -> io::Result<Bytes> {
        let end = end.min(self.size);
        let available = usize::try_from(end.saturating_sub(position)).unwrap_or(usize::MAX);
        let read = |len: usize| {
            let mut buffer = vec![0; len];
            self.tail.read_exact_at(&mut buffer, position)?;
            io::Result::Ok(Bytes::from(buffer))
        };
        let least = if at_least_one { HEADER_LEN } else { 0 };
        let found = read(max_bytes.max(least).min(available))?;
        // Only a first batch that is larger than what was asked for costs a second read.
        match BatchHeader::parse(&found) {
            Ok(header) if at_least_one && header.total_len() > found.len() => read(header.total_len().min(available)),
            _ => Ok(found),
        }
    }

    /// Calls `visit` with each batch from `position` on, its position beside it, until it returns false, the end, or
    /// the first bytes that are no whole batch. Returns the position after the last batch visited.
    pub(super) fn scan(
        &self,
        position: u64,
        mut visit: impl FnMut(u64, &Batch) -> io::Result<bool>,
    ) -> io::Result<u64> {
        let mut position = position;
        let mut buf = Bytes::new();
        loop {
            match Batch::parse_unchecked(&buf) {
                Ok(batch) => {
                    if !visit(position, &batch)? {
                        return Ok(position);
                    }
                    let len = batch.bytes.len();
                    position += len as u64;
                    buf = buf.slice(len..);
                }
                Err(_) => {
                    let left = self.size.saturating_sub(position);
                    let need = self.header_at(position)?.map_or(HEADER_LEN, |h| h.total_len());
                    if (need as u64) > left || (buf.len() as u64) == left || buf.len() >= need {
                        return Ok(position);
                    }
                    buf = self.read(position, self.size, need.max(SCAN_BYTES), true)?;
                }
            }
        }
    }

    /// Checks every batch, rebuilds both indexes and cuts what is torn; `visit` sees what is kept. Returns the bytes
    /// cut off. The end of the indexes is in memory yet: [`Self::seal`] writes it.
    pub(super) fn recover(
        &mut self,
        index_interval_bytes: u64,
        mut visit: impl FnMut(&Batch) -> io::Result<()>,
    ) -> io::Result<u64> {
        self.offsets.clear()?;
        self.times.clear()?;
        self.max_timestamp = (-1, self.base_offset);
        self.first_timestamp = None;
        self.bytes_since_index = 0;
        let reader = self.clone();
        let mut next_offset = self.base_offset;
        let valid = reader.scan(0, |position, batch| {
            // A checksum holds for a batch wherever it stands: one at a wrong offset is a leftover, not the log.
            if batch.verify().is_err() || batch.header.base_offset < next_offset || batch.header.last_offset_delta < 0 {
                return Ok(false);
            }
            next_offset = batch.header.next_offset();
            self.note(&batch.header, position, index_interval_bytes);
            visit(batch)?;
            Ok(true)
        })?;
        let cut = self.size - valid;
        if cut > 0 {
            self.cut(valid)?;
            // At once: a second crash must not bring back a tail that by then follows other batches.
            self.tail.file().sync_data()?;
        }
        Ok(cut)
    }

    /// Cuts everything from `offset` on; the batch that holds it goes as a whole.
    pub(super) fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        let Some(position) = self.position_of(offset)? else {
            return Ok(());
        };
        self.cut(position)?;
        self.offsets.truncate_to_position(position)?;
        self.times.truncate_to(offset)?;
        self.max_timestamp = self.times.last();
        self.bytes_since_index = 0;
        Ok(())
    }

    /// Offset after the last batch, `None` when there is none.
    pub(super) fn end_offset(&self) -> io::Result<Option<i64>> {
        let start = self.offset_before(i64::MAX)?;
        let position = self.position_of(start)?.unwrap_or(0);
        let mut end = None;
        self.scan(position, |_, batch| {
            end = Some(batch.header.next_offset());
            Ok(true)
        })?;
        Ok(end)
    }

    /// Writes out what lags and the indexes, with a last time entry, as a roll or a clean stop does.
    pub(super) fn seal(&mut self) -> io::Result<()> {
        self.tail.rest()?;
        if self.size > 0 {
            self.times.push(self.max_timestamp.0, self.max_timestamp.1);
        }
        self.offsets.flush()?;
        self.times.flush()
    }

    /// Gives back reserved space that was not used: cutting to the length it has drops what lies past the end.
    pub(super) fn release(&mut self) -> io::Result<()> {
        if self.allocated > self.size {
            self.tail.settle()?;
            self.tail.file().set_len(self.size)?;
            (self.reserved, self.allocated) = (self.size, self.size);
        }
        Ok(())
    }

    /// The handle to sync without holding the log; it has everything that was appended.
    pub(super) fn settled_file(&self) -> io::Result<Arc<dyn File>> {
        self.tail.settle()?;
        Ok(self.tail.file().clone())
    }

    /// Has the file hold everything, and keeps no memory for what may come.
    pub(super) fn rest(&self) -> io::Result<()> {
        self.tail.rest()
    }

    /// The handles of both indexes; what they hold in memory is written when the segment is sealed.
    pub(super) fn index_files(&self) -> [Arc<dyn File>; 2] {
        [self.offsets.file(), self.times.file()]
    }

    /// Offset to start looking for `timestamp` at: everything before is older.
    pub(super) fn offset_before(&self, timestamp: i64) -> io::Result<i64> {
        self.times.lookup(timestamp)
    }

    /// Removes the segment's files.
    pub(super) fn remove(&self, files: &dyn Files) -> io::Result<()> {
        for suffix in [".log", ".index", ".timeindex", ".txnindex", ".snapshot"] {
            match files.remove_file(&self.dir.join(file_name(self.base_offset, suffix))) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        Ok(())
    }
}

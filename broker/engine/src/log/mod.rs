//! The log of one partition in Kafka's files: segments, indexes, producer snapshots, leader epochs.
//!
//! Rooms: [`segment`] and [`index`] hold bytes, [`producers`] and [`epochs`] what the batches mean for them; this
//! file opens and recovers, [`append`] writes, [`read`] reads and searches, [`trim`] deletes. Nothing here waits: file
//! calls go to the page cache, and syncing is the caller's, with the handles of [`Log::unsynced`].

mod append;
mod config;
mod epochs;
mod index;
mod producers;
mod read;
mod segment;
mod tail;
mod trim;
mod txn_index;

#[cfg(test)]
mod tests;

pub use append::{AppendError, Appended};
pub use config::LogConfig;
pub use producers::{Producers, SequenceCheck, SequenceError, is_abort_marker};
pub use read::{AbortedTxn, Records, TimestampOffset};

use epochs::EpochCache;
use segment::{Segment, file_name};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_core::record::{Batch, BatchHeader};
use weir_core::seam::{File, Files};

/// Name of the leader epoch file in a partition's directory.
const EPOCH_CHECKPOINT: &str = "leader-epoch-checkpoint";

/// A partition's log.
pub struct Log {
    files: Arc<dyn Files>,
    dir: PathBuf,
    config: LogConfig,
    segments: BTreeMap<i64, Segment>,
    log_start: i64,
    next_offset: i64,
    /// Offset after the last batch there is; behind `next_offset` when a truncation left a gap. Segments are named by
    /// it, so that between segments there is never a hole.
    batches_end: i64,
    /// All before it is on stable storage.
    recovery_point: i64,
    epochs: EpochCache,
    producers: Producers,
    aborted: Vec<AbortedTxn>,
    /// Where the last sequential read ended: offset, segment, position. Saves the index search of the next one.
    hint: std::cell::Cell<(i64, i64, u64)>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Log({}, {}..{})",
            self.dir.display(),
            self.log_start,
            self.next_offset
        )
    }
}

/// What is known of a log before it is opened, from the directory's checkpoints.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenFrom {
    /// From `log-start-offset-checkpoint`, 0 when unknown.
    pub log_start: i64,
    /// From `recovery-point-offset-checkpoint`, 0 when unknown.
    pub recovery_point: i64,
    /// The process before this one stopped cleanly: nothing needs checking.
    pub clean: bool,
}

impl Log {
    /// Opens what is in `dir`, which exists. After an unclean stop each segment past the recovery point is checked
    /// batch by batch: a torn tail is cut, indexes and producer state are rebuilt (`LogLoader`).
    pub fn open(files: Arc<dyn Files>, dir: &Path, config: LogConfig, from: OpenFrom) -> io::Result<Self> {
        let mut segments = BTreeMap::new();
        let mut snapshots = Vec::new();
        for entry in files.list(dir)? {
            let base = entry
                .name
                .split_once('.')
                .and_then(|(stem, _)| stem.parse::<i64>().ok());
            match (base, entry.name.rsplit_once('.').map(|(_, suffix)| suffix)) {
                (Some(base), Some("log")) => {
                    segments.insert(base, Segment::open(&*files, dir, base)?);
                }
                (Some(base), Some("snapshot")) => snapshots.push(base),
                // Left over from a deletion or a replacement that a crash cut short.
                (_, Some("deleted" | "cleaned" | "tmp")) => files.remove_file(&dir.join(&entry.name))?,
                _ => {}
            }
        }
        let mut log = Self {
            epochs: EpochCache::load(&*files, dir.join(EPOCH_CHECKPOINT)),
            files,
            dir: dir.to_owned(),
            config,
            segments,
            log_start: from.log_start,
            next_offset: from.log_start,
            batches_end: from.log_start,
            recovery_point: from.recovery_point,
            producers: Producers::default(),
            aborted: Vec::new(),
            hint: std::cell::Cell::new((-1, 0, 0)),
        };
        log.load(from, &snapshots)?;
        Ok(log)
    }

    fn load(&mut self, from: OpenFrom, snapshots: &[i64]) -> io::Result<()> {
        if !from.clean {
            self.recover_segments(from)?;
        }
        if let Some((first, _)) = self.segments.first_key_value() {
            self.log_start = self.log_start.max(*first);
        }
        self.next_offset = self.log_start;
        if let Some((base, segment)) = self.segments.last_key_value() {
            self.next_offset = self.next_offset.max(*base);
            let end = segment.end_offset()?.unwrap_or(*base);
            self.next_offset = self.next_offset.max(end);
        }
        self.batches_end = self.next_offset;
        // After an unclean stop what lies past the recovery point is gone through once more, with the producers as they
        // were before it: its transaction indexes may not have reached the disk.
        let unchecked = match from.clean {
            true => self.next_offset,
            false => self.base_of(from.recovery_point.min(self.next_offset).saturating_sub(1)),
        };
        for base in self
            .segments
            .range(..unchecked)
            .map(|(base, _)| *base)
            .collect::<Vec<_>>()
        {
            self.aborted.extend(txn_index::load(&*self.files, &self.dir, base)?);
        }
        self.load_producers(snapshots, unchecked)?;
        self.recovery_point = if from.clean {
            self.next_offset
        } else {
            from.recovery_point.min(self.next_offset)
        };
        Ok(())
    }

    /// Checks what the recovery point does not vouch for. Nothing after a damaged segment, or after a hole, can be
    /// trusted to follow (`LogLoader` drops it, too): what was acknowledged of it is in the journal, because a journal
    /// file is given up only after the recovery points past it are on disk.
    fn recover_segments(&mut self, from: OpenFrom) -> io::Result<()> {
        let bases: Vec<i64> = self.segments.keys().copied().collect();
        let mut expected = from.log_start;
        let mut broken_from = None;
        for (i, base) in bases.iter().enumerate() {
            let end = bases.get(i + 1).copied().unwrap_or(i64::MAX);
            let Some(segment) = self.segments.get_mut(base) else {
                continue;
            };
            // Not at the recovery point itself: the indexes of a segment that ends there may not have been synced.
            if end < from.recovery_point {
                expected = end;
                continue;
            }
            if *base > expected && *base > from.recovery_point {
                broken_from = Some(*base);
                break;
            }
            expected = *base;
            let cut = segment.recover(self.config.index_interval_bytes, |batch| {
                expected = batch.header.next_offset();
                Ok(())
            })?;
            if cut > 0 {
                tracing::warn!(dir = %self.dir.display(), base, cut, "cut a torn tail");
                broken_from = Some(base + 1);
                break;
            }
            // The last goes on to be written, and a full disk may have no room for its indexes now.
            if i + 1 < bases.len() {
                segment.seal()?;
            }
        }
        let Some(broken) = broken_from else { return Ok(()) };
        let dropped: Vec<i64> = self.segments.range(broken..).map(|(base, _)| *base).collect();
        tracing::error!(dir = %self.dir.display(), ?dropped, "dropped segments that follow a hole or a damaged one");
        self.remove_segments(&dropped)
    }

    /// Removes segments for good: a crash must not bring one back beside what was written since.
    fn remove_segments(&mut self, bases: &[i64]) -> io::Result<()> {
        for segment in bases.iter().filter_map(|base| self.segments.remove(base)) {
            segment.remove(&*self.files)?;
        }
        if bases.is_empty() {
            Ok(())
        } else {
            self.files.sync_dir(&self.dir)
        }
    }

    /// The newest snapshot that is whole and not past `at_most`, then the batches after it. Aborted transactions whose
    /// markers are met and not yet known go into their segments' indexes.
    fn load_producers(&mut self, snapshots: &[i64], at_most: i64) -> io::Result<()> {
        let mut from = self.log_start;
        let mut candidates: Vec<i64> = snapshots.iter().copied().filter(|at| *at <= at_most).collect();
        candidates.sort_unstable();
        while let Some(at) = candidates.pop() {
            let path = self.dir.join(file_name(at, ".snapshot"));
            if let Some(state) = Producers::load(&*self.files, &path)? {
                self.producers = state;
                from = at;
                break;
            }
            self.files.remove_file(&path)?;
        }
        let mut epochs_changed = false;
        let mut found = Vec::new();
        for (base, segment) in self.segments.range(self.base_of(from)..) {
            let start = if from > *base {
                segment.position_of(from)?.unwrap_or(segment.size)
            } else {
                0
            };
            segment.scan(start, |_, batch| {
                let header = &batch.header;
                epochs_changed |= self.epochs.assign(header.leader_epoch, header.base_offset);
                if header.is_control() && header.has_producer_id() && is_abort_marker(batch) {
                    let txn = self.producers.aborting(header.producer_id, header.last_offset());
                    found.extend(txn.map(|txn| (*base, txn)));
                }
                self.producers.apply(header);
                Ok(true)
            })?;
        }
        self.note_aborted(found, at_most)?;
        if epochs_changed {
            self.epochs.save(&*self.files)?;
        }
        Ok(())
    }

    /// Takes in what a scan found: indexes of segments from `unchecked` on become what was found in them.
    fn note_aborted(&mut self, found: Vec<(i64, AbortedTxn)>, unchecked: i64) -> io::Result<()> {
        let bases: Vec<i64> = self.segments.range(unchecked..).map(|(base, _)| *base).collect();
        for base in bases {
            let of: Vec<AbortedTxn> = found.iter().filter(|(b, _)| *b == base).map(|(_, txn)| *txn).collect();
            if txn_index::load(&*self.files, &self.dir, base)? != of {
                txn_index::replace(&*self.files, &self.dir, base, &of)?;
            }
        }
        for (_, txn) in found {
            if !self.aborted.contains(&txn) {
                self.aborted.push(txn);
            }
        }
        Ok(())
    }

    /// The transaction that `batch` ends, if it is the marker of an abort.
    fn aborted_by(&self, header: &BatchHeader, batch: &Batch) -> Option<AbortedTxn> {
        let marker = header.is_control() && header.has_producer_id() && is_abort_marker(batch);
        let txn = marker.then(|| self.producers.aborting(header.producer_id, header.last_offset()));
        txn.flatten()
    }

    /// Base of the segment that holds `offset`, or `offset` itself.
    fn base_of(&self, offset: i64) -> i64 {
        self.segments
            .range(..=offset)
            .next_back()
            .map_or(offset, |(base, _)| *base)
    }

    /// First offset that can be read.
    #[must_use]
    pub fn log_start(&self) -> i64 {
        self.log_start
    }

    /// Offset that the next record gets: the log end offset.
    #[must_use]
    pub fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// All before it is on stable storage in segment files.
    #[must_use]
    pub fn recovery_point(&self) -> i64 {
        self.recovery_point
    }

    /// Producer state.
    #[must_use]
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// Current settings.
    #[must_use]
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Puts other settings in place; they hold from the next append on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
    }

    /// Directory of the partition.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Bytes in segment files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.segments.values().map(|s| s.size).sum()
    }

    /// Segments.
    #[must_use]
    pub fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// The newest leader epoch in the log.
    #[must_use]
    pub fn latest_epoch(&self) -> Option<i32> {
        self.epochs.latest()
    }

    /// Leader epoch of the record at `offset`.
    #[must_use]
    pub fn epoch_of(&self, offset: i64) -> Option<i32> {
        self.epochs.epoch_of(offset)
    }

    /// (largest epoch not after `epoch`, offset at which the next began).
    #[must_use]
    pub(crate) fn end_offset_of_epoch(&self, epoch: i32) -> (i32, i64) {
        self.epochs.end_offset_of(epoch, self.next_offset)
    }

    /// Files with writes that may not be on stable storage, and the offset up to which syncing them reaches.
    pub fn unsynced(&self) -> io::Result<(Vec<Arc<dyn File>>, i64)> {
        if self.recovery_point >= self.next_offset {
            return Ok((Vec::new(), self.next_offset));
        }
        // A segment that ends at the recovery point was active when it was synced.
        let from = self.base_of(self.recovery_point.saturating_sub(1));
        let active = self.segments.last_key_value().map(|(base, _)| *base);
        let mut files = Vec::new();
        for (base, segment) in self.segments.range(from..) {
            files.push(segment.settled_file()?);
            // The recovery point vouches for a full segment's indexes, too; the active one's are always made anew.
            if active != Some(*base) {
                files.extend(segment.index_files());
            }
        }
        Ok((files, self.next_offset))
    }

    /// Has the files hold everything that was appended, and keeps no memory for what may come.
    pub fn rest(&self) -> io::Result<()> {
        self.segments
            .last_key_value()
            .map_or(Ok(()), |(_, active)| active.rest())
    }

    /// Whether a segment is full that the recovery point does not vouch for.
    #[must_use]
    pub fn has_full_unsynced(&self) -> bool {
        let active = self.segments.last_key_value().map(|(base, _)| *base);
        active.is_some_and(|base| base > self.log_start && self.recovery_point <= base)
    }

    /// The files of [`Log::unsynced`] were synced.
    pub fn mark_synced(&mut self, up_to: i64) {
        self.recovery_point = self.recovery_point.max(up_to.min(self.next_offset));
    }

    /// Writes indexes, epochs and a producer snapshot, and gives back reserved space: what a clean stop leaves.
    pub fn close(&mut self) -> io::Result<()> {
        if let Some(mut last) = self.segments.last_entry() {
            last.get_mut().seal()?;
            last.get_mut().release()?;
        }
        self.epochs.save(&*self.files)?;
        self.write_snapshot()
    }

    fn write_snapshot(&self) -> io::Result<()> {
        if self.producers.is_empty() {
            return Ok(());
        }
        let path = self.dir.join(file_name(self.next_offset, ".snapshot"));
        self.files.write_replaced(&path, &self.producers.to_snapshot())
    }
}

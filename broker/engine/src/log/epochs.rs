//! The leader epoch cache (`LeaderEpochFileCache`, KIP-101): which epoch began at which offset, kept in Kafka's
//! `leader-epoch-checkpoint`.

use std::io;
use std::path::PathBuf;
use weir_core::seam::Files;

/// Epochs with their start offsets, both growing.
#[derive(Clone, Debug, Default)]
pub(super) struct EpochCache {
    entries: Vec<(i32, i64)>,
    path: PathBuf,
}

impl EpochCache {
    /// Reads the checkpoint; a missing or unreadable one is empty, and recovery fills it from the batches.
    pub(super) fn load(files: &dyn Files, path: PathBuf) -> Self {
        let text = files.read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let entries = text
            .lines()
            .skip(2)
            .filter_map(|line| {
                let (epoch, start) = line.split_once(' ')?;
                Some((epoch.parse().ok()?, start.parse().ok()?))
            })
            .collect();
        Self { entries, path }
    }

    /// Notes that `epoch` began at `offset`, if it is new. Returns whether the checkpoint must be written.
    pub(super) fn assign(&mut self, epoch: i32, offset: i64) -> bool {
        if epoch < 0 || self.entries.last().is_some_and(|(last, _)| *last >= epoch) {
            return false;
        }
        self.entries.retain(|(_, start)| *start < offset);
        self.entries.push((epoch, offset));
        true
    }

    pub(super) fn latest(&self) -> Option<i32> {
        self.entries.last().map(|(epoch, _)| *epoch)
    }

    /// Epoch of the record at `offset`.
    pub(super) fn epoch_of(&self, offset: i64) -> Option<i32> {
        self.entries
            .iter()
            .rev()
            .find(|(_, start)| *start <= offset)
            .map(|(epoch, _)| *epoch)
    }

    /// The largest epoch not after `epoch`, and the offset at which the next one began (KIP-279); `epoch` itself and the
    /// first offset when all there is is newer (`LeaderEpochFileCache.endOffsetFor`). The leader's own epoch, and newer ones,
    /// are the partition's business: it begins at the log end until something is appended in it.
    pub(super) fn end_offset_of(&self, epoch: i32, log_end: i64) -> (i32, i64) {
        let after = self.entries.partition_point(|(e, _)| *e <= epoch);
        let end = self.entries.get(after).map_or(log_end, |(_, start)| *start);
        let found = after.checked_sub(1).and_then(|at| self.entries.get(at));
        (found.map_or(epoch, |(e, _)| *e), end)
    }

    /// Forgets epochs that began at or after `offset`.
    pub(super) fn truncate_from_end(&mut self, offset: i64) {
        self.entries.retain(|(_, start)| *start < offset);
    }

    /// Forgets epochs that ended before `offset`; the one that holds it begins there from now on.
    pub(super) fn truncate_from_start(&mut self, offset: i64) {
        if let Some(at) = self.entries.iter().rposition(|(_, start)| *start <= offset) {
            self.entries.drain(..at);
            if let Some(first) = self.entries.first_mut() {
                first.1 = first.1.max(offset);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Writes the checkpoint: version, count, one `epoch start` a line.
    pub(super) fn save(&self, files: &dyn Files) -> io::Result<()> {
        let mut text = format!("0\n{}\n", self.entries.len());
        for (epoch, start) in &self.entries {
            text.push_str(&format!("{epoch} {start}\n"));
        }
        files.write_replaced(&self.path, text.as_bytes())
    }
}

//! Deleting: retention by time and size, DeleteRecords, truncation.

use super::{Log, txn_index};
use std::io;

impl Log {
    /// Moves the log start to `offset` (at most the log end) and drops segments that lie wholly before it.
    pub fn delete_records_before(&mut self, offset: i64) -> io::Result<()> {
        let offset = offset.min(self.next_offset);
        if offset <= self.log_start {
            return Ok(());
        }
        self.log_start = offset;
        self.epochs.truncate_from_start(offset);
        self.epochs.save(&*self.files)?;
        self.drop_segments_before(offset)
    }

    fn drop_segments_before(&mut self, offset: i64) -> io::Result<()> {
        let bases: Vec<i64> = self.segments.keys().copied().collect();
        let gone: Vec<i64> = bases
            .iter()
            .zip(bases.iter().skip(1))
            .filter(|(_, next)| **next <= offset)
            .map(|(b, _)| *b)
            .collect();
        self.aborted.retain(|t| t.last_offset >= offset);
        self.remove_segments(&gone)
    }

    /// Applies `retention.ms` and `retention.bytes` if the policy has `delete`; nothing at or past `high_watermark`
    /// goes. Returns how many segments went. As `UnifiedLog.deleteOldSegments`, an expired active segment is rolled
    /// first.
    pub fn enforce_retention(&mut self, now: i64, high_watermark: i64) -> io::Result<usize> {
        if !self.config.delete {
            return Ok(0);
        }
        let before = self.segments.len();
        let mut excess = match self.config.retention_bytes {
            limit if limit < 0 => 0,
            limit => i64::try_from(self.size_bytes())
                .unwrap_or(i64::MAX)
                .saturating_sub(limit),
        };
        let mut start = self.log_start;
        let bases: Vec<i64> = self.segments.keys().copied().collect();
        for (i, base) in bases.iter().enumerate() {
            let Some(segment) = self.segments.get(base) else { break };
            let end = bases.get(i + 1).copied().unwrap_or(self.next_offset);
            let size = i64::try_from(segment.size).unwrap_or(i64::MAX);
            let age = now.saturating_sub(segment.max_timestamp.0);
            let expired =
                self.config.retention_ms >= 0 && segment.max_timestamp.0 >= 0 && age > self.config.retention_ms;
            let is_active = i + 1 == bases.len();
            let too_much = excess > 0 && excess >= size && !is_active;
            if segment.size == 0 || end > high_watermark || !(expired || too_much) {
                break;
            }
            excess -= size;
            start = end;
        }
        if start > self.log_start {
            let active_goes = self.segments.last_key_value().is_some_and(|(base, _)| start > *base);
            if active_goes {
                self.batches_end = self.next_offset;
                self.roll(self.next_offset)?;
            }
            self.delete_records_before(start)?;
            return Ok(before + usize::from(active_goes) - self.segments.len());
        }
        Ok(0)
    }

    /// Cuts the log so that `offset` is the next one. Producer state is rebuilt from what is left.
    pub fn truncate_to(&mut self, offset: i64) -> io::Result<()> {
        if offset >= self.next_offset {
            return Ok(());
        }
        let dropped: Vec<i64> = self
            .segments
            .range(offset..)
            .map(|(base, _)| *base)
            .skip(usize::from(offset == self.log_start))
            .collect();
        self.remove_segments(&dropped)?;
        if let Some(mut last) = self.segments.last_entry() {
            last.get_mut().truncate_to(offset)?;
        }
        self.next_offset = offset;
        self.log_start = self.log_start.min(offset);
        self.recovery_point = self.recovery_point.min(offset);
        self.batches_end = match self.segments.last_key_value() {
            Some((base, last)) => last.end_offset()?.unwrap_or(*base),
            None => offset,
        };
        self.hint.set((-1, 0, 0));
        self.epochs.truncate_from_end(offset);
        self.epochs.save(&*self.files)?;
        self.aborted.retain(|t| t.last_offset < offset);
        self.producers = super::Producers::default();
        let snapshots: Vec<i64> = self
            .files
            .list(&self.dir)?
            .iter()
            .filter_map(|e| e.name.strip_suffix(".snapshot").and_then(|s| s.parse().ok()))
            .collect();
        for at in snapshots.iter().filter(|at| **at > offset) {
            self.files
                .remove_file(&self.dir.join(super::file_name(*at, ".snapshot")))?;
        }
        let kept: Vec<i64> = snapshots.into_iter().filter(|at| *at <= offset).collect();
        if let Some(base) = self.segments.last_key_value().map(|(base, _)| *base) {
            let of: Vec<_> = self.aborted.iter().filter(|t| t.last_offset >= base).copied().collect();
            if txn_index::load(&*self.files, &self.dir, base)? != of {
                txn_index::replace(&*self.files, &self.dir, base, &of)?;
            }
        }
        self.load_producers(&kept, offset)
    }

    /// Throws everything away and starts again at `offset`, as a follower does whose log ends before the leader's
    /// begins.
    pub fn restart_at(&mut self, offset: i64) -> io::Result<()> {
        let all: Vec<i64> = self.segments.keys().copied().collect();
        self.remove_segments(&all)?;
        self.epochs.clear();
        self.epochs.save(&*self.files)?;
        self.producers = super::Producers::default();
        self.aborted.clear();
        self.hint.set((-1, 0, 0));
        self.log_start = offset;
        self.next_offset = offset;
        self.batches_end = offset;
        self.recovery_point = offset;
        Ok(())
    }
}

impl Log {
    /// Forgets idempotent producers that have been silent for longer than `expiration_ms`.
    pub fn expire_producers(&mut self, now: i64, expiration_ms: i64) {
        self.producers.expire(now, expiration_ms);
    }
}

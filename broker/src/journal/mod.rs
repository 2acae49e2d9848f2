//! The journal's doing: entries are gathered in memory under one lock, written and synced by one call for all who wait
//! (group commit without timers); files are used again once the segments they stand for are synced. The format is the
//! engine's ([`weir_engine::journal`]).
//!
//! A failed sync is final: nothing is acknowledged after it (fsync errors cannot be retried, ATC'20 Rebello et al.). A
//! full disk is not: files are written out before they are used, so what finds no room is refused before anything of it is
//! written, and the next one may find some.
//!
//! [`staged`]: what waits for the next sync. [`files`]: where it goes. [`reserve`]: room for a start on a full disk.

mod files;
mod reserve;
mod staged;

pub(crate) use files::Retired;

use files::{JournalFiles, make_spare};
use parking_lot::Mutex;
use reserve::Reserve;
use staged::Staged;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use weir_core::Seam;
use weir_core::record::HEADER_LEN;
use weir_core::seam::BLOCK_BYTES;
use weir_engine::journal::{ENTRY_HEADER_BYTES, entry_header};

/// Bytes that may wait for a sync; beyond that, who brings more waits with it.
const STAGED_MAX: usize = 32 << 20;

/// File name suffix; regular files in a log directory are none of Kafka's business.
pub(crate) const SUFFIX: &str = ".weir-journal";

/// Why an entry is not durable.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum JournalError {
    /// For good: the disk failed.
    #[error("the log directory is offline: {0}")]
    Offline(Arc<str>),
    /// For now: the entry was not written, the journal is as it was.
    #[error("the disk is full: {0}")]
    Full(Arc<str>),
}

/// Names a journaled write; 0 is "nothing to wait for".
pub(crate) type Lsn = u64;

/// A partition whose segments an entry stands for: topic id, index.
pub(crate) type Source = ([u8; 16], i32);

struct Commit {
    next_lsn: Lsn,
    /// Entries that no sync has taken yet, and whose they are.
    staged: Staged,
    sources: BTreeSet<Source>,
    /// A buffer that an earlier sync is done with.
    spare: Staged,
    /// Bytes that the current file has left for what is staged.
    room: u64,
    synced: Lsn,
    syncing: bool,
    offline: Option<Arc<str>>,
    waiters: Vec<(Lsn, Waker)>,
}

/// The journal.
pub(crate) struct Journal {
    seam: Seam,
    dir: PathBuf,
    fsync: bool,
    file_bytes: u64,
    commit: Mutex<Commit>,
    /// Held over a sync and the note of how it went: the system tells of a failed write-back once, and who syncs the same
    /// file next is told that all is well. Taken before `commit`.
    files: Mutex<JournalFiles>,
    /// Beside `Commit::offline`, for who must not take the lock.
    offline: AtomicBool,
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl Journal {
    /// A journal that takes nothing yet: recovery runs first. Without `fsync` (`flush.mode=os`) it never takes anything.
    pub(crate) fn placeholder(seam: &Seam, dir: &Path, fsync: bool, file_bytes: u64) -> Arc<Self> {
        Arc::new(Self {
            seam: seam.clone(),
            dir: dir.to_owned(),
            fsync,
            commit: Mutex::new(Commit {
                next_lsn: 1,
                staged: Staged::default(),
                sources: BTreeSet::new(),
                spare: Staged::default(),
                room: 0,
                synced: 0,
                syncing: false,
                offline: None,
                waiters: Vec::new(),
            }),
            file_bytes,
            files: Mutex::new(JournalFiles::new(file_bytes)),
            offline: AtomicBool::new(false),
        })
    }

    /// Begins with `next_lsn`. What older files held has been put back and synced in segments: they go. The first of the new
    /// ones leaves the room that the rest of the start needs; then comes [`Self::ready`].
    pub(crate) fn begin(&self, next_lsn: Lsn) -> io::Result<()> {
        self.remove_files()?;
        if !self.fsync {
            return Ok(());
        }
        let reserve = Reserve::new(&self.dir);
        reserve.take(&self.seam)?;
        let mut files = self.files.lock();
        match files.begin(&self.seam, &self.dir, next_lsn) {
            // It starts without a file; the first entry makes one as small as it can be, or is refused.
            Err(e) if is_full(&e) => tracing::warn!(error = %e, "no room for a journal file yet"),
            begun => begun?,
        }
        let mut commit = self.commit.lock();
        commit.room = files.room();
        commit.next_lsn = next_lsn;
        commit.synced = next_lsn - 1;
        reserve.spend(&self.seam)
    }

    /// The start is done: what is left over is for the next one.
    pub(crate) fn ready(&self) -> io::Result<()> {
        match self.fsync {
            true => Reserve::new(&self.dir).take(&self.seam),
            false => Ok(()),
        }
    }

    /// Takes an entry; call it under the partition's lock, so that entries of a partition are in offset order.
    pub(crate) fn append(
        self: &Arc<Self>,
        source: Source,
        head: &[u8; HEADER_LEN],
        body: &[u8],
    ) -> Result<Lsn, JournalError> {
        if !self.fsync {
            return Ok(0);
        }
        let len = ENTRY_HEADER_BYTES + HEADER_LEN + body.len();
        loop {
            self.check_online()?;
            let mut commit = self.commit.lock();
            let staged = commit.staged.len();
            let after = staged + len;
            if after.next_multiple_of(BLOCK_BYTES) as u64 > commit.room || (staged > 0 && after > STAGED_MAX) {
                drop(commit);
                self.make_room(len)?;
                continue;
            }
            let lsn = commit.next_lsn;
            commit.next_lsn += 1;
            commit.staged.push(&entry_header(lsn, &source.0, source.1, head, body));
            commit.staged.push(head);
            commit.staged.push(body);
            commit.sources.insert(source);
            return Ok(lsn);
        }
    }

    /// Writes out what is staged, and goes on to another file if this one has no room for `len` more bytes.
    fn make_room(self: &Arc<Self>, len: usize) -> Result<(), JournalError> {
        let mut files = self.files.lock();
        self.write_staged(&mut files)?;
        // Held over the change of files: what others staged meanwhile goes into the new one, its first entry theirs.
        let mut commit = self.commit.lock();
        let need = commit.staged.len() + len;
        if need.next_multiple_of(BLOCK_BYTES) as u64 > commit.room {
            if let Err(e) = files.rotate(&self.seam, &self.dir, commit.synced + 1, need) {
                drop(commit);
                return Err(if is_full(&e) {
                    JournalError::Full(e.to_string().into())
                } else {
                    self.go_offline(&format!("journal file could not be made: {e}"))
                });
            }
            commit.room = files.room();
        }
        Ok(())
    }

    /// Whether the directory still takes anything: after a failed sync nothing can be known of what is on the disk, and
    /// what was given to it must not be mistaken for durable, not even a duplicate of it.
    pub(crate) fn check_online(&self) -> Result<(), JournalError> {
        if !self.offline.load(Ordering::Acquire) {
            return Ok(());
        }
        let reason = self.commit.lock().offline.clone();
        Err(JournalError::Offline(reason.unwrap_or_default()))
    }

    /// Takes the directory offline for good; the first reason stays.
    pub(crate) fn go_offline(&self, reason: &str) -> JournalError {
        let (reason, woken): (Arc<str>, Vec<(Lsn, Waker)>) = {
            let mut commit = self.commit.lock();
            let told = commit.offline.get_or_insert_with(|| {
                tracing::error!(
                    reason,
                    "the log directory is offline: nothing more is taken until the broker is started again"
                );
                reason.into()
            });
            let told = told.clone();
            self.offline.store(true, Ordering::Release);
            (told, std::mem::take(&mut commit.waiters))
        };
        woken.into_iter().for_each(|(_, waker)| waker.wake());
        JournalError::Offline(reason)
    }

    /// Number of the last entry taken.
    pub(crate) fn last_written(&self) -> Lsn {
        self.commit.lock().next_lsn - 1
    }

    /// Number of the last entry on stable storage. Without a journal nothing waits for it: all counts as durable.
    pub(crate) fn synced(&self) -> Lsn {
        self.commit.lock().synced
    }

    /// Completes once everything up to `lsn` is on stable storage. Who finds nobody syncing has it synced for all that is
    /// there by then: itself, if its worker may stand still meanwhile (`here`).
    pub(crate) async fn committed(self: &Arc<Self>, lsn: Lsn, here: impl Fn() -> bool) -> Result<(), JournalError> {
        if lsn == 0 || !self.fsync {
            return Ok(());
        }
        std::future::poll_fn(|cx| {
            loop {
                let mut commit = self.commit.lock();
                if commit.synced >= lsn {
                    return Poll::Ready(Ok(()));
                }
                if let Some(reason) = &commit.offline {
                    return Poll::Ready(Err(JournalError::Offline(reason.clone())));
                }
                if commit.syncing {
                    commit.waiters.retain(|(at, w)| *at != lsn || !w.will_wake(cx.waker()));
                    commit.waiters.push((lsn, cx.waker().clone()));
                    return Poll::Pending;
                }
                commit.syncing = true;
                drop(commit);
                if here() && self.seam.spawn.may_block_briefly() {
                    self.sync_once();
                } else {
                    let journal = self.clone();
                    let job = self
                        .seam
                        .spawn
                        .blocking("journal sync", Box::new(move || journal.sync_once()));
                    self.seam.spawn("journal sync", job);
                }
            }
        })
        .await
    }

    /// One sync for all that is there when it begins. Whom it did not cover is woken, too: the first of them syncs for the
    /// others.
    fn sync_once(self: &Arc<Self>) {
        let mut files = self.files.lock();
        // Who waits learns of a failure from the directory being offline.
        let _ = self.write_staged(&mut files);
        let wanted = files.wants_spare(&self.dir);
        let woken = {
            let mut commit = self.commit.lock();
            commit.syncing = false;
            std::mem::take(&mut commit.waiters)
        };
        drop(files);
        woken.into_iter().for_each(|(_, waker)| waker.wake());
        if let Some(path) = wanted {
            self.prepare_spare(path);
        }
    }

    /// Makes durable what is staged. Nothing is written behind a failure: recovery would not find it.
    fn write_staged(&self, files: &mut JournalFiles) -> Result<(), JournalError> {
        self.check_online()?;
        let (target, mut staged, sources) = {
            let mut commit = self.commit.lock();
            let spare = std::mem::take(&mut commit.spare);
            let staged = std::mem::replace(&mut commit.staged, spare);
            let sources = std::mem::take(&mut commit.sources);
            let written = staged.len().next_multiple_of(BLOCK_BYTES) as u64;
            commit.room = commit.room.saturating_sub(written);
            (commit.next_lsn - 1, staged, sources)
        };
        // Another's sync may have taken everything while this one waited for the files.
        let result = match staged.len() {
            0 => Ok(()),
            _ => files.write(staged.blocks(), sources),
        };
        staged.clear();
        if let Err(e) = result {
            return Err(self.go_offline(&format!("journal sync failed: {e}")));
        }
        let mut commit = self.commit.lock();
        commit.spare = staged;
        commit.synced = commit.synced.max(target);
        Ok(())
    }

    /// Has the next file written out while this one fills.
    fn prepare_spare(self: &Arc<Self>, path: PathBuf) {
        let journal = self.clone();
        let job = self.seam.spawn.blocking(
            "journal spare",
            Box::new(move || {
                let made = make_spare(&journal.seam, path, journal.file_bytes);
                let unwanted = journal.files.lock().prepared(made);
                if let Some(path) = unwanted {
                    let _ = journal.seam.files.remove_file(&path);
                }
            }),
        );
        self.seam.spawn("journal spare", job);
    }

    /// Files that are full; the caller syncs their sources' segments and gives them back. Every sync ends durable, so none
    /// of their entries can be waited for any more.
    pub(crate) fn take_retired(&self) -> Vec<Retired> {
        std::mem::take(&mut self.files.lock().retired)
    }

    /// The segments that `retired` stands for are synced: use it again, or let it go.
    pub(crate) fn recycle(&self, retired: Retired) -> io::Result<()> {
        let unwanted = self.files.lock().keep(&self.seam, retired);
        unwanted.map_or(Ok(()), |path| self.seam.files.remove_file(&path))
    }

    /// Gives back what a busier time needed; to be called every second or so.
    pub(crate) fn trim(&self) -> io::Result<()> {
        let surplus = self.files.lock().surplus();
        surplus.map_or(Ok(()), |path| self.seam.files.remove_file(&path))
    }

    /// After a clean stop the journal is empty: its files go.
    pub(crate) fn close(&self) -> io::Result<()> {
        let mut files = self.files.lock();
        files.close();
        self.remove_files()
    }

    fn remove_files(&self) -> io::Result<()> {
        for entry in self.seam.files.list(&self.dir)? {
            if entry.name.ends_with(SUFFIX) {
                match self.seam.files.remove_file(&self.dir.join(entry.name)) {
                    // Given up by another in between.
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                    removed => removed?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::PartitionHandle;
    use weir_core::compress::Compression;
    use weir_core::record::BatchBuilder;
    use weir_core::seam::Files;
    use weir_core::sim::Sim;
    use weir_engine::log::{Log, LogConfig, OpenFrom};
    use weir_engine::partition::{Partition, Produced};
    use weir_engine::validate::RecordValidation;
    use weir_messages::Uuid;

    fn batch(sequence: i32, bytes: usize) -> bytes::Bytes {
        let mut b = BatchBuilder::new(Compression::None);
        b.set_producer(7, 0, sequence);
        b.append(1_767_225_600_000, None, Some(&vec![1; bytes]), &[]);
        b.build().unwrap()
    }

    fn produce(
        handle: &PartitionHandle,
        journal: &Arc<Journal>,
        records: &bytes::Bytes,
    ) -> (Produced, Result<Lsn, JournalError>) {
        let mut hosted = handle.lock();
        let produced = hosted
            .partition
            .produce(records, true, RecordValidation::Frame, 1_767_225_600_000, 0)
            .unwrap();
        let lsn = handle.journal(journal, &mut hosted, produced.stored.as_ref());
        (produced, lsn)
    }

    fn used(files: &dyn Files, dir: &Path) -> u64 {
        let entries = files.list(dir).unwrap();
        let of = |e: &weir_core::seam::DirEntry| {
            if e.is_dir {
                used(files, &dir.join(&e.name))
            } else {
                e.len
            }
        };
        entries.iter().map(of).sum()
    }

    #[test]
    fn what_the_journal_has_no_room_for_is_taken_back_and_no_duplicate_of_anything() {
        let mut sim = Sim::new(1);
        let seam = sim.host("h");
        let dir = Path::new("/d");
        seam.files.create_dir_all(&dir.join("t-0")).unwrap();
        let log = Log::open(
            seam.files.clone(),
            &dir.join("t-0"),
            LogConfig::default(),
            OpenFrom::default(),
        )
        .unwrap();
        let partition = Partition::new(log, 1, 0, vec![1]);
        let handle = PartitionHandle::new(Uuid::from_u128(9), "t".into(), 0, partition);
        let journal = Journal::placeholder(&seam, dir, true, 1 << 20);
        journal.begin(1).unwrap();
        // Until the first journal file is nearly full.
        let (mut sequence, mut last) = (0, 0);
        let left = || {
            let commit = journal.commit.lock();
            commit.room - commit.staged.len() as u64
        };
        while left() > 2_000 {
            assert!(sequence < 5_000, "the first journal file does not fill up");
            let (produced, lsn) = produce(&handle, &journal, &batch(sequence, 1_000));
            assert!(produced.stored.is_some());
            last = lsn.unwrap();
            sequence += 1;
        }
        // Room for one more batch in the segment, none for another journal file.
        let before = (handle.lock().partition.log.next_offset(), used(&*seam.files, dir));
        sim.limit_disk("h", Some(before.1 + 6_000));
        let more = batch(sequence, 5_000);
        for _ in 0..3 {
            let (produced, lsn) = produce(&handle, &journal, &more);
            assert!(produced.stored.is_some(), "a retry of what was refused is no duplicate");
            assert!(matches!(lsn, Err(JournalError::Full(_))), "{lsn:?}");
            let hosted = handle.lock();
            let after = (hosted.partition.log.next_offset(), used(&*seam.files, dir));
            assert_eq!((after, hosted.partition.high_watermark()), (before, before.0));
        }
        assert!(journal.check_online().is_ok(), "a full disk is not a failed one");
        sim.limit_disk("h", None);
        let (produced, lsn) = produce(&handle, &journal, &more);
        assert_eq!((produced.base_offset, lsn.unwrap()), (before.0, last + 1));
        // Now it is one, and as durable as the first.
        let (again, lsn) = produce(&handle, &journal, &more);
        assert!(again.stored.is_none() && again.base_offset == before.0);
        assert_eq!(lsn.unwrap(), last + 1);
    }
}

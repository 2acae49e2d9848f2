//! The journal's doing: entries are written under one lock, synced by one call for all who wait (group commit without
//! timers), and files are used again once the segments they stand for are synced. The format is the engine's
//! ([`weir_engine::journal`]).
//!
//! A failed sync is final: nothing is acknowledged after it (fsync errors cannot be retried, ATC'20 Rebello et al.). A
//! full disk is not: what finds no room is refused before anything of it is written, and the next one may find some.

use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use weir_core::Seam;
use weir_core::record::HEADER_LEN;
use weir_core::seam::{File, OpenMode};
use weir_engine::journal::{ENTRY_HEADER_BYTES, FILE_HEADER_BYTES, entry_header, file_header};

/// Bytes of the first file: small, because it is written out in full before the broker is ready.
const FIRST_FILE_BYTES: u64 = 1 << 20;
/// Bytes of later files, written out in the background.
const FILE_BYTES: u64 = 64 << 20;

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

struct Current {
    file: Arc<dyn File>,
    path: PathBuf,
    size: u64,
    at: u64,
    /// Partitions with entries in this file.
    sources: BTreeMap<Source, ()>,
}

/// A file that is full: free once its sources' segments are synced.
pub(crate) struct Retired {
    path: PathBuf,
    size: u64,
    pub(crate) sources: Vec<Source>,
}

struct Writer {
    /// `None` until recovery has run.
    current: Option<Current>,
    next_lsn: Lsn,
    next_number: u64,
    retired: Vec<Retired>,
    spare: Option<(PathBuf, u64)>,
    preparing: bool,
    /// The last spare found no room: not tried again before the next rotation, lest it take what others still need.
    spare_failed: bool,
}

#[derive(Default)]
struct Commit {
    written: Lsn,
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
    writer: Mutex<Writer>,
    commit: Mutex<Commit>,
    /// Held over a sync and the note of how it went: the system tells of a failed write-back once, and who syncs the
    /// same file next is told that all is well.
    syncing: Mutex<()>,
    /// Beside `Commit::offline`, for who must not take the lock.
    offline: AtomicBool,
}

fn path_of(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}{SUFFIX}"))
}

/// File name suffix; regular files in a log directory are none of Kafka's business.
pub(crate) const SUFFIX: &str = ".weir-journal";

/// Writes zeros over the whole file, so that a later sync need not change its metadata.
fn prewrite(seam: &Seam, path: &Path, bytes: u64) -> io::Result<Arc<dyn File>> {
    let file = seam.files.open(path, OpenMode::Create)?;
    let zeros = vec![0; 1 << 20];
    let mut at = 0;
    while at < bytes {
        let n = (bytes - at).min(zeros.len() as u64);
        if let Err(error) = file.write_all_at(zeros.get(..n as usize).unwrap_or_default(), at) {
            // Half a file is of no use, and its room is what the full disk lacks.
            let _ = seam.files.remove_file(path);
            return Err(error);
        }
        at += n;
    }
    Ok(file)
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

impl Journal {
    /// A journal that takes nothing yet: recovery runs first.
    pub(crate) fn placeholder(seam: &Seam, dir: &Path, fsync: bool) -> Arc<Self> {
        let writer = Writer {
            current: None,
            next_lsn: 1,
            next_number: 1,
            retired: Vec::new(),
            spare: None,
            preparing: false,
            spare_failed: false,
        };
        Arc::new(Self {
            seam: seam.clone(),
            dir: dir.to_owned(),
            fsync,
            writer: Mutex::new(writer),
            commit: Mutex::new(Commit::default()),
            syncing: Mutex::new(()),
            offline: AtomicBool::new(false),
        })
    }

    /// Begins with `next_lsn`. What older files held has been put back and synced in segments: they go.
    pub(crate) fn begin(&self, next_lsn: Lsn) -> io::Result<()> {
        self.remove_files()?;
        let mut writer = self.writer.lock();
        let path = path_of(&self.dir, writer.next_number);
        let file = prewrite(&self.seam, &path, FIRST_FILE_BYTES)?;
        file.write_all_at(&file_header(next_lsn), 0)?;
        // The name must survive: entries in a file that a crash makes nameless are lost.
        file.sync_data()?;
        self.seam.files.sync_dir(&self.dir)?;
        writer.current = Some(Current {
            file,
            path,
            size: FIRST_FILE_BYTES,
            at: FILE_HEADER_BYTES as u64,
            sources: BTreeMap::new(),
        });
        writer.next_number += 1;
        writer.next_lsn = next_lsn;
        let mut commit = self.commit.lock();
        commit.written = next_lsn - 1;
        commit.synced = next_lsn - 1;
        Ok(())
    }

    /// Writes an entry; call it under the partition's lock, so that entries of a partition are in offset order.
    pub(crate) fn append(
        self: &Arc<Self>,
        source: Source,
        head: &[u8; HEADER_LEN],
        body: &[u8],
    ) -> Result<Lsn, JournalError> {
        let mut writer = self.writer.lock();
        self.check_online()?;
        let lsn = writer.next_lsn;
        let written = self.write(&mut writer, lsn, source, head, body);
        match written {
            Ok(()) => {
                writer.next_lsn += 1;
                self.commit.lock().written = lsn;
                self.prepare_spare(&mut writer);
                Ok(lsn)
            }
            Err(e) if is_full(&e) => Err(JournalError::Full(e.to_string().into())),
            Err(e) => Err(self.go_offline(&format!("journal write failed: {e}"))),
        }
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

    fn write(
        &self,
        writer: &mut Writer,
        lsn: Lsn,
        source: Source,
        head: &[u8; HEADER_LEN],
        body: &[u8],
    ) -> io::Result<()> {
        let len = (ENTRY_HEADER_BYTES + HEADER_LEN + body.len()) as u64;
        if writer.current.as_ref().is_some_and(|c| c.at + len > c.size) {
            self.rotate(writer, lsn, len)?;
        }
        let current = writer
            .current
            .as_mut()
            .ok_or_else(|| io::Error::other("the journal has not begun"))?;
        let entry = entry_header(lsn, &source.0, source.1, head, body);
        current.file.write_all_vectored_at(&[&entry, head, body], current.at)?;
        current.at += len;
        current.sources.insert(source, ());
        Ok(())
    }

    fn rotate(&self, writer: &mut Writer, lsn: Lsn, need: u64) -> io::Result<()> {
        let need = need + FILE_HEADER_BYTES as u64;
        // The full file is synced before its successor can be: recovery stops at the first gap in the numbers.
        if let Some(current) = writer.current.as_ref().filter(|_| self.fsync) {
            self.sync(&current.file).map_err(io::Error::other)?;
        }
        let (path, size, file) = match writer.spare.take().filter(|(_, size)| *size >= need) {
            Some((path, size)) => {
                let file = self.seam.files.open(&path, OpenMode::Create)?;
                (path, size, file)
            }
            None => {
                let path = path_of(&self.dir, writer.next_number);
                writer.next_number += 1;
                // A nearly full disk may have room for this entry where it has none for a file of good size.
                let size = need.max(FIRST_FILE_BYTES * 4);
                let made = prewrite(&self.seam, &path, size).map(|file| (size, file));
                let (size, file) = match made {
                    Err(e) if is_full(&e) && need < size => (need, prewrite(&self.seam, &path, need)?),
                    made => made?,
                };
                (path, size, file)
            }
        };
        file.write_all_at(&file_header(lsn), 0)?;
        file.sync_data()?;
        self.seam.files.sync_dir(&self.dir)?;
        let next = Current {
            file,
            path,
            size,
            at: FILE_HEADER_BYTES as u64,
            sources: BTreeMap::new(),
        };
        let full = writer.current.replace(next);
        writer.retired.extend(full.map(|full| Retired {
            path: full.path,
            size: full.size,
            sources: full.sources.into_keys().collect(),
        }));
        writer.spare_failed = false;
        Ok(())
    }

    /// Has the next file written out while this one fills.
    fn prepare_spare(self: &Arc<Self>, writer: &mut Writer) {
        let busy = writer.spare.is_some() || writer.preparing || writer.spare_failed;
        if busy || writer.current.as_ref().is_none_or(|c| c.at < c.size / 4) {
            return;
        }
        writer.preparing = true;
        let path = path_of(&self.dir, writer.next_number);
        writer.next_number += 1;
        let journal = self.clone();
        let job = self.seam.spawn.blocking(
            "journal spare",
            Box::new(move || {
                let made = prewrite(&journal.seam, &path, FILE_BYTES).and_then(|f| f.sync_data());
                let mut writer = journal.writer.lock();
                writer.preparing = false;
                match made {
                    Ok(()) => writer.spare = Some((path, FILE_BYTES)),
                    // The journal goes on with a file that it makes when it needs one.
                    Err(e) => {
                        writer.spare_failed = true;
                        tracing::warn!(error = %e, "no spare journal file");
                    }
                }
            }),
        );
        self.seam.spawn("journal spare", job);
    }

    /// Takes the directory offline for good; the first reason stays.
    pub(crate) fn go_offline(&self, reason: &str) -> JournalError {
        let (reason, wakers): (Arc<str>, Vec<Waker>) = {
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
            (told, commit.waiters.drain(..).map(|(_, w)| w).collect())
        };
        wakers.into_iter().for_each(Waker::wake);
        JournalError::Offline(reason)
    }

    /// Syncs a journal file. A failure takes the directory offline before anybody else can sync the same file and be
    /// told that it went well.
    fn sync(&self, file: &Arc<dyn File>) -> Result<(), JournalError> {
        let _turn = self.syncing.lock();
        self.check_online()?;
        file.sync_data()
            .map_err(|e| self.go_offline(&format!("journal sync failed: {e}")))
    }

    /// Number of the last entry written.
    pub(crate) fn last_written(&self) -> Lsn {
        self.commit.lock().written
    }

    /// Completes once everything up to `lsn` is on stable storage. Who finds nobody syncing syncs for all that was
    /// written by then: on its own worker where the seam allows it, for that saves two wake-ups a request.
    pub(crate) async fn committed(self: &Arc<Self>, lsn: Lsn) -> Result<(), JournalError> {
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
                if self.seam.spawn.may_block_briefly() {
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

    /// One sync for all that was written before it began. Whom it did not cover is woken, too: the first of them syncs
    /// for the others.
    fn sync_once(&self) {
        // Written is read before the file is taken: a rotation in between has synced the older file itself.
        let target = self.commit.lock().written;
        let file = self.writer.lock().current.as_ref().map(|c| c.file.clone());
        let result = file.map_or(Ok(()), |f| self.sync(&f));
        let woken = {
            let mut commit = self.commit.lock();
            commit.syncing = false;
            if result.is_ok() {
                commit.synced = commit.synced.max(target);
            }
            std::mem::take(&mut commit.waiters)
        };
        woken.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Files that are full; the caller syncs their sources' segments and gives them back. A rotation has synced them,
    /// so none of their entries can be waited for any more.
    pub(crate) fn take_retired(&self) -> Vec<Retired> {
        std::mem::take(&mut self.writer.lock().retired)
    }

    /// The segments that `retired` stands for are synced: use it again, or let it go.
    pub(crate) fn recycle(&self, retired: Retired) -> io::Result<()> {
        let mut writer = self.writer.lock();
        if writer.spare.is_none() && !writer.preparing && retired.size >= FILE_BYTES {
            writer.spare = Some((retired.path, retired.size));
            return Ok(());
        }
        drop(writer);
        self.seam.files.remove_file(&retired.path)
    }

    /// After a clean stop the journal is empty: its files go.
    pub(crate) fn remove_files(&self) -> io::Result<()> {
        for entry in self.seam.files.list(&self.dir)? {
            if entry.name.ends_with(SUFFIX) {
                self.seam.files.remove_file(&self.dir.join(entry.name))?;
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
            .produce(records, true, RecordValidation::Frame, 1_767_225_600_000)
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
        let journal = Journal::placeholder(&seam, dir, true);
        journal.begin(1).unwrap();
        // Until the first journal file is nearly full.
        let (mut sequence, mut last) = (0, 0);
        while journal
            .writer
            .lock()
            .current
            .as_ref()
            .is_some_and(|c| c.at + 2_000 < c.size)
        {
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

//! The journal's files: one that is written, some that are ready to be, and those that are full. A file that is used again
//! costs nothing; a new one is written out first. Only who syncs is in here, so none of it needs to be quick.

use super::{Lsn, SUFFIX, Source};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_core::Seam;
use weir_core::seam::{BLOCK_BYTES, Block, File, OpenMode};
use weir_engine::journal::file_header;

/// Bytes of the first file: small, because it is written out in full before the broker is ready.
const FIRST_FILE_BYTES: u64 = 1 << 20;
/// Files kept to be used again: as many as may fill, at some 300 MB/s, until the segments behind the first are synced.
const SPARES_MAX: usize = 4;
/// Calls of [`JournalFiles::surplus`] without a full file after which one spare is enough.
const CALM: u32 = 10;
/// Blocks of zeros that one call writes.
const ZERO_BLOCKS: usize = 256;

struct Current {
    file: Arc<dyn File>,
    path: PathBuf,
    size: u64,
    at: u64,
    /// Partitions with entries in this file.
    sources: BTreeSet<Source>,
}

/// A file that is full: free once its sources' segments are synced.
pub(crate) struct Retired {
    path: PathBuf,
    size: u64,
    pub(crate) sources: Vec<Source>,
}

/// A file that is ready to be written.
pub(super) struct Spare {
    path: PathBuf,
    size: u64,
}

pub(super) struct JournalFiles {
    /// Bytes of later files, written out in the background.
    file_bytes: u64,
    /// `None` until recovery has run.
    current: Option<Current>,
    next_number: u64,
    pub(super) retired: Vec<Retired>,
    spares: Vec<Spare>,
    preparing: bool,
    /// The last spare found no room: not tried again before the next file, lest it take what others still need.
    spare_failed: bool,
    /// Since a file was full.
    calm: u32,
    /// After a clean stop: nothing is kept any more.
    closed: bool,
}

fn path_of(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:08}{SUFFIX}"))
}

/// Writes zeros over the whole file, so that a later sync need not change its metadata.
fn prewrite(seam: &Seam, path: &Path, bytes: u64) -> io::Result<Arc<dyn File>> {
    let file = seam.files.open(path, OpenMode::Direct)?;
    let zeros = vec![Block::ZERO; ZERO_BLOCKS];
    let mut at = 0;
    while at < bytes {
        let n = usize::try_from((bytes - at) / BLOCK_BYTES as u64).unwrap_or(ZERO_BLOCKS);
        let now = zeros.get(..n.min(ZERO_BLOCKS)).unwrap_or_default();
        if let Err(error) = file.write_blocks_at(now, at) {
            // Half a file is of no use, and its room is what the full disk lacks.
            let _ = seam.files.remove_file(path);
            return Err(error);
        }
        at += (now.len() * BLOCK_BYTES) as u64;
    }
    Ok(file)
}

/// The head of a file in a block of its own.
fn head(first: Lsn) -> Block {
    let mut block = Block::ZERO;
    let header = file_header(first);
    if let Some(place) = block.0.get_mut(..header.len()) {
        place.copy_from_slice(&header);
    }
    block
}

/// Makes a spare file; the caller hands it to [`JournalFiles::prepared`].
pub(super) fn make_spare(seam: &Seam, path: PathBuf, size: u64) -> io::Result<Spare> {
    let size = size.next_multiple_of(BLOCK_BYTES as u64);
    let file = prewrite(seam, &path, size)?;
    file.sync_data().inspect_err(|_| {
        let _ = seam.files.remove_file(&path);
    })?;
    Ok(Spare { path, size })
}

impl JournalFiles {
    pub(super) fn new(file_bytes: u64) -> Self {
        Self {
            file_bytes,
            current: None,
            next_number: 0,
            retired: Vec::new(),
            spares: Vec::new(),
            preparing: false,
            spare_failed: false,
            calm: 0,
            closed: false,
        }
    }

    /// The file that is written from now on.
    fn switch(&mut self, seam: &Seam, dir: &Path, file: Arc<dyn File>, spare: &Spare, first: Lsn) -> io::Result<()> {
        file.write_blocks_at(&[head(first)], 0)?;
        // The name must survive, too: entries in a file that a crash makes nameless are lost.
        file.sync_data()?;
        seam.files.sync_dir(dir)?;
        let next = Current {
            file,
            path: spare.path.clone(),
            size: spare.size,
            at: BLOCK_BYTES as u64,
            sources: BTreeSet::new(),
        };
        self.calm = 0;
        let full = self.current.replace(next);
        self.retired.extend(full.map(|full| Retired {
            path: full.path,
            size: full.size,
            sources: full.sources.into_iter().collect(),
        }));
        Ok(())
    }

    fn next_path(&mut self, dir: &Path) -> PathBuf {
        self.next_number += 1;
        path_of(dir, self.next_number)
    }

    /// Makes the first file.
    pub(super) fn begin(&mut self, seam: &Seam, dir: &Path, first: Lsn) -> io::Result<()> {
        let path = self.next_path(dir);
        let size = FIRST_FILE_BYTES;
        let file = prewrite(seam, &path, size)?;
        self.switch(seam, dir, file, &Spare { path, size }, first)
    }

    /// Bytes that are left in the file.
    pub(super) fn room(&self) -> u64 {
        self.current.as_ref().map_or(0, |c| c.size - c.at)
    }

    /// Writes entries and makes them durable; there must be room.
    pub(super) fn write(&mut self, blocks: &[Block], sources: BTreeSet<Source>) -> io::Result<()> {
        let current = self.current.as_mut();
        let current = current.ok_or_else(|| io::Error::other("the journal has not begun"))?;
        current.file.write_blocks_at(blocks, current.at)?;
        current.file.sync_data()?;
        current.at += (blocks.len() * BLOCK_BYTES) as u64;
        current.sources.extend(sources);
        Ok(())
    }

    /// Goes on to a file with room for `len` bytes, whose first entry will be `first`. What the full one holds is durable
    /// already.
    pub(super) fn rotate(&mut self, seam: &Seam, dir: &Path, first: Lsn, len: usize) -> io::Result<()> {
        let need = (BLOCK_BYTES + len.next_multiple_of(BLOCK_BYTES)) as u64;
        let fits = self.spares.iter().position(|spare| spare.size >= need);
        let (file, spare) = match fits.map(|i| self.spares.swap_remove(i)) {
            Some(spare) => match seam.files.open(&spare.path, OpenMode::Direct) {
                Ok(file) => (file, spare),
                Err(e) => {
                    self.spares.push(spare);
                    return Err(e);
                }
            },
            None => {
                let path = self.next_path(dir);
                // A nearly full disk may have room for this entry where it has none for a file of good size.
                let size = need.max(self.file_bytes.min(FIRST_FILE_BYTES * 4));
                let made = prewrite(seam, &path, size).map(|file| (size, file));
                let (size, file) = match made {
                    Err(e) if super::is_full(&e) && need < size => (need, prewrite(seam, &path, need)?),
                    made => made?,
                };
                (file, Spare { path, size })
            }
        };
        self.spare_failed = false;
        let switched = self.switch(seam, dir, file, &spare, first);
        if switched.is_err() {
            // In nobody's books any more.
            let _ = seam.files.remove_file(&spare.path);
        }
        switched
    }

    /// Where the next file is to be made ready, when it is time for that.
    pub(super) fn wants_spare(&mut self, dir: &Path) -> Option<PathBuf> {
        let filling = self.current.as_ref().is_some_and(|c| c.at >= c.size / 4);
        if !filling || !self.spares.is_empty() || self.preparing || self.spare_failed {
            return None;
        }
        self.preparing = true;
        Some(self.next_path(dir))
    }

    /// Takes a new spare, or tells that it could not be made; gives its path back when it is not wanted any more.
    pub(super) fn prepared(&mut self, made: io::Result<Spare>) -> Option<PathBuf> {
        self.preparing = false;
        match made {
            Ok(spare) => return self.take_in(spare),
            // The journal goes on with a file that it makes when it needs one.
            Err(e) => {
                self.spare_failed = true;
                tracing::warn!(error = %e, "no spare journal file");
            }
        }
        None
    }

    fn take_in(&mut self, spare: Spare) -> Option<PathBuf> {
        if self.closed || self.spares.len() >= SPARES_MAX {
            return Some(spare.path);
        }
        self.spares.push(spare);
        None
    }

    /// Keeps a file to be used again; gives its path back when it is not wanted.
    pub(super) fn keep(&mut self, seam: &Seam, retired: Retired) -> Option<PathBuf> {
        if retired.size < self.file_bytes {
            return Some(retired.path);
        }
        // Without its head recovery need not read it. Not synced: read once more it does no harm.
        let file = seam.files.open(&retired.path, OpenMode::Direct);
        if file.and_then(|file| file.write_blocks_at(&[Block::ZERO], 0)).is_err() {
            return Some(retired.path);
        }
        self.take_in(Spare {
            path: retired.path,
            size: retired.size,
        })
    }

    /// After a clean stop: whoever is still busy with a file finds that it is not wanted.
    pub(super) fn close(&mut self) {
        self.closed = true;
        self.spares.clear();
    }

    /// A file that a calmer time does not need, and a full disk least of all. To be called now and then.
    pub(super) fn surplus(&mut self) -> Option<PathBuf> {
        self.calm = self.calm.saturating_add(1);
        if self.calm <= CALM || self.spares.len() <= 1 {
            return None;
        }
        self.spares.pop().map(|spare| spare.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::seam::Files;
    use weir_core::sim::Sim;

    const FILE: u64 = 1 << 20;
    const DIR: &str = "/d";

    fn begun() -> (Sim, Seam, JournalFiles) {
        let mut sim = Sim::new(1);
        let seam = sim.host("h");
        seam.files.create_dir_all(Path::new(DIR)).unwrap();
        let mut files = JournalFiles::new(FILE);
        files.begin(&seam, Path::new(DIR), 1).unwrap();
        (sim, seam, files)
    }

    /// Fills the current file, has a spare made if one is wanted, and goes on to the next file. Of those that are full all but
    /// `late` come back while it fills.
    fn fill(seam: &Seam, files: &mut JournalFiles, first: Lsn, late: usize) {
        let blocks = vec![Block::ZERO; usize::try_from(files.room()).unwrap() / BLOCK_BYTES / 2];
        files.write(&blocks, BTreeSet::new()).unwrap();
        if let Some(path) = files.wants_spare(Path::new(DIR)) {
            assert!(files.prepared(make_spare(seam, path, FILE)).is_none());
        }
        while files.retired.len() > late {
            let oldest = files.retired.remove(0);
            give_back(seam, files, oldest);
        }
        files.write(&blocks, BTreeSet::new()).unwrap();
        files.rotate(seam, Path::new(DIR), first, 1).unwrap();
    }

    fn give_back(seam: &Seam, files: &mut JournalFiles, retired: Retired) {
        if let Some(path) = files.keep(seam, retired) {
            seam.files.remove_file(&path).unwrap();
        }
    }

    fn on_disk(files: &dyn Files) -> usize {
        files.list(Path::new(DIR)).unwrap().len()
    }

    #[test]
    fn files_are_used_again_however_late_they_come_back() {
        let (_sim, seam, mut files) = begun();
        for late in [0, 1, 2, 3] {
            let mut made = 0;
            for n in 0..40 {
                if n == 20 {
                    made = files.next_number;
                }
                fill(&seam, &mut files, n + 2, late);
            }
            assert_eq!(files.next_number, made, "{late} files late: new ones are made for ever");
            assert!(on_disk(&*seam.files) <= 1 + late + SPARES_MAX, "{late} files late");
        }
    }

    #[test]
    fn one_spare_is_left_of_a_busier_time() {
        let (_sim, seam, mut files) = begun();
        for n in 0..5 {
            fill(&seam, &mut files, n + 2, 9);
        }
        while let Some(oldest) = files.retired.pop() {
            give_back(&seam, &mut files, oldest);
        }
        assert_eq!(files.spares.len(), SPARES_MAX);
        let gone: Vec<PathBuf> = (0..=CALM + 10).filter_map(|_| files.surplus()).collect();
        assert_eq!((gone.len(), files.spares.len()), (SPARES_MAX - 1, 1));
        // Not while files fill.
        fill(&seam, &mut files, 9, 9);
        assert!((0..CALM).all(|_| files.surplus().is_none()));
    }
}

//! The simulated disk: every write since the last sync may be lost, in part or whole, when the host crashes; names
//! are durable once their directory, or the file itself, was synced.

use super::World;
use crate::seam::{Block, DirEntry, File, FileLock, Files, OpenMode};
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A torn write is cut at a multiple of this: what a disk writes as one.
const SECTOR_BYTES: usize = 512;

enum Pending {
    Write { at: usize, bytes: Vec<u8> },
    SetLen(usize),
}

#[derive(Default)]
struct Content {
    live: Vec<u8>,
    synced: Vec<u8>,
    pending: Vec<Pending>,
    /// Up to here there is room on the disk.
    reserved: usize,
}

impl Content {
    fn room(&self) -> usize {
        self.live.len().max(self.reserved)
    }
}

type Inode = Arc<Mutex<Content>>;

#[derive(Default)]
struct Tree {
    live: BTreeMap<PathBuf, Inode>,
    durable: BTreeMap<PathBuf, Inode>,
    dirs: BTreeSet<PathBuf>,
    locks: BTreeSet<PathBuf>,
    syncs_fail: bool,
    limit: Option<u64>,
    /// Bumped by a crash: what was opened before is stale.
    boot: u64,
}

/// One host's disk.
pub(super) struct SimFiles {
    world: Arc<World>,
    host: String,
    tree: Arc<Mutex<Tree>>,
}

impl SimFiles {
    pub(super) fn new(world: Arc<World>, host: &str) -> Self {
        Self {
            world,
            host: host.to_owned(),
            tree: Arc::default(),
        }
    }

    pub(super) fn fail_syncs(&self, failing: bool) {
        self.tree.lock().syncs_fail = failing;
    }

    pub(super) fn limit(&self, bytes: Option<u64>) {
        self.tree.lock().limit = bytes;
    }

    pub(super) fn bytes(&self) -> u64 {
        let tree = self.tree.lock();
        tree.live.values().map(|inode| inode.lock().room() as u64).sum()
    }

    pub(super) fn crash(&self) {
        let mut tree = self.tree.lock();
        tree.boot += 1;
        tree.locks.clear();
        // A name that was never synced survives or not, as the draw has it.
        let mut after = tree.durable.clone();
        for (path, inode) in &tree.live {
            if !after.contains_key(path) && self.world.draw().is_multiple_of(2) {
                after.insert(path.clone(), inode.clone());
            }
        }
        let mut seen = BTreeSet::new();
        for inode in after.values() {
            if !seen.insert(Arc::as_ptr(inode) as usize) {
                continue;
            }
            let mut content = inode.lock();
            let content = &mut *content;
            let mut image = content.synced.clone();
            for pending in content.pending.drain(..) {
                match pending {
                    Pending::Write { at, bytes } => {
                        let keep = match self.world.draw() % 3 {
                            0 => 0,
                            1 => bytes.len(),
                            _ => {
                                let sectors = bytes.len().div_ceil(SECTOR_BYTES).max(1);
                                (self.world.draw() as usize % sectors) * SECTOR_BYTES
                            }
                        };
                        write(&mut image, at, bytes.get(..keep.min(bytes.len())).unwrap_or_default());
                    }
                    Pending::SetLen(len) if self.world.draw().is_multiple_of(2) => image.resize(len, 0),
                    Pending::SetLen(_) => {}
                }
            }
            content.live.clone_from(&image);
            content.synced = image;
            content.reserved = 0;
        }
        tree.live = after.clone();
        tree.durable = after;
        self.world
            .note(format!("{} disk keeps {} files", self.host, tree.live.len()));
    }
}

fn write(image: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if image.len() < end && !bytes.is_empty() {
        image.resize(end, 0);
    }
    if let Some(place) = image.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
}

struct SimFile {
    world: Arc<World>,
    tree: Arc<Mutex<Tree>>,
    inode: Inode,
    path: PathBuf,
    label: String,
    boot: u64,
}

impl SimFile {
    fn check(&self) -> io::Result<()> {
        if self.tree.lock().boot == self.boot {
            Ok(())
        } else {
            Err(io::Error::other("the host crashed"))
        }
    }

    /// Whether the disk has room for the file's first `len` bytes.
    fn find_room(&self, len: usize) -> io::Result<()> {
        let tree = self.tree.lock();
        let Some(limit) = tree.limit.filter(|_| self.inode.lock().room() < len) else {
            return Ok(());
        };
        let others = tree.live.values().filter(|inode| !Arc::ptr_eq(inode, &self.inode));
        let others: u64 = others.map(|inode| inode.lock().room() as u64).sum();
        match others + len as u64 > limit {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }
}

impl File for SimFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.inode.lock().live.len() as u64)
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        let content = self.inode.lock();
        let rest = usize::try_from(at)
            .ok()
            .and_then(|at| content.live.get(at..))
            .unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        Ok(n)
    }

    fn write_all_at(&self, buf: &[u8], at: u64) -> io::Result<()> {
        self.check()?;
        let at = usize::try_from(at).map_err(io::Error::other)?;
        self.find_room(at + buf.len())?;
        let mut content = self.inode.lock();
        write(&mut content.live, at, buf);
        content.pending.push(Pending::Write {
            at,
            bytes: buf.to_vec(),
        });
        drop(content);
        self.world.note(format!("{} write {}@{at}", self.label, buf.len()));
        Ok(())
    }

    fn write_blocks_at(&self, blocks: &[Block], at: u64) -> io::Result<()> {
        let bytes: Vec<u8> = blocks.iter().flat_map(|block| block.0).collect();
        self.write_all_at(&bytes, at)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.check()?;
        let len = usize::try_from(len).map_err(io::Error::other)?;
        let mut content = self.inode.lock();
        content.live.resize(len, 0);
        content.reserved = 0;
        content.pending.push(Pending::SetLen(len));
        Ok(())
    }

    fn allocate(&self, len: u64) -> io::Result<bool> {
        self.check()?;
        let len = usize::try_from(len).map_err(io::Error::other)?;
        self.find_room(len)?;
        let mut content = self.inode.lock();
        content.reserved = content.reserved.max(len);
        Ok(true)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.check()?;
        let mut tree = self.tree.lock();
        if tree.syncs_fail {
            return Err(io::Error::other("simulated sync failure"));
        }
        let mut content = self.inode.lock();
        content.synced = content.live.clone();
        content.pending.clear();
        drop(content);
        if tree.live.get(&self.path).is_some_and(|i| Arc::ptr_eq(i, &self.inode)) {
            tree.durable.insert(self.path.clone(), self.inode.clone());
        }
        drop(tree);
        self.world.note(format!("{} sync", self.label));
        Ok(())
    }
}

struct SimLock {
    tree: Arc<Mutex<Tree>>,
    path: PathBuf,
    boot: u64,
}

impl FileLock for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut tree = self.tree.lock();
        if tree.boot == self.boot {
            tree.locks.remove(&self.path);
        }
    }
}

impl Files for SimFiles {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut tree = self.tree.lock();
        let inode = match tree.live.get(path) {
            Some(inode) => inode.clone(),
            None if mode == OpenMode::Read => return Err(io::ErrorKind::NotFound.into()),
            None => {
                let inode = Inode::default();
                tree.live.insert(path.to_owned(), inode.clone());
                inode
            }
        };
        let boot = tree.boot;
        drop(tree);
        if mode == OpenMode::Truncate {
            let mut content = inode.lock();
            content.live.clear();
            content.pending.push(Pending::SetLen(0));
        }
        let label = format!("{} {}", self.host, path.display());
        Ok(Arc::new(SimFile {
            world: self.world.clone(),
            tree: self.tree.clone(),
            inode,
            path: path.to_owned(),
            label,
            boot,
        }))
    }

    fn exists(&self, path: &Path) -> bool {
        let tree = self.tree.lock();
        tree.dirs.contains(path) || tree.live.keys().any(|p| p.starts_with(path))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let tree = self.tree.lock();
        let mut names: BTreeMap<String, DirEntry> = BTreeMap::new();
        let mut add = |path: &Path, len: Option<u64>| {
            let Ok(rest) = path.strip_prefix(dir) else { return };
            let mut parts = rest.components();
            let Some(first) = parts.next() else { return };
            let name = first.as_os_str().to_string_lossy().into_owned();
            let is_dir = len.is_none() || parts.next().is_some();
            names.insert(
                name.clone(),
                DirEntry {
                    name,
                    is_dir,
                    len: if is_dir { 0 } else { len.unwrap_or(0) },
                },
            );
        };
        for path in &tree.dirs {
            add(path, None);
        }
        for (path, inode) in &tree.live {
            add(path, Some(inode.lock().live.len() as u64));
        }
        if names.is_empty() && !tree.dirs.contains(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(names.into_values().collect())
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        // Directories are durable at once: losing one is losing its files, which the files' own draw covers.
        let mut tree = self.tree.lock();
        for ancestor in dir.ancestors() {
            tree.dirs.insert(ancestor.to_owned());
        }
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let removed = self.tree.lock().live.remove(path);
        removed.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut tree = self.tree.lock();
        tree.live.retain(|p, _| !p.starts_with(dir));
        tree.durable.retain(|p, _| !p.starts_with(dir));
        tree.dirs.retain(|p| !p.starts_with(dir));
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut tree = self.tree.lock();
        let dirs: Vec<PathBuf> = tree.dirs.iter().filter(|p| p.starts_with(from)).cloned().collect();
        if dirs.is_empty() && !tree.live.keys().any(|p| p.starts_with(from)) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let target = |p: &Path| match p.strip_prefix(from) {
            Ok(rest) if rest.as_os_str().is_empty() => to.to_owned(),
            Ok(rest) => to.join(rest),
            Err(_) => p.to_owned(),
        };
        let carry = |names: &mut BTreeMap<PathBuf, Inode>| {
            let moved: Vec<PathBuf> = names.keys().filter(|p| p.starts_with(from)).cloned().collect();
            for path in moved {
                if let Some(inode) = names.remove(&path) {
                    names.insert(target(&path), inode);
                }
            }
        };
        carry(&mut tree.live);
        // A rename may be on the disk before anybody syncs it.
        if self.world.draw().is_multiple_of(2) {
            carry(&mut tree.durable);
        }
        for dir in dirs {
            tree.dirs.remove(&dir);
            tree.dirs.insert(target(&dir));
        }
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut tree = self.tree.lock();
        if tree.syncs_fail {
            return Err(io::Error::other("simulated sync failure"));
        }
        let inside = |p: &Path| p.parent() == Some(dir);
        tree.durable.retain(|p, _| !inside(p));
        let live: Vec<_> = tree
            .live
            .iter()
            .filter(|(p, _)| inside(p))
            .map(|(p, i)| (p.clone(), i.clone()))
            .collect();
        tree.durable.extend(live);
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn FileLock>> {
        let mut tree = self.tree.lock();
        if !tree.locks.insert(path.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(SimLock {
            tree: self.tree.clone(),
            path: path.to_owned(),
            boot: tree.boot,
        }))
    }
}

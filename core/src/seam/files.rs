//! Files: bytes at positions, synced or not. Narrow on purpose: storage knows no semantics.

use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

/// How to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Must exist, is not written.
    Read,
    /// Read and write; made when missing.
    Create,
    /// Read and write; made when missing, emptied when not.
    Truncate,
    /// As [`Self::Create`], but what is written does not go through the page cache where the file system can do
    /// without (`O_DIRECT`): written by [`File::write_blocks_at`] alone.
    Direct,
}

/// Bytes of a [`Block`].
pub const BLOCK_BYTES: usize = 4096;

/// A block of a disk in memory, placed as direct I/O wants it.
#[derive(Clone, Debug)]
#[repr(C, align(4096))]
pub struct Block(pub [u8; BLOCK_BYTES]);

impl Block {
    /// All zeros.
    pub const ZERO: Self = Self([0; BLOCK_BYTES]);
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Last component.
    pub name: String,
    /// A directory.
    pub is_dir: bool,
    /// Bytes, 0 for a directory.
    pub len: u64,
}

/// An open file. Calls are synchronous: page-cache reads and writes are cheaper than a hop to another thread. Only
/// the sync calls may take milliseconds and belong on [`super::Spawn::blocking`].
pub trait File: Send + Sync {
    /// Current length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Whether the file has no bytes.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Reads at most `buf.len()` bytes at `at`; 0 at the end.
    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes all of `buf` at `at`, growing the file as needed.
    fn write_all_at(&self, buf: &[u8], at: u64) -> io::Result<()>;
    /// Writes all of `bufs`, one after the other, at `at`: one call to the system where it can.
    fn write_all_vectored_at(&self, bufs: &[&[u8]], at: u64) -> io::Result<()> {
        let mut at = at;
        for buf in bufs {
            self.write_all_at(buf, at)?;
            at += buf.len() as u64;
        }
        Ok(())
    }
    /// Writes whole blocks, one after the other, at a multiple of [`BLOCK_BYTES`].
    fn write_blocks_at(&self, blocks: &[Block], at: u64) -> io::Result<()> {
        let mut at = at;
        for block in blocks {
            self.write_all_at(&block.0, at)?;
            at += BLOCK_BYTES as u64;
        }
        Ok(())
    }
    /// Cuts or grows (with zeros) to `len` bytes.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Reserves disk space up to `len` bytes without changing the length; false where the file system cannot.
    fn allocate(&self, len: u64) -> io::Result<bool>;
    /// Data and what is needed to read it back are on stable storage (fdatasync).
    fn sync_data(&self) -> io::Result<()>;

    /// The system's name for the file, for calls that move bytes between files and sockets; a simulated file has none.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// Reads exactly `buf.len()` bytes.
    fn read_exact_at(&self, buf: &mut [u8], at: u64) -> io::Result<()> {
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, at + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => done += n,
            }
        }
        Ok(())
    }
}

/// Bytes of a file that stay there until they are sent. Only for what is never written again.
#[derive(Clone)]
pub struct FileRange {
    /// The file; it can be read as long as it is held, removed or not.
    pub file: Arc<dyn File>,
    /// Where they begin.
    pub at: u64,
    /// How many they are.
    pub len: usize,
}

impl std::fmt::Debug for FileRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileRange({} bytes at {})", self.len, self.at)
    }
}

/// Held while this process owns a directory.
pub trait FileLock: Send + Sync {}

/// The file system.
pub trait Files: Send + Sync {
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>>;
    /// Whether the path names anything.
    fn exists(&self, path: &Path) -> bool;
    /// Names in a directory, sorted.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;
    /// Makes a directory and its parents.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory and all in it.
    fn remove_dir_all(&self, dir: &Path) -> io::Result<()>;
    /// Renames, replacing what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes creations, renames and removals in `dir` durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Takes an exclusive lock on `path` (made when missing); `WouldBlock` when another process holds it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn FileLock>>;

    /// All bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = self.open(path, OpenMode::Read)?;
        let mut buf = vec![0; usize::try_from(file.len()?).map_err(io::Error::other)?];
        file.read_exact_at(&mut buf, 0)?;
        Ok(buf)
    }

    /// Replaces a file as a whole, but may lose the replacement in a crash: for what can be rebuilt.
    fn write_replaced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let tmp = path.with_extension("tmp");
        self.open(&tmp, OpenMode::Truncate)?.write_all_at(bytes, 0)?;
        self.rename(&tmp, path)
    }

    /// Replaces a file as a whole and durably: written beside it, synced, renamed, directory synced.
    fn write_atomic(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let tmp = path.with_extension("tmp");
        let file = self.open(&tmp, OpenMode::Truncate)?;
        file.write_all_at(bytes, 0)?;
        file.sync_data()?;
        drop(file);
        self.rename(&tmp, path)?;
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))
    }
}

//! Files on `std::fs`.

use rustix::fs::OFlags;
use std::fs;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use weir_core::seam::{BLOCK_BYTES, Block, DirEntry, File, FileLock, Files, OpenMode};

pub(crate) struct RealFiles;

/// Buffers that one gathering write may carry.
const IOV_MAX: usize = 1024;

/// Up to here putting pieces together costs less than having the system take them one by one.
const SMALL_WRITE: usize = 1024;

struct RealFile(fs::File);

impl RealFile {
    /// Goes back to the page cache; false when the file was there already.
    fn leave_direct(&self) -> io::Result<bool> {
        let flags = rustix::fs::fcntl_getfl(&self.0)?;
        if !flags.contains(OFlags::DIRECT) {
            return Ok(false);
        }
        rustix::fs::fcntl_setfl(&self.0, flags - OFlags::DIRECT)?;
        Ok(true)
    }
}

impl File for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, buf: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.read_at(buf, at)
    }

    fn write_all_at(&self, buf: &[u8], at: u64) -> io::Result<()> {
        self.0.write_all_at(buf, at)
    }

    fn write_all_vectored_at(&self, bufs: &[&[u8]], at: u64) -> io::Result<()> {
        let len: usize = bufs.iter().map(|buf| buf.len()).sum();
        if len <= SMALL_WRITE {
            let mut small = [0_u8; SMALL_WRITE];
            let mut rest = small.as_mut_slice();
            bufs.iter().try_for_each(|buf| rest.write_all(buf))?;
            return self.0.write_all_at(small.get(..len).unwrap_or_default(), at);
        }
        let mut done = 0_usize;
        loop {
            // What a short write left over, cut out of the front.
            let mut skip = done;
            let slices: Vec<io::IoSlice<'_>> = bufs
                .iter()
                .filter_map(|buf| {
                    let cut = skip.min(buf.len());
                    skip -= cut;
                    buf.get(cut..).filter(|rest| !rest.is_empty()).map(io::IoSlice::new)
                })
                .collect();
            if slices.is_empty() {
                return Ok(());
            }
            match rustix::io::pwritev(&self.0, &slices, at + done as u64) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => done += n,
                Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(e.into()),
            }
        }
    }

    fn write_blocks_at(&self, blocks: &[Block], at: u64) -> io::Result<()> {
        let (mut rest, mut at) = (blocks, at);
        while !rest.is_empty() {
            let slices: Vec<io::IoSlice<'_>> = rest.iter().take(IOV_MAX).map(|b| io::IoSlice::new(&b.0)).collect();
            match rustix::io::pwritev(&self.0, &slices, at) {
                Ok(n) if n >= BLOCK_BYTES => {
                    // What was written of a block in part is written again.
                    let done = n / BLOCK_BYTES;
                    rest = rest.get(done..).unwrap_or_default();
                    at += (done * BLOCK_BYTES) as u64;
                }
                Ok(_) => return Err(io::ErrorKind::WriteZero.into()),
                Err(rustix::io::Errno::INTR) => {}
                // A file system that takes the flag and then not the writes.
                Err(rustix::io::Errno::INVAL) if self.leave_direct()? => {}
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<bool> {
        use rustix::fs::{FallocateFlags, fallocate};
        match fallocate(&self.0, FallocateFlags::KEEP_SIZE, 0, len) {
            Ok(()) => Ok(true),
            // Not every file system can; a plain append works as well, only slower.
            Err(rustix::io::Errno::OPNOTSUPP) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.0.as_fd())
    }
}

/// The lock goes with the file handle.
struct RealLock {
    _file: fs::File,
}

impl FileLock for RealLock {}

impl Files for RealFiles {
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn File>> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        match mode {
            OpenMode::Read => {}
            OpenMode::Create => {
                options.write(true).create(true);
            }
            OpenMode::Truncate => {
                options.write(true).create(true).truncate(true);
            }
            OpenMode::Direct => {
                options.write(true).create(true);
                let flags = i32::try_from(OFlags::DIRECT.bits()).map_err(io::Error::other)?;
                match options.clone().custom_flags(flags).open(path) {
                    Ok(file) => return Ok(Arc::new(RealFile(file))),
                    // Not every file system can.
                    Err(e) if e.kind() == io::ErrorKind::InvalidInput => {}
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(Arc::new(RealFile(options.open(path)?)))
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            // Gone between listing and asking: not there.
            let Ok(meta) = entry.metadata() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push(DirEntry {
                name,
                is_dir: meta.is_dir(),
                len: if meta.is_dir() { 0 } else { meta.len() },
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir_all(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir_all(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        fs::File::open(dir)?.sync_all()
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn FileLock>> {
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(fs::TryLockError::Error(e)) => return Err(e),
        }
        // Java locks files in the other of the system's two ways, and neither sees the other: Apache Kafka on the same
        // directory shows only here.
        match rustix::fs::fcntl_lock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Box::new(RealLock { _file: file })),
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => Err(io::ErrorKind::WouldBlock.into()),
            Err(e) => Err(e.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_arrive_in_order_whatever_their_size() {
        let dir = tempfile::tempdir().unwrap();
        for len in [0, 1, SMALL_WRITE - 1, SMALL_WRITE, SMALL_WRITE + 1, 1 << 20] {
            let path = dir.path().join(len.to_string());
            let file = RealFiles.open(&path, OpenMode::Create).unwrap();
            let bytes: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let (front, back) = bytes.split_at(len / 3);
            file.write_all_vectored_at(&[front, &[], back], 7).unwrap();
            let written = fs::read(&path).unwrap();
            assert_eq!(written.get(7..).unwrap_or_default(), bytes, "{len} bytes");
            assert_eq!(written.len(), if len == 0 { 0 } else { len + 7 });
        }
    }
}

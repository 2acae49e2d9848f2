//! A segment's bytes on their way to its file. What the journal makes safe may lag behind for a while and go out with what
//! follows it: one large write costs the system a fraction of many small ones. A read that needs it, a sync and a roll
//! write it out first, so that nobody sees a difference; a process that is killed finds it in the journal.

use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use weir_core::seam::File;

/// A file with the bytes that it lacks yet.
pub(super) struct Tail {
    file: Arc<dyn File>,
    lag: Mutex<Lag>,
}

/// What follows the file's bytes.
#[derive(Default)]
struct Lag {
    at: u64,
    bytes: Vec<u8>,
}

impl Tail {
    pub(super) fn new(file: Arc<dyn File>) -> Self {
        Self {
            file,
            lag: Mutex::default(),
        }
    }

    /// Appends at `at`, the end. Up to `lag_max` bytes may wait; 0 has everything written. What fails leaves everything as
    /// it was.
    pub(super) fn append(&self, parts: [&[u8]; 2], at: u64, lag_max: usize) -> io::Result<()> {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let mut lag = self.lag.lock();
        if lag.bytes.len() + len <= lag_max {
            if lag.bytes.is_empty() {
                lag.at = at;
            }
            parts.iter().for_each(|part| lag.bytes.extend_from_slice(part));
            return Ok(());
        }
        match lag.bytes.as_slice() {
            [] => self.file.write_all_vectored_at(&parts, at)?,
            before => {
                let [head, body] = parts;
                self.file.write_all_vectored_at(&[before, head, body], lag.at)?;
            }
        }
        lag.bytes.clear();
        Ok(())
    }

    /// Has the file hold everything.
    pub(super) fn settle(&self) -> io::Result<()> {
        Self::write_out(&*self.file, &mut self.lag.lock())
    }

    /// As [`Self::settle`], and keeps no memory for what may come.
    pub(super) fn rest(&self) -> io::Result<()> {
        let mut lag = self.lag.lock();
        Self::write_out(&*self.file, &mut lag)?;
        lag.bytes = Vec::new();
        Ok(())
    }

    fn write_out(file: &dyn File, lag: &mut Lag) -> io::Result<()> {
        if !lag.bytes.is_empty() {
            file.write_all_at(&lag.bytes, lag.at)?;
            lag.bytes.clear();
        }
        Ok(())
    }

    /// Reads what is there, wherever it is.
    pub(super) fn read_exact_at(&self, buf: &mut [u8], at: u64) -> io::Result<()> {
        self.settle_to(at + buf.len() as u64)?;
        self.file.read_exact_at(buf, at)
    }

    /// Has the file hold everything before `end`: it may be read, or sent, without this.
    pub(super) fn settle_to(&self, end: u64) -> io::Result<()> {
        let mut lag = self.lag.lock();
        match end > lag.at {
            true => Self::write_out(&*self.file, &mut lag),
            false => Ok(()),
        }
    }

    /// Cuts everything from `len` on. Returns whether the file was cut: it has no space reserved any more.
    pub(super) fn cut(&self, len: u64) -> io::Result<bool> {
        let mut lag = self.lag.lock();
        if let Some(keep) = len.checked_sub(lag.at).filter(|_| !lag.bytes.is_empty()) {
            lag.bytes.truncate(usize::try_from(keep).unwrap_or(usize::MAX));
            return Ok(false);
        }
        self.file.set_len(len)?;
        lag.bytes.clear();
        Ok(true)
    }

    /// The file, to sync or send from: as far as it has been settled.
    pub(super) fn file(&self) -> &Arc<dyn File> {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use weir_core::seam::OpenMode;
    use weir_core::sim::Sim;

    #[test]
    fn what_lags_is_read_cut_and_written_as_if_it_were_there() {
        let mut sim = Sim::new(1);
        let files = sim.host("h").files;
        let file = files.open(Path::new("/f"), OpenMode::Create).unwrap();
        let tail = Tail::new(file.clone());
        let content = || files.read(Path::new("/f")).unwrap();
        tail.append([b"ab", b"cd"], 0, 0).unwrap();
        assert_eq!(content(), b"abcd", "nothing may lag");
        tail.append([b"e", b"f"], 4, 4).unwrap();
        tail.append([b"g", b"h"], 6, 4).unwrap();
        assert_eq!(content(), b"abcd", "four bytes may");
        assert!(!tail.cut(6).unwrap());
        tail.append([b"G", b"H"], 6, 4).unwrap();
        let mut read = [0; 3];
        tail.read_exact_at(&mut read, 1).unwrap();
        assert_eq!(
            (&read, content()),
            (b"bcd", b"abcd".to_vec()),
            "what the file has costs no write"
        );
        tail.read_exact_at(&mut read, 3).unwrap();
        assert_eq!((&read, content()), (b"def", b"abcdefGH".to_vec()));
        tail.append([b"i", b"j"], 8, 4).unwrap();
        tail.append([b"k", b"lm"], 10, 4).unwrap();
        assert_eq!(content(), b"abcdefGHijklm", "more than may lag goes out together");
        tail.append([b"n", b""], 13, 4).unwrap();
        tail.settle_to(13).unwrap();
        assert_eq!(content().len(), 13);
        tail.rest().unwrap();
        assert_eq!(content().len(), 14);
        tail.append([b"o", b"p"], 14, 4).unwrap();
        assert!(tail.cut(2).unwrap());
        tail.settle().unwrap();
        assert_eq!(content(), b"ab");
    }

    #[test]
    fn a_write_that_fails_takes_nothing_along() {
        let mut sim = Sim::new(1);
        let files = sim.host("h").files;
        let tail = Tail::new(files.open(Path::new("/f"), OpenMode::Create).unwrap());
        tail.append([b"ab", b"cd"], 0, 4).unwrap();
        sim.limit_disk("h", Some(4));
        assert!(tail.append([b"ef", b"gh"], 4, 4).is_err());
        tail.append([b"", b""], 4, 4).unwrap();
        tail.settle().unwrap();
        assert_eq!(files.read(Path::new("/f")).unwrap(), b"abcd");
        sim.limit_disk("h", None);
        tail.append([b"ef", b"gh"], 4, 0).unwrap();
        assert_eq!(files.read(Path::new("/f")).unwrap(), b"abcdefgh");
    }
}

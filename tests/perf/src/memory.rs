//! The machine's memory as a broker's machine has it: the page cache full, so that every new page is a recycled one.
//!
//! On a virtual machine the first touch of a page that was free for a while costs more than all that a broker does with it
//! (0.5 to 3.5 seconds a GiB, at random): a leg that met such pages would measure the hypervisor.

use crate::Outcome;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

/// Read at a time; between legs the reading stops when a piece no longer takes as much as half of itself from the free
/// memory.
const PIECE: u64 = 256 << 20;

const BUFFER: usize = 1 << 20;

/// A file of holes whose pages fill the page cache: reading a hole makes a page and asks no disk. Such pages are clean, and
/// the first that the system takes for others.
pub struct Filler {
    holes: File,
    next: u64,
}

impl Filler {
    pub fn new() -> Outcome<Self> {
        // Beside the servers' folders, on their file system: one in memory would keep its pages.
        Ok(Self {
            holes: tempfile::tempfile()?,
            next: 0,
        })
    }

    /// Reads more than the memory holds: the system always keeps some pages free, and these too are others at the end.
    pub fn fill(&mut self) -> Outcome<()> {
        let total = memory("MemTotal:")?;
        while self.next < total + total / 4 {
            self.read_piece()?;
        }
        Ok(())
    }

    /// Fills what has become free since.
    pub fn refill(&mut self) -> Outcome<()> {
        let end = self.next + memory("MemTotal:")?;
        while self.next < end {
            let before = memory("MemFree:")?;
            self.read_piece()?;
            if memory("MemFree:")? + PIECE / 2 > before {
                break;
            }
        }
        Ok(())
    }

    /// Nothing is read twice: a page that is there already would fill nothing.
    fn read_piece(&mut self) -> Outcome<()> {
        let mut buffer = vec![0_u8; BUFFER];
        let until = self.next + PIECE;
        self.holes.set_len(until)?;
        while self.next < until {
            self.holes.read_exact_at(&mut buffer, self.next)?;
            self.next += BUFFER as u64;
        }
        Ok(())
    }
}

/// A line of `/proc/meminfo`, in bytes.
fn memory(name: &str) -> Outcome<u64> {
    let text = fs::read_to_string("/proc/meminfo")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: u64 = kib.ok_or("/proc/meminfo is not as expected")?.trim().parse()?;
    Ok(kib * 1024)
}

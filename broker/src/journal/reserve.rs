//! Room that is kept for the next start: on a full disk recovery needs some, for indexes, checkpoints and what the segments
//! lack, and so does the broker's registration. It is a file without a head among the journal's, which `Disk::read_journal`
//! cuts before recovery begins.

use super::SUFFIX;
use std::io;
use std::path::{Path, PathBuf};
use weir_core::Seam;
use weir_core::seam::OpenMode;

/// Bytes to keep. A disk that has less leaves less.
const BYTES: std::ops::RangeInclusive<u64> = 64 * 1024..=1024 * 1024;

pub(super) struct Reserve {
    path: PathBuf,
}

impl Reserve {
    pub(super) fn new(dir: &Path) -> Self {
        Self {
            path: dir.join(format!("reserve{SUFFIX}")),
        }
    }

    /// Takes what there is. Where the file system cannot reserve, nothing is kept: zeros would be written at every start.
    pub(super) fn take(&self, seam: &Seam) -> io::Result<()> {
        let file = seam.files.open(&self.path, OpenMode::Create)?;
        let mut bytes = *BYTES.end();
        while let Err(error) = file.allocate(bytes) {
            if !super::is_full(&error) {
                return Err(error);
            }
            // What was reserved before it failed.
            file.set_len(0)?;
            bytes /= 2;
            if bytes < *BYTES.start() {
                tracing::warn!("the disk is full: no room is left for the next start");
                break;
            }
        }
        Ok(())
    }

    /// Lets it go.
    pub(super) fn spend(&self, seam: &Seam) -> io::Result<()> {
        seam.files.open(&self.path, OpenMode::Create)?.set_len(0)
    }
}

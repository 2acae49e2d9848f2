//! Weir itself, as users start it: the binary, in a process of its own.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Missing, Process, free_port};

const PEER: &str = "the weir binary";
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running broker; killed on drop.
#[derive(Debug)]
pub struct Weir {
    bootstrap: String,
    process: Process,
    folder: PathBuf,
    data: PathBuf,
}

/// The binary: `WEIR_BIN`, or the one that was built beside this test.
///
/// # Errors
/// There is none: `cargo build -p weir` makes it.
pub fn binary() -> Result<PathBuf, Missing> {
    let missing = |reason: &str| Missing {
        peer: PEER,
        reason: reason.to_owned(),
    };
    if let Some(path) = std::env::var_os("WEIR_BIN") {
        return Ok(path.into());
    }
    let own = std::env::current_exe().map_err(|e| missing(&e.to_string()))?;
    // A test lies in `deps` below it, a benchmark beside it.
    let mut built = own.ancestors().skip(1).take(2).map(|dir| dir.join("weir"));
    built
        .find(|path| path.is_file())
        .ok_or_else(|| missing("not built: run `cargo build -p weir`, or set WEIR_BIN"))
}

impl Weir {
    /// Starts a broker on a free port and an empty directory.
    ///
    /// # Errors
    /// No binary, or no ready broker.
    pub fn broker(settings: &[(&str, &str)]) -> Result<Self, Missing> {
        let folder = tempfile::tempdir().map_err(|e| missing(&e))?.keep();
        Self::broker_in(&folder.join("data"), &folder, settings)
    }

    /// Starts a broker on a free port and a given data directory; see [`Self::broker_at`].
    ///
    /// # Errors
    /// See [`Self::broker`].
    pub fn broker_in(data: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self, Missing> {
        Self::broker_at(free_port().map_err(|e| missing(&e))?, data, folder, settings)
    }

    /// Starts a broker on a given port and data directory, which outlives it unless it lies in `folder`.
    ///
    /// # Errors
    /// See [`Self::broker`].
    pub fn broker_at(port: u16, data: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self, Missing> {
        let listeners = format!("listeners=PLAINTEXT://127.0.0.1:{port}");
        let mut args = vec![
            "broker".to_owned(),
            "--data-dir".into(),
            data.display().to_string(),
            "--set".into(),
            listeners,
        ];
        for (key, value) in [("group.initial.rebalance.delay.ms", "0")].iter().chain(settings) {
            args.extend(["--set".into(), format!("{key}={value}")]);
        }
        let args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        fs::create_dir_all(folder).map_err(|e| missing(&e))?;
        let binary = binary()?;
        let process = Process::start(&binary.display().to_string(), &args, folder).map_err(|e| missing(&e))?;
        let weir = Self {
            bootstrap: format!("127.0.0.1:{port}"),
            process,
            folder: folder.to_owned(),
            data: data.to_owned(),
        };
        let end = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(&weir.bootstrap).is_err() {
            if weir.process.ended() || Instant::now() > end {
                let log = fs::read_to_string(weir.folder.join("server.log")).unwrap_or_default();
                return Err(Missing {
                    peer: PEER,
                    reason: format!("did not start:\n{log}"),
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(weir)
    }

    /// `host:port`.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Stops it as a user does; its directory is clean then.
    ///
    /// # Errors
    /// It does not end.
    pub fn stop(self) -> Result<(), Missing> {
        self.process.stop(START_TIMEOUT).map_err(|e| missing(&e))
    }

    /// Its data directory.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// What it has told so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    /// Peak and current resident memory, in KiB.
    pub fn memory_kib(&self) -> Option<(u64, u64)> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid()?)).ok()?;
        let of = |name: &str| {
            let line = status.lines().find_map(|l| l.strip_prefix(name))?;
            line.trim().trim_end_matches(" kB").parse().ok()
        };
        Some((of("VmHWM:")?, of("VmRSS:")?))
    }

    /// Its process id.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }
}

fn missing(e: &io::Error) -> Missing {
    Missing {
        peer: PEER,
        reason: e.to_string(),
    }
}

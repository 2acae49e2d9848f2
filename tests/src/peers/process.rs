//! A child process that ends with the test, however the test ends.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A server started by a test, with a folder of its own. It is killed and its folder removed on drop, and also when the test process
/// itself is killed: a small shell watches a pipe that only the test holds open.
#[derive(Debug)]
pub struct Process {
    watcher: Child,
    pid_file: PathBuf,
}

/// Starts `"$@"`, waits until standard input ends, then kills it and removes the folder.
/// (Background commands of a shell have no standard input, so that the program does not read the pipe.)
const WATCH: &str = r#"folder=$1; shift
"$@" & pid=$!
echo $pid > "$folder/pid.new" && mv "$folder/pid.new" "$folder/pid"
cat >/dev/null
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
rm -rf -- "$folder"
"#;

impl Process {
    /// Starts a program in `folder`, its output in `folder/server.log`.
    ///
    /// # Errors
    /// The log cannot be written, or there is no shell.
    pub fn start(program: &str, args: &[&OsStr], folder: &Path) -> io::Result<Self> {
        let out = File::create(folder.join("server.log"))?;
        let err = out.try_clone()?;
        let watcher = Command::new("sh")
            .arg("-c")
            .arg(WATCH)
            .arg("sh")
            .arg(folder)
            .arg(program)
            .args(args)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(out)
            .stderr(err)
            .spawn()?;
        Ok(Self {
            watcher,
            pid_file: folder.join("pid"),
        })
    }

    /// The program's process id, once it runs.
    pub fn pid(&self) -> Option<u32> {
        fs::read_to_string(&self.pid_file).ok()?.trim().parse().ok()
    }

    /// Asks the program to end and waits until it has.
    ///
    /// # Errors
    /// It does not end in time.
    pub fn stop(&self, limit: Duration) -> io::Result<()> {
        let pid = self.pid().ok_or(io::ErrorKind::NotFound)?;
        Command::new("kill").args(["-TERM", &pid.to_string()]).status()?;
        let end = Instant::now() + limit;
        while !self.ended() {
            if Instant::now() > end {
                return Err(io::ErrorKind::TimedOut.into());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Whether the program has ended by itself.
    pub fn ended(&self) -> bool {
        // Dead but not waited for is state Z.
        self.pid()
            .is_some_and(|pid| match fs::read_to_string(format!("/proc/{pid}/stat")) {
                Ok(stat) => stat
                    .rsplit_once(')')
                    .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')),
                Err(_) => true,
            })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Closing the pipe kills the program; waiting makes sure that its ports are free again.
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// A port that was free a moment ago, and that nobody is given meanwhile: below the range from which the system takes ports for
/// outgoing connections, and never the same twice in this process.
///
/// # Errors
/// No port is free.
pub fn free_port() -> io::Result<u16> {
    const FIRST: u32 = 10_000;
    const COUNT: u32 = 22_000;
    static NEXT: OnceLock<AtomicU32> = OnceLock::new();
    // Test processes that run at the same time start at different places.
    let next = NEXT.get_or_init(|| AtomicU32::new(RandomState::new().hash_one(std::process::id()) as u32 % COUNT));
    for _ in 0..COUNT {
        let port = FIRST + next.fetch_add(1, Ordering::Relaxed) % COUNT;
        let port = u16::try_from(port).map_err(io::Error::other)?;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(io::Error::from(io::ErrorKind::AddrInUse))
}

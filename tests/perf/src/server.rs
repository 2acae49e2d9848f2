//! A server under load: started with its own folder, its CPU time and memory read from `/proc`.

use crate::Outcome;
use std::ffi::OsStr;
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use weir_tests::peers::{Kafka, Process, Weir, free_port};

/// Apache Kafka's own start script gives a broker these, and 1 GiB of heap; touched at once, so that no leg pays for it.
const KAFKA_JVM: [&str; 7] = [
    "-Xmx1G",
    "-Xms1G",
    "-XX:+AlwaysPreTouch",
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:InitiatingHeapOccupancyPercent=35",
    "-XX:MaxInlineLevel=15",
];

/// A leg's files are gone, and paid for, when the next one starts: Kafka's default is a minute, Weir's go at once.
const DELETE_DELAY: (&str, &str) = ("log.segment.delete.delay.ms", "200");

/// `/proc` counts in hundredths of a second (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

enum Running {
    Weir(Weir),
    Kafka(Kafka),
    Floor(Process),
}

/// One of the servers that are compared.
pub struct Server {
    pub name: &'static str,
    pub address: String,
    running: Running,
}

impl Server {
    pub fn weir() -> Outcome<Self> {
        let weir = Weir::broker(&[])?;
        Ok(Self {
            name: "weir",
            address: weir.bootstrap().to_owned(),
            running: Running::Weir(weir),
        })
    }

    pub fn kafka() -> Outcome<Self> {
        let kafka = Kafka::start_tuned(&KAFKA_JVM, &[DELETE_DELAY])?;
        Ok(Self {
            name: "kafka",
            address: kafka.bootstrap().to_owned(),
            running: Running::Kafka(kafka),
        })
    }

    pub fn floor() -> Outcome<Self> {
        let folder: PathBuf = tempfile::tempdir()?.keep();
        fs::create_dir_all(folder.join("data"))?;
        let port = free_port()?;
        let (own, port_text, data) = (std::env::current_exe()?, port.to_string(), folder.join("data"));
        let args: [&OsStr; 3] = ["floor".as_ref(), port_text.as_ref(), data.as_os_str()];
        let process = Process::start(&own.display().to_string(), &args, &folder)?;
        let address = format!("127.0.0.1:{port}");
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(&address).is_err() {
            if process.ended() || Instant::now() > deadline {
                return Err("the floor broker did not start".into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self {
            name: "floor",
            address,
            running: Running::Floor(process),
        })
    }

    /// The floor knows produce and fetch, nothing else.
    pub fn is_floor(&self) -> bool {
        matches!(self.running, Running::Floor(_))
    }

    pub fn pid(&self) -> Outcome<u32> {
        let pid = match &self.running {
            Running::Weir(weir) => weir.pid(),
            Running::Kafka(kafka) => kafka.pid(),
            Running::Floor(process) => process.pid(),
        };
        pid.ok_or_else(|| format!("{} has no process id", self.name).into())
    }

    /// User and system time so far, in seconds, of all threads, ended ones included.
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid()?))?;
        let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let mut times = fields.split_whitespace().skip(11).map(str::parse::<f64>);
        match (times.next(), times.next()) {
            (Some(Ok(user)), Some(Ok(system))) => Ok((user + system) / TICKS_PER_SECOND),
            _ => Err("/proc/PID/stat is not as expected".into()),
        }
    }
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kib = line.and_then(|l| l.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
    Ok(kib.trim().parse::<f64>()? / 1024.0)
}

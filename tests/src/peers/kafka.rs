//! One Apache Kafka 4.3.1 node in combined mode.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Missing, Process, free_port};

const PEER: &str = "Apache Kafka";
/// From exec until the broker says that it is ready; a loaded machine needs many times the usual three seconds.
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// A running Apache Kafka; killed on drop, its data removed.
#[derive(Debug)]
pub struct Kafka {
    bootstrap: String,
    process: Process,
    folder: PathBuf,
    data: PathBuf,
}

impl Kafka {
    /// Starts a node with Kafka's defaults, apart from replication factors of 1 and no initial rebalance delay.
    ///
    /// # Errors
    /// No jars, no Java, or no ready broker.
    pub fn start() -> Result<Self, Missing> {
        Self::start_with(&[])
    }

    /// [`Self::start`] with more broker settings.
    ///
    /// # Errors
    /// See [`Self::start`].
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self, Missing> {
        Self::start_on(None, settings)
    }

    /// [`Self::start_with`] on a data directory that outlives it; formatted when it is new.
    ///
    /// # Errors
    /// See [`Self::start`].
    pub fn start_on(data: Option<&Path>, settings: &[(&str, &str)]) -> Result<Self, Missing> {
        // Small and quick to start: tests want answers, not throughput.
        Self::launch(&["-Xmx768m", "-Xms256m", "-XX:+UseSerialGC"], data, settings)
    }

    /// [`Self::start_with`] with options for the JVM; benchmarks give it what Kafka's own script does.
    ///
    /// # Errors
    /// See [`Self::start`].
    pub fn start_tuned(jvm: &[&str], settings: &[(&str, &str)]) -> Result<Self, Missing> {
        Self::launch(jvm, None, settings)
    }

    fn launch(jvm: &[&str], data: Option<&Path>, settings: &[(&str, &str)]) -> Result<Self, Missing> {
        let missing = |reason: String| Missing { peer: PEER, reason };
        let jars = xtask::peers::kafka_jars().map_err(|error| missing(error.to_string()))?;
        let class_path = jars.join("*");
        let of = |error: io::Error| missing(error.to_string());
        // Removed by the watcher of the process, which outlives a test that is killed.
        let folder = tempfile::tempdir().map_err(of)?.keep();
        let (port, controller) = (free_port().map_err(of)?, free_port().map_err(of)?);
        let properties = folder.join("server.properties");
        let data = data.map_or_else(|| folder.join("data"), Path::to_owned);
        fs::write(&properties, server_properties(&data, port, controller, settings)).map_err(of)?;
        let log4j = folder.join("log4j2.yaml");
        fs::write(&log4j, LOG4J).map_err(of)?;
        if !data.join("meta.properties").exists() {
            format_storage(&class_path, &properties, &log4j).map_err(missing)?;
        }
        let log4j_option = format!("-Dlog4j2.configurationFile={}", log4j.display());
        // Killed, a JVM leaves the libraries that it unpacked; there they go with the folder.
        let unpack_option = format!("-Djava.io.tmpdir={}", folder.display());
        let mut args: Vec<&OsStr> = jvm.iter().map(OsStr::new).collect();
        args.extend([
            log4j_option.as_ref(),
            unpack_option.as_ref(),
            "-cp".as_ref(),
            class_path.as_os_str(),
            "kafka.Kafka".as_ref(),
            properties.as_os_str(),
        ]);
        let process = Process::start("java", &args, &folder).map_err(of)?;
        let kafka = Self {
            bootstrap: format!("127.0.0.1:{port}"),
            process,
            folder,
            data,
        };
        kafka.wait_ready()?;
        Ok(kafka)
    }

    fn wait_ready(&self) -> Result<(), Missing> {
        let end = Instant::now() + START_TIMEOUT;
        loop {
            let text = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
            if text.contains("Kafka Server started") && TcpStream::connect(&self.bootstrap).is_ok() {
                return Ok(());
            }
            if self.process.ended() || Instant::now() > end {
                let tail: Vec<&str> = text.lines().rev().take(15).collect();
                let tail: Vec<&str> = tail.into_iter().rev().collect();
                return Err(Missing {
                    peer: PEER,
                    reason: format!("did not start:\n{}", tail.join("\n")),
                });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// `host:port`.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Its process id.
    pub fn pid(&self) -> Option<u32> {
        self.process.pid()
    }

    /// Its log directory, with Kafka's segment files.
    pub fn log_dir(&self) -> PathBuf {
        self.data.clone()
    }

    /// Stops it as an operator does; its directory is clean then.
    ///
    /// # Errors
    /// It does not end.
    pub fn stop(self) -> Result<(), Missing> {
        self.process.stop(START_TIMEOUT).map_err(|e| Missing {
            peer: PEER,
            reason: e.to_string(),
        })
    }

    /// What it has told so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap_or_default()
    }

    /// Runs one of Kafka's tools (a main class) and returns what it printed.
    ///
    /// # Errors
    /// No Java, or the tool failed; its output is the reason.
    pub fn tool(class: &str, args: &[&str]) -> Result<String, Missing> {
        let missing = |reason: String| Missing { peer: PEER, reason };
        let jars = xtask::peers::kafka_jars().map_err(|error| missing(error.to_string()))?;
        let output = Command::new("java")
            .arg("-cp")
            .arg(jars.join("*"))
            .arg(class)
            .args(args)
            .output();
        let output = output.map_err(|error| missing(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match output.status.success() {
            true => Ok(text),
            false => Err(missing(format!(
                "{class}: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            ))),
        }
    }
}

const LOG4J: &str = "\
Configuration:
  Appenders:
    Console:
      name: STDOUT
      PatternLayout:
        pattern: \"%d %p %m (%c)%n\"
  Loggers:
    Root:
      level: INFO
      AppenderRef:
        ref: STDOUT
";

fn server_properties(data: &Path, port: u16, controller: u16, settings: &[(&str, &str)]) -> String {
    let mut text = format!(
        "process.roles=broker,controller\nnode.id=1\n\
         controller.quorum.bootstrap.servers=127.0.0.1:{controller}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\n\
         controller.listener.names=CONTROLLER\ninter.broker.listener.name=PLAINTEXT\n\
         listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT\n\
         log.dirs={}\n\
         offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\n\
         transaction.state.log.replication.factor=1\ntransaction.state.log.min.isr=1\n\
         transaction.state.log.num.partitions=4\n\
         share.coordinator.state.topic.replication.factor=1\nshare.coordinator.state.topic.min.isr=1\n\
         group.initial.rebalance.delay.ms=0\n",
        data.display()
    );
    for (name, value) in settings {
        text += &format!("{name}={value}\n");
    }
    text
}

fn format_storage(class_path: &Path, properties: &Path, log4j: &Path) -> Result<(), String> {
    let run = |args: &[&OsStr]| {
        let output = Command::new("java")
            .arg(format!("-Dlog4j2.configurationFile={}", log4j.display()))
            .args(["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .arg("-cp")
            .arg(class_path)
            .arg("kafka.tools.StorageTool")
            .args(args)
            .output()
            .map_err(|error| format!("java: {error} (is a JDK installed?)"))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(format!(
                "format: {}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )),
        }
    };
    // Any cluster id will do; 22 characters of base64 are a UUID.
    let id = "V2VpclRlc3RDbHVzdGVyMQ";
    run(&[
        "format".as_ref(),
        "--standalone".as_ref(),
        "-t".as_ref(),
        id.as_ref(),
        "-c".as_ref(),
        properties.as_ref(),
    ])
}

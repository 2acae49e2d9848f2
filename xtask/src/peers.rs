//! The systems that tests and benchmarks talk to, fetched once into the cache.
//!
//! Apache Kafka comes as jars by Maven, without a container or a tarball. The cache is `WEIR_CACHE`, else `~/.cache/weir`.

mod go;
mod node;

pub use go::go_program;
pub use node::node;

use std::ffi::OsString;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of Apache Kafka that Weir is compared with and whose message definitions it uses.
pub const KAFKA_VERSION: &str = "4.3.1";

const KAFKA_ARTIFACTS: [&str; 11] = [
    "kafka_2.13",
    "kafka-tools",
    "kafka-shell",
    "kafka-streams",
    "kafka-streams-test-utils",
    "connect-runtime",
    "connect-file",
    "connect-json",
    "connect-transforms",
    "connect-mirror",
    "trogdor",
];

/// What Kafka's POMs leave out: logging.
const LOGGING: [(&str, &str, &str); 3] = [
    ("org.apache.logging.log4j", "log4j-core", "2.25.3"),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.3"),
    ("com.fasterxml.jackson.dataformat", "jackson-dataformat-yaml", "2.19.2"),
];

/// Why a peer could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// No place for the cache.
    #[error("neither WEIR_CACHE nor HOME is set")]
    NoCache,
    /// A file operation.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Maven is missing or failed.
    #[error("mvn: {0}")]
    Maven(String),
    /// The Java compiler is missing or failed.
    #[error("javac: {0}")]
    Javac(String),
    /// The Python environment could not be made.
    #[error("python: {0}")]
    Python(String),
    /// Go is missing or too old, or a program does not build.
    #[error("go: {0}")]
    Go(String),
    /// Node is missing or too old, or its successor could not be fetched.
    #[error("node: {0}")]
    Node(String),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PeerError {
    let path = path.to_owned();
    move |source| PeerError::Io { path, source }
}

/// The cache folder; not created.
pub fn cache_dir() -> Result<PathBuf, PeerError> {
    if let Some(dir) = std::env::var_os("WEIR_CACHE") {
        return Ok(dir.into());
    }
    let home = std::env::var_os("HOME").ok_or(PeerError::NoCache)?;
    Ok(Path::new(&home).join(".cache/weir"))
}

/// The folder with Apache Kafka's jars; fetches them the first time (about 130 MB).
pub fn kafka_jars() -> Result<PathBuf, PeerError> {
    let root = cache_dir()?.join(format!("kafka-{KAFKA_VERSION}"));
    let jars = root.join("jars");
    fs::create_dir_all(&root).map_err(at(&root))?;
    // Two runs may start at once; the second waits and finds the work done. The lock ends with the process.
    let lock_path = root.join("fetch.lock");
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    let done = root.join("fetched");
    if !done.exists() {
        fetch_kafka(&root)?;
        fs::write(&done, KAFKA_VERSION).map_err(at(&done))?;
    }
    Ok(jars)
}

/// Compiles one Java source file against Kafka's jars into the cache, once per text, and returns the class path to run it with.
pub fn java_class_path(source: &Path) -> Result<OsString, PeerError> {
    let jars = kafka_jars()?;
    let text = fs::read(source).map_err(at(source))?;
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let classes = cache_dir()?.join(format!("classes/{name}-{:016x}", hasher.finish()));
    let lock_path = classes.with_extension("lock");
    let parent = cache_dir()?.join("classes");
    fs::create_dir_all(&parent).map_err(at(&parent))?;
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    if !classes.join("compiled").exists() {
        // Whatever the locale: sources are UTF-8.
        let output = Command::new("javac")
            .args(["-encoding", "UTF-8", "-cp"])
            .arg(jars.join("*"))
            .arg("-d")
            .arg(&classes)
            .arg(source)
            .output()
            .map_err(|error| PeerError::Javac(format!("{error} (is a JDK installed?)")))?;
        if !output.status.success() {
            return Err(PeerError::Javac(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        let done = classes.join("compiled");
        fs::write(&done, "").map_err(at(&done))?;
    }
    let mut path = classes.into_os_string();
    let mut entries: Vec<PathBuf> = fs::read_dir(&jars)
        .map_err(at(&jars))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    entries.sort();
    for jar in entries
        .iter()
        .filter(|path| path.extension().is_some_and(|e| e == "jar"))
    {
        path.push(":");
        path.push(jar);
    }
    Ok(path)
}

fn fetch_kafka(root: &Path) -> Result<(), PeerError> {
    eprintln!("fetching Apache Kafka {KAFKA_VERSION} by Maven into {}", root.display());
    let pom = root.join("pom.xml");
    fs::write(&pom, kafka_pom()).map_err(at(&pom))?;
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"])
        .current_dir(root)
        .output()
        .map_err(|error| PeerError::Maven(format!("{error} (is Maven installed?)")))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let errors: Vec<&str> = text.lines().filter(|line| line.contains("ERROR")).take(5).collect();
    Err(PeerError::Maven(format!("{}\n{}", output.status, errors.join("\n"))))
}

fn kafka_pom() -> String {
    let kafka = KAFKA_ARTIFACTS
        .iter()
        .map(|artifact| ("org.apache.kafka", *artifact, KAFKA_VERSION));
    let dependencies: String = kafka
        .chain(LOGGING)
        .map(|(group, artifact, version)| {
            format!(
                "  <dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>\
                 <version>{version}</version></dependency>\n"
            )
        })
        .collect();
    format!(
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">\n<modelVersion>4.0.0</modelVersion>\n\
         <groupId>weir</groupId><artifactId>peers</artifactId><version>1</version><packaging>pom</packaging>\n\
         <dependencies>\n{dependencies}</dependencies>\n</project>\n"
    )
}

/// Python packages that interop tests use, pinned.
const PYTHON_PACKAGES: &[&str] = &[
    "confluent-kafka[avro]==2.16.0",
    "kafka-python==3.0.12",
    "avro==1.12.1",
    "fastavro==1.13.1",
];

/// A Python with stock clients in a virtual environment of the cache; made the first time.
pub fn python_venv() -> Result<PathBuf, PeerError> {
    let root = cache_dir()?.join("python");
    fs::create_dir_all(&root).map_err(at(&root))?;
    let lock_path = root.join("fetch.lock");
    let lock = File::create(&lock_path).map_err(at(&lock_path))?;
    lock.lock().map_err(at(&lock_path))?;
    let python = root.join("venv/bin/python");
    let done = root.join("fetched");
    let wanted = PYTHON_PACKAGES.join("\n");
    if fs::read_to_string(&done).is_ok_and(|have| have == wanted) {
        return Ok(python);
    }
    let run = |program: &Path, args: &[&str]| {
        let output = Command::new(program).args(args).output();
        let output = output.map_err(|e| PeerError::Python(format!("{}: {e}", program.display())))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(PeerError::Python(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    };
    let venv = root.join("venv");
    run(Path::new("python3"), &["-m", "venv", &venv.display().to_string()])?;
    let mut install = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    install.extend(PYTHON_PACKAGES);
    run(&python, &install)?;
    fs::write(&done, wanted).map_err(at(&done))?;
    Ok(python)
}

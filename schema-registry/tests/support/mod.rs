//! A registry on a free port with its log in memory, and a plain HTTP client to poke at it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "each test file uses its own part; a test may panic"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use weir_schema_registry::log::MemoryLog;
use weir_schema_registry::{Registry, RegistryConfig};

/// Starts a registry on a free port.
pub async fn start(log: &MemoryLog, settings: &[(&str, &str)]) -> Registry {
    let mut all = vec![("listeners", "http://127.0.0.1:0")];
    all.extend(settings);
    Registry::start(RegistryConfig::parse(all).unwrap(), Arc::new(log.clone()))
        .await
        .unwrap()
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub media_type: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Status and `error_code` of a refusal.
    pub fn refusal(&self) -> (u16, i64) {
        let body = self.json();
        assert!(body["message"].is_string(), "{self:?}");
        (self.status, body["error_code"].as_i64().unwrap())
    }
}

/// Sends bytes as they are and reads until the server closes.
pub fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(std::time::Duration::from_secs(20)))
        .unwrap();
    // A server that has refused already may close before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text
        .split_once("\r\n\r\n")
        .unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let header = |name: &str| {
        let line = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        line.map(|line| line.split_once(':').unwrap().1.trim().to_owned())
            .unwrap_or_default()
    };
    Answer {
        status,
        media_type: header("content-type"),
        body: body.to_owned(),
    }
}

/// One request with these extra headers.
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    exchange(address, request.as_bytes())
}

/// A request with a JSON body, off the async threads.
pub async fn call(address: SocketAddr, method: &str, path: &str, body: impl Into<Option<Value>>) -> Answer {
    let body = body.into().map(|body| body.to_string()).unwrap_or_default();
    let (method, path) = (method.to_owned(), path.to_owned());
    let work = move || send(address, &method, &path, &[("content-type", "application/json")], &body);
    tokio::task::spawn_blocking(work).await.unwrap()
}

const PYTHON_PACKAGE: &str = "confluent-kafka[avro,schemaregistry]==2.16.0";

/// A folder in the cache, made once: aside and then moved, so that a run that is killed leaves no half of it.
pub fn cached(name: &str, make: impl FnOnce(&Path) -> bool) -> Option<PathBuf> {
    let cache = match std::env::var_os("WEIR_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => PathBuf::from(std::env::var_os("HOME")?).join(".cache/weir"),
    };
    let folder = cache.join(name);
    if !folder.exists() {
        let aside = cache.join(format!("{name}.making-{}", std::process::id()));
        std::fs::create_dir_all(&aside).ok()?;
        if !make(&aside) || (std::fs::rename(&aside, &folder).is_err() && !folder.exists()) {
            return None;
        }
    }
    Some(folder)
}

/// Whether a program ran and was content.
pub fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

/// A Python with confluent-kafka.
pub fn python() -> Option<PathBuf> {
    // Only the interpreter is used later, so that the folder may be moved.
    let interpreter = |venv: &Path| venv.join("bin/python");
    let venv = cached("venv-confluent-kafka-2.16.0", |venv| {
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(venv))
            && succeeds(Command::new(interpreter(venv)).args(["-m", "pip", "install", "-q", PYTHON_PACKAGE]))
    });
    venv.map(|venv| interpreter(&venv))
}

/// A file beside the tests.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

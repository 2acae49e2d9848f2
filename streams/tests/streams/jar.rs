//! Kafka Streams itself: the Java program `tests/java/StreamsDriver.java` on the 4.3.1 jar.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use weir_tests::peers::Missing;

/// `unpack` is where it puts the libraries that it unpacks, which it leaves when it is killed.
fn java(unpack: &Path, args: &[&str]) -> Result<Child, Missing> {
    let missing = |reason: String| Missing {
        peer: "Kafka Streams",
        reason,
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/java/StreamsDriver.java");
    let class_path = xtask::peers::java_class_path(&source).map_err(|e| missing(e.to_string()))?;
    Command::new("java")
        .args(["-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        // Standard output is ours alone.
        .arg("-Dorg.apache.logging.log4j.level=OFF")
        .arg(format!("-Djava.io.tmpdir={}", unpack.display()))
        .arg("-cp")
        .arg(class_path)
        .arg("StreamsDriver")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| missing(e.to_string()))
}

/// Runs it with `input`; what it printed, by shape.
pub fn run(args: &[&str], input: &str) -> Result<BTreeMap<String, String>, Missing> {
    let unpack = tempfile::tempdir().unwrap();
    let mut java = java(unpack.path(), args)?;
    let mut stdin = java.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).unwrap());
    let output = java.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "the driver failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut shapes = BTreeMap::new();
    for part in text.split("## ").skip(1) {
        let (name, rest) = part.split_once('\n').unwrap();
        shapes.insert(name.to_owned(), rest.to_owned());
    }
    Ok(shapes)
}

/// Applications of Kafka Streams on a cluster, one thread each; all end with the test.
pub struct Applications {
    child: Child,
    stdin: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    _state: tempfile::TempDir,
}

impl Applications {
    pub fn on(bootstrap: &str) -> Result<Self, Missing> {
        let state = tempfile::tempdir().unwrap();
        let mut child = java(state.path(), &["run", bootstrap, &state.path().display().to_string()])?;
        let stdin = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Ok(Self {
            child,
            stdin,
            answers,
            _state: state,
        })
    }

    fn ask(&mut self, line: &str, expect: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
        let answer = self.answers.next().expect("Kafka Streams runs").unwrap();
        assert_eq!(answer, expect);
    }

    pub fn start(&mut self, shape: &str, application: &str, out: &str) {
        self.ask(
            &format!("start {shape} {application} {out}"),
            &format!("started {application}"),
        );
    }

    /// What the next application to fail said, causes included.
    pub fn failure(&mut self) -> String {
        let answer = self.answers.next().expect("Kafka Streams runs").unwrap();
        assert!(answer.starts_with("failed "), "{answer}");
        answer
    }

    /// Commits and leaves the group.
    pub fn stop(&mut self, application: &str) {
        self.ask(&format!("stop {application}"), &format!("stopped {application}"));
    }
}

impl Drop for Applications {
    fn drop(&mut self) {
        // The end of its input ends it; a test that failed does not wait for that.
        drop(self.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

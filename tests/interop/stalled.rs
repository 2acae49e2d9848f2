//! The binary against others that stall: clients half-way through a request, an output that nobody reads, an input that goes on
//! and on. It does what it is told to all the same, and ends when it is told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use weir_tests::peers::{Missing, Weir, binary, skip};

/// A `weir` that is killed with the test.
struct Running(Child);

impl Running {
    fn start(args: &[&str], input: Stdio, output: Stdio) -> Result<Self, Missing> {
        let mut command = Command::new(binary()?);
        command
            .args(args)
            .env_remove("WEIR_CONFIG")
            .env_remove("WEIR_BOOTSTRAP_SERVERS");
        command.stdin(input).stdout(output).stderr(Stdio::piped());
        Ok(Self(command.spawn().unwrap()))
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([name, &self.0.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    /// How it ended, and what it told; must be within `limit`.
    fn ended(&mut self, limit: Duration) -> (ExitStatus, String) {
        let end = Instant::now() + limit;
        let status = loop {
            match self.0.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(Instant::now() < end, "still there after {limit:?}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut told = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        (status, told)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn or_skip(test: impl FnOnce() -> Result<(), Missing>) {
    test().unwrap_or_else(|missing| skip(&missing));
}

/// All parts on free ports, with a client half-way through a request at each of the three that speak HTTP.
fn platform(data: &str) -> Result<(Running, Vec<TcpStream>), Missing> {
    let listen = [
        "broker.listeners=PLAINTEXT://127.0.0.1:0",
        "registry.listeners=http://127.0.0.1:0",
        "connect.listeners=http://127.0.0.1:0",
        "console.listeners=http://127.0.0.1:0",
    ];
    let listen = listen.iter().flat_map(|set| ["--set", set]);
    let args: Vec<&str> = ["start", "--data-dir", data].into_iter().chain(listen).collect();
    let mut weir = Running::start(&args, Stdio::null(), Stdio::piped())?;
    let mut clients = Vec::new();
    for line in BufReader::new(weir.0.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
    {
        if line.starts_with("ready") {
            break;
        }
        if let Some((_, address)) = line.split_once("http://") {
            let mut head = TcpStream::connect(address).unwrap();
            head.write_all(b"GET / HT").unwrap();
            let mut body = TcpStream::connect(address).unwrap();
            let half = "POST /connectors HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
            body.write_all(half.as_bytes()).unwrap();
            clients.extend([head, body]);
        }
    }
    assert_eq!(clients.len(), 6);
    // The servers have read it.
    std::thread::sleep(Duration::from_millis(300));
    Ok((weir, clients))
}

#[test]
fn clients_half_way_through_a_request_do_not_hold_up_the_end() {
    or_skip(|| {
        let data = tempfile::tempdir().unwrap();
        let (mut weir, _clients) = platform(&data.path().display().to_string())?;
        weir.signal("-TERM");
        // Three seconds for each part, and what the parts need themselves.
        let (status, told) = weir.ended(Duration::from_secs(20));
        assert!(status.success(), "{told}");
        // The broker stopped in order too.
        let mut logs = walk(data.path());
        assert!(logs.any(|name| name == ".kafka_cleanshutdown"), "{told}");
        Ok(())
    });
}

/// Names of all files below.
fn walk(folder: &std::path::Path) -> Box<dyn Iterator<Item = std::ffi::OsString>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    Box::new(entries.flat_map(|entry| match entry.path().is_dir() {
        true => walk(&entry.path()),
        false => Box::new(std::iter::once(entry.file_name())),
    }))
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    or_skip(|| {
        let data = tempfile::tempdir().unwrap();
        let (mut weir, _clients) = platform(&data.path().display().to_string())?;
        weir.signal("-INT");
        std::thread::sleep(Duration::from_millis(500));
        weir.signal("-INT");
        let (status, told) = weir.ended(Duration::from_secs(1));
        assert_eq!(status.code(), Some(130), "{told}");
        Ok(())
    });
}

/// `weir produce`, whose input goes on.
fn producer(broker: &Weir, topic: &str) -> Result<(Running, ChildStdin), Missing> {
    let at = ["--bootstrap-servers", broker.bootstrap()];
    let create = ["topic", "create", topic, "--config", "max.message.bytes=1000"];
    let mut created = Running::start(&[&create[..], &at].concat(), Stdio::null(), Stdio::null())?;
    let (status, told) = created.ended(Duration::from_secs(20));
    assert!(status.success(), "{told}");
    let mut weir = Running::start(&[&["produce", topic][..], &at].concat(), Stdio::piped(), Stdio::null())?;
    let input = weir.0.stdin.take().unwrap();
    Ok((weir, input))
}

#[test]
fn a_record_that_fails_is_told_before_the_input_ends() {
    or_skip(|| {
        let broker = Weir::broker(&[])?;
        let (mut weir, mut input) = producer(&broker, "short")?;
        input
            .write_all(format!("short\n{}\n", "x".repeat(5000)).as_bytes())
            .unwrap();
        let (status, told) = weir.ended(Duration::from_secs(20));
        assert!(!status.success() && told.contains("line 2: "), "{told}");
        Ok(())
    });
}

#[test]
fn a_line_without_end_is_refused() {
    or_skip(|| {
        let broker = Weir::broker(&[])?;
        let (mut weir, mut input) = producer(&broker, "endless")?;
        input.write_all(b"one\n").unwrap();
        // Until nobody reads any more.
        while input.write_all(&[0; 1 << 16]).is_ok() {}
        let (status, told) = weir.ended(Duration::from_secs(20));
        assert!(
            !status.success() && told.contains("line 2 ") && told.contains("max.request.size"),
            "{told}"
        );
        // What came before it was sent.
        assert!(told.contains("1 records acknowledged"), "{told}");
        Ok(())
    });
}

#[test]
fn an_output_that_nobody_reads_does_not_hold_up_the_end() {
    or_skip(|| {
        let broker = Weir::broker(&[])?;
        let at = ["--bootstrap-servers", broker.bootstrap()];
        let mut filled = Running::start(
            &[&["produce", "unread"][..], &at].concat(),
            Stdio::piped(),
            Stdio::null(),
        )?;
        // More than a pipe holds.
        let lines = format!("{}\n", "x".repeat(1000)).repeat(1000);
        filled.0.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let (status, told) = filled.ended(Duration::from_secs(20));
        assert!(status.success(), "{told}");
        let consume = [
            "consume",
            "unread",
            "--from-beginning",
            "--group",
            "readers",
            "-o",
            "json",
        ];
        let mut committed = 0;
        for signal in ["-INT", "-TERM"] {
            let mut weir = Running::start(&[&consume[..], &at].concat(), Stdio::null(), Stdio::piped())?;
            let mut unread = weir.0.stdout.take().unwrap();
            // It prints: the first line is there, and the pipe is full a moment later.
            unread.read_exact(&mut [0; 1]).unwrap();
            std::thread::sleep(Duration::from_millis(300));
            weir.signal(signal);
            let (status, told) = weir.ended(Duration::from_secs(5));
            assert!(status.success(), "{told}");
            // What was printed is committed, and no more than that.
            let mut printed = String::new();
            unread.read_to_string(&mut printed).unwrap();
            let describe = ["group", "describe", "readers", "-o", "json"];
            let described = Command::new(binary()?)
                .args([&describe[..], &at].concat())
                .output()
                .unwrap();
            let group: serde_json::Value = serde_json::from_slice(&described.stdout).unwrap();
            committed += printed.matches('\n').count();
            assert_eq!(group["offsets"][0]["committed"], committed, "{group}");
        }
        assert!((2..1000).contains(&committed), "{committed}");
        Ok(())
    });
}

//! Weir's topologies beside Kafka Streams' own, from the 4.3.1 jar: the same description, and on the same random input
//! the same records in every topic, byte for byte, in the same order.

use crate::shapes;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use weir_core::record::Header;
use weir_streams::TestDriver;
use weir_tests::peers::skip;
use weir_tests::peers::Missing;

/// Runs the Java program with `input`; what it printed, by shape.
fn driver(args: &[&str], input: &str) -> Result<BTreeMap<String, String>, Missing> {
    let missing = |reason: String| Missing { peer: "Kafka Streams", reason };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/java/StreamsDriver.java");
    let class_path = xtask::peers::java_class_path(&source).map_err(|e| missing(e.to_string()))?;
    let mut java = Command::new("java")
        .args(["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(class_path)
        .arg("StreamsDriver")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| missing(e.to_string()))?;
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

#[test]
fn topologies_are_described_as_kafka_streams_describes_them() {
    let theirs = match driver(&["describe"], "") {
        Ok(theirs) => theirs,
        Err(missing) => return skip(&missing),
    };
    let mut wrong = Vec::new();
    assert_eq!(theirs.len(), shapes::NAMES.len());
    for name in shapes::NAMES {
        let ours = shapes::topology(name, "out").describe();
        if ours != theirs[*name] {
            wrong.push(format!("{name}: ours\n{ours}\n{name}: Kafka Streams'\n{}", theirs[*name]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A record of an input topic.
struct Input {
    topic: &'static str,
    key: Option<String>,
    value: Option<String>,
    timestamp: i64,
    headers: Vec<(String, Option<String>)>,
}

/// xorshift64: inputs depend on the seed alone.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn text(&mut self, from: &[&str]) -> String {
        from[self.below(from.len() as u64) as usize].to_owned()
    }
}

/// Records for all topics: few keys, some nulls, timestamps that mostly go on, some far back or ahead, some headers.
fn inputs(seed: u64, count: usize) -> Vec<Input> {
    let mut random = Random(seed);
    let mut now = 1_000_i64;
    let keys = ["a", "b", "c", "d", "ab", ""];
    let values = ["a", "bob", "carol is", "d", "x1", "y2", "abba", "To be or not TO be", "", "x y  z"];
    (0..count)
        .map(|_| {
            now += random.below(40) as i64;
            let timestamp = match random.below(10) {
                0 => (now - random.below(400) as i64).max(0),
                1 => now + random.below(200) as i64,
                _ => now,
            };
            let headers = match random.below(4) {
                0 => vec![("h".to_owned(), Some(random.text(&keys))), ("h".to_owned(), None)],
                _ => Vec::new(),
            };
            Input {
                topic: ["lines", "events", "events", "orders", "users"][random.below(5) as usize],
                key: (random.below(12) != 0).then(|| random.text(&keys)),
                value: (random.below(12) != 0).then(|| random.text(&values)),
                timestamp,
                headers,
            }
        })
        .collect()
}

fn hex(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "-".to_owned(),
        |bytes| bytes.iter().fold("x".to_owned(), |text, b| text + &format!("{b:02x}")),
    )
}

/// All that a shape makes of the inputs in our test driver, in the Java program's format.
fn ours(name: &str, inputs: &[&Input]) -> String {
    let mut driver = TestDriver::new(&shapes::topology(name, "out"), "app");
    for i in inputs {
        let bytes = |text: &Option<String>| text.clone().map(Bytes::from);
        let headers = i.headers.iter().map(|(k, v)| Header {
            key: Bytes::copy_from_slice(k.as_bytes()),
            value: bytes(v),
        });
        driver
            .pipe_raw(i.topic, bytes(&i.key), bytes(&i.value), i.timestamp, headers.collect())
            .unwrap();
    }
    let mut text = String::new();
    let topics: Vec<String> = driver.produced_topics().map(str::to_owned).collect();
    for topic in topics {
        while let Some(out) = driver.read_raw(&topic) {
            let (key, value) = (hex(out.key.as_deref()), hex(out.value.as_deref()));
            write!(text, "{topic} {key} {value} {}", out.timestamp).unwrap();
            for header in out.headers.iter() {
                write!(text, " {} {}", String::from_utf8_lossy(&header.key), hex(header.value.as_deref())).unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn records_are_those_of_kafka_streams() {
    let inputs = inputs(4301, 600);
    let (mut script, mut fed) = (String::new(), BTreeMap::new());
    for name in shapes::NAMES {
        let topology = shapes::topology(name, "out");
        let reads = |topic: &str| {
            (0..topology.sub_topologies().len()).any(|i| topology.sources_of(i).iter().any(|(_, t, _)| t == topic))
        };
        let of_shape: Vec<&Input> = inputs.iter().filter(|i| reads(i.topic)).collect();
        writeln!(script, "shape {name}").unwrap();
        for i in &of_shape {
            let text = |t: &Option<String>| hex(t.as_ref().map(String::as_bytes));
            write!(script, "{} {} {} {}", i.topic, text(&i.key), text(&i.value), i.timestamp).unwrap();
            for (k, v) in &i.headers {
                write!(script, " {k} {}", text(v)).unwrap();
            }
            script.push('\n');
        }
        script.push_str("end\n");
        fed.insert(*name, of_shape);
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = match driver(&["ttd", &folder.path().display().to_string()], &script) {
        Ok(theirs) => theirs,
        Err(missing) => return skip(&missing),
    };
    let mut wrong = Vec::new();
    for (name, inputs) in fed {
        let (ours, theirs) = (ours(name, &inputs), &theirs[name]);
        assert!(theirs.lines().count() > 50, "{name}: too little to compare:\n{theirs}");
        if ours != *theirs {
            let (a, b): (Vec<&str>, Vec<&str>) = (ours.lines().collect(), theirs.lines().collect());
            let at = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
            wrong.push(format!(
                "{name}: line {at} of {}/{}:\n  ours   {:?}\n  theirs {:?}",
                a.len(),
                b.len(),
                a.get(at),
                b.get(at)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

//! Weir's topologies beside Kafka Streams' own, from the 4.3.1 jar: the same description, and on the same random input
//! the same records in every topic, byte for byte, in the same order.

use crate::inputs::{self, Input, hex};
use crate::{jar, shapes};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use weir_core::record::Header;
use weir_streams::TestDriver;
use weir_tests::peers::skip;

#[test]
fn topologies_are_described_as_kafka_streams_describes_them() {
    let theirs = match jar::run(&["describe"], "") {
        Ok(theirs) => theirs,
        Err(missing) => return skip(&missing),
    };
    let mut wrong = Vec::new();
    assert_eq!(theirs.len(), shapes::NAMES.len());
    for name in shapes::NAMES {
        let ours = shapes::topology(name, "out").describe();
        if ours != theirs[*name] {
            wrong.push(format!(
                "{name}: ours\n{ours}\n{name}: Kafka Streams'\n{}",
                theirs[*name]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
                write!(
                    text,
                    " {} {}",
                    String::from_utf8_lossy(&header.key),
                    hex(header.value.as_deref())
                )
                .unwrap();
            }
            text.push('\n');
        }
    }
    text
}

#[test]
fn records_are_those_of_kafka_streams() {
    let inputs = inputs::any(4301, 1000);
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
            write!(
                script,
                "{} {} {} {}",
                i.topic,
                text(&i.key),
                text(&i.value),
                i.timestamp
            )
            .unwrap();
            for (k, v) in &i.headers {
                write!(script, " {k} {}", text(v)).unwrap();
            }
            script.push('\n');
        }
        script.push_str("end\n");
        fed.insert(*name, of_shape);
    }
    let folder = tempfile::tempdir().unwrap();
    let theirs = match jar::run(&["ttd", &folder.path().display().to_string()], &script) {
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

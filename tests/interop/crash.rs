//! kill -9 under an idempotent `acks=all` producer, 30 rounds: every acknowledged record is read back once, in order.
//! The producer is librdkafka's, which knows nothing of Weir.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use weir_tests::peers::{Missing, Weir, skip};

const ROUNDS: u32 = 30;

#[test]
fn thirty_kills_lose_nothing_and_double_nothing() {
    run().unwrap_or_else(|missing| skip(&missing));
}

fn run() -> Result<(), Missing> {
    let missing = |reason: String| Missing {
        peer: "Python clients",
        reason,
    };
    let python = xtask::peers::python_venv().map_err(|e| missing(e.to_string()))?;
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let port = weir_tests::peers::free_port().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/crash_producer.py");
    let start = |round: u32| Weir::broker_at(port, &data, &home.path().join(format!("round{round}")), &[]);
    let mut weir = start(0)?;
    let mut producer = Command::new(&python)
        .arg(&script)
        .arg(format!("127.0.0.1:{port}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| missing(e.to_string()))?;
    for round in 1..=ROUNDS {
        std::thread::sleep(Duration::from_millis(u64::from(100 + round * 37 % 300)));
        // Dropping kills with signal 9.
        drop(weir);
        weir = start(round)?;
    }
    std::thread::sleep(Duration::from_millis(500));
    // End of input: it stops producing, reads everything back, and says what it found.
    drop(producer.stdin.take());
    let lines: Vec<String> = BufReader::new(producer.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .collect();
    assert!(producer.wait().unwrap().success(), "{lines:?}");
    let acked: u64 = lines
        .iter()
        .find_map(|l| l.strip_prefix("acked ")?.parse().ok())
        .unwrap_or(0);
    assert!(
        acked > 1_000,
        "only {acked} records were acknowledged in {ROUNDS} rounds: {lines:?}"
    );
    println!("{acked} acknowledged records over {ROUNDS} kills, each there once and in order");
    Ok(())
}

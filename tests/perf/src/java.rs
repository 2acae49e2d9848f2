//! Kafka's own producer as load: `org.apache.kafka.tools.ProducerPerformance`, its settings left at their defaults.

use crate::Outcome;
use crate::load::Done;
use std::time::Duration;
use weir_tests::peers::Kafka;

/// Runs the tool; the wall time is its own, from its first to its last record, so that the JVM's start is left out.
pub fn produce(address: &str, topic: &str, records: usize, record_bytes: usize) -> Outcome<Done> {
    let output = Kafka::tool(
        "org.apache.kafka.tools.ProducerPerformance",
        &[
            "--topic",
            topic,
            "--num-records",
            &records.to_string(),
            "--record-size",
            &record_bytes.to_string(),
            "--throughput",
            "-1",
            "--producer-props",
            &format!("bootstrap.servers={address}"),
        ],
    )?;
    let per_second = rate(&output).ok_or_else(|| format!("no rate in the tool's output:\n{output}"))?;
    Ok(Done {
        records,
        requests: 0,
        payload: records * record_bytes,
        wall: Duration::from_secs_f64(records as f64 / per_second),
    })
}

/// From the last line: `1000000 records sent, 123456.7 records/sec (120.56 MB/sec), …`.
fn rate(output: &str) -> Option<f64> {
    let line = output.lines().rev().find(|line| line.contains(" records sent, "))?;
    let (_, rest) = line.split_once(" records sent, ")?;
    rest.split_whitespace().next()?.parse().ok().filter(|rate| *rate > 0.0)
}

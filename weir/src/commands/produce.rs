//! Records from standard input, one a line.

use super::failed;
use crate::cli::ProduceArgs;
use crate::failure::Failure;
use bytes::Bytes;
use std::io::BufRead;
use weir_client::config::ProducerConfig;
use weir_client::producer::{Producer, ProducerRecord};

pub(crate) async fn run(args: ProduceArgs) -> Result<(), Failure> {
    let mut settings = vec![
        ("bootstrap.servers".to_owned(), args.bootstrap_servers.clone()),
        ("compression.type".to_owned(), args.compression.clone()),
        ("linger.ms".to_owned(), "5".to_owned()),
        ("max.block.ms".to_owned(), "10000".to_owned()),
    ];
    for pair in &args.property {
        let (k, v) = pair
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("--property wants KEY=VALUE, got {pair}")))?;
        settings.push((k.to_owned(), v.to_owned()));
    }
    let config = ProducerConfig::from_map(settings).map_err(|e| Failure::new(e.to_string()))?;
    let producer = Producer::new(weir_runtime::real(), config);
    let lost = failed(format!("a record for {} was not acknowledged", args.topic));
    let (lines, mut incoming) = tokio::sync::mpsc::channel::<std::io::Result<Bytes>>(1000);
    // Standard input blocks: it is read on a thread of its own.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n') {
            let failed = line.is_err();
            if lines.blocking_send(line.map(unterminated)).is_err() || failed {
                break;
            }
        }
    });
    let separator = args.key_separator.as_deref().map(str::as_bytes);
    let mut pending = Vec::new();
    let mut sent = 0_u64;
    while let Some(line) = incoming.recv().await {
        let line = line.map_err(|e| Failure::new(format!("cannot read standard input: {e}")))?;
        let record = match separator.and_then(|separator| split(&line, separator)) {
            Some((key, value)) => ProducerRecord::keyed(args.topic.as_str(), key, value),
            None => ProducerRecord::new(args.topic.as_str(), line),
        };
        pending.push(producer.enqueue(record).await.map_err(|e| lost(&e))?);
        sent += 1;
        if pending.len() >= 10_000 {
            for delivery in pending.drain(..) {
                delivery.await.map_err(|e| lost(&e))?;
            }
        }
    }
    producer.flush().await;
    for delivery in pending {
        delivery.await.map_err(|e| lost(&e))?;
    }
    note!("{sent} records acknowledged");
    Ok(())
}

/// A line is bytes, of whatever encoding; its end may be a carriage return too, as with Kafka's console producer.
fn unterminated(mut line: Vec<u8>) -> Bytes {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    line.into()
}

fn split(line: &Bytes, separator: &[u8]) -> Option<(Bytes, Bytes)> {
    if separator.is_empty() {
        return None;
    }
    let at = line.windows(separator.len()).position(|window| window == separator)?;
    Some((line.slice(..at), line.slice(at + separator.len()..)))
}

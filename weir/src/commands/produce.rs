//! Records from standard input, one a line.

use super::failed;
use crate::cli::ProduceArgs;
use crate::failure::Failure;
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
    let (lines, mut incoming) = tokio::sync::mpsc::channel::<String>(1000);
    // Standard input blocks: it is read on a thread of its own.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if lines.blocking_send(line).is_err() {
                break;
            }
        }
    });
    let mut pending = Vec::new();
    let mut sent = 0_u64;
    while let Some(line) = incoming.recv().await {
        let record = match args.key_separator.as_deref().and_then(|s| line.split_once(s)) {
            Some((key, value)) => ProducerRecord::keyed(args.topic.as_str(), key.to_owned(), value.to_owned()),
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
    eprintln!("{sent} records acknowledged");
    Ok(())
}

//! Records to standard output.

use super::{failed, unreachable};
use crate::cli::{ConsumeArgs, Format};
use crate::failure::Failure;
use serde_json::{Value, json};
use std::io::Write;
use std::time::Duration;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{Consumer, ConsumerRecord};

pub(crate) async fn run(args: ConsumeArgs) -> Result<(), Failure> {
    let mut settings = vec![
        ("bootstrap.servers".to_owned(), args.bootstrap_servers.clone()),
        (
            "auto.offset.reset".to_owned(),
            if args.from_beginning { "earliest" } else { "latest" }.to_owned(),
        ),
    ];
    if let Some(group) = &args.group {
        settings.push(("group.id".into(), group.clone()));
    }
    let config = ConsumerConfig::from_map(settings).map_err(|e| Failure::new(e.to_string()))?;
    let broken = failed(format!("topic {}", args.topic));
    let mut consumer = Consumer::new(weir_runtime::real(), config).map_err(|e| broken(&e))?;
    let admin = super::admin(&args.bootstrap_servers)?;
    let topic = admin
        .describe_topics([args.topic.as_str()])
        .await
        .map_err(|e| unreachable(&args.bootstrap_servers, &e))?;
    let Some(Ok(topic)) = topic.into_values().next() else {
        return Err(
            Failure::new(format!("topic {} does not exist", args.topic)).hint("`weir topic list` shows what there is")
        );
    };
    if args.group.is_some() {
        consumer.subscribe([args.topic.as_str()]).map_err(|e| broken(&e))?;
    } else {
        let all = (0..topic.partitions.len()).filter_map(|i| i32::try_from(i).ok());
        consumer.assign(all.map(|i| weir_client::TopicPartition::new(args.topic.as_str(), i)));
    }
    let mut left = args.max.unwrap_or(u64::MAX);
    let mut idle = 0;
    while left > 0 {
        let records = consumer
            .poll(Duration::from_millis(500))
            .await
            .map_err(|e| broken(&e))?;
        idle = if records.is_empty() { idle + 1 } else { 0 };
        if args.exit_at_end && idle >= 3 {
            break;
        }
        let mut out = std::io::stdout().lock();
        for record in records {
            if left == 0 {
                break;
            }
            left -= 1;
            // A closed pipe (`| head`) is the end, not an error.
            if writeln!(out, "{}", line(&record, args.output)).is_err() {
                return Ok(());
            }
        }
    }
    if args.group.is_some() {
        consumer.commit_sync().await.map_err(|e| broken(&e))?;
    }
    consumer.close().await;
    Ok(())
}

fn line(record: &ConsumerRecord, format: Format) -> String {
    let text = |b: &Option<bytes::Bytes>| b.as_ref().map(|b| String::from_utf8_lossy(b).into_owned());
    match format {
        Format::Table => match text(&record.key) {
            Some(key) => format!("{key}\t{}", text(&record.value).unwrap_or_default()),
            None => text(&record.value).unwrap_or_default(),
        },
        Format::Json => {
            let headers: Vec<Value> = record
                .headers
                .iter()
                .map(|h| {
                    json!([
                        h.key_str(),
                        h.value.as_ref().map(|v| String::from_utf8_lossy(v).into_owned())
                    ])
                })
                .collect();
            json!({
                "partition": record.partition, "offset": record.offset, "timestamp": record.timestamp,
                "key": text(&record.key), "value": text(&record.value), "headers": headers,
            })
            .to_string()
        }
    }
}

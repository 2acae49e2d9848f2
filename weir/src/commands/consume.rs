//! Records to standard output.

use super::{failed, unreachable};
use crate::cli::{ConsumeArgs, Format};
use crate::failure::Failure;
use crate::signals::stop_signal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{Consumer, ConsumerRecord, OffsetsError};
use weir_client::{OffsetAndMetadata, TopicPartition};

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
        settings.push(("enable.auto.commit".into(), "false".into()));
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
    let partitions = (0..topic.partitions.len())
        .filter_map(|i| i32::try_from(i).ok())
        .map(|i| TopicPartition::new(args.topic.as_str(), i));
    match args.group {
        Some(_) => consumer.subscribe([args.topic.as_str()]).map_err(|e| broken(&e))?,
        None => consumer.assign(partitions.clone()),
    }
    let mut reader = Reader {
        consumer,
        grouped: args.group.is_some(),
        printed: BTreeMap::new(),
    };
    let ends = match args.exit_at_end {
        true => {
            let all: Vec<_> = partitions.collect();
            Some(reader.consumer.end_offsets(&all).await.map_err(|e| broken(&e))?)
        }
        false => None,
    };
    tokio::select! {
        read = reader.read(&args, ends.as_ref()) => read.map_err(|e| broken(&*e))?,
        // What was printed is committed all the same.
        () = stop_signal() => {}
    }
    if reader.grouped && !reader.printed.is_empty() {
        let printed = reader.printed.clone();
        reader
            .consumer
            .commit_sync_offsets(printed)
            .await
            .map_err(|e| broken(&e))?;
    }
    reader.consumer.close().await;
    Ok(())
}

struct Reader {
    consumer: Consumer,
    grouped: bool,
    /// Past the last record that was printed: only that is committed, not all that was fetched.
    printed: BTreeMap<TopicPartition, OffsetAndMetadata>,
}

impl Reader {
    async fn read(
        &mut self,
        args: &ConsumeArgs,
        ends: Option<&BTreeMap<TopicPartition, i64>>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let mut left = args.max.unwrap_or(u64::MAX);
        let mut idle = 0;
        while left > 0 {
            if let Some(ends) = ends
                && self.at_end(ends, idle).await?
            {
                break;
            }
            let records = self.consumer.poll(Duration::from_millis(500)).await?;
            idle = if records.is_empty() { idle + 1 } else { 0 };
            let mut out = std::io::stdout().lock();
            for record in records.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                match out.write_all(&line(&record, args.output)) {
                    // A closed pipe (`| head`) is the end, not an error.
                    Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                    written => written.map_err(|error| format!("cannot write to standard output: {error}"))?,
                }
                left -= 1;
                let at = TopicPartition::new(record.topic.as_str(), record.partition);
                self.printed.insert(at, OffsetAndMetadata::new(record.offset + 1));
            }
            if self.grouped && idle == 0 {
                // What was taken away is another's now, who may be further.
                let own = self.consumer.assignment();
                self.printed.retain(|partition, _| own.contains(partition));
                // Not waited for: the last commit, at the end, is.
                drop(self.consumer.commit_async_offsets(self.printed.clone()));
            }
        }
        Ok(())
    }

    /// Whether everything is read that was there at the start, of what this reader is to read.
    async fn at_end(&mut self, ends: &BTreeMap<TopicPartition, i64>, idle: u32) -> Result<bool, OffsetsError> {
        let own = self.consumer.assignment();
        if own.is_empty() {
            // A member gets its partitions when the others have given them up, or none if they are too few.
            return Ok(self.consumer.generation().is_some() && idle >= 10);
        }
        for partition in &own {
            let end = ends.get(partition).copied().unwrap_or(0);
            if self.consumer.position(partition).await? < end {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A record as a line: its bytes as they are, or an object that says what they were.
fn line(record: &ConsumerRecord, format: Format) -> Vec<u8> {
    let mut out = match format {
        Format::Table => {
            let key = record.key.iter().flat_map(|key| [&key[..], b"\t"]);
            key.chain(record.value.as_deref()).collect::<Vec<_>>().concat()
        }
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
            let mut object = Map::new();
            object.insert("partition".into(), json!(record.partition));
            object.insert("offset".into(), json!(record.offset));
            object.insert("timestamp".into(), json!(record.timestamp));
            for (name, bytes) in [("key", &record.key), ("value", &record.value)] {
                let text = bytes.as_ref().map(|bytes| String::from_utf8_lossy(bytes));
                object.insert(name.into(), json!(text));
                // What is no text would be lost: it is there a second time, whole.
                if let Some(bytes) = bytes.as_ref().filter(|bytes| std::str::from_utf8(bytes).is_err()) {
                    object.insert(format!("{name}_base64"), json!(STANDARD.encode(bytes)));
                }
            }
            object.insert("headers".into(), json!(headers));
            Value::Object(object).to_string().into_bytes()
        }
    };
    out.push(b'\n');
    out
}

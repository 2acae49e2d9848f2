//! Records to standard output.

use super::print::Printer;
use super::{failed, unreachable};
use crate::cli::ConsumeArgs;
use crate::failure::Failure;
use crate::signals::stop_signal;
use std::collections::BTreeMap;
use std::time::Duration;
use weir_client::TopicPartition;
use weir_client::config::ConsumerConfig;
use weir_client::consumer::{Consumer, OffsetsError};

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
        printer: Printer::start(args.output).map_err(|e| failed("standard output")(&e))?,
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
    let printed = reader.printer.stop().await;
    if reader.grouped && !printed.is_empty() {
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
    printer: Printer,
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
            let mut records = self.consumer.poll(Duration::from_millis(500)).await?;
            idle = if records.is_empty() { idle + 1 } else { 0 };
            records.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left -= records.len() as u64;
            match self.printer.print(records).await {
                // A closed pipe (`| head`) is the end, not an error.
                Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(|error| format!("cannot write to standard output: {error}"))?,
            }
            if self.grouped && idle == 0 {
                // What was taken away is another's now, who may be further.
                let own = self.consumer.assignment();
                let printed = self.printer.retain(|partition| own.contains(partition));
                // Not waited for: the last commit, at the end, is.
                drop(self.consumer.commit_async_offsets(printed));
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

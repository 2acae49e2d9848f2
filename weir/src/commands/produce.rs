//! Records from standard input, one a line.

use crate::cli::ProduceArgs;
use crate::failure::Failure;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::future::{Future as _, poll_fn};
use std::io::{BufRead, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll};
use weir_client::config::ProducerConfig;
use weir_client::producer::{Delivery, Producer, ProducerRecord, SendError};

/// Records that are on their way at the same time.
const MAX_PENDING: usize = 10_000;

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
    let limit = config.max_request_size;
    let producer = Producer::new(weir_runtime::real(), config);
    let lost = |line: u64, e: &dyn Display| {
        Failure::new(format!(
            "line {line}: a record for {} was not acknowledged: {e}",
            args.topic
        ))
    };
    let (lines, mut incoming) = tokio::sync::mpsc::channel(1000);
    // Standard input blocks: it is read on a thread of its own.
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        while let Some(line) = next_line(&mut input, limit).transpose() {
            let failed = line.is_err();
            if lines.blocking_send(line).is_err() || failed {
                break;
            }
        }
    });
    let separator = args.key_separator.as_deref().map(str::as_bytes);
    let mut pending = Pending::default();
    let mut number = 0_u64;
    let read = loop {
        let line = tokio::select! {
            line = incoming.recv(), if pending.len < MAX_PENDING => line,
            // A failure is told at once: the next line may be long in coming.
            settled = pending.settled() => {
                settled.map_err(|(line, e)| lost(line, &e))?;
                continue;
            }
        };
        number += 1;
        let record = match line {
            None => break Ok(()),
            Some(Err(LineError::Read(e))) => break Err(Failure::new(format!("cannot read standard input: {e}"))),
            Some(Err(LineError::TooLong)) => {
                let what = format!("line {number} is longer than max.request.size allows, which is {limit} bytes");
                break Err(Failure::new(what)
                    .hint("--property max.request.size=BYTES allows more, up to the topic's max.message.bytes"));
            }
            Some(Ok(line)) => match separator.and_then(|separator| split(&line, separator)) {
                Some((key, value)) => ProducerRecord::keyed(args.topic.as_str(), key, value),
                None => ProducerRecord::new(args.topic.as_str(), line),
            },
        };
        let delivery = producer.enqueue(record).await;
        pending.add(number, delivery.map_err(|e| lost(number, &e))?);
    };
    let mut flush = std::pin::pin!(producer.flush());
    let mut flushed = false;
    while pending.len > 0 {
        tokio::select! {
            () = &mut flush, if !flushed => flushed = true,
            settled = pending.settled() => settled.map_err(|(line, e)| lost(line, &e))?,
        }
    }
    note!("{} records acknowledged", pending.acknowledged);
    read
}

/// Records on their way.
#[derive(Default)]
struct Pending {
    /// With the numbers of their lines. A partition's records are settled in their order, so that its first is the one to wait for.
    partitions: BTreeMap<i32, VecDeque<(u64, Delivery)>>,
    len: usize,
    acknowledged: u64,
}

impl Pending {
    fn add(&mut self, line: u64, delivery: Delivery) {
        let queue = self.partitions.entry(delivery.partition().partition).or_default();
        queue.push_back((line, delivery));
        self.len += 1;
    }

    /// Waits until some are acknowledged, or one failed.
    async fn settled(&mut self) -> Result<(), (u64, SendError)> {
        poll_fn(|cx| self.poll_settled(cx)).await
    }

    fn poll_settled(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), (u64, SendError)>> {
        let before = self.len;
        for queue in self.partitions.values_mut() {
            while let Some((line, delivery)) = queue.front_mut() {
                match Pin::new(delivery).poll(cx) {
                    Poll::Pending => break,
                    Poll::Ready(Err(e)) => return Poll::Ready(Err((*line, e))),
                    Poll::Ready(Ok(_)) => {
                        queue.pop_front();
                        self.len -= 1;
                        self.acknowledged += 1;
                    }
                }
            }
        }
        match self.len < before {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    }
}

#[derive(Debug)]
enum LineError {
    Read(std::io::Error),
    TooLong,
}

/// A line is bytes, of whatever encoding; its end may be a carriage return too, as with Kafka's console producer.
fn next_line(input: &mut impl BufRead, limit: usize) -> Result<Option<Bytes>, LineError> {
    // Its end is not part of it.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(2);
    let mut line = Vec::new();
    let read = input.by_ref().take(most).read_until(b'\n', &mut line);
    if read.map_err(LineError::Read)? == 0 {
        return Ok(None);
    }
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
    match line.len() <= limit {
        true => Ok(Some(line.into())),
        false => Err(LineError::TooLong),
    }
}

fn split(line: &Bytes, separator: &[u8]) -> Option<(Bytes, Bytes)> {
    if separator.is_empty() {
        return None;
    }
    let at = line.windows(separator.len()).position(|window| window == separator)?;
    Some((line.slice(..at), line.slice(at + separator.len()..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_somewhere() {
        let mut input = b"four\nfour\r\n\n\r\nfour\r".as_slice();
        let mut lines = Vec::new();
        while let Some(line) = next_line(&mut input, 4).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["four", "four", "", "", "four"]);
        for long in ["fives", "fives\n", "fives\r\n", "four\rs\n"] {
            let refused = next_line(&mut long.as_bytes(), 4);
            assert!(matches!(refused, Err(LineError::TooLong)), "{long:?} is {refused:?}");
        }
        // Not more is read than tells it.
        let mut endless = std::io::BufReader::with_capacity(8, std::io::repeat(0));
        assert!(matches!(next_line(&mut endless, 1 << 20), Err(LineError::TooLong)));
    }
}

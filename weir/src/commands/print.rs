//! Records on standard output, written by a thread of its own: a reader that stops reading holds up that thread, not the command.

use crate::cli::Format;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Error, ErrorKind, Write};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use weir_client::consumer::ConsumerRecord;
use weir_client::{OffsetAndMetadata, TopicPartition};
use weir_core::record::Header;

/// How long the record that is being written may take at the end.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

type Positions = BTreeMap<TopicPartition, OffsetAndMetadata>;
type Batch = (Vec<ConsumerRecord>, oneshot::Sender<std::io::Result<()>>);

pub(super) struct Printer {
    batches: mpsc::Sender<Batch>,
    shared: Arc<Mutex<Shared>>,
    /// Ends with the thread.
    ended: oneshot::Receiver<()>,
}

#[derive(Default)]
struct Shared {
    /// Past the last record that was printed: only that is committed, not all that was fetched.
    printed: Positions,
    stopped: bool,
}

impl Printer {
    pub(super) fn start(format: Format) -> std::io::Result<Self> {
        // Not through the standard library's lock, which the end of the process would wait for.
        Ok(Self::to(
            File::from(std::io::stdout().as_fd().try_clone_to_owned()?),
            format,
        ))
    }

    fn to(mut out: impl Write + Send + 'static, format: Format) -> Self {
        let (batches, mut incoming) = mpsc::channel::<Batch>(1);
        let (ending, ended) = oneshot::channel();
        let shared = Arc::new(Mutex::new(Shared::default()));
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            // Dropped at the end.
            let _ending = ending;
            while let Some((records, done)) = incoming.blocking_recv() {
                // An error means that nobody waits any more.
                let _ = done.send(write(&mut out, &records, format, &own));
            }
        });
        Self { batches, shared, ended }
    }

    /// Returns when all of it is written.
    pub(super) async fn print(&self, records: Vec<ConsumerRecord>) -> std::io::Result<()> {
        let (done, written) = oneshot::channel();
        let ended = || Error::other("the thread that writes has ended");
        self.batches.send((records, done)).await.map_err(|_| ended())?;
        written.await.map_err(|_| ended())?
    }

    /// Forgets how far partitions were printed of which others are in charge; how far the rest is.
    pub(super) fn retain(&self, own: impl Fn(&TopicPartition) -> bool) -> Positions {
        let mut shared = lock(&self.shared);
        shared.printed.retain(|partition, _| own(partition));
        shared.printed.clone()
    }

    /// Prints no other record, and says how far it came. What nobody reads is not waited for.
    pub(super) async fn stop(self) -> Positions {
        lock(&self.shared).stopped = true;
        drop(self.batches);
        let _ = tokio::time::timeout(STOP_TIMEOUT, self.ended).await;
        std::mem::take(&mut lock(&self.shared).printed)
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(
    out: &mut impl Write,
    records: &[ConsumerRecord],
    format: Format,
    shared: &Mutex<Shared>,
) -> std::io::Result<()> {
    for record in records {
        if lock(shared).stopped {
            return Err(ErrorKind::Interrupted.into());
        }
        out.write_all(&line(record, format))?;
        let at = TopicPartition::new(record.topic.as_str(), record.partition);
        let next = OffsetAndMetadata::new(record.offset + 1);
        lock(shared).printed.insert(at, next);
    }
    Ok(())
}

/// A record as a line: its bytes as they are, or an object that says what they were.
fn line(record: &ConsumerRecord, format: Format) -> Vec<u8> {
    let mut out = match format {
        Format::Table => {
            let key = record.key.iter().flat_map(|key| [&key[..], b"\t"]);
            key.chain(record.value.as_deref()).collect::<Vec<_>>().concat()
        }
        Format::Json => {
            let headers = |value: fn(&Bytes) -> String| -> Value {
                let pair = |h: &Header| json!([h.key_str(), h.value.as_ref().map(value)]);
                record.headers.iter().map(pair).collect()
            };
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
            object.insert("headers".into(), headers(|v| String::from_utf8_lossy(v).into_owned()));
            let mut values = record.headers.iter().filter_map(|h| h.value.as_ref());
            if values.any(|value| std::str::from_utf8(value).is_err()) {
                object.insert("headers_base64".into(), headers(|v| STANDARD.encode(v)));
            }
            Value::Object(object).to_string().into_bytes()
        }
    };
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::record::TimestampType;

    fn printed(value: &'static [u8], headers: &[(&'static str, Option<&'static [u8]>)]) -> Value {
        let header = |(key, value): &(&'static str, Option<&'static [u8]>)| Header {
            key: Bytes::from_static(key.as_bytes()),
            value: value.map(Bytes::from_static),
        };
        let record = ConsumerRecord {
            topic: "t".into(),
            partition: 0,
            offset: 7,
            timestamp: 1,
            timestamp_type: TimestampType::CreateTime,
            key: None,
            value: Some(Bytes::from_static(value)),
            headers: headers.iter().map(header).collect(),
            leader_epoch: None,
        };
        serde_json::from_slice(&line(&record, Format::Json)).unwrap()
    }

    #[test]
    fn json_loses_no_bytes() {
        let text = printed(b"v", &[("h", Some(b"text")), ("none", None)]);
        let plain = json!({"partition": 0, "offset": 7, "timestamp": 1, "key": null, "value": "v",
            "headers": [["h", "text"], ["none", null]]});
        assert_eq!(text, plain);
        let binary = printed(
            b"\xff",
            &[("h", Some(b"\xff\xfe")), ("text", Some(b"a")), ("none", None)],
        );
        assert_eq!(binary["value_base64"], "/w==");
        assert_eq!(
            binary["headers"],
            json!([["h", "\u{fffd}\u{fffd}"], ["text", "a"], ["none", null]])
        );
        assert_eq!(
            binary["headers_base64"],
            json!([["h", "//4="], ["text", "YQ=="], ["none", null]])
        );
    }
}

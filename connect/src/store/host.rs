//! Runs a log machine on a topic: commands are appended, and answered once the log was read back to them.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot, watch};
use weir_core::machine::{LogMachine, Ticket};

use super::StoreRecord;
use crate::kafka::{InRecord, KafkaError, LogReader, LogTopic, OutRecord, RecordProducer};

/// Commands that wait for the writer at most.
const QUEUE: usize = 1024;
/// How long a read waits for records of other workers.
const FOLLOW: Duration = Duration::from_secs(1);

/// Commands with who waits for them.
type Request<C> = (Vec<C>, oneshot::Sender<Result<(), KafkaError>>);

/// A handle on a running store; clones share it.
pub struct Store<M: LogMachine> {
    machine: Arc<Mutex<M>>,
    commands: mpsc::Sender<Request<M::Command>>,
    changes: watch::Receiver<u64>,
}

impl<M: LogMachine> Clone for Store<M> {
    fn clone(&self) -> Self {
        Self {
            machine: self.machine.clone(),
            commands: self.commands.clone(),
            changes: self.changes.clone(),
        }
    }
}

impl<M> Store<M>
where
    M: LogMachine<Record = StoreRecord, Reply = ()> + Default + 'static,
    M::Command: Send + 'static,
{
    /// Reads the topic to its end and follows it from then on.
    ///
    /// # Errors
    /// The topic cannot be read.
    pub async fn open(topic: LogTopic) -> Result<Self, KafkaError> {
        let mut reader = topic.reader;
        let mut machine = M::default();
        reader
            .read_to_end()
            .await?
            .into_iter()
            .for_each(|record| replay(&mut machine, record));
        let machine = Arc::new(Mutex::new(machine));
        let (commands, receiver) = mpsc::channel(QUEUE);
        let (changed, changes) = watch::channel(0);
        let host = Host {
            topic: topic.name,
            appender: topic.appender,
            reader,
            machine: machine.clone(),
            changed,
        };
        tokio::spawn(host.run(receiver));
        Ok(Self {
            machine,
            commands,
            changes,
        })
    }

    /// Writes what the commands decide, in order; on return the state has it.
    ///
    /// # Errors
    /// Nothing, or only the first part, was written.
    pub async fn submit(&self, commands: Vec<M::Command>) -> Result<(), KafkaError> {
        let gone = || KafkaError::Fatal("the store is closed".to_owned());
        let (reply, answer) = oneshot::channel();
        self.commands.send((commands, reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Looks at the state.
    pub fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        look(&self.machine.lock())
    }

    /// Completes when the log has grown since the last call on this handle.
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // The host is gone with its worker.
            std::future::pending::<()>().await;
        }
    }
}

struct Host<M: LogMachine> {
    topic: String,
    appender: Box<dyn RecordProducer>,
    reader: Box<dyn LogReader>,
    machine: Arc<Mutex<M>>,
    changed: watch::Sender<u64>,
}

fn replay<M: LogMachine<Record = StoreRecord>>(machine: &mut M, record: InRecord) {
    machine.replay(&StoreRecord {
        key: record.key.unwrap_or_default(),
        value: record.value,
    });
}

impl<M: LogMachine<Record = StoreRecord, Reply = ()>> Host<M> {
    async fn run(mut self, mut commands: mpsc::Receiver<Request<M::Command>>) {
        loop {
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some((batch, reply)) => {
                        let result = self.on_commands(batch).await;
                        // Nobody may be waiting any more.
                        let _ = reply.send(result);
                    }
                    None => break,
                },
                records = self.reader.poll(FOLLOW) => match records {
                    Ok(records) => self.on_records(records),
                    Err(error) => {
                        tracing::warn!(topic = self.topic, %error, "cannot read the topic, trying again");
                        tokio::time::sleep(FOLLOW).await;
                    }
                },
            }
        }
        self.appender.close().await;
    }

    async fn on_commands(&mut self, batch: Vec<M::Command>) -> Result<(), KafkaError> {
        for command in batch {
            let decision = self.machine.lock().decide(0, Ticket(0), command);
            if decision.records.is_empty() {
                continue;
            }
            let mut deliveries = Vec::new();
            for record in decision.records {
                let record = OutRecord {
                    topic: self.topic.clone(),
                    key: Some(record.key),
                    value: record.value,
                    ..OutRecord::default()
                };
                deliveries.push(self.appender.send(record).await?);
            }
            for delivery in deliveries {
                delivery.await?;
            }
            // The next command must see this one.
            let records = self.reader.read_to_end().await?;
            self.on_records(records);
        }
        Ok(())
    }

    fn on_records(&mut self, records: Vec<InRecord>) {
        if records.is_empty() {
            return;
        }
        let mut machine = self.machine.lock();
        records.into_iter().for_each(|record| replay(&mut *machine, record));
        drop(machine);
        self.changed.send_modify(|version| *version += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::memory::MemoryKafka;
    use crate::kafka::{Kafka as _, NewTopic};
    use crate::store::config::{ConfigCommand, ConfigMachine};
    use crate::store::offset::{OffsetMachine, PutOffsets};
    use weir_connect_sdk::offset_map;

    async fn open<M>(kafka: &MemoryKafka, topic: &str) -> Store<M>
    where
        M: LogMachine<Record = StoreRecord, Reply = ()> + Default + 'static,
        M::Command: Send + 'static,
    {
        let new = NewTopic {
            name: topic.into(),
            partitions: 3,
            replication_factor: 1,
            config: Default::default(),
        };
        kafka.create_topic(&new).await.unwrap();
        Store::open(kafka.log_topic(topic, "test").await.unwrap())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_was_written_is_seen_and_survives() {
        let kafka = MemoryKafka::new();
        let store: Store<OffsetMachine> = open(&kafka, "o").await;
        let partition = offset_map([("f", "x")]);
        for position in 0..5 {
            let offsets = vec![(partition.clone(), Some(offset_map([("p", position)])))];
            store
                .submit(vec![PutOffsets {
                    connector: "a".into(),
                    offsets,
                }])
                .await
                .unwrap();
            assert_eq!(
                store.read(|m| m.0.get("a", &partition).cloned()),
                Some(offset_map([("p", position)]))
            );
        }
        let again: Store<OffsetMachine> = open(&kafka, "o").await;
        assert_eq!(again.read(|m| m.0.clone()), store.read(|m| m.0.clone()));
    }

    #[tokio::test]
    async fn one_worker_sees_what_another_wrote() {
        let kafka = MemoryKafka::new();
        let first: Store<ConfigMachine> = open(&kafka, "c").await;
        let mut second: Store<ConfigMachine> = open(&kafka, "c").await;
        let command = ConfigCommand::PutConnector {
            name: "a".into(),
            config: Default::default(),
            target: None,
        };
        first.submit(vec![command]).await.unwrap();
        second.changed().await;
        assert!(second.read(|m| m.0.connector("a").is_some()));
    }

    #[tokio::test]
    async fn a_failed_append_changes_nothing() {
        let kafka = MemoryKafka::new();
        let store: Store<ConfigMachine> = open(&kafka, "c").await;
        kafka.refuse_writes("c", true);
        let command = || ConfigCommand::PutConnector {
            name: "a".into(),
            config: Default::default(),
            target: None,
        };
        assert!(store.submit(vec![command()]).await.is_err());
        assert!(store.read(|m| m.0.connectors().is_empty()));
        kafka.refuse_writes("c", false);
        store.submit(vec![command()]).await.unwrap();
        assert_eq!(store.read(|m| m.0.connectors().len()), 1);
    }
}

//! The state and its log: one reader that replays, one writer at a time that decides, appends and waits for the reader.
//!
//! A write first reads to the end of the log, so that it decides on everything that was written before. One registry should
//! write to a log; if two do, neither's answers become false: a record that met another's in between is noticed when it is
//! replayed, what it overwrote is written again, and the command is decided anew.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::RegistryError;
use crate::log::{Fetched, LogError, RawRecord, SchemasLog};
use crate::state::change::{Command, Outcome, record_of};
use crate::state::record::Record;
use crate::state::replay::Applied;
use crate::state::subject::{DEFAULT_CONTEXT, Subject};
use crate::state::{State, Stored};

/// How often a command is decided anew because another registry wrote at the same time.
const MAX_ATTEMPTS: u32 = 5;
/// How long one read of the log waits for records.
const READ_WAIT: Duration = Duration::from_secs(5);
/// Pause after a failed read; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Clashes that wait for their writer; those of other registries' records have none and are dropped at this many.
const MAX_CLASHES: usize = 1_000;

/// The registry's data.
pub struct Store {
    shared: Arc<Shared>,
    writer: tokio::sync::Mutex<()>,
    timeout: Duration,
    reader: JoinHandle<()>,
}

struct Shared {
    log: Arc<dyn SchemasLog>,
    state: RwLock<State>,
    /// Where the reader reads next: everything before is in the state.
    applied: watch::Sender<i64>,
    /// Records that did not simply take effect, by offset; `Some` is the version that one replaced.
    clashes: Mutex<HashMap<i64, Option<Arc<Stored>>>>,
}

impl Store {
    /// Starts reading the log from its beginning. `timeout` bounds each append and each wait for the reader.
    pub fn open(log: Arc<dyn SchemasLog>, state: State, timeout: Duration) -> Store {
        let shared = Arc::new(Shared {
            log,
            state: RwLock::new(state),
            applied: watch::Sender::new(0),
            clashes: Mutex::default(),
        });
        let reader = tokio::spawn(read_forever(shared.clone()));
        Store {
            shared,
            writer: tokio::sync::Mutex::default(),
            timeout,
            reader,
        }
    }

    /// Waits until everything that is in the log now has been replayed.
    pub async fn catch_up(&self) -> Result<(), RegistryError> {
        let end = self.shared.log.end_offset();
        let end = tokio::time::timeout(self.timeout, end)
            .await
            .map_err(|_| late("asking for the end of the log"))?;
        self.wait_for(end.map_err(refused)?).await
    }

    /// Reads the state. The function must be short: writes wait for it.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.shared.state.read())
    }

    /// Id of the Kafka cluster.
    pub fn cluster_id(&self) -> String {
        self.shared.log.cluster_id()
    }

    /// Carries out a write. Returns when it is on stable storage and visible to reads here.
    pub async fn execute(&self, command: &Command) -> Result<Outcome, RegistryError> {
        let _one_at_a_time = self.writer.lock().await;
        for _ in 0..MAX_ATTEMPTS {
            self.catch_up().await?;
            let (records, outcome) = self.read(|state| State::decide(state, command))?;
            if records.is_empty() {
                return Ok(outcome);
            }
            let offsets = self.append(&records).await?;
            let repairs = self.clashes_at(&records, &offsets);
            if repairs.is_empty() {
                return Ok(outcome);
            }
            tracing::warn!("another registry writes to the same log; repairing and trying again");
            self.append(&repairs).await?;
        }
        Err(RegistryError::Store(
            "another registry keeps writing to the same log at the same time".into(),
        ))
    }

    /// Stops the reader. Reads go on with what is there; writes time out.
    pub fn close(&self) {
        self.reader.abort();
    }

    async fn append(&self, records: &[Record]) -> Result<Vec<i64>, RegistryError> {
        let raw = records.iter().filter_map(Record::encode);
        let raw = raw
            .map(|(key, value)| RawRecord {
                key: Bytes::from(key),
                value: value.map(Bytes::from),
            })
            .collect();
        let appended = tokio::time::timeout(self.timeout, self.shared.log.append(raw)).await;
        let offsets = appended.map_err(|_| late("writing to the log"))?.map_err(refused)?;
        if let Some(last) = offsets.last() {
            self.wait_for(last + 1).await?;
        }
        Ok(offsets)
    }

    async fn wait_for(&self, offset: i64) -> Result<(), RegistryError> {
        let mut applied = self.shared.applied.subscribe();
        let reached = tokio::time::timeout(self.timeout, applied.wait_for(|next| *next >= offset)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(late("reading back from the log")),
        }
    }

    /// What must be written again because own records clashed with another's: compaction keeps the last record of a key, so
    /// the last one must be the one that counts.
    fn clashes_at(&self, records: &[Record], offsets: &[i64]) -> Vec<Record> {
        let mut clashes = self.shared.clashes.lock();
        let clashed = records
            .iter()
            .zip(offsets)
            .filter_map(|(record, offset)| Some((record, clashes.remove(offset)?)));
        let clashed: Vec<_> = clashed.collect();
        drop(clashes);
        clashed
            .into_iter()
            .filter_map(|(record, replaced)| self.repair(record, replaced))
            .collect()
    }

    fn repair(&self, record: &Record, replaced: Option<Arc<Stored>>) -> Option<Record> {
        let Record::Schema { subject, version, .. } = record else {
            return None;
        };
        let subject_key = Subject::parse(subject, DEFAULT_CONTEXT);
        let valid = replaced.or_else(|| self.read(|state| state.version(&subject_key, Some(*version), true)));
        Some(match valid {
            Some(stored) => record_of(&stored, stored.deleted),
            None => Record::Schema {
                subject: subject.clone(),
                version: *version,
                value: None,
            },
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

fn late(doing: &str) -> RegistryError {
    RegistryError::Timeout(format!("Timed out while {doing}"))
}

fn refused(error: LogError) -> RegistryError {
    match error {
        LogError::TooLarge(_) => RegistryError::SchemaTooLarge,
        LogError::Unavailable(reason) | LogError::Refused(reason) => {
            RegistryError::Store(format!("Error in the backend Kafka store: {reason}"))
        }
    }
}

async fn read_forever(shared: Arc<Shared>) {
    let mut next = 0;
    let mut pause = FIRST_PAUSE;
    loop {
        match shared.log.read(next, READ_WAIT).await {
            Ok(fetched) => {
                pause = FIRST_PAUSE;
                next = fetched.next_offset.max(next);
                shared.replay(fetched);
                shared.applied.send_replace(next);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot read the schemas log; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

impl Shared {
    fn replay(&self, fetched: Fetched) {
        if fetched.entries.is_empty() {
            return;
        }
        let mut state = self.state.write();
        for entry in fetched.entries {
            let Some(key) = entry.key else { continue };
            let record = match Record::decode(&key, entry.value.as_deref()) {
                Ok(record) => record,
                Err(error) => {
                    tracing::warn!(offset = entry.offset, %error, "skipping a record of the schemas log");
                    continue;
                }
            };
            let clash = match state.apply(&record, entry.timestamp) {
                Applied::Yes => continue,
                Applied::DuplicateId => None,
                Applied::Replaced(old) => Some(old),
            };
            let mut clashes = self.clashes.lock();
            if clashes.len() >= MAX_CLASHES {
                clashes.clear();
            }
            clashes.insert(entry.offset, clash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Defaults;
    use crate::state::change::SchemaRequest;
    use crate::state::query::Lookup;

    const TIMEOUT: Duration = Duration::from_secs(10);

    fn open(log: &MemoryLog) -> Arc<Store> {
        Arc::new(Store::open(
            Arc::new(log.clone()),
            State::new(Defaults::default()),
            TIMEOUT,
        ))
    }

    use crate::log::MemoryLog;

    fn register(subject: &str, schema: &str) -> Command {
        let request = SchemaRequest {
            schema: schema.into(),
            ..SchemaRequest::default()
        };
        Command::Register {
            subject: Subject::new(subject),
            request: Box::new(request),
            normalize: false,
        }
    }

    /// All versions of all subjects with ids and texts.
    fn content(state: &State) -> Vec<(String, i32, i32, String)> {
        let all = state.schemas(":*:", Lookup::WithDeleted, false);
        all.iter()
            .map(|s| (s.subject.qualified(), s.version, s.id, s.schema.clone()))
            .collect()
    }

    #[tokio::test]
    async fn what_is_written_is_there_for_the_next_registry() {
        let log = MemoryLog::new();
        let first = open(&log);
        first.execute(&register("a", "\"int\"")).await.unwrap();
        first.execute(&register("a", "\"long\"")).await.unwrap();
        assert_eq!(log.entries().len(), 2);
        first.execute(&register("a", "\"int\"")).await.unwrap();
        assert_eq!(log.entries().len(), 2, "nothing new, nothing written");
        let second = open(&log);
        second.catch_up().await.unwrap();
        assert_eq!(second.read(content), first.read(content));
    }

    #[tokio::test]
    async fn too_large_a_record_is_refused() {
        let store = open(&MemoryLog::new());
        let doc = "x".repeat(2_000_000);
        let schema = format!(r#"{{"type":"record","name":"R","doc":"{doc}","fields":[]}}"#);
        assert_eq!(
            store.execute(&register("a", &schema)).await.unwrap_err(),
            RegistryError::SchemaTooLarge
        );
    }

    /// Several registries on one log write at once; every answer stays true, live, after replay and after compaction.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_registries_at_once_lose_nothing() {
        for round in 0..20 {
            let log = MemoryLog::new();
            let stores = [open(&log), open(&log), open(&log)];
            let mut tasks = Vec::new();
            for (i, store) in stores.iter().cloned().enumerate() {
                tasks.push(tokio::spawn(async move {
                    let mut acknowledged = Vec::new();
                    for n in 0..6 {
                        let subject = ["a", "b"][n % 2];
                        let field = format!("f{i}_{n}");
                        let schema = format!(
                            r#"{{"type":"record","name":"R","fields":[{{"name":"{field}","type":"int","default":0}}]}}"#
                        );
                        match store.execute(&register(subject, &schema)).await {
                            Ok(Outcome::Registered { subject, version }) => {
                                acknowledged.push((subject, version, field));
                            }
                            Ok(other) => panic!("{other:?}"),
                            Err(RegistryError::Store(_)) => {}
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                    acknowledged
                }));
            }
            let mut acknowledged = Vec::new();
            for task in tasks {
                acknowledged.extend(task.await.unwrap());
            }
            assert!(!acknowledged.is_empty());
            for store in &stores {
                store.catch_up().await.unwrap();
            }
            let compacted = MemoryLog::new();
            let entries = log.entries();
            for (i, entry) in entries.iter().enumerate() {
                if entries.iter().skip(i + 1).all(|later| later.key != entry.key) {
                    let record = RawRecord {
                        key: entry.key.clone().unwrap(),
                        value: entry.value.clone(),
                    };
                    compacted.append(vec![record]).await.unwrap();
                }
            }
            let reopened = [open(&log), open(&compacted)];
            for store in stores.iter().chain(&reopened) {
                store.catch_up().await.unwrap();
                for (subject, version, field) in &acknowledged {
                    let stored = store.read(|state| state.version(subject, Some(*version), false));
                    let stored = stored.unwrap_or_else(|| panic!("round {round}: {subject:?} {version} is lost"));
                    assert!(
                        stored.schema.contains(field),
                        "round {round}: {subject:?} {version} is not {field}: {}",
                        stored.schema
                    );
                }
                assert_eq!(store.read(content), stores[0].read(content), "round {round}");
            }
            let all = stores[0].read(content);
            let mut ids: HashMap<i32, &str> = HashMap::new();
            assert!(
                all.iter()
                    .all(|(_, _, id, text)| *ids.entry(*id).or_insert(text) == text),
                "one id, one schema"
            );
        }
    }
}

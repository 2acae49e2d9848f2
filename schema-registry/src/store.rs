//! The state and its log: one reader that replays, one writer at a time that decides, appends and waits for the reader.
//!
//! A write first reads to the end of the log, so that it decides on everything that was written before. Only the leader of the
//! registries writes ([`crate::leader`]). If another one does so in the moment between reading and appending, the record that
//! came second is noticed when it is replayed, and its write is refused.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::{Mutex, RwLock};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::error::RegistryError;
use crate::log::{Fetched, LogError, RawRecord, SchemasLog};
use crate::state::State;
use crate::state::change::{Command, Outcome};
use crate::state::record::Record;
use crate::state::replay::Applied;

/// How long one read of the log waits for records.
const READ_WAIT: Duration = Duration::from_secs(5);
/// Pause after a failed read; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Offsets of clashes that wait for their writer; those of other registries' records have none: the oldest are dropped.
const MAX_CLASHES: usize = 1_000;

/// The registry's data.
pub struct Store {
    shared: Arc<Shared>,
    writer: tokio::sync::Mutex<()>,
    timeout: Duration,
    /// Bounds the threads that work on schemas.
    examiners: Arc<Semaphore>,
    reader: JoinHandle<()>,
}

struct Shared {
    log: Arc<dyn SchemasLog>,
    /// Shared with those who examine it; replay changes a copy while they do.
    state: RwLock<Arc<State>>,
    /// Where the reader reads next: everything before is in the state.
    applied: watch::Sender<i64>,
    /// Offsets of records that did not simply take effect: another registry's came just before.
    clashes: Mutex<BTreeSet<i64>>,
}

impl Store {
    /// Starts reading the log from its beginning. `timeout` bounds each append and each wait for the reader.
    pub fn open(log: Arc<dyn SchemasLog>, state: State, timeout: Duration) -> Store {
        let shared = Arc::new(Shared {
            log,
            state: RwLock::new(Arc::new(state)),
            applied: watch::Sender::new(0),
            clashes: Mutex::default(),
        });
        let reader = tokio::spawn(read_forever(shared.clone()));
        Store {
            shared,
            writer: tokio::sync::Mutex::default(),
            timeout,
            examiners: Arc::new(Semaphore::new(
                std::thread::available_parallelism().map_or(2, NonZero::get).max(2),
            )),
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

    /// Looks at the state as it is now, for as long as it takes: neither the log nor other requests wait for it. Parsing and
    /// comparing schemas that others wrote belongs here.
    pub async fn examine<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, RegistryError> {
        let permit = self.examiners.clone().acquire_owned().await;
        let state = self.shared.state.read().clone();
        let looked = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also if the request is given up.
            let _permit = permit;
            look(&state)
        });
        looked
            .await
            .map_err(|error| RegistryError::Store(format!("The schema could not be examined: {error}")))
    }

    /// Id of the Kafka cluster.
    pub fn cluster_id(&self) -> String {
        self.shared.log.cluster_id()
    }

    /// Carries out a write. Returns when it is on stable storage and visible to reads here.
    pub async fn execute(&self, command: Command) -> Result<Outcome, RegistryError> {
        let _one_at_a_time = self.writer.lock().await;
        self.catch_up().await?;
        let (records, outcome) = match command {
            Command::Register { .. } => self.examine(move |state| State::decide(state, &command)).await??,
            short => self.read(|state| State::decide(state, &short))?,
        };
        if records.is_empty() {
            return Ok(outcome);
        }
        let offsets = self.append(&records).await?;
        let mut clashes = self.shared.clashes.lock();
        if offsets.iter().filter(|offset| clashes.remove(offset)).count() > 0 {
            tracing::error!("another registry wrote to the log at the same time");
            return Err(RegistryError::Store(
                "another registry wrote to the same topic at the same time; is it in the same group (schema.registry.group.id)?"
                    .into(),
            ));
        }
        Ok(outcome)
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
        let state = Arc::make_mut(&mut state);
        for entry in fetched.entries {
            let Some(key) = entry.key else { continue };
            let record = match Record::decode(&key, entry.value.as_deref()) {
                Ok(record) => record,
                Err(error) => {
                    tracing::warn!(offset = entry.offset, %error, "skipping a record of the schemas log");
                    continue;
                }
            };
            if matches!(state.apply(&record, entry.timestamp), Applied::Yes) {
                continue;
            }
            let mut clashes = self.clashes.lock();
            clashes.insert(entry.offset);
            while clashes.len() > MAX_CLASHES {
                clashes.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Defaults;
    use crate::state::change::SchemaRequest;
    use crate::state::query::Lookup;
    use crate::state::subject::Subject;

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
        first.execute(register("a", "\"int\"")).await.unwrap();
        first.execute(register("a", "\"long\"")).await.unwrap();
        assert_eq!(log.entries().len(), 2);
        first.execute(register("a", "\"int\"")).await.unwrap();
        assert_eq!(log.entries().len(), 2, "nothing new, nothing written");
        let second = open(&log);
        second.catch_up().await.unwrap();
        assert_eq!(second.read(content), first.read(content));
    }

    #[tokio::test]
    async fn writes_do_not_wait_for_an_examination() {
        let store = open(&MemoryLog::new());
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let (started, start) = tokio::sync::oneshot::channel();
        let examined = tokio::spawn({
            let store = store.clone();
            async move {
                let look = move |state: &State| {
                    started.send(()).unwrap();
                    wait.recv_timeout(TIMEOUT).unwrap();
                    content(state)
                };
                store.examine(look).await
            }
        });
        start.await.unwrap();
        store.execute(register("a", "\"int\"")).await.unwrap();
        assert_eq!(store.read(content).len(), 1);
        done.send(()).unwrap();
        assert_eq!(examined.await.unwrap().unwrap(), [], "the state as it was");
    }

    #[tokio::test]
    async fn too_large_a_record_is_refused() {
        let store = open(&MemoryLog::new());
        let doc = "x".repeat(2_000_000);
        let schema = format!(r#"{{"type":"record","name":"R","doc":"{doc}","fields":[]}}"#);
        assert_eq!(
            store.execute(register("a", &schema)).await.unwrap_err(),
            RegistryError::SchemaTooLarge
        );
    }

    /// A log into which another registry writes between every decision and its append.
    struct Contested {
        log: MemoryLog,
        rival: Vec<RawRecord>,
    }

    #[async_trait::async_trait]
    impl SchemasLog for Contested {
        async fn append(&self, records: Vec<RawRecord>) -> Result<Vec<i64>, LogError> {
            self.log.append(self.rival.clone()).await?;
            self.log.append(records).await
        }

        async fn end_offset(&self) -> Result<i64, LogError> {
            self.log.end_offset().await
        }

        async fn read(&self, from: i64, wait: Duration) -> Result<Fetched, LogError> {
            self.log.read(from, wait).await
        }
    }

    #[tokio::test]
    async fn a_write_that_met_another_is_refused() {
        // What a rival writes: another schema as version 1 of the subject, or under the id that is next.
        for subject in ["a", "b"] {
            let rival = MemoryLog::new();
            open(&rival).execute(register(subject, "\"int\"")).await.unwrap();
            let rival = rival
                .entries()
                .into_iter()
                .map(|entry| RawRecord {
                    key: entry.key.unwrap(),
                    value: entry.value,
                })
                .collect();
            let log = MemoryLog::new();
            let contested = Contested {
                log: log.clone(),
                rival,
            };
            let store = Store::open(Arc::new(contested), State::new(Defaults::default()), TIMEOUT);
            let refused = store.execute(register("a", "\"long\"")).await.unwrap_err();
            assert!(matches!(refused, RegistryError::Store(_)), "{subject}: {refused:?}");
            // The reader lives on, and a write that meets nobody works.
            let next = open(&log);
            assert!(next.execute(register("c", "\"string\"")).await.is_ok());
        }
    }
}

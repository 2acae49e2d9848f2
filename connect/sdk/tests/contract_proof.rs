//! Proof of the contract suite: a sound plugin passes every check, and for each check there is a plugin, broken on purpose, that fails it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of a test file")]

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use weir_connect_sdk::contract::{SinkHarness, SourceHarness, Verdict, sink, source};
use weir_connect_sdk::prelude::*;
use weir_connect_sdk::testing::TestServices;
use weir_connect_sdk::weir_config;

/// Worlds by name: what there is to read, or what was written.
static WORLDS: Mutex<BTreeMap<String, Vec<i64>>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicUsize = AtomicUsize::new(0);

fn fresh_world() -> String {
    let name = format!("world-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    WORLDS.lock().unwrap().insert(name.clone(), Vec::new());
    name
}

fn world(name: &str) -> Vec<i64> {
    WORLDS.lock().unwrap()[name].clone()
}

fn write(name: &str, ids: impl IntoIterator<Item = i64>) {
    WORLDS.lock().unwrap().get_mut(name).unwrap().extend(ids);
}

#[derive(ConnectorConfig)]
struct GoodConfig {
    /// The world to use.
    world: String,
    /// A number, to be wrong about.
    #[config(default = 1, at_least = 1)]
    count: usize,
}

/// Takes its settings as they come: a wrong `count` goes unnoticed.
#[derive(ConnectorConfig)]
struct LaxConfig {
    /// The world to use.
    world: String,
    #[config(default = "1")]
    count: String,
}

const SOUND: u8 = 0;
const NEVER_RESUMES: u8 = 1;
const OFFSET_AHEAD: u8 = 2;
const SPINS: u8 = 3;
const NULLS: u8 = 4;
const WRONG_SCHEMA: u8 = 5;
const DIES_WHEN_EMPTY: u8 = 6;

struct List<const BREAK: u8> {
    world: String,
    position: usize,
    context: SourceContext,
}

#[async_trait]
impl<const BREAK: u8> Source for List<BREAK> {
    type Config = GoodConfig;

    async fn start(config: GoodConfig, context: SourceContext) -> Result<Self> {
        let _ = config.count;
        let offset = context.offset(offset_map([("world", config.world.clone())])).await?;
        let position = offset.and_then(|offset| offset.get("position")?.as_u64()).unwrap_or(0) as usize;
        Ok(Self {
            world: config.world,
            position: if BREAK == NEVER_RESUMES { 0 } else { position },
            context,
        })
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        let items = world(&self.world);
        let Some(item) = items.get(self.position) else {
            if BREAK == DIES_WHEN_EMPTY {
                return Err(ConnectError::Fatal("nothing to read".into()));
            }
            if BREAK != SPINS {
                self.context.sleep(Duration::from_millis(100)).await;
            }
            return Ok(vec![]);
        };
        self.position += 1;
        // An offset that also covers what was not yet delivered loses it when the task dies.
        let next = if BREAK == OFFSET_AHEAD {
            self.position + 1
        } else {
            self.position
        };
        let value = match BREAK {
            NULLS => SchemaAndValue::null(),
            WRONG_SCHEMA => SchemaAndValue::new(Schema::string(), *item),
            _ => SchemaAndValue::from(*item),
        };
        Ok(vec![SourceRecord::new("t", value).at(
            offset_map([("world", self.world.clone())]),
            offset_map([("position", next)]),
        )])
    }
}

struct ListHarness<S>(String, std::marker::PhantomData<S>);

impl<S: Source> SourceHarness for ListHarness<S> {
    type Source = S;

    fn new() -> Self {
        Self(fresh_world(), std::marker::PhantomData)
    }

    fn config(&self) -> ConfigMap {
        [("world".to_owned(), self.0.clone())].into()
    }

    fn feed(&mut self, count: usize) {
        let start = world(&self.0).len() as i64;
        write(&self.0, start..start + count as i64);
    }
}

type Sources<const BREAK: u8> = ListHarness<List<BREAK>>;

mod sound_source {
    use super::*;
    weir_connect_sdk::contract_tests!(source ListHarness<List<SOUND>>);
}

fn fails_with(verdict: Verdict, part: &str) {
    let wrong = verdict.expect_err("the broken plugin passed");
    assert!(wrong.contains(part), "failed for another reason: {wrong}");
}

#[test]
fn resume_catches_a_source_that_starts_over() {
    fails_with(
        source::resume_from_offset::<Sources<NEVER_RESUMES>>(),
        "a committed record came again",
    );
}

#[test]
fn resume_catches_a_source_that_skips() {
    fails_with(
        source::resume_from_offset::<Sources<OFFSET_AHEAD>>(),
        "wanted 3 records, got 2",
    );
}

#[test]
fn at_least_once_catches_an_offset_that_is_ahead() {
    fails_with(
        source::at_least_once_over_restart::<Sources<OFFSET_AHEAD>>(),
        "wanted 4 records, got 3",
    );
}

#[test]
fn empty_batch_catches_a_source_that_spins() {
    fails_with(source::empty_batch::<Sources<SPINS>>(), "would spin");
}

#[test]
fn empty_batch_catches_a_source_that_dies() {
    fails_with(
        source::empty_batch::<Sources<DIES_WHEN_EMPTY>>(),
        "poll failed: nothing to read",
    );
}

#[test]
fn tombstone_catches_a_source_of_nothing() {
    fails_with(source::tombstone::<Sources<NULLS>>(), "neither key nor value");
}

#[test]
fn schema_change_catches_a_value_that_does_not_fit() {
    fails_with(
        source::schema_change::<Sources<WRONG_SCHEMA>>(),
        "Invalid Java object for schema with type STRING",
    );
}

/// As sound as `List`, but its settings are lax.
struct LaxSource;

#[async_trait]
impl Source for LaxSource {
    type Config = LaxConfig;

    async fn start(config: LaxConfig, _context: SourceContext) -> Result<Self> {
        let _ = (config.world, config.count);
        Ok(Self)
    }

    async fn poll(&mut self) -> Result<Vec<SourceRecord>> {
        Ok(vec![])
    }
}

#[test]
fn bad_config_catches_an_undocumented_setting() {
    fails_with(
        source::bad_config::<ListHarness<LaxSource>>(),
        "setting count has no documentation",
    );
}

const KEEPS_IN_MEMORY: u8 = 1;
const TRUNCATES: u8 = 2;
const EMPTY_FAILS: u8 = 3;
const RETRIES_TOMBSTONE: u8 = 4;
const ONE_SCHEMA: u8 = 5;
const COMMITS_AHEAD: u8 = 6;
const DROPS_AFTER_TOMBSTONE: u8 = 7;

struct Table<const BREAK: u8> {
    world: String,
    buffer: Vec<i64>,
    schema: Option<Schema>,
}

#[async_trait]
impl<const BREAK: u8> Sink for Table<BREAK> {
    type Config = GoodConfig;

    async fn start(config: GoodConfig, _context: SinkContext) -> Result<Self> {
        if BREAK == TRUNCATES {
            WORLDS.lock().unwrap().insert(config.world.clone(), vec![]);
        }
        Ok(Self {
            world: config.world,
            buffer: vec![],
            schema: None,
        })
    }

    async fn put(&mut self, records: &[SinkRecord]) -> Result<()> {
        if BREAK == EMPTY_FAILS && records.is_empty() {
            return Err(ConnectError::Fatal("no first record".into()));
        }
        for record in records {
            if record.is_tombstone() {
                match BREAK {
                    RETRIES_TOMBSTONE => return Err(ConnectError::Retriable("null value".into())),
                    DROPS_AFTER_TOMBSTONE => return Ok(()),
                    _ => continue,
                }
            }
            let first = self.schema.get_or_insert_with(|| record.value.schema.clone().unwrap());
            if BREAK == ONE_SCHEMA && Some(&*first) != record.value.schema.as_ref() {
                continue;
            }
            self.buffer.push(
                record
                    .value
                    .value
                    .as_struct()
                    .unwrap()
                    .get("id")
                    .unwrap()
                    .as_i64()
                    .unwrap(),
            );
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        if BREAK != KEEPS_IN_MEMORY {
            write(&self.world, self.buffer.drain(..));
        }
        Ok(())
    }

    async fn pre_commit(
        &mut self,
        mut offsets: weir_connect_sdk::PartitionOffsets,
    ) -> Result<weir_connect_sdk::PartitionOffsets> {
        self.flush().await?;
        if BREAK == COMMITS_AHEAD {
            offsets.values_mut().for_each(|offset| *offset += 1);
        }
        Ok(offsets)
    }
}

struct TableHarness<S>(String, std::marker::PhantomData<S>);

impl<S: Sink> SinkHarness for TableHarness<S> {
    type Sink = S;

    fn new() -> Self {
        Self(fresh_world(), std::marker::PhantomData)
    }

    fn config(&self) -> ConfigMap {
        [("world".to_owned(), self.0.clone())].into()
    }

    fn delivered(&mut self, _services: &TestServices) -> Vec<i64> {
        world(&self.0)
    }
}

type Sinks<const BREAK: u8> = TableHarness<Table<BREAK>>;

mod sound_sink {
    use super::*;
    weir_connect_sdk::contract_tests!(sink TableHarness<Table<SOUND>>);
}

#[test]
fn resume_catches_a_sink_that_truncates() {
    fails_with(
        sink::resume_from_offset::<Sinks<TRUNCATES>>(),
        "record 0 did not arrive",
    );
}

#[test]
fn at_least_once_catches_a_sink_that_only_remembers() {
    fails_with(
        sink::at_least_once_over_restart::<Sinks<KEEPS_IN_MEMORY>>(),
        "record 0 did not arrive",
    );
}

#[test]
fn at_least_once_catches_an_offset_that_is_ahead_of_the_sink() {
    fails_with(
        sink::at_least_once_over_restart::<Sinks<COMMITS_AHEAD>>(),
        "commits offset 7, but only 6 were put",
    );
}

#[test]
fn empty_batch_catches_a_sink_that_wants_records() {
    fails_with(sink::empty_batch::<Sinks<EMPTY_FAILS>>(), "no first record");
}

#[test]
fn tombstone_catches_endless_retries() {
    fails_with(sink::tombstone::<Sinks<RETRIES_TOMBSTONE>>(), "retried for ever");
}

#[test]
fn tombstone_catches_lost_neighbours() {
    fails_with(
        sink::tombstone::<Sinks<DROPS_AFTER_TOMBSTONE>>(),
        "record 11 did not arrive",
    );
}

#[test]
fn schema_change_catches_a_sink_with_one_schema() {
    fails_with(sink::schema_change::<Sinks<ONE_SCHEMA>>(), "record 1 did not arrive");
}

/// A sink with lax settings.
struct LaxSink;

#[async_trait]
impl Sink for LaxSink {
    type Config = LaxConfig;

    async fn start(_config: LaxConfig, _context: SinkContext) -> Result<Self> {
        Ok(Self)
    }

    async fn put(&mut self, _records: &[SinkRecord]) -> Result<()> {
        Ok(())
    }
}

#[test]
fn bad_config_catches_a_sink_with_an_undocumented_setting() {
    fails_with(
        sink::bad_config::<TableHarness<LaxSink>>(),
        "setting count has no documentation",
    );
}

/// A table written by hand that swallows errors: the required setting has a silent stand-in.
struct Swallows;

impl ConnectorConfig for Swallows {
    const KEYS: &'static [weir_connect_sdk::ConfigKey] = GoodConfig::KEYS;

    fn from_settings(_settings: &weir_connect_sdk::Settings) -> std::result::Result<Self, weir_config::GetError> {
        Ok(Self)
    }

    fn parse(_given: &ConfigMap) -> std::result::Result<Self, weir_connect_sdk::ConfigErrors> {
        Ok(Self)
    }
}

#[test]
fn bad_config_catches_swallowed_errors() {
    let verdict = weir_connect_sdk::contract::bad_config::<Swallows>(&ConfigMap::new());
    fails_with(verdict, "setting world was wrong and no error names it");
}

//! What every sink must do.

use std::collections::BTreeMap;
use std::future::Future;

use super::{Verdict, ensure};
use crate::config::ConnectorConfig as _;
use crate::connector::{ConfigMap, PartitionOffsets, Sink};
use crate::data::{Schema, SchemaAndValue, Struct};
use crate::error::ConnectError;
use crate::record::{SinkRecord, TopicPartition};
use crate::testing::{TestServices, block_on};

/// The topic of the suite's records.
pub const TOPIC: &str = "contract";

/// The outside world of a sink under test.
pub trait SinkHarness: Sized {
    /// The sink under test.
    type Sink: Sink;

    /// A fresh, empty world.
    fn new() -> Self;
    /// Settings for this world.
    fn config(&self) -> ConfigMap;
    /// The ids that arrived at the target, in any order, repeated if they are there more than once.
    fn delivered(&mut self, services: &TestServices) -> Vec<i64>;
    /// A record with this id: key `id`, value `{id, name}` by default.
    fn record(&self, id: i64) -> SinkRecord {
        record(id, false)
    }
    /// The same with another, compatible schema: a new optional field by default.
    fn changed_record(&self, id: i64) -> SinkRecord {
        record(id, true)
    }
    /// Runs a future; a plugin on tokio brings tokio's.
    fn block_on<F: Future>(future: F) -> F::Output {
        block_on(future)
    }
}

fn record(id: i64, changed: bool) -> SinkRecord {
    let mut schema = Schema::structure()
        .name("contract")
        .field("id", Schema::int64())
        .field("name", Schema::string());
    if changed {
        schema = schema.field("note", Schema::optional_string());
    }
    let value = Struct::new(&schema.build()).and_then(|value| value.with("id", id)?.with("name", format!("name-{id}")));
    let value = value.map_or_else(|_| SchemaAndValue::null(), SchemaAndValue::from);
    SinkRecord::new(TOPIC, 0, id, value).key(id)
}

fn partition() -> TopicPartition {
    TopicPartition {
        topic: TOPIC.to_owned(),
        partition: 0,
    }
}

async fn start<H: SinkHarness>(harness: &H, services: &TestServices) -> Result<H::Sink, String> {
    let config =
        <H::Sink as Sink>::Config::parse(&harness.config()).map_err(|errors| format!("settings refused: {errors}"))?;
    let mut sink = H::Sink::start(config, services.sink_context())
        .await
        .map_err(|error| format!("start failed: {error}"))?;
    sink.open(&[partition()])
        .await
        .map_err(|error| format!("open failed: {error}"))?;
    Ok(sink)
}

async fn put<S: Sink>(sink: &mut S, records: &[SinkRecord]) -> Verdict {
    sink.put(records).await.map_err(|error| format!("put failed: {error}"))
}

/// What may be committed after `records` were put; 0 if the sink holds everything back.
async fn commit<S: Sink>(sink: &mut S, records: &[SinkRecord]) -> Result<i64, String> {
    let next = records.iter().map(|record| record.offset + 1).max().unwrap_or_default();
    let offered: PartitionOffsets = BTreeMap::from([(partition(), next)]);
    let agreed = sink
        .pre_commit(offered)
        .await
        .map_err(|error| format!("pre_commit failed: {error}"))?;
    let agreed = agreed.get(&partition()).copied().unwrap_or_default();
    ensure(agreed <= next, || {
        format!("the sink commits offset {agreed}, but only {next} were put")
    })?;
    Ok(agreed)
}

fn all_arrived<H: SinkHarness>(
    harness: &mut H,
    services: &TestServices,
    ids: impl IntoIterator<Item = i64>,
) -> Verdict {
    let delivered = harness.delivered(services);
    match ids.into_iter().find(|id| !delivered.contains(id)) {
        Some(missing) => Err(format!("record {missing} did not arrive, only {delivered:?}")),
        None => Ok(()),
    }
}

/// A new task that goes on from the committed offset leaves what is there and adds the rest.
///
/// # Errors
/// The first record that is missing.
pub fn resume_from_offset<H: SinkHarness>() -> Verdict {
    H::block_on(async {
        let (mut harness, services) = (H::new(), TestServices::new());
        let records: Vec<SinkRecord> = (0..6).map(|id| harness.record(id)).collect();
        let (head, _) = records.split_at_checked(3).ok_or("fewer than 3 records")?;
        let mut first = start(&harness, &services).await?;
        put(&mut first, head).await?;
        let committed = commit(&mut first, head).await?;
        first
            .close(&[partition()])
            .await
            .map_err(|error| format!("close failed: {error}"))?;
        first.stop().await.map_err(|error| format!("stop failed: {error}"))?;
        drop(first);
        let rest: Vec<SinkRecord> = records
            .iter()
            .filter(|record| record.offset >= committed)
            .cloned()
            .collect();
        let mut second = start(&harness, &services).await?;
        put(&mut second, &rest).await?;
        commit(&mut second, &rest).await?;
        all_arrived(&mut harness, &services, 0..6)
    })
}

/// The task dies without warning right after a commit: whatever is before the committed offset is at the target.
///
/// # Errors
/// The first record that is lost.
pub fn at_least_once_over_restart<H: SinkHarness>() -> Verdict {
    H::block_on(async {
        let (mut harness, services) = (H::new(), TestServices::new());
        let records: Vec<SinkRecord> = (0..6).map(|id| harness.record(id)).collect();
        let mut first = start(&harness, &services).await?;
        put(&mut first, &records).await?;
        let committed = commit(&mut first, &records).await?;
        drop(first);
        all_arrived(&mut harness, &services, 0..committed)?;
        let rest: Vec<SinkRecord> = records
            .iter()
            .filter(|record| record.offset >= committed)
            .cloned()
            .collect();
        let mut second = start(&harness, &services).await?;
        // The last batch comes again as a whole when its commit was lost: that must not fail.
        put(&mut second, if rest.is_empty() { &records } else { &rest }).await?;
        commit(&mut second, &records).await?;
        all_arrived(&mut harness, &services, 0..6)
    })
}

/// Empty batches, flushes without records, and then a record that still arrives.
///
/// # Errors
/// What failed.
pub fn empty_batch<H: SinkHarness>() -> Verdict {
    H::block_on(async {
        let (mut harness, services) = (H::new(), TestServices::new());
        let mut sink = start(&harness, &services).await?;
        put(&mut sink, &[]).await?;
        commit(&mut sink, &[]).await?;
        let delivered = harness.delivered(&services);
        ensure(delivered.is_empty(), || {
            format!("records out of nothing: {delivered:?}")
        })?;
        let one = [harness.record(1)];
        put(&mut sink, &one).await?;
        put(&mut sink, &[]).await?;
        commit(&mut sink, &one).await?;
        all_arrived(&mut harness, &services, [1])
    })
}

/// A tombstone between two records is handled, reported, or refused for good, and never takes its neighbours with it.
///
/// # Errors
/// A retriable error (the batch would come for ever), or a neighbour that is missing.
pub fn tombstone<H: SinkHarness>() -> Verdict {
    H::block_on(async {
        let (mut harness, services) = (H::new(), TestServices::new());
        services.tolerate_errors(true);
        let mut deletion = harness.record(99);
        deletion.offset = 1;
        deletion.value = SchemaAndValue::null();
        let batch = [at(harness.record(10), 0), deletion, at(harness.record(11), 2)];
        let mut sink = start(&harness, &services).await?;
        match sink.put(&batch).await {
            Ok(()) => {
                commit(&mut sink, &batch).await?;
                all_arrived(&mut harness, &services, [10, 11])
            }
            Err(ConnectError::Retriable(text)) => Err(format!("a tombstone is retried for ever: {text}")),
            Err(error) => Err(format!(
                "a tombstone fails the task although errors are tolerated: {error}"
            )),
        }
    })
}

fn at(mut record: SinkRecord, offset: i64) -> SinkRecord {
    record.offset = offset;
    record
}

/// Records of two schemas in one batch, old, new, old: all arrive.
///
/// # Errors
/// The first record that is missing.
pub fn schema_change<H: SinkHarness>() -> Verdict {
    H::block_on(async {
        let (mut harness, services) = (H::new(), TestServices::new());
        let batch = [harness.record(0), harness.changed_record(1), harness.record(2)];
        let mut sink = start(&harness, &services).await?;
        put(&mut sink, &batch).await?;
        commit(&mut sink, &batch).await?;
        all_arrived(&mut harness, &services, 0..3)
    })
}

/// See [`super::bad_config`].
///
/// # Errors
/// What is wrong with the table.
pub fn bad_config<H: SinkHarness>() -> Verdict {
    super::bad_config::<<H::Sink as Sink>::Config>(&H::new().config())
}

//! What every source must do.

use std::future::Future;

use super::{Verdict, ensure};
use crate::connector::{ConfigMap, Source};
use crate::data::validate;
use crate::record::{OffsetMap, SourceRecord};
use crate::testing::{TestServices, block_on};

/// Polls before a check believes that nothing more comes.
const PATIENCE: usize = 50;
/// More records than this in one poll is no batch but an out-of-memory error in waiting.
const BATCH_LIMIT: usize = 100_000;

/// The outside world of a source under test.
pub trait SourceHarness: Sized {
    /// The source under test.
    type Source: Source;
    /// The source never runs dry, and what it gives may differ from run to run.
    const ENDLESS: bool = false;

    /// A fresh world with nothing to read yet.
    fn new() -> Self;
    /// Settings for this world.
    fn config(&self) -> ConfigMap;
    /// Makes `count` more records available.
    fn feed(&mut self, count: usize);
    /// Makes one more record of another shape available; `false` if the source has only one shape.
    fn feed_other_shape(&mut self) -> bool {
        false
    }
    /// Runs a future; a plugin on tokio brings tokio's.
    fn block_on<F: Future>(future: F) -> F::Output {
        block_on(future)
    }
}

async fn start<H: SourceHarness>(harness: &H, services: &TestServices) -> Result<H::Source, String> {
    let config = <H::Source as Source>::Config::parse_for_test(&harness.config())?;
    H::Source::start(config, services.source_context())
        .await
        .map_err(|error| format!("start failed: {error}"))
}

/// Parsing with a plain text error.
trait ParseForTest: Sized {
    fn parse_for_test(given: &ConfigMap) -> Result<Self, String>;
}

impl<C: crate::config::ConnectorConfig> ParseForTest for C {
    fn parse_for_test(given: &ConfigMap) -> Result<Self, String> {
        C::parse(given).map_err(|errors| format!("settings refused: {errors}"))
    }
}

/// Polls until there are `wanted` records or patience ends; returns batches.
async fn drain<S: Source>(source: &mut S, wanted: usize) -> Result<Vec<Vec<SourceRecord>>, String> {
    let mut batches = Vec::new();
    let mut total = 0;
    for _ in 0..PATIENCE {
        if total >= wanted {
            break;
        }
        let batch = poll(source).await?;
        total += batch.len();
        if !batch.is_empty() {
            batches.push(batch);
        }
    }
    ensure(total >= wanted, || {
        format!("wanted {wanted} records, got {total} in {PATIENCE} polls")
    })?;
    Ok(batches)
}

async fn poll<S: Source>(source: &mut S) -> Result<Vec<SourceRecord>, String> {
    let batch = source.poll().await.map_err(|error| format!("poll failed: {error}"))?;
    ensure(batch.len() <= BATCH_LIMIT, || {
        format!("a poll returned {} records", batch.len())
    })?;
    Ok(batch)
}

fn positions(records: &[SourceRecord]) -> Vec<(&OffsetMap, &OffsetMap)> {
    records
        .iter()
        .map(|record| (&record.source_partition, &record.source_offset))
        .collect()
}

/// After the offset of record k was committed, a new task goes on with record k + 1: none skipped, none twice.
///
/// # Errors
/// Where the second run went on instead.
pub fn resume_from_offset<H: SourceHarness>() -> Verdict {
    H::block_on(async {
        let mut harness = H::new();
        harness.feed(6);
        let services = TestServices::new();
        let mut first = start(&harness, &services).await?;
        let all = drain(&mut first, 6).await?.concat();
        let (done, rest) = all.split_at_checked(3).ok_or("fewer than 3 records")?;
        let unmarked = done.iter().find(|record| record.source_offset.is_empty());
        ensure(unmarked.is_none(), || {
            format!("a record carries no source offset: {unmarked:?}")
        })?;
        services.commit(done);
        first.stop().await.map_err(|error| format!("stop failed: {error}"))?;
        drop(first);
        let mut second = start(&harness, &services).await?;
        let resumed = drain(&mut second, if H::ENDLESS { 3 } else { rest.len() })
            .await?
            .concat();
        if let Some(again) = positions(&resumed)
            .into_iter()
            .find(|position| positions(done).contains(position))
        {
            return Err(format!("a committed record came again: {again:?}"));
        }
        if !H::ENDLESS {
            let (expected, got) = (positions(rest), positions(&resumed));
            ensure(expected == got, || {
                format!("went on with {got:?}, not with {expected:?}")
            })?;
        }
        Ok(())
    })
}

/// The task dies after a batch that was never committed: the next one delivers that batch again.
///
/// # Errors
/// The first record that is lost.
pub fn at_least_once_over_restart<H: SourceHarness>() -> Verdict {
    H::block_on(async {
        let mut harness = H::new();
        harness.feed(4);
        let services = TestServices::new();
        let mut first = start(&harness, &services).await?;
        let committed = drain(&mut first, 4).await?.concat();
        services.commit(&committed);
        harness.feed(4);
        let lost = drain(&mut first, 4).await?.concat();
        drop(first);
        let mut second = start(&harness, &services).await?;
        let again = drain(&mut second, lost.len()).await?.concat();
        let missing = if H::ENDLESS {
            // Values may differ from run to run; the position may not be ahead of what was lost.
            lost.iter()
                .take(1)
                .find(|record| !positions(&again).contains(&(&record.source_partition, &record.source_offset)))
        } else {
            lost.iter().find(|record| {
                !again
                    .iter()
                    .any(|other| other.key == record.key && other.value == record.value)
            })
        };
        match missing {
            Some(record) => Err(format!("lost over a restart: {record:?}")),
            None => Ok(()),
        }
    })
}

/// With nothing to read, polls return empty batches and wait; what comes later is still read.
///
/// # Errors
/// A poll that fails, spins without waiting, or a source that fell asleep for good.
pub fn empty_batch<H: SourceHarness>() -> Verdict {
    H::block_on(async {
        let mut harness = H::new();
        let services = TestServices::new();
        harness.feed(1);
        let mut source = start(&harness, &services).await?;
        drain(&mut source, 1).await?;
        if H::ENDLESS {
            drain(&mut source, 20).await?;
            return Ok(());
        }
        let before = services.source_context().now_ms();
        for _ in 0..5 {
            let batch = poll(&mut source).await?;
            ensure(batch.is_empty(), || format!("records out of nothing: {batch:?}"))?;
        }
        let waited = services.source_context().now_ms() - before;
        ensure(waited > 0, || {
            "empty polls return at once: the worker would spin".to_owned()
        })?;
        harness.feed(2);
        drain(&mut source, 2).await?;
        Ok(())
    })
}

/// Every null value says so on purpose: a record whose schema forbids null has a value.
///
/// # Errors
/// The first record that would become a tombstone by mistake.
pub fn tombstone<H: SourceHarness>() -> Verdict {
    H::block_on(async {
        let mut harness = H::new();
        harness.feed(3);
        let mut source = start(&harness, &TestServices::new()).await?;
        for record in drain(&mut source, 3).await?.concat() {
            let keyless = record.value.value.is_null() && record.key.value.is_null();
            ensure(!keyless, || format!("neither key nor value: {record:?}"))?;
            let forbidden = record.value.value.is_null()
                && record.value.schema.as_ref().is_some_and(|schema| !schema.is_optional());
            ensure(!forbidden, || format!("null where the schema forbids it: {record:?}"))?;
        }
        Ok(())
    })
}

/// Every key, value and header fits its schema, also after the shape of the data changed.
///
/// # Errors
/// The first that does not fit.
pub fn schema_change<H: SourceHarness>() -> Verdict {
    H::block_on(async {
        let mut harness = H::new();
        harness.feed(2);
        let mut source = start(&harness, &TestServices::new()).await?;
        let mut records = drain(&mut source, 2).await?.concat();
        if harness.feed_other_shape() {
            records.extend(drain(&mut source, 1).await?.concat());
        }
        for record in &records {
            let headers = record.headers.iter().map(|header| &header.value);
            for part in [&record.key, &record.value].into_iter().chain(headers) {
                if let Some(schema) = &part.schema {
                    validate(schema, &part.value, None).map_err(|error| format!("{error} in {record:?}"))?;
                }
            }
        }
        Ok(())
    })
}

/// See [`super::bad_config`].
///
/// # Errors
/// What is wrong with the table.
pub fn bad_config<H: SourceHarness>() -> Verdict {
    super::bad_config::<<H::Source as Source>::Config>(&H::new().config())
}

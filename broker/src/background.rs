//! What a broker does when nobody asks: retention, recovery points, journal files made free, silent producers forgotten.

use crate::state::State;
use crate::topics::PartitionHandle;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use weir_messages::Uuid;

/// Bytes that all partitions' files together may lag behind for what is in the journal; that much memory they may take.
const LAG_MAX_BYTES: usize = 32 << 20;

/// The same for one partition: writing more at once saves nothing.
const LAG_MAX_EACH_BYTES: usize = 256 << 10;

/// Starts the background tasks.
pub(crate) fn start(state: &Arc<State>) {
    let s = state.clone();
    state
        .seam
        .spawn("group timers", async move { s.groups.run_timers(&s).await });
    let s = state.clone();
    state.seam.spawn("retention", async move {
        loop {
            s.seam
                .sleep(Duration::from_millis(s.config.retention_check_interval_ms))
                .await;
            enforce_retention(&s);
        }
    });
    catch_up(state);
    let s = state.clone();
    state.seam.spawn("checkpoints", async move {
        let (mut since, mut lsn) = (0, 0);
        loop {
            s.seam.sleep(Duration::from_secs(1)).await;
            if std::mem::replace(&mut lsn, s.journal.last_written()) != lsn {
                catch_up(&s);
            }
            free_journal_files(&s).await;
            since += 1000;
            if since >= s.config.checkpoint_interval_ms {
                since = 0;
                checkpoint(&s).await;
            }
        }
    });
}

fn all_partitions(state: &State) -> Vec<Arc<PartitionHandle>> {
    let hosted = state.topics.all().into_iter().flat_map(|t| t.partitions());
    hosted.chain([state.controller.log().clone()]).collect()
}

/// Has segments catch up with what the journal took: nothing lags for longer than until the next time.
fn catch_up(state: &State) {
    let mut count = 0;
    for handle in all_partitions(state) {
        count += 1;
        if let Err(e) = handle.lock().partition.log.rest() {
            // It is in the journal, whose files stay until it is in its segment, too.
            tracing::error!(topic = %handle.topic, partition = handle.index, error = %e, "a segment could not be written");
        }
    }
    let lag_max = if state.config.fsync {
        (LAG_MAX_BYTES / count.max(1)).min(LAG_MAX_EACH_BYTES)
    } else {
        0
    };
    state.lag_max.store(lag_max, Ordering::Relaxed);
}

fn enforce_retention(state: &State) {
    let now = state.seam.now_ms();
    let mut trimmed = false;
    for topic in state.topics.all() {
        for handle in topic.partitions() {
            let mut hosted = handle.lock();
            let high_watermark = hosted.partition.high_watermark();
            match hosted.partition.log.enforce_retention(now, high_watermark) {
                Ok(0) => {}
                Ok(n) => {
                    trimmed = true;
                    tracing::info!(topic = %handle.topic, partition = handle.index, segments = n, "retention");
                }
                Err(e) => {
                    tracing::error!(topic = %handle.topic, partition = handle.index, error = %e, "retention failed")
                }
            }
            hosted
                .partition
                .log
                .expire_producers(now, state.config.producer_id_expiration_ms);
        }
    }
    // A log start that lags behind the first segment would look like a hole after a crash.
    if trimmed && let Err(e) = write_checkpoints(state) {
        tracing::error!(error = %e, "checkpoints could not be written");
    }
}

/// Syncs a partition's segments off the workers, and moves its recovery point. The lock is not held meanwhile.
pub(crate) async fn sync(state: &State, handle: &Arc<PartitionHandle>) -> io::Result<()> {
    // A sync that failed before cannot be made good by one that succeeds: the recovery point must not pass it.
    state.journal.check_online().map_err(io::Error::other)?;
    let unsynced = handle.lock().partition.log.unsynced();
    let (files, up_to) = unsynced.inspect_err(|e| {
        state
            .journal
            .go_offline(&format!("a segment could not be written: {e}"));
    })?;
    if files.is_empty() {
        return Ok(());
    }
    let result = Arc::new(parking_lot::Mutex::new(Ok(())));
    let slot = result.clone();
    let job = move || *slot.lock() = files.iter().try_for_each(|f| f.sync_data());
    state.seam.spawn.blocking("segment sync", Box::new(job)).await;
    if let Err(error) = std::mem::replace(&mut *result.lock(), Ok(())) {
        state.journal.go_offline(&format!("segment sync failed: {error}"));
        return Err(error);
    }
    handle.lock().partition.log.mark_synced(up_to);
    Ok(())
}

fn find(state: &State, topic_id: [u8; 16], index: i32) -> Option<Arc<PartitionHandle>> {
    let id = Uuid::from_bytes(topic_id);
    if id == state.controller.log().topic_id {
        return Some(state.controller.log().clone());
    }
    let leaving = || {
        state
            .topics
            .leaving(state.journal.synced())
            .into_iter()
            .find(|t| t.id == id)
    };
    state.topics.by_id(id).or_else(leaving)?.partition(index)
}

async fn free_journal_files(state: &State) {
    if let Err(e) = state.journal.trim() {
        tracing::warn!(error = %e, "journal file could not be removed");
    }
    for retired in state.journal.take_retired() {
        let mut synced = true;
        for (topic_id, index) in &retired.sources {
            // Gone: durably deleted with its topic.
            let Some(handle) = find(state, *topic_id, *index) else {
                continue;
            };
            if let Err(e) = sync(state, &handle).await {
                tracing::error!(topic = %handle.topic, partition = handle.index, error = %e, "segment sync failed");
                synced = false;
            }
        }
        // The recovery points go first: recovery takes what lies past them from the journal alone. A file whose segments
        // could not be synced is kept: it is what recovery will need.
        let given_up = if synced {
            write_checkpoints(state).and_then(|()| state.journal.recycle(retired))
        } else {
            Ok(())
        };
        if let Err(e) = given_up {
            tracing::warn!(error = %e, "journal file could not be recycled");
        }
    }
}

async fn checkpoint(state: &State) {
    for handle in all_partitions(state) {
        if !handle.lock().due_for_sync() {
            continue;
        }
        if let Err(e) = sync(state, &handle).await {
            tracing::error!(topic = %handle.topic, partition = handle.index, error = %e, "segment sync failed");
        }
    }
    if let Err(e) = write_checkpoints(state) {
        tracing::error!(error = %e, "checkpoints could not be written");
    }
}

/// Of two topics of one name the one that is not durably deleted yet counts: if a crash brings it back, its successor was
/// never there.
pub(crate) fn write_checkpoints(state: &State) -> io::Result<()> {
    let leaving = state.topics.leaving(state.journal.synced());
    let leaving = leaving.iter().flat_map(|t| t.partitions());
    let logs: Vec<_> = all_partitions(state)
        .into_iter()
        .chain(leaving)
        .map(|h| {
            let hosted = h.lock();
            let log = &hosted.partition.log;
            (
                (h.topic.to_string(), h.index),
                log.recovery_point(),
                hosted.partition.high_watermark(),
                log.log_start(),
            )
        })
        .collect();
    state.disk.write_checkpoints(&logs)
}

/// A clean stop: everything synced, checkpoints and snapshots written, the journal empty, and the marker last.
pub(crate) async fn close(state: &State) -> io::Result<()> {
    // A directory that failed is not left clean: the next start checks everything, and the journal is what it needs.
    state.journal.check_online().map_err(io::Error::other)?;
    for handle in all_partitions(state) {
        handle.lock().partition.log.close()?;
        sync(state, &handle).await?;
    }
    write_checkpoints(state)?;
    state.journal.close()?;
    state.disk.mark_clean()
}

//! A topic's records as they come, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use weir_client::consumer::{Consumer, ConsumerRecord};

use super::messages::{consumer, message, partitions};
use super::offsets::latest;
use super::{App, Query};
use crate::error::ApiError;

const POLL: Duration = Duration::from_secs(5);
/// After an error that may pass.
const PAUSE: Duration = Duration::from_millis(500);
/// Comments that show that the connection lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Which records.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Only this partition.
    partition: Option<i32>,
}

struct Tail {
    app: App,
    consumer: Consumer,
    waiting: VecDeque<ConsumerRecord>,
    ready: bool,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

/// `GET /api/topics/{topic}/tail?partition=0`: `ready`, then `message` for each record from now on; `failed` ends it.
pub async fn follow(
    State(app): State<App>,
    Path(topic): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let permit = app.tails.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many live tails at the same time",
            "Stop one of them, in another window perhaps.",
        )
    })?;
    let partitions = partitions(&app, &topic, wanted.partition).await?;
    // Looked up now, so that nothing is missed between this answer and the first fetch.
    let ends = latest(&app.admin, &partitions).await?;
    let mut consumer = consumer(&app, "500")?;
    consumer.assign(ends.keys().cloned());
    for (partition, end) in &ends {
        consumer.seek(partition, *end)?;
    }
    let tail = Tail {
        app,
        consumer,
        waiting: VecDeque::new(),
        ready: false,
        ended: false,
        _permit: permit,
    };
    let events = futures_util::stream::unfold(tail, next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

async fn next(mut tail: Tail) -> Option<(Result<Event, Infallible>, Tail)> {
    if tail.ended {
        return None;
    }
    if !tail.ready {
        tail.ready = true;
        return Some((Ok(Event::default().event("ready").data("{}")), tail));
    }
    let mut stopped = tail.app.stopped.clone();
    while tail.waiting.is_empty() {
        let polled = tokio::select! {
            // An error means that the console was dropped.
            _ = stopped.wait_for(|stop| *stop) => return None,
            polled = tail.consumer.poll(POLL) => polled,
        };
        match polled {
            Ok(records) => tail.waiting.extend(records),
            Err(error) if error.retriable() => {
                tracing::debug!(%error, "live tail, polling again");
                tail.app.seam.sleep(PAUSE).await;
            }
            Err(error) => {
                tail.ended = true;
                let error = ApiError::from(error).json().to_string();
                return Some((Ok(Event::default().event("failed").data(error)), tail));
            }
        }
    }
    let record = tail.waiting.pop_front()?;
    let event = match serde_json::to_string(&message(&tail.app, &record).await) {
        Ok(text) => Event::default().event("message").data(text),
        Err(error) => Event::default().comment(error.to_string()),
    };
    Some((Ok(event), tail))
}

//! A topic's records as they come, as server-sent events. Each event's id says where every partition stands, so that a
//! browser whose connection was lost goes on where it was (it sends the last id again by itself).

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use weir_client::TopicPartition;
use weir_client::consumer::{Consumer, ConsumerRecord};

use super::messages::{consumer, message, partitions};
use super::offsets::{earliest, latest};
use super::{App, Query};
use crate::error::ApiError;

const POLL: Duration = Duration::from_secs(5);
/// After an error that may pass.
const PAUSE: Duration = Duration::from_millis(500);
/// Comments that show that the connection lives.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Most partitions that ids have room for; above, a lost connection starts at the end again.
const MAX_IN_ID: usize = 500;

/// Which records.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Only this partition.
    partition: Option<i32>,
    /// An earlier event's id: from there on instead of from now on. A `Last-Event-ID` header is newer and wins.
    after: Option<String>,
}

/// The next offset of each partition; as text `0:17,1:4`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Places(BTreeMap<i32, i64>);

impl Places {
    fn parse(text: &str) -> Option<Self> {
        let place = |pair: &str| {
            let (partition, offset) = pair.split_once(':')?;
            let offset: i64 = offset.parse().ok().filter(|offset| *offset >= 0)?;
            Some((partition.parse().ok()?, offset))
        };
        text.split(',').map(place).collect::<Option<_>>().map(Self)
    }

    fn id(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(p, offset)| format!("{p}:{offset}")).collect();
        (1..=MAX_IN_ID).contains(&pairs.len()).then(|| pairs.join(","))
    }
}

struct Tail {
    app: App,
    consumer: Consumer,
    waiting: VecDeque<ConsumerRecord>,
    places: Places,
    ready: bool,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

/// `GET /api/topics/{topic}/tail?partition=0`: `ready`, then `message` for each record from now on, or from where an id says;
/// `failed` ends it.
pub async fn follow(
    State(app): State<App>,
    Path(topic): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let permit = app.tails.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too many live tails at the same time",
            "Stop one of them, in another window perhaps.",
        )
    })?;
    let partitions = partitions(&app, &topic, wanted.partition).await?;
    let sent = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let after = match sent.filter(|id| !id.is_empty()).or(wanted.after.as_deref()) {
        None => None,
        Some(id) => Some(Places::parse(id).ok_or_else(|| {
            ApiError::bad_request(
                "an event id that is none",
                "It looks like 0:17,1:4; leave it out to start at the end.",
            )
        })?),
    };
    let starts = match &after {
        // Looked up now, so that nothing is missed between this answer and the first fetch.
        None => latest(&app.admin, &partitions).await?,
        Some(after) => {
            let first = earliest(&app.admin, &partitions).await?;
            // What is deleted is gone; a partition that the id does not know is newer than it.
            let place = |(tp, first): (TopicPartition, i64)| {
                let from = after.0.get(&tp.partition).copied().unwrap_or(first).max(first);
                (tp, from)
            };
            first.into_iter().map(place).collect()
        }
    };
    let mut consumer = consumer(&app, "500")?;
    consumer.assign(starts.keys().cloned());
    for (partition, start) in &starts {
        consumer.seek(partition, *start)?;
    }
    let places = Places(starts.iter().map(|(tp, start)| (tp.partition, *start)).collect());
    let tail = Tail {
        app,
        consumer,
        waiting: VecDeque::new(),
        places,
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
        let event = placed(Event::default().event("ready"), &tail.places);
        return Some((Ok(event.data("{}")), tail));
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
    tail.places.0.insert(record.partition, record.offset + 1);
    let event = match serde_json::to_string(&message(tail.app.avro.as_deref(), &record).await) {
        Ok(text) => placed(Event::default().event("message"), &tail.places).data(text),
        Err(error) => Event::default().comment(error.to_string()),
    };
    Some((Ok(event), tail))
}

fn placed(event: Event, places: &Places) -> Event {
    match places.id() {
        Some(id) => event.id(id),
        None => event,
    }
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn ids_are_read_back() {
        let places = Places([(0, 17), (12, 4)].into());
        assert_eq!(places.id().as_deref(), Some("0:17,12:4"));
        assert_eq!(Places::parse("0:17,12:4"), Some(places));
        for bad in ["", "0", "0:", "0:-1", "x:1", "0:1,", "0:1 ,1:1"] {
            assert_eq!(Places::parse(bad), None, "{bad:?}");
        }
        assert_eq!(Places((0..501).map(|p| (p, 1)).collect()).id(), None);
    }
}

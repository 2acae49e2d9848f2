//! Shared connections by address, with pauses after failures.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use weir_core::Seam;

use super::retry::Backoff;
use crate::config::ClientConfig;
use crate::wire::{CallError, Connection, Identity};

/// What a connection is for. A broker answers the requests of one connection in order, so what may wait long (a fetch, a JoinGroup)
/// must not stand before what may not (a produce, a heartbeat).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Metadata, produce, admin.
    Main,
    /// Fetch.
    Fetch,
    /// Group coordinator: heartbeats and commits.
    Coordinator,
    /// JoinGroup and SyncGroup.
    Join,
}

type Key = (String, Lane);

pub(super) struct Pool {
    seam: Seam,
    identity: Identity,
    bootstrap: Vec<String>,
    setup_timeout: Duration,
    backoff: Backoff,
    slots: Mutex<BTreeMap<Key, Arc<Slot>>>,
}

/// One place for a connection; the async lock is held while connecting, so that callers share the attempt.
struct Slot {
    current: Mutex<Option<Arc<Connection>>>,
    connecting: tokio::sync::Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    backoff: Option<Backoff>,
    /// Not before this moment on the monotonic clock.
    until: Duration,
}

impl Pool {
    pub(super) fn new(seam: Seam, config: &ClientConfig) -> Self {
        Self {
            seam,
            identity: Identity {
                client_id: config.client_id.as_str().into(),
            },
            bootstrap: config.bootstrap_servers.clone(),
            setup_timeout: config.connection_setup_timeout,
            backoff: Backoff::new(config.reconnect_backoff, config.reconnect_backoff_max),
            slots: Mutex::default(),
        }
    }

    fn slot(&self, address: &str, lane: Lane) -> Arc<Slot> {
        let mut slots = self.slots.lock();
        let slot = slots.entry((address.to_owned(), lane)).or_insert_with(|| {
            Arc::new(Slot {
                current: Mutex::new(None),
                connecting: tokio::sync::Mutex::default(),
            })
        });
        slot.clone()
    }

    /// The connection to an address, opened when there is none.
    pub(super) async fn get(&self, address: &str, lane: Lane) -> Result<Arc<Connection>, CallError> {
        let slot = self.slot(address, lane);
        if let Some(connection) = slot.open() {
            return Ok(connection);
        }
        let mut failures = slot.connecting.lock().await;
        if let Some(connection) = slot.open() {
            return Ok(connection);
        }
        self.seam
            .sleep(failures.until.saturating_sub(self.seam.clock.monotonic()))
            .await;
        let opened = Connection::open(
            &self.seam,
            address.to_owned(),
            self.identity.clone(),
            self.setup_timeout,
        )
        .await;
        match opened {
            Ok(connection) => {
                *failures = Failures::default();
                let connection = Arc::new(connection);
                *slot.current.lock() = Some(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                let pause = failures
                    .backoff
                    .get_or_insert(self.backoff)
                    .draw(self.seam.random.next_u64());
                failures.until = self.seam.clock.monotonic() + pause;
                Err(error)
            }
        }
    }

    /// A connection to any of `known`, an open one first, else to a bootstrap address.
    pub(super) async fn any(&self, known: &[String], start: u64) -> Result<Arc<Connection>, CallError> {
        let open = {
            let slots = self.slots.lock();
            let of = |address: &String| slots.get(&(address.clone(), Lane::Main)).and_then(|slot| slot.open());
            known.iter().find_map(of)
        };
        if let Some(connection) = open {
            return Ok(connection);
        }
        let mut last = CallError::UnknownNode(-1);
        for list in [known, &self.bootstrap] {
            let skip = usize::try_from(start).unwrap_or_default() % list.len().max(1);
            for address in list.iter().cycle().skip(skip).take(list.len()) {
                match self.get(address, Lane::Main).await {
                    Ok(connection) => return Ok(connection),
                    Err(error) => last = error,
                }
            }
        }
        Err(last)
    }

    pub(super) fn close(&self) {
        self.slots.lock().clear();
    }
}

impl Slot {
    fn open(&self) -> Option<Arc<Connection>> {
        let mut current = self.current.lock();
        if current.as_ref().is_some_and(|connection| connection.is_closed()) {
            *current = None;
        }
        current.clone()
    }
}

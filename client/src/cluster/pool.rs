//! Shared connections by address, with pauses after failures.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{OwnedMutexGuard, oneshot};
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
    connecting: Arc<tokio::sync::Mutex<Failures>>,
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
                connecting: Arc::default(),
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
        let failures = slot.connecting.clone().lock_owned().await;
        if let Some(connection) = slot.open() {
            return Ok(connection);
        }
        let (sender, receiver) = oneshot::channel();
        let attempt = Attempt {
            seam: self.seam.clone(),
            identity: self.identity.clone(),
            setup_timeout: self.setup_timeout,
            backoff: self.backoff,
            address: address.to_owned(),
        };
        // A task of its own: whoever waits may give up before it ends, and the next one finds the connection.
        self.seam.spawn("client-connect", async move {
            let _ = sender.send(attempt.run(&slot, failures).await);
        });
        receiver.await.unwrap_or_else(|_| {
            Err(CallError::Disconnected {
                api: "ApiVersions",
                address: address.to_owned(),
            })
        })
    }

    /// A connection to any of `known` or to a bootstrap address, an open one first.
    pub(super) async fn any(&self, known: &[String], start: u64) -> Result<Arc<Connection>, CallError> {
        let open = {
            let slots = self.slots.lock();
            let of = |address: &String| slots.get(&(address.clone(), Lane::Main)).and_then(|slot| slot.open());
            known.iter().chain(&self.bootstrap).find_map(of)
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

/// An attempt to connect, after the pause that failures left.
struct Attempt {
    seam: Seam,
    identity: Identity,
    setup_timeout: Duration,
    backoff: Backoff,
    address: String,
}

impl Attempt {
    async fn run(self, slot: &Slot, mut failures: OwnedMutexGuard<Failures>) -> Result<Arc<Connection>, CallError> {
        let seam = &self.seam;
        seam.sleep(failures.until.saturating_sub(seam.clock.monotonic())).await;
        match Connection::open(seam, self.address, self.identity, self.setup_timeout).await {
            Ok(connection) => {
                *failures = Failures::default();
                let connection = Arc::new(connection);
                *slot.current.lock() = Some(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                let backoff = failures.backoff.get_or_insert(self.backoff);
                let pause = backoff.draw(seam.random.next_u64());
                failures.until = seam.clock.monotonic() + pause;
                Err(error)
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use weir_core::sim::Sim;

    #[test]
    fn an_attempt_ends_though_its_caller_has_given_up() {
        let mut sim = Sim::new(1);
        let server = sim.host("server");
        let s = server.clone();
        server.spawn("silent", async move {
            let listener = s.net.listen("127.0.0.1:7".parse().unwrap()).await.unwrap();
            let _open = listener.accept().await;
            std::future::pending::<()>().await;
        });
        let seam = sim.host("c");
        let config = crate::config::AdminConfig::new("127.0.0.1:7").unwrap().client;
        let pool = Pool::new(seam.clone(), &config);
        let failed = sim.run("c", Duration::from_secs(1000), async move {
            let second = Duration::from_secs(1);
            seam.sleep(second).await;
            let caller = seam.timeout(second, pool.get("127.0.0.1:7", Lane::Main)).await;
            assert!(caller.is_none());
            let slot = pool.slot("127.0.0.1:7", Lane::Main);
            assert!(slot.connecting.try_lock().is_err(), "still connecting");
            seam.sleep(config.connection_setup_timeout).await;
            slot.connecting.lock().await.backoff.is_some()
        });
        assert_eq!(failed, Some(true));
    }
}

//! Starting and stopping a broker: directory, recovery, listeners. [`connection`] serves one connection.

mod connection;
mod output;

use crate::background;
use crate::config::{BrokerConfig, ListenerConfig};
use crate::controller::{self, Controller, METADATA_TOPIC, METADATA_TOPIC_ID, open_partition};
use crate::disk::{Disk, OpenError};
use crate::groups::Coordinators;
use crate::journal::Journal;
use crate::removal;
use crate::state::State;
use crate::stray;
use crate::topics::{PartitionHandle, TopicHandle};
use crate::turns::Turns;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use weir_core::Seam;
use weir_core::seam::{Connection, Listener};
use weir_engine::journal::Entry;
use weir_engine::log::LogConfig;
use weir_engine::metadata::{Command, METADATA_VERSION, Reply};
use weir_engine::partition::Partition;
use weir_messages::register_broker_record::BrokerEndpoint;
use weir_messages::{RegisterBrokerRecord, Str, Uuid};

/// Why a broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    Directory(#[from] OpenError),
    /// A listener's address.
    #[error("cannot listen on {address} ({name}): {source}")]
    Listen {
        /// Listener.
        name: String,
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// No listener is configured.
    #[error("no listener is configured: set listeners=PLAINTEXT://127.0.0.1:9092")]
    NoListener,
    /// A file could not be read or written.
    #[error("start failed: {doing}: {source}")]
    Io {
        /// What it was for.
        doing: String,
        /// What the system says.
        source: io::Error,
    },
    /// The metadata log did not take this broker's registration.
    #[error("this broker could not be registered: {0}")]
    Register(String),
}

/// An error of the system, with what it is an error of.
fn failed(doing: impl Into<String>) -> impl FnOnce(io::Error) -> StartError {
    move |source| StartError::Io {
        doing: doing.into(),
        source,
    }
}

/// A running broker; dropping it does not stop it.
pub struct Broker {
    state: Arc<State>,
    addresses: Vec<(String, SocketAddr)>,
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Broker({:?})", self.addresses)
    }
}

impl Broker {
    /// Opens the data directory, puts right what a crash left, and listens.
    pub async fn start(seam: Seam, config: BrokerConfig) -> Result<Self, StartError> {
        if config.listeners.is_empty() {
            return Err(StartError::NoListener);
        }
        let state = open(seam, config)?;
        let mut addresses = Vec::new();
        let mut listeners = Vec::new();
        // All addresses are taken before anybody is served: a port in use ends the start cleanly.
        for ListenerConfig { name, address } in &state.config.listeners {
            let listener = state
                .seam
                .net
                .listen(*address)
                .await
                .map_err(|source| StartError::Listen {
                    name: name.clone(),
                    address: *address,
                    source,
                })?;
            addresses.push((name.clone(), listener.local_addr()));
            listeners.push((Arc::<str>::from(name.as_str()), listener));
        }
        register(&state, &addresses).await?;
        state
            .groups
            .open(&state)
            .map_err(failed("reading the groups of __consumer_offsets"))?;
        state.journal.ready().map_err(failed("reserving room"))?;
        background::start(&state);
        for (name, listener) in listeners {
            let s = state.clone();
            state
                .seam
                .spawn("accept", async move { accept(s, name, listener).await });
        }
        Ok(Self { state, addresses })
    }

    /// Listener names with the addresses they really have.
    #[must_use]
    pub fn addresses(&self) -> &[(String, SocketAddr)] {
        &self.addresses
    }

    /// The cluster's id.
    #[must_use]
    pub fn cluster_id(&self) -> &str {
        &self.state.disk.cluster_id
    }

    /// Stops cleanly: connections are closed, everything is synced, the journal is empty afterwards.
    pub async fn stop(&self) -> io::Result<()> {
        self.state.stopping.store(true, Ordering::Release);
        let open: Vec<Arc<dyn Connection>> = std::mem::take(&mut *self.state.open.lock()).into_values().collect();
        open.iter().for_each(|c| c.close());
        // Requests under way end with their connections; appends in between are synced below like all others.
        for _ in 0..100 {
            if self.state.connections.load(Ordering::Acquire) == 0 {
                break;
            }
            self.state.seam.sleep(Duration::from_millis(5)).await;
        }
        background::close(&self.state).await
    }
}

/// Directory, metadata log, journal, every log: in the order in which each needs the one before.
fn open(seam: Seam, config: BrokerConfig) -> Result<Arc<State>, StartError> {
    let disk = Disk::open(&seam, &config.log_dir, config.node_id)?;
    let (entries, next_lsn) = disk.read_journal()?;
    let metadata_config = LogConfig {
        delete: false,
        compact: false,
        max_message_bytes: 100 << 20,
        ..LogConfig::default()
    };
    let log = disk.open_log(METADATA_TOPIC, METADATA_TOPIC_ID, 0, metadata_config);
    let log = log.map_err(failed("opening the metadata log"))?;
    // Goes on in the last leader's epoch: whoever leads next begins a newer one.
    let epoch = log.latest_epoch().unwrap_or(1).max(1);
    let mut partition = Partition::new(log, config.node_id, epoch, vec![config.node_id]);
    let of_metadata = |e: &&Entry| Uuid::from_bytes(e.topic_id) == METADATA_TOPIC_ID;
    for entry in entries.iter().filter(of_metadata) {
        partition
            .restore(&entry.batch)
            .map_err(failed("putting metadata back from the journal"))?;
    }
    let snapshot = disk.metadata_snapshot(METADATA_TOPIC, partition.log.log_start());
    let snapshot = snapshot.map_err(failed("reading a snapshot of the metadata"))?;
    let metadata = controller::load(&partition, snapshot)
        .map_err(|e| OpenError::Corrupt(format!("{METADATA_TOPIC}-0 cannot be read: {e}")))?;
    let found = metadata.features().get("metadata.version").copied().unwrap_or(0);
    if found > METADATA_VERSION {
        return Err(OpenError::NewerMetadata {
            path: config.log_dir,
            found,
            known: METADATA_VERSION,
        }
        .into());
    }
    for what in metadata.not_served() {
        tracing::warn!("the data directory has {what}, which Weir keeps but does not heed yet");
    }
    let infos: Vec<_> = metadata.topics().cloned().collect();
    // Before anything in the directory is touched.
    if let Some(reason) = metadata.elsewhere(config.node_id) {
        return Err(StartError::Register(reason));
    }
    // What has no topic makes room for what a deletion that was not durable has set aside.
    let journaled = entries.iter().map(|e| e.topic_id).collect();
    stray::sweep(&disk, &*seam.files, &metadata, &journaled).map_err(failed("sweeping directories without a topic"))?;
    removal::settle(&disk, &seam.files, infos.iter()).map_err(failed("removing deleted topics"))?;
    let handle = PartitionHandle::new(METADATA_TOPIC_ID, Str::from_static(METADATA_TOPIC), 0, partition);
    let mut unsynced = vec![handle.clone()];
    let clean = disk.clean;
    // The journal is made anew only when what the old one held is synced in segments; until then the old files stand.
    let journal = Journal::placeholder(&seam, &config.log_dir, config.fsync, config.journal_file_bytes);
    let state = Arc::new(State {
        seam,
        config,
        disk,
        journal,
        topics: Arc::default(),
        controller: Controller::new(metadata, handle),
        groups: Coordinators::default(),
        producer_ids: Mutex::new((0, 0)),
        stopping: AtomicBool::new(false),
        connections: AtomicUsize::new(0),
        lag_max: AtomicUsize::new(0),
        turns: Turns::default(),
        open: Mutex::new(BTreeMap::new()),
    });
    for info in infos {
        let mut partitions = Vec::with_capacity(info.partitions.len());
        for index in info.partitions.keys() {
            let opened = open_partition(&state, &info, *index);
            partitions.push(opened.map_err(failed(format!("opening {}-{index}", info.name)))?);
        }
        unsynced.extend(partitions.iter().cloned());
        state
            .topics
            .insert(TopicHandle::new(info.id, info.name.clone(), partitions));
    }
    let mut restored = 0_u64;
    for entry in entries.iter().filter(|e| !of_metadata(e)) {
        // Of a topic that was deleted since.
        let Some(topic) = state.topics.by_id(Uuid::from_bytes(entry.topic_id)) else {
            continue;
        };
        if let Some(handle) = topic.partition(entry.partition) {
            let put_back = handle.lock().partition.restore(&entry.batch);
            restored += u64::from(put_back.map_err(failed(format!(
                "putting {}-{} back from the journal",
                topic.name, entry.partition
            )))?);
        }
    }
    if restored > 0 {
        tracing::info!(
            batches = restored,
            "put back from the journal what the segments had lost"
        );
    }
    for handle in &unsynced {
        // Nobody here ends it: its coordinator would be Kafka's.
        if let Some(first) = handle.lock().partition.log.producers().first_unstable() {
            tracing::warn!(
                topic = %handle.topic,
                partition = handle.index,
                "a transaction is open from offset {first} on: read_committed consumers stop there until an Apache Kafka that the directory is given back to ends it"
            );
        }
    }
    if !clean {
        for handle in &unsynced {
            sync(handle).map_err(failed(format!("syncing {}-{}", handle.topic, handle.index)))?;
        }
        background::write_checkpoints(&state).map_err(failed("writing checkpoints"))?;
    }
    state.journal.begin(next_lsn).map_err(failed("beginning a journal"))?;
    Ok(state)
}

fn sync(handle: &PartitionHandle) -> io::Result<()> {
    let (files, up_to) = handle.lock().partition.log.unsynced()?;
    for file in files {
        file.sync_data()?;
    }
    handle.lock().partition.log.mark_synced(up_to);
    Ok(())
}

/// Writes the features of a new cluster and this broker's registration.
async fn register(state: &Arc<State>, addresses: &[(String, SocketAddr)]) -> Result<(), StartError> {
    let mut commands = Vec::new();
    if state.controller.image().features().is_empty() {
        commands.push(Command::Bootstrap(vec![(
            Str::from_static("metadata.version"),
            METADATA_VERSION,
        )]));
    }
    let end_points = addresses
        .iter()
        .map(|(name, address)| BrokerEndpoint {
            name: Str::from(name.as_str()),
            host: Str::from(address.ip().to_string()),
            port: address.port(),
            security_protocol: 0,
            ..Default::default()
        })
        .collect();
    let next_offset = state.controller.log().lock().partition.log.next_offset();
    commands.push(Command::RegisterBroker(Box::new(RegisterBrokerRecord {
        broker_id: state.config.node_id,
        incarnation_id: state.seam.random_uuid(),
        broker_epoch: next_offset,
        end_points,
        rack: state.config.rack.as_deref().map(Str::from),
        fenced: false,
        log_dirs: vec![state.disk.directory_id],
        ..Default::default()
    })));
    commands.push(Command::LeadAll(state.config.node_id));
    for reply in state.controller.submit(state, commands).await {
        if let Reply::Refused(e) = reply {
            return Err(StartError::Register(e.message));
        }
    }
    Ok(())
}

async fn accept(state: Arc<State>, name: Arc<str>, listener: Box<dyn Listener>) {
    let next_id = AtomicU64::new(0);
    loop {
        let connection = match listener.accept().await {
            Ok(connection) => connection,
            Err(e) => {
                // Out of file descriptors, most likely: others must close before anything can be accepted.
                tracing::warn!(error = %e, "accept failed");
                state.seam.sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        if state.stopping.load(Ordering::Acquire) {
            return;
        }
        if state.connections.load(Ordering::Acquire) >= state.config.connections_max {
            tracing::warn!(peer = %connection.peer_addr(), max = state.config.connections_max, "refused a connection: max.connections is reached");
            connection.close();
            continue;
        }
        state.connections.fetch_add(1, Ordering::AcqRel);
        // The local port tells listeners apart, so that ids of two accept loops do not meet.
        let id = u64::from(listener.local_addr().port()) << 48 | next_id.fetch_add(1, Ordering::Relaxed);
        state.open.lock().insert(id, connection.clone());
        let (s, name) = (state.clone(), name.clone());
        state.seam.spawn("connection", async move {
            connection::serve(&s, id, name, &connection).await;
            connection.close();
            s.open.lock().remove(&id);
            s.connections.fetch_sub(1, Ordering::AcqRel);
        });
    }
}

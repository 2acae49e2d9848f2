//! Starting parts, saying where they are, and stopping them cleanly.

use crate::cli::PartArgs;
use crate::console::{self, Neighbours};
use crate::failure::Failure;
use crate::settings::Sources;
use crate::signals::stop_signal;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use weir_broker::{Broker, BrokerConfig, OpenError, StartError};
use weir_connect::kafka::client::ClientKafka;
use weir_connect::{Plugins, Worker, WorkerConfig};
use weir_console::Console;
use weir_core::Seam;
use weir_runtime::Threads;
use weir_schema_registry::{Registry, RegistryConfig};
// Linked for what they register.
use {weir_plugin_datagen as _, weir_plugin_file as _, weir_plugin_sql as _};

/// Which parts run in this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    broker: bool,
    registry: bool,
    connect: bool,
    console: bool,
}

impl Parts {
    fn together(self) -> bool {
        [self.broker, self.registry, self.connect, self.console]
            .into_iter()
            .filter(|part| *part)
            .count()
            > 1
    }

    pub(crate) const ALL: Self = Self {
        broker: true,
        registry: true,
        connect: true,
        console: true,
    };
    pub(crate) const BROKER: Self = Self {
        broker: true,
        registry: false,
        connect: false,
        console: false,
    };
    pub(crate) const REGISTRY: Self = Self {
        broker: false,
        registry: true,
        connect: false,
        console: false,
    };
    pub(crate) const CONNECT: Self = Self {
        broker: false,
        registry: false,
        connect: true,
        console: false,
    };
    pub(crate) const CONSOLE: Self = Self {
        broker: false,
        registry: false,
        connect: false,
        console: true,
    };
}

/// Values that suit a developer's machine better than Kafka's defaults; printed at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Groups form at once.
    Dev,
    /// Kafka's defaults.
    Kafka,
}

impl Profile {
    fn broker_settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Dev => &[("group.initial.rebalance.delay.ms", "0")],
            Self::Kafka => &[],
        }
    }

    fn connect_settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // Sinks commit every second instead of every minute: a restart repeats less.
            Self::Dev => &[("offset.flush.interval.ms", "1000")],
            Self::Kafka => &[],
        }
    }
}

/// Runs parts until Ctrl-C or SIGTERM.
pub(crate) async fn run(args: &PartArgs, parts: Parts, profile: Profile) -> Result<(), Failure> {
    let began = Instant::now();
    let mut starting = std::pin::pin!(Platform::start(args, parts, profile));
    let platform = tokio::select! {
        platform = &mut starting => platform?,
        () = tokio::time::sleep(PATIENCE) => {
            // A part that runs alone waits for its cluster, for as long as its own settings say.
            if let (false, Some(cluster)) = (parts.broker, &args.bootstrap_servers) {
                note!("waiting for the cluster at {cluster}");
            }
            starting.await?
        }
    };
    platform.announce(profile, began);
    stop_signal().await;
    note!("stopping");
    platform.stop().await
}

/// From here on a person wants to know what is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Parts that run.
pub(crate) struct Platform {
    logs: Option<PathBuf>,
    broker: Option<(Broker, Threads)>,
    registry: Option<Registry>,
    connect: Option<Worker>,
    console: Option<Console>,
}

/// What the embedded broker, a cluster of one node, needs: nothing can have three replicas there.
const REGISTRY_PROFILE: &[(&str, &str)] = &[("kafkastore.topic.replication.factor", "1")];

/// What `connect-distributed.properties` of Apache Kafka sets; as many replicas as the cluster has by default.
const CONNECT_PROFILE: &[(&str, &str)] = &[
    ("group.id", "connect-cluster"),
    ("config.storage.topic", "connect-configs"),
    ("config.storage.replication.factor", "-1"),
    ("offset.storage.topic", "connect-offsets"),
    ("offset.storage.replication.factor", "-1"),
    ("status.storage.topic", "connect-status"),
    ("status.storage.replication.factor", "-1"),
    ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
    ("value.converter", "org.apache.kafka.connect.json.JsonConverter"),
    ("listeners", "http://127.0.0.1:8083"),
];

impl Platform {
    pub(crate) async fn start(args: &PartArgs, parts: Parts, profile: Profile) -> Result<Self, Failure> {
        let seam = weir_runtime::real();
        let sources = Sources::new(args, parts.together());
        check(&sources, parts, profile)?;
        let (broker, logs) = match parts.broker {
            true => {
                let config = broker_config(&sources, profile)?;
                let logs = config.log_dir.clone();
                (Some(start_broker(config).await?), Some(logs))
            }
            false => (None, None),
        };
        let own = broker
            .as_ref()
            .and_then(|(b, _)| b.addresses().first())
            .map(|(_, address)| address.to_string());
        let bootstrap = own.or_else(|| args.bootstrap_servers.clone());
        let registry = match parts.registry {
            true => Some(start_registry(&sources, bootstrap.as_deref(), broker.is_some()).await?),
            false => None,
        };
        let connect = match parts.connect {
            true => Some(start_connect(&seam, &sources, profile, bootstrap.as_deref(), registry.as_ref()).await?),
            false => None,
        };
        let mut platform = Self {
            logs,
            broker,
            registry,
            connect,
            console: None,
        };
        if parts.console {
            let beside = Neighbours {
                bootstrap,
                registry: platform.registry_url(),
                connect: platform.connect_url(),
            };
            platform.console = Some(console::start(&seam, &sources, beside).await?);
        }
        Ok(platform)
    }

    /// `host:port` of the embedded broker.
    pub(crate) fn bootstrap(&self) -> Option<String> {
        self.broker
            .as_ref()?
            .0
            .addresses()
            .first()
            .map(|(_, address)| address.to_string())
    }

    /// The registry's address.
    pub(crate) fn registry_url(&self) -> Option<String> {
        self.registry.as_ref().map(|r| format!("http://{}", r.addr()))
    }

    /// Connect's address.
    pub(crate) fn connect_url(&self) -> Option<String> {
        self.connect.as_ref().map(|c| format!("http://{}", c.rest_addr()))
    }

    pub(crate) fn announce(&self, profile: Profile, began: Instant) {
        for (name, address) in self.broker.iter().flat_map(|(b, _)| b.addresses()) {
            say!("kafka     {address} ({name})");
        }
        if let Some(url) = self.registry_url() {
            say!("registry  {url}");
        }
        if let Some(url) = self.connect_url() {
            say!("connect   {url}");
        }
        if let Some(console) = &self.console {
            say!("console   http://{}", console.addr());
        }
        if let Some(logs) = &self.logs {
            say!("data      {}", logs.display());
        }
        let of_connect = profile.connect_settings().iter().filter(|_| self.connect.is_some());
        for (key, value) in profile.broker_settings().iter().chain(of_connect) {
            say!("profile   dev: {key}={value}");
        }
        say!("ready in {} ms; stop with Ctrl-C", began.elapsed().as_millis());
    }

    /// Stops parts in the order of who needs whom.
    pub(crate) async fn stop(self) -> Result<(), Failure> {
        if let Some(console) = self.console {
            console.shutdown().await;
        }
        if let Some(connect) = self.connect {
            connect.shutdown().await;
        }
        if let Some(registry) = self.registry {
            registry.shutdown().await;
        }
        if let Some((broker, _threads)) = &self.broker {
            broker
                .stop()
                .await
                .map_err(|e| Failure::new(format!("the broker did not stop cleanly: {e}")))?;
        }
        Ok(())
    }
}

/// The settings of all parts, before any of them starts: what is wrong is told at once.
fn check(sources: &Sources<'_>, parts: Parts, profile: Profile) -> Result<(), Failure> {
    // Where the embedded broker will be is not known yet.
    let bootstrap = sources.args().bootstrap_servers.as_deref();
    let bootstrap = bootstrap.or(parts.broker.then_some("127.0.0.1:9092"));
    sources.tell_variables();
    let mut wrong = Vec::new();
    if parts.broker {
        wrong.extend(broker_config(sources, profile).err());
    }
    if parts.registry {
        wrong.extend(registry_config(sources, bootstrap, parts.broker).err());
    }
    if parts.connect {
        wrong.extend(connect_config(sources, profile, bootstrap, None).err());
    }
    if parts.console {
        wrong.extend(console::config(sources, &Neighbours::default()).err());
    }
    Failure::all(wrong).map_or(Ok(()), Err)
}

fn registry_config(sources: &Sources<'_>, bootstrap: Option<&str>, embedded: bool) -> Result<RegistryConfig, Failure> {
    let profile: &[_] = if embedded { REGISTRY_PROFILE } else { &[] };
    let mut map = sources.of_part("registry", &RegistryConfig::definition(), profile)?;
    if let Some(bootstrap) = bootstrap {
        map.insert("kafkastore.bootstrap.servers".into(), bootstrap.into());
    }
    if sources.args().insecure {
        map.insert("insecure".into(), "true".into());
    }
    RegistryConfig::parse(map).map_err(|e| Failure::new(format!("schema registry: {e}")))
}

async fn start_registry(sources: &Sources<'_>, bootstrap: Option<&str>, embedded: bool) -> Result<Registry, Failure> {
    let config = registry_config(sources, bootstrap, embedded)?;
    Registry::start_on_kafka(config).await.map_err(|e| {
        let failure = Failure::new(format!("schema registry: {e}"));
        match &e {
            weir_schema_registry::StartError::Exposed(_) => failure.hint(SAY_INSECURE),
            weir_schema_registry::StartError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
                failure.hint(another_port("registry", "http://127.0.0.1:18081"))
            }
            weir_schema_registry::StartError::Kafka { .. } => failure.hint(SAY_WHERE),
            _ => failure,
        }
    })
}

fn another_port(part: &str, example: &str) -> String {
    format!("another process listens there: stop it, or choose another port with --set {part}.listeners={example}")
}

const SAY_WHERE: &str = "is a broker running there? --bootstrap-servers says where";
const SAY_INSECURE: &str = "listen on 127.0.0.1, or say --insecure if the network is yours alone";

/// The worker's settings, and all that its clients are to be told.
fn connect_config(
    sources: &Sources<'_>,
    profile: Profile,
    bootstrap: Option<&str>,
    registry: Option<&Registry>,
) -> Result<(WorkerConfig, BTreeMap<String, String>), Failure> {
    let profile = [CONNECT_PROFILE, profile.connect_settings()].concat();
    let mut map = sources.of_part("connect", &WorkerConfig::def(), &profile)?;
    if let Some(bootstrap) = bootstrap {
        map.insert("bootstrap.servers".into(), bootstrap.into());
    }
    if let Some(registry) = registry {
        for part in ["key", "value"] {
            map.entry(format!("{part}.converter.schema.registry.url"))
                .or_insert_with(|| format!("http://{}", registry.addr()));
        }
    }
    let config = WorkerConfig::parse(&map).map_err(|e| Failure::new(format!("connect: {e}")))?;
    let host = config.listener.0.as_str();
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if !loopback && !sources.args().insecure {
        let open = format!(
            "connect: listener {host}:{} can be reached from other machines, without authentication",
            config.listener.1
        );
        return Err(Failure::new(open).hint(SAY_INSECURE));
    }
    Ok((config, map))
}

async fn start_connect(
    seam: &Seam,
    sources: &Sources<'_>,
    profile: Profile,
    bootstrap: Option<&str>,
    registry: Option<&Registry>,
) -> Result<Worker, Failure> {
    let (config, map) = connect_config(sources, profile, bootstrap, registry)?;
    let wrong = |e: &dyn std::fmt::Display| Failure::new(format!("connect: {e}"));
    let servers: Vec<String> = map
        .get("bootstrap.servers")
        .into_iter()
        .flat_map(|s| s.split(','))
        .map(|s| s.trim().to_owned())
        .collect();
    let kafka = ClientKafka::new(seam.clone(), &servers, &map).map_err(|e| wrong(&e))?;
    Worker::start(config, Plugins::registered(), Arc::new(kafka))
        .await
        .map_err(|e| match &e {
            weir_connect::StartError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
                wrong(&e).hint(another_port("connect", "http://127.0.0.1:18083"))
            }
            weir_connect::StartError::Listen { .. } => wrong(&e),
            weir_connect::StartError::Kafka { .. } => wrong(&e).hint(SAY_WHERE),
        })
}

fn broker_config(sources: &Sources<'_>, profile: Profile) -> Result<BrokerConfig, Failure> {
    let map = sources.of_part("broker", weir_broker::config::def(), profile.broker_settings())?;
    let data_dir = &sources.args().data_dir;
    let mut config = BrokerConfig::from_map(&map, data_dir).map_err(|e| Failure::new(e.to_string()))?;
    // A log directory of Apache Kafka was named itself: it is taken over, not nested in.
    if !map.contains_key("log.dirs") && data_dir.join("meta.properties").exists() {
        config.log_dir.clone_from(data_dir);
    }
    if let Some(open) = config
        .listeners
        .iter()
        .find(|l| !l.address.ip().is_loopback() && !sources.args().insecure)
    {
        return Err(Failure::new(format!(
            "listener {} is on {}, which others can reach, without TLS or authentication",
            open.name, open.address
        ))
        .hint(SAY_INSECURE));
    }
    Ok(config)
}

/// A broker on threads of its own: no connector holds it up.
async fn start_broker(config: BrokerConfig) -> Result<(Broker, Threads), Failure> {
    let unable = |e| Failure::new(format!("the broker's threads could not be started: {e}"));
    let threads = Threads::start("weir-broker", config.threads).map_err(unable)?;
    let started = threads.run(async move { Broker::start(weir_runtime::real(), config).await });
    let broker = started.await.map_err(unable)?.map_err(|e| {
        let hint = match &e {
            StartError::Listen { source, .. } if source.kind() == ErrorKind::AddrInUse => {
                Some("another process listens there: stop it, or choose another port with --set broker.listeners=PLAINTEXT://127.0.0.1:19092")
            }
            StartError::Directory(OpenError::InUse(_)) => Some("another Weir or Apache Kafka runs on it: stop it, or choose another directory with --data-dir"),
            StartError::Directory(OpenError::Io { .. }) => Some("choose another directory with --data-dir"),
            StartError::Directory(OpenError::NewerFormat { .. }) => Some("it was written by a newer version: start that one"),
            StartError::Directory(OpenError::NewerMetadata { .. }) => {
                Some("a newer Apache Kafka or Weir raised it: start that one, or a newer Weir")
            }
            StartError::Directory(OpenError::OtherNode { .. }) => Some("set node.id to what the directory says, or choose another directory"),
            _ => None,
        };
        let failure = Failure::new(e.to_string());
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    Ok((broker, threads))
}

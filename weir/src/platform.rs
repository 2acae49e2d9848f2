//! Starting parts, saying where they are, and stopping them cleanly.

use crate::cli::PartArgs;
use crate::failure::Failure;
use crate::settings;
use std::time::Instant;
use weir_broker::{Broker, BrokerConfig, OpenError, StartError};
use weir_core::Seam;

/// Which parts run in this process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts {
    broker: bool,
}

impl Parts {
    pub(crate) fn all() -> Self {
        Self { broker: true }
    }

    pub(crate) fn broker() -> Self {
        Self { broker: true }
    }
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
}

/// Runs parts until Ctrl-C or SIGTERM.
pub(crate) async fn run(args: &PartArgs, parts: Parts, profile: Profile) -> Result<(), Failure> {
    let began = Instant::now();
    let platform = Platform::start(args, parts, profile).await?;
    platform.announce(args, profile, began);
    stop_signal().await;
    eprintln!("stopping");
    platform.stop().await
}

/// Parts that run.
pub(crate) struct Platform {
    broker: Option<Broker>,
}

impl Platform {
    pub(crate) async fn start(args: &PartArgs, parts: Parts, profile: Profile) -> Result<Self, Failure> {
        let seam = weir_runtime::real();
        let broker = match parts.broker {
            true => Some(start_broker(&seam, args, profile).await?),
            false => None,
        };
        Ok(Self { broker })
    }

    fn announce(&self, args: &PartArgs, profile: Profile, began: Instant) {
        for (name, address) in self.broker.iter().flat_map(|b| b.addresses()) {
            println!("kafka     {address} ({name})");
        }
        println!("data      {}", args.data_dir.display());
        for (key, value) in profile.broker_settings() {
            println!("profile   dev: {key}={value}");
        }
        println!("ready in {} ms; stop with Ctrl-C", began.elapsed().as_millis());
    }

    pub(crate) async fn stop(&self) -> Result<(), Failure> {
        if let Some(broker) = &self.broker {
            broker
                .stop()
                .await
                .map_err(|e| Failure::new(format!("the broker did not stop cleanly: {e}")))?;
        }
        Ok(())
    }
}

async fn start_broker(seam: &Seam, args: &PartArgs, profile: Profile) -> Result<Broker, Failure> {
    let map = settings::of_part(args, "broker", weir_broker::config::def(), profile.broker_settings())?;
    let config = BrokerConfig::from_map(&map, &args.data_dir).map_err(|e| Failure::new(e.to_string()))?;
    if let Some(open) = config
        .listeners
        .iter()
        .find(|l| !l.address.ip().is_loopback() && !args.insecure)
    {
        return Err(Failure::new(format!(
            "listener {} is on {}, which others can reach, without TLS or authentication",
            open.name, open.address
        ))
        .hint("listen on 127.0.0.1, or say --insecure if the network is yours alone"));
    }
    Broker::start(seam.clone(), config).await.map_err(|e| {
        let hint = match &e {
            StartError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => {
                Some("another process listens there: stop it, or choose another port with --set listeners=PLAINTEXT://127.0.0.1:19092")
            }
            StartError::Directory(OpenError::InUse(_)) => Some("another weir runs on it: stop it, or choose another directory with --data-dir"),
            StartError::Directory(OpenError::Io { .. }) => Some("choose another directory with --data-dir"),
            StartError::Directory(OpenError::NewerFormat { .. }) => Some("it was written by a newer version: start that one"),
            StartError::Directory(OpenError::OtherNode { .. }) => Some("set node.id to what the directory says, or choose another directory"),
            _ => None,
        };
        let failure = Failure::new(e.to_string());
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}

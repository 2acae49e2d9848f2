//! What can be said on the command line.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Kafka-compatible streaming in one binary: broker, schema registry, Connect, Streams, console.
///
/// Without a command, everything starts on loopback: Kafka on 9092, the schema registry on 8081, Connect on 8083, the
/// console on 8080.
#[derive(Debug, Parser)]
#[command(name = "weir", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything on this machine
    #[command(
        after_help = "Examples:\n  weir start\n  weir start --data-dir /var/lib/weir --set num.partitions=3\n  weir start --config weir.toml"
    )]
    Start(PartArgs),
    /// Start the broker alone
    #[command(
        after_help = "Examples:\n  weir broker\n  weir broker --config server.properties\n  weir broker --set listeners=PLAINTEXT://127.0.0.1:19092"
    )]
    Broker(PartArgs),
}

impl Default for Command {
    fn default() -> Self {
        Self::Start(PartArgs::default())
    }
}

/// Settings of a part that is started.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PartArgs {
    /// Settings: weir.toml, or Kafka's own server.properties and worker files
    #[arg(long, value_name = "FILE", env = "WEIR_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// One setting; can be repeated, and wins over files and environment
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Where data is kept
    #[arg(long, value_name = "DIR", default_value = "./weir-data", env = "WEIR_DATA_DIR")]
    pub(crate) data_dir: PathBuf,
    /// Listen beyond this machine without TLS or authentication
    #[arg(long)]
    pub(crate) insecure: bool,
}

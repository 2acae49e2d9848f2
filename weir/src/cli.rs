//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Kafka-compatible streaming in one binary: broker, schema registry, Connect, Streams, console.
///
/// Without a command, everything starts on loopback: Kafka on 9092, the schema registry on 8081, Connect on 8083, the
/// console on 8080.
#[derive(Debug, Parser)]
#[command(
    name = "weir",
    version,
    propagate_version = true,
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) start: PartArgs,
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
    /// Start the schema registry alone, on any Kafka cluster
    #[command(
        after_help = "Examples:\n  weir registry --bootstrap-servers 127.0.0.1:9092\n  weir registry --set listeners=http://127.0.0.1:18081"
    )]
    Registry(RemoteArgs),
    /// Start a Connect worker alone, on any Kafka cluster
    #[command(
        after_help = "Examples:\n  weir connect --bootstrap-servers 127.0.0.1:9092\n  weir connect --config connect-distributed.properties"
    )]
    Connect(RemoteArgs),
    /// Start the web console alone, on any Kafka cluster
    #[command(
        after_help = "Examples:\n  weir console --bootstrap-servers 127.0.0.1:9092\n  weir console --set schema.registry.url=http://127.0.0.1:8081 --set listeners=http://127.0.0.1:18080"
    )]
    Console(RemoteArgs),
    /// Run the demo: real flights through every part, from file to table
    #[command(
        after_help = "Examples:\n  weir demo\n  weir demo --once\n  weir demo --file orders.csv --count-by country"
    )]
    Demo(DemoArgs),
    /// Topics: list, create, describe, alter, delete
    #[command(
        subcommand,
        after_help = "Examples:\n  weir topic create orders --partitions 3\n  weir topic describe orders -o json"
    )]
    Topic(TopicCommand),
    /// Write lines of standard input as records
    #[command(
        after_help = "Examples:\n  echo hello | weir produce greetings\n  weir produce users --key-separator : < users.txt"
    )]
    Produce(ProduceArgs),
    /// Print records
    #[command(
        after_help = "Examples:\n  weir consume greetings --from-beginning\n  weir consume orders --group audit --max 10 -o json"
    )]
    Consume(ConsumeArgs),
    /// Consumer groups: list, describe with lag, delete
    #[command(subcommand, after_help = "Examples:\n  weir group list\n  weir group describe audit")]
    Group(GroupCommand),
    /// Schemas: list, get, register, check, delete
    #[command(
        subcommand,
        after_help = "Examples:\n  weir schema register orders-value order.avsc\n  weir schema check orders-value order-v2.avsc"
    )]
    Schema(SchemaCommand),
    /// Connectors: list, plugins, apply, status, restart, pause, resume, stop, delete
    #[command(
        subcommand,
        after_help = "Examples:\n  weir connector plugins\n  weir connector apply examples/quickstart/users-source.json"
    )]
    Connector(ConnectorCommand),
    /// The cluster's id and brokers
    #[command(after_help = "Examples:\n  weir cluster -o json")]
    Cluster(Output),
}

/// Settings of a part that is started.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PartArgs {
    /// Settings: weir.toml, or Kafka's own server.properties and worker files
    #[arg(long, value_name = "FILE", env = "WEIR_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// One setting, for one part as registry.listeners=…; can be repeated, and wins over files and environment
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Where data is kept
    #[arg(long, value_name = "DIR", default_value = "./weir-data", env = "WEIR_DATA_DIR")]
    pub(crate) data_dir: PathBuf,
    /// Of a part without a broker.
    #[arg(skip)]
    pub(crate) bootstrap_servers: Option<String>,
    /// Listen beyond this machine without TLS or authentication
    #[arg(long)]
    pub(crate) insecure: bool,
}

/// Settings of a part that works on a cluster and keeps nothing itself.
#[derive(Args, Clone, Debug)]
pub(crate) struct RemoteArgs {
    /// The Kafka cluster to work on; default: what the settings say, else 127.0.0.1:9092
    #[arg(long, value_name = "HOST:PORT", env = "WEIR_BOOTSTRAP_SERVERS")]
    bootstrap_servers: Option<String>,
    /// Settings: weir.toml, or Kafka's own worker files
    #[arg(long, value_name = "FILE", env = "WEIR_CONFIG")]
    config: Option<PathBuf>,
    /// One setting; can be repeated, and wins over files and environment
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Listen beyond this machine without TLS or authentication
    #[arg(long)]
    insecure: bool,
}

impl From<RemoteArgs> for PartArgs {
    fn from(args: RemoteArgs) -> Self {
        Self {
            config: args.config,
            set: args.set,
            bootstrap_servers: args.bootstrap_servers,
            insecure: args.insecure,
            ..Self::default()
        }
    }
}

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// Which cluster, and how to print.
#[derive(Args, Clone, Debug)]
pub(crate) struct Output {
    /// Kafka cluster
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:9092",
        env = "WEIR_BOOTSTRAP_SERVERS"
    )]
    pub(crate) bootstrap_servers: String,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Which registry, and how to print.
#[derive(Args, Clone, Debug)]
pub(crate) struct RegistryOutput {
    /// Schema registry
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8081",
        env = "WEIR_SCHEMA_REGISTRY_URL"
    )]
    pub(crate) url: String,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Which Connect, and how to print.
#[derive(Args, Clone, Debug)]
pub(crate) struct ConnectOutput {
    /// Connect's REST API
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8083",
        env = "WEIR_CONNECT_URL"
    )]
    pub(crate) url: String,
    /// How to print
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// `weir topic`.
#[derive(Debug, Subcommand)]
pub(crate) enum TopicCommand {
    /// All topics
    #[command(after_help = "Examples:\n  weir topic list\n  weir topic list --internal -o json")]
    List {
        /// Also those that Kafka makes for itself
        #[arg(long)]
        internal: bool,
        #[command(flatten)]
        out: Output,
    },
    /// Make a topic
    #[command(
        after_help = "Examples:\n  weir topic create orders --partitions 3\n  weir topic create clicks --config retention.ms=60000"
    )]
    Create {
        name: String,
        /// Default: the broker's num.partitions
        #[arg(long, allow_negative_numbers = true)]
        partitions: Option<i32>,
        /// Default: the broker's default.replication.factor
        #[arg(long, allow_negative_numbers = true)]
        replication_factor: Option<i16>,
        /// A setting, such as retention.ms=60000; can be repeated
        #[arg(long, value_name = "KEY=VALUE")]
        config: Vec<String>,
        #[command(flatten)]
        out: Output,
    },
    /// Partitions, offsets and settings of a topic
    #[command(after_help = "Examples:\n  weir topic describe orders")]
    Describe {
        name: String,
        #[command(flatten)]
        out: Output,
    },
    /// Change settings of a topic
    #[command(
        after_help = "Examples:\n  weir topic alter orders --config retention.ms=60000\n  weir topic alter orders --delete-config retention.ms"
    )]
    Alter {
        name: String,
        /// A setting to give; can be repeated
        #[arg(long, value_name = "KEY=VALUE")]
        config: Vec<String>,
        /// A setting to put back to its default; can be repeated
        #[arg(long, value_name = "KEY")]
        delete_config: Vec<String>,
        #[command(flatten)]
        out: Output,
    },
    /// Delete topics with all their records
    #[command(after_help = "Examples:\n  weir topic delete orders clicks")]
    Delete {
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        out: Output,
    },
}

/// `weir produce`.
#[derive(Args, Debug)]
pub(crate) struct ProduceArgs {
    pub(crate) topic: String,
    /// What separates key and value in a line; without it lines are values
    #[arg(long, value_name = "TEXT")]
    pub(crate) key_separator: Option<String>,
    /// none, gzip, snappy, lz4 or zstd
    #[arg(long, default_value = "none")]
    pub(crate) compression: String,
    /// A producer setting, such as acks=1; can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) property: Vec<String>,
    /// Kafka cluster
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:9092",
        env = "WEIR_BOOTSTRAP_SERVERS"
    )]
    pub(crate) bootstrap_servers: String,
}

/// `weir consume`.
#[derive(Args, Debug)]
pub(crate) struct ConsumeArgs {
    pub(crate) topic: String,
    /// Start with the oldest record instead of the next one
    #[arg(long)]
    pub(crate) from_beginning: bool,
    /// Stop after so many records
    #[arg(long)]
    pub(crate) max: Option<u64>,
    /// Stop when nothing more comes
    #[arg(long)]
    pub(crate) exit_at_end: bool,
    /// Read as a member of this group, and commit
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Kafka cluster
    #[arg(
        long,
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:9092",
        env = "WEIR_BOOTSTRAP_SERVERS"
    )]
    pub(crate) bootstrap_servers: String,
    /// How to print: text, or one JSON object a line
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// `weir group`.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupCommand {
    /// All groups
    #[command(after_help = "Examples:\n  weir group list -o json")]
    List {
        #[command(flatten)]
        out: Output,
    },
    /// Committed offsets, lag and members of a group
    #[command(after_help = "Examples:\n  weir group describe audit")]
    Describe {
        name: String,
        #[command(flatten)]
        out: Output,
    },
    /// Delete groups that have no members
    #[command(after_help = "Examples:\n  weir group delete audit")]
    Delete {
        #[arg(required = true)]
        names: Vec<String>,
        #[command(flatten)]
        out: Output,
    },
}

/// `weir schema`.
#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// All subjects
    #[command(after_help = "Examples:\n  weir schema list")]
    List {
        #[command(flatten)]
        reg: RegistryOutput,
    },
    /// A version of a subject
    #[command(after_help = "Examples:\n  weir schema get orders-value\n  weir schema get orders-value 1 -o json")]
    Get {
        subject: String,
        #[arg(value_name = "VERSION", default_value = "latest", allow_negative_numbers = true)]
        number: String,
        #[command(flatten)]
        reg: RegistryOutput,
    },
    /// Register an Avro schema under a subject
    #[command(after_help = "Examples:\n  weir schema register orders-value order.avsc")]
    Register {
        subject: String,
        file: PathBuf,
        #[command(flatten)]
        reg: RegistryOutput,
    },
    /// Whether a schema may follow those of a subject; exit code 1 when not
    #[command(after_help = "Examples:\n  weir schema check orders-value order-v2.avsc")]
    Check {
        subject: String,
        file: PathBuf,
        #[command(flatten)]
        reg: RegistryOutput,
    },
    /// Delete a subject: its ids can still be looked up, unless it is deleted for good
    #[command(
        after_help = "Examples:\n  weir schema delete orders-value\n  weir schema delete orders-value --permanent"
    )]
    Delete {
        subject: String,
        /// For good, after it was deleted
        #[arg(long)]
        permanent: bool,
        #[command(flatten)]
        reg: RegistryOutput,
    },
}

/// `weir connector`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorCommand {
    /// All connectors with their states
    #[command(after_help = "Examples:\n  weir connector list")]
    List {
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// What connectors can be made of
    #[command(after_help = "Examples:\n  weir connector plugins -o json")]
    Plugins {
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Make or change a connector from a file {"name": ..., "config": {...}}
    #[command(after_help = "Examples:\n  weir connector apply examples/quickstart/users-source.json")]
    Apply {
        file: PathBuf,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// State of a connector and its tasks
    #[command(after_help = "Examples:\n  weir connector status users -o json")]
    Status {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Restart a connector and its tasks
    #[command(after_help = "Examples:\n  weir connector restart users")]
    Restart {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Pause a connector
    #[command(after_help = "Examples:\n  weir connector pause users")]
    Pause {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Resume a connector
    #[command(after_help = "Examples:\n  weir connector resume users")]
    Resume {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Stop a connector; its offsets can be edited then
    #[command(after_help = "Examples:\n  weir connector stop users")]
    Stop {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
    /// Delete a connector
    #[command(after_help = "Examples:\n  weir connector delete users")]
    Delete {
        name: String,
        #[command(flatten)]
        con: ConnectOutput,
    },
}

/// `weir demo`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DemoArgs {
    /// End when the result is there, instead of staying up until Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    /// Settings: weir.toml, with a table for each part
    #[arg(long, value_name = "FILE", env = "WEIR_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// A CSV file of your own, instead of the flights
    #[arg(long, value_name = "CSV", requires = "count_by")]
    pub(crate) file: Option<PathBuf>,
    /// The column to count the file's rows by
    #[arg(long, value_name = "COLUMN", requires = "file")]
    pub(crate) count_by: Option<String>,
    /// A setting of any part; can be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Where data is kept; default: a directory that goes with the demo
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::Cli;

    #[test]
    fn names_do_not_clash() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}

//! The console's settings, and starting it with them.

use crate::failure::Failure;
use crate::settings::Sources;
use std::net::SocketAddr;
use weir_config::{ConfigDef, ConfigKey};
use weir_console::{Console, ConsoleConfig, StartError};
use weir_core::Seam;

const KEYS: &[ConfigKey] = &[
    ConfigKey::string("listeners")
        .default("http://127.0.0.1:8080")
        .high()
        .doc("Where the console listens (http://host:port); loopback only. Port 0 takes a free one."),
    ConfigKey::string("bootstrap.servers")
        .default("127.0.0.1:9092")
        .high()
        .doc("The cluster to show (host:port, separated by commas)."),
    ConfigKey::string("schema.registry.url")
        .default("http://127.0.0.1:8081")
        .doc("The schema registry to show and to decode with. Empty: none."),
    ConfigKey::string("connect.url")
        .default("http://127.0.0.1:8083")
        .doc("The Connect worker to show. Empty: none."),
];

/// What runs beside the console in this process, and wins over settings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Neighbours {
    pub(crate) bootstrap: Option<String>,
    pub(crate) registry: Option<String>,
    pub(crate) connect: Option<String>,
}

/// The table.
pub(crate) fn def() -> ConfigDef {
    ConfigDef::from_keys(KEYS)
}

fn wrong(e: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("console: {e}"))
}

/// The settings, with what runs beside the console.
pub(crate) fn config(sources: &Sources<'_>, beside: &Neighbours) -> Result<ConsoleConfig, Failure> {
    let def = def();
    let map = sources.of_part("console", &def, &[])?;
    let given = def.parse(map).map_err(|e| wrong(&e))?;
    let text = |name: &str| given.get::<String>(name).map_err(|e| wrong(&e));
    let either = |name: &str, beside: &Option<String>| beside.clone().map_or_else(|| text(name), Ok);
    let optional = |name: &str, beside: &Option<String>| {
        let url = either(name, beside)?;
        Ok::<_, Failure>(Some(url).filter(|url| !url.is_empty()))
    };
    Ok(ConsoleConfig {
        listen: listener(&text("listeners")?)?,
        bootstrap_servers: either("bootstrap.servers", &beside.bootstrap)?,
        registry_url: optional("schema.registry.url", &beside.registry)?,
        connect_url: optional("connect.url", &beside.connect)?,
    })
}

pub(crate) async fn start(seam: &Seam, sources: &Sources<'_>, beside: Neighbours) -> Result<Console, Failure> {
    let config = config(sources, &beside)?;
    Console::start(config, seam.clone()).await.map_err(|e| {
        let failure = wrong(&e);
        match &e {
            StartError::Listen { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse => failure.hint(
                "another process listens there: stop it, or choose another port with --set console.listeners=http://127.0.0.1:18080",
            ),
            _ => failure,
        }
    })
}

fn listener(url: &str) -> Result<SocketAddr, Failure> {
    let bad = || {
        Failure::new(format!("console: listeners={url} is not http://address:port"))
            .hint("for example http://127.0.0.1:8080")
    };
    let authority = url.trim().strip_prefix("http://").ok_or_else(bad)?;
    let authority = authority.trim_end_matches('/').replace("localhost:", "127.0.0.1:");
    authority.parse().map_err(|_| bad())
}

//! What the console needs to know.

use std::net::SocketAddr;

/// Where the console listens and what it looks at.
#[derive(Debug, Clone)]
pub struct ConsoleConfig {
    /// Its own address; loopback only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The cluster: `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// The schema registry, `http://host:port`; without one, subjects are not shown and Avro is not decoded.
    pub registry_url: Option<String>,
    /// A Connect worker, `http://host:port`; without one, connectors are not shown.
    pub connect_url: Option<String>,
}

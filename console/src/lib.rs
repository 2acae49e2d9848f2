//! `weir-console`: the web console and its JSON API, over public APIs only: the Kafka protocol through `weir-client`, the schema
//! registry's and Connect's REST. It works the same on Weir and on Apache Kafka.
//!
//! Rooms, downwards:
//!
//! - [`server`]: start, stop, routes
//! - `guard`: who may ask: no foreign `Host`, no cross-origin write
//! - `api`: one file per subject of the JSON API
//! - `decode`: a record's bytes as something to look at
//! - `upstream`: HTTP to the registry and Connect
//! - `assets`: the web app's built files; its source is in `app/`
//! - [`config`], `error`
//!
//! It must never know a broker's insides. Deliberately absent: authentication (it listens on loopback only), producing records,
//! changing schemas and creating connectors.

mod api;
mod assets;
pub mod config;
mod decode;
mod error;
mod guard;
pub mod server;
mod upstream;

pub use config::ConsoleConfig;
pub use server::{Console, StartError};

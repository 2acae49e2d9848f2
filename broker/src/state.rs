//! What every part of a running broker shares.

use crate::config::BrokerConfig;
use crate::controller::Controller;
use crate::disk::Disk;
use crate::groups::Coordinators;
use crate::journal::Journal;
use crate::topics::Topics;
use crate::turns::Turns;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use weir_core::Seam;
use weir_engine::log::LogConfig;
use weir_engine::metadata::RESOURCE_TOPIC;
use weir_engine::topic_config;
use weir_messages::Str;

/// A running broker.
pub(crate) struct State {
    pub(crate) seam: Seam,
    pub(crate) config: BrokerConfig,
    pub(crate) disk: Disk,
    pub(crate) journal: Arc<Journal>,
    pub(crate) topics: Arc<Topics>,
    pub(crate) controller: Controller,
    pub(crate) groups: Coordinators,
    /// Producer ids left of the current block: next, end.
    pub(crate) producer_ids: Mutex<(i64, i64)>,
    pub(crate) stopping: AtomicBool,
    pub(crate) connections: AtomicUsize,
    /// Bytes that a partition's file may lag behind for what is in the journal; set by the background.
    pub(crate) lag_max: AtomicUsize,
    pub(crate) turns: Turns,
    /// One waker per open connection, to close it at a stop.
    pub(crate) open: Mutex<BTreeMap<u64, Arc<dyn weir_core::seam::Connection>>>,
}

/// Who asks, and how.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) version: i16,
    pub(crate) client_id: Str,
    pub(crate) peer: Arc<Peer>,
}

/// Who is at the other end of a connection, and by which way.
#[derive(Debug)]
pub(crate) struct Peer {
    /// As Kafka writes it: `/127.0.0.1`.
    pub(crate) host: String,
    /// Name of the listener that the connection came in by.
    pub(crate) listener: Arc<str>,
    /// Who the connection has shown itself to be; `User:ANONYMOUS` until authentication exists.
    pub(crate) principal: Arc<str>,
    /// Address that the client dialled.
    pub(crate) dialled: std::net::SocketAddr,
}

/// What a request wants to do (`AclOperation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Read,
    Write,
    Create,
    Delete,
    Alter,
    Describe,
    DescribeConfigs,
    AlterConfigs,
    IdempotentWrite,
}

/// What it wants to do it to (`ResourceType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource<'a> {
    Topic(&'a str),
    Group(&'a str),
    Cluster,
}

impl State {
    /// Every API asks here. All is allowed until there is an authorizer (DESIGN 3.10): the calls are in place so that
    /// it becomes one change.
    pub(crate) fn authorize(&self, context: &Context, operation: Operation, resource: Resource<'_>) -> bool {
        tracing::trace!(
            principal = &*context.peer.principal,
            listener = &*context.peer.listener,
            ?operation,
            ?resource,
            "authorized"
        );
        true
    }

    /// A topic's settings over the broker's defaults. What is stored was checked when it was set.
    pub(crate) fn log_config(&self, own: &BTreeMap<String, String>) -> LogConfig {
        topic_config::parse(own, &self.config.topic_defaults).unwrap_or_else(|e| {
            tracing::error!(error = %e, "stored topic settings do not parse: defaults are used");
            LogConfig::default()
        })
    }

    /// A topic's own settings.
    pub(crate) fn topic_settings(&self, topic: &str) -> BTreeMap<String, String> {
        self.controller.image().config(RESOURCE_TOPIC, topic)
    }

    /// Host and port that a client of this connection is told.
    pub(crate) fn advertised(&self, context: &Context) -> (Str, i32) {
        match self.config.advertised.get(&*context.peer.listener) {
            Some((host, port)) => (Str::from(host.as_str()), i32::from(*port)),
            None => (
                Str::from(context.peer.dialled.ip().to_string()),
                i32::from(context.peer.dialled.port()),
            ),
        }
    }
}

//! Administration: topics, configs, records, groups, the cluster. One file per subject.
//!
//! Each operation answers per item: a batch of topics may partly succeed. What can be retried is retried until
//! `default.api.timeout.ms`.

mod cluster;
mod configs;
mod groups;
mod records;
mod topics;

pub use cluster::ClusterDescription;
pub use configs::{AlterConfig, ConfigEntry, ConfigResource, ConfigSource, ConfigSynonym, ResourceType};
pub use groups::{GroupDescription, GroupListing, MemberDescription};
pub use records::OffsetSpec;
pub use topics::{CreatedTopic, NewTopic, TopicListing};

use std::collections::BTreeMap;
use std::future::Future;

use weir_core::Seam;
use weir_messages::Str;

use crate::cluster::{Cluster, MetadataError};
use crate::config::AdminConfig;
use crate::types::ApiError;
use crate::wire::CallError;

/// An outcome per item.
pub type Each<K, V> = BTreeMap<K, Result<V, ApiError>>;

/// Why an operation as a whole failed; what failed for single items is in their own results.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// No broker answered.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A partition's leader could not be learned.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// A broker refused the whole request.
    #[error(transparent)]
    Refused(#[from] ApiError),
}

impl AdminError {
    /// Whether the same operation may succeed later.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Call(error) => error.retriable(),
            Self::Metadata(error) => error.retriable(),
            Self::Refused(error) => error.retriable(),
        }
    }
}

/// An admin client. Cheap to share behind an `Arc`; all methods take `&self`.
#[derive(Debug)]
pub struct Admin {
    cluster: Cluster,
    config: AdminConfig,
}

impl Admin {
    /// An admin client with connections of its own. Nothing is connected until the first operation.
    pub fn new(seam: Seam, config: AdminConfig) -> Self {
        let cluster = Cluster::new(seam, config.client.clone());
        Self::on(cluster, config)
    }

    /// An admin client that shares a cluster's connections and metadata.
    pub fn on(cluster: Cluster, config: AdminConfig) -> Self {
        Self { cluster, config }
    }

    /// Repeats `attempt` while it fails in a way that may pass, until `default.api.timeout.ms`.
    async fn retry<T, F: Future<Output = Result<T, AdminError>>>(
        &self,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, AdminError> {
        let deadline = self.cluster.deadline(self.config.api_timeout);
        let mut backoff = self.cluster.backoff();
        loop {
            match attempt().await {
                Err(error) if error.retriable() && !deadline.passed(self.cluster.seam()) => {
                    tracing::debug!(%error, "admin, retrying");
                    backoff.pause(self.cluster.seam(), deadline).await;
                }
                done => return done,
            }
        }
    }

    fn timeout_ms(&self) -> i32 {
        i32::try_from(self.config.client.request_timeout.as_millis()).unwrap_or(i32::MAX)
    }
}

/// When an answer holds nothing but errors that a retry may mend, the first of them: then the whole request is worth repeating.
fn all_retriable<K, V>(each: Each<K, V>) -> Result<Each<K, V>, AdminError> {
    let first = each.values().find_map(|result| result.as_ref().err()).cloned();
    match first {
        Some(error)
            if each
                .values()
                .all(|result| result.as_ref().is_err_and(ApiError::retriable)) =>
        {
            Err(error.into())
        }
        _ => Ok(each),
    }
}

fn text(value: &Str) -> String {
    value.as_str().to_owned()
}

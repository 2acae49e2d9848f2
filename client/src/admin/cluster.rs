//! The cluster itself.

use weir_messages::DescribeClusterRequest;

use super::{Admin, AdminError, text};
use crate::cluster::Broker;
use crate::types::ApiError;

/// Brokers and what they belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: String,
    /// The broker that acts as controller for clients, if there is one.
    pub controller: Option<i32>,
    /// Brokers that are up.
    pub brokers: Vec<Broker>,
}

impl Admin {
    /// The cluster's id, controller and brokers.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, AdminError> {
        let request = DescribeClusterRequest::default();
        self.retry(|| async {
            let response = self.cluster.call_any(&request, i16::MAX).await?;
            ApiError::check(response.error_code, response.error_message.as_ref())?;
            let brokers = response.brokers.iter().map(|broker| Broker {
                id: broker.broker_id,
                host: text(&broker.host),
                port: u16::try_from(broker.port).unwrap_or_default(),
                rack: broker.rack.as_ref().map(text),
            });
            Ok(ClusterDescription {
                cluster_id: text(&response.cluster_id),
                controller: Some(response.controller_id).filter(|id| *id >= 0),
                brokers: brokers.collect(),
            })
        })
        .await
    }
}

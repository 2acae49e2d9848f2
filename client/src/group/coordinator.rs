//! Finds a group's coordinator and talks to it.

use parking_lot::Mutex;
use weir_core::ErrorCode;
use weir_messages::{FindCoordinatorRequest, Request, Str};

use crate::cluster::{Cluster, Lane};
use crate::wire::CallError;

/// Key type of groups in FindCoordinator.
const GROUP: i8 = 0;

/// A group's coordinator; found again after it was called lost.
pub(crate) struct Coordinator {
    cluster: Cluster,
    group: Str,
    node: Mutex<Option<i32>>,
}

impl Coordinator {
    pub(crate) fn new(cluster: Cluster, group: Str) -> Self {
        Self {
            cluster,
            group,
            node: Mutex::new(None),
        }
    }

    pub(crate) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    pub(crate) fn group(&self) -> &Str {
        &self.group
    }

    /// Forgets the coordinator.
    pub(crate) fn lost(&self) {
        *self.node.lock() = None;
    }

    /// Whether this error means that another broker coordinates, or will.
    pub(crate) fn moved(code: ErrorCode) -> bool {
        matches!(code, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable)
    }

    async fn find(&self) -> Result<i32, CallError> {
        if let Some(node) = *self.node.lock() {
            return Ok(node);
        }
        let request = FindCoordinatorRequest {
            key: self.group.clone(),
            key_type: GROUP,
            coordinator_keys: vec![self.group.clone()],
            ..Default::default()
        };
        let connection = self.cluster.any_connection().await?;
        let version = connection.version::<FindCoordinatorRequest>(i16::MAX)?;
        // From version 4 on, keys are asked for in bulk.
        let request = match version >= 4 {
            true => FindCoordinatorRequest {
                key: Str::new(),
                ..request
            },
            false => FindCoordinatorRequest {
                coordinator_keys: Vec::new(),
                ..request
            },
        };
        let response = connection
            .call_version(&request, version, self.cluster.config().request_timeout)
            .await?;
        let (code, node) = match response.coordinators.first() {
            Some(found) => (found.error_code, found.node_id),
            None => (response.error_code, response.node_id),
        };
        ErrorCode::check(code).map_err(|code| CallError::refused(FindCoordinatorRequest::KEY, code))?;
        *self.node.lock() = Some(node);
        Ok(node)
    }

    /// Sends a request to the coordinator.
    pub(crate) async fn call<R: Request>(&self, lane: Lane, request: &R, cap: i16) -> Result<R::Response, CallError> {
        self.call_within(lane, request, cap, self.cluster.config().request_timeout)
            .await
    }

    /// [`Self::call`] with a timeout of its own: a JoinGroup waits for all members.
    pub(crate) async fn call_within<R: Request>(
        &self,
        lane: Lane,
        request: &R,
        cap: i16,
        timeout: std::time::Duration,
    ) -> Result<R::Response, CallError> {
        let node = self.find().await?;
        let result = async {
            let connection = self.cluster.connection(node, lane).await?;
            let version = connection.version::<R>(cap)?;
            connection.call_version(request, version, timeout).await
        }
        .await;
        if matches!(&result, Err(error) if error.retriable()) {
            self.lost();
        }
        result
    }
}

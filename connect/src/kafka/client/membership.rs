//! Membership in the group of workers: group type `connect`, metadata and assignments in Kafka Connect's version 0 format.
//!
//! The protocol has a name of its own: JVM workers cannot be in one group with ours until ours share work as they do. The leader of a
//! generation runs everything, so assignments name it and no work.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use weir_client::Cluster;
use weir_client::group::{AssignError, GroupClient, GroupConfig, GroupError, GroupProtocol, Members};
use weir_core::ErrorCode;
use weir_messages::Str;

use super::error;
use crate::kafka::{KafkaError, Membership, Standing, WorkerGroup};

/// The one protocol on offer.
const PROTOCOL: &str = "weir-leader-runs-all";

struct Protocol {
    url: String,
}

fn put_string(out: &mut BytesMut, text: &str) {
    // A URL or a member id: a longer one is cut, which only makes it unreachable.
    let bytes = text.as_bytes();
    let length = i16::try_from(bytes.len()).unwrap_or(i16::MAX);
    out.put_i16(length);
    out.put_slice(
        bytes
            .get(..usize::try_from(length).unwrap_or_default())
            .unwrap_or_default(),
    );
}

fn take_string(from: &mut Bytes) -> Option<String> {
    let length = usize::try_from(from.try_get_i16().ok()?).ok()?;
    (from.remaining() >= length).then(|| String::from_utf8_lossy(&from.split_to(length)).into_owned())
}

/// Version, URL, config offset (-1: not compared today).
fn metadata(url: &str) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(0);
    put_string(&mut out, url);
    out.put_i64(-1);
    out.freeze()
}

fn metadata_url(mut bytes: Bytes) -> Option<String> {
    bytes.try_get_i16().ok()?;
    take_string(&mut bytes)
}

/// Version, error, leader, its URL, config offset, no connectors.
fn assignment(leader: &str, leader_url: &str) -> Bytes {
    let mut out = BytesMut::new();
    out.put_i16(0);
    out.put_i16(0);
    put_string(&mut out, leader);
    put_string(&mut out, leader_url);
    out.put_i64(-1);
    out.put_i32(0);
    out.freeze()
}

fn assigned_leader_url(mut bytes: Bytes) -> Option<String> {
    bytes.try_get_i16().ok()?;
    bytes.try_get_i16().ok()?;
    take_string(&mut bytes)?;
    take_string(&mut bytes)
}

#[async_trait]
impl GroupProtocol for Protocol {
    fn protocol_type(&self) -> Str {
        "connect".into()
    }

    fn protocols(&mut self) -> Vec<(Str, Bytes)> {
        vec![(PROTOCOL.into(), metadata(&self.url))]
    }

    async fn assign(&mut self, members: Members) -> Result<BTreeMap<Str, Bytes>, AssignError> {
        let leader = members.members.iter().find(|member| member.id == members.leader);
        let url = leader.and_then(|member| metadata_url(member.metadata.clone()));
        let url = url.ok_or_else(|| AssignError("the leader's own metadata cannot be read".to_owned()))?;
        let same = assignment(members.leader.as_str(), &url);
        Ok(members
            .members
            .into_iter()
            .map(|member| (member.id, same.clone()))
            .collect())
    }
}

/// A worker in the group.
pub struct WorkerMembership {
    group: GroupClient<Protocol>,
    joined: bool,
}

impl WorkerMembership {
    /// A worker that has not joined yet.
    pub fn new(cluster: Cluster, group: &WorkerGroup) -> Self {
        let config = GroupConfig {
            group_id: group.group_id.as_str().into(),
            instance_id: None,
            session_timeout: group.session_timeout,
            heartbeat_interval: group.heartbeat_interval,
            rebalance_timeout: group.rebalance_timeout,
            max_poll_interval: None,
        };
        let protocol = Protocol { url: group.url.clone() };
        Self {
            group: GroupClient::new(cluster, config, protocol),
            joined: false,
        }
    }
}

/// JVM workers in the group go away or do not: worth waiting for, and worth saying.
fn join_error(failure: &GroupError) -> KafkaError {
    let what = "cannot join the group of workers";
    match failure {
        GroupError::Refused {
            code: ErrorCode::InconsistentGroupProtocol,
            ..
        } => KafkaError::Retriable(format!(
            "{what}: workers of another kind are in it, stop them first ({failure})"
        )),
        other => error(other.retriable(), what, other),
    }
}

#[async_trait]
impl Membership for WorkerMembership {
    async fn changed(&mut self) -> Result<Standing, KafkaError> {
        if self.joined {
            let due = self.group.rejoin_needed().await;
            due.map_err(|e| error(e.retriable(), "lost the group of workers", e))?;
            if self.group.take_lost() {
                self.joined = false;
                return Ok(Standing::Lost);
            }
        }
        let joined = self.group.join().await.map_err(|e| join_error(&e))?;
        self.joined = true;
        let leader_url = assigned_leader_url(joined.assignment)
            .ok_or_else(|| KafkaError::Fatal("the leader's assignment cannot be read".to_owned()))?;
        Ok(Standing::Joined {
            generation: joined.generation.id,
            leader: joined.leader,
            leader_url,
        })
    }

    async fn leave(&mut self) {
        self.group.leave("the worker stops").await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leader_is_named_to_all() {
        let url = "http://127.0.0.1:8083/";
        assert_eq!(metadata_url(metadata(url)).as_deref(), Some(url));
        let bytes = assignment("leader-1", url);
        assert_eq!(assigned_leader_url(bytes.clone()).as_deref(), Some(url));
        for length in 0..bytes.len() - 12 {
            assert_eq!(assigned_leader_url(bytes.slice(..length)), None, "cut at {length}");
        }
    }
}

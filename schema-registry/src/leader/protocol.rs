//! The group protocol of Confluent's `SchemaRegistryCoordinator`: type `sr`, protocol `v0`, JSON for metadata and assignment.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use weir_client::group::{AssignError, GroupProtocol, Members};
use weir_messages::Str;

const PROTOCOL_TYPE: &str = "sr";
const PROTOCOL: &str = "v0";
const VERSION: i32 = 1;
/// `Assignment.NO_ERROR` and `Assignment.DUPLICATE_URLS`.
const NO_ERROR: i16 = 0;
const DUPLICATE_URLS: i16 = 1;

/// How others reach a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    version: i32,
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether it may become the leader.
    pub master_eligibility: bool,
    #[serde(default = "http")]
    scheme: String,
}

fn http() -> String {
    "http".into()
}

impl Identity {
    /// A registry that speaks HTTP there.
    pub fn new(host: String, port: u16, eligible: bool) -> Identity {
        Identity {
            version: VERSION,
            host,
            port,
            master_eligibility: eligible,
            scheme: http(),
        }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        match self.host.contains(':') {
            true => format!("{}://[{}]:{}", self.scheme, self.host, self.port),
            false => format!("{}://{}:{}", self.scheme, self.host, self.port),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Assignment {
    version: i32,
    error: i16,
    master: Option<String>,
    master_identity: Option<Identity>,
}

/// What this member says and, as the group's leader, decides.
pub(super) struct Protocol {
    pub(super) own: Identity,
}

fn json<T: Serialize>(value: &T) -> Bytes {
    // Plain structs of strings and numbers always serialise.
    serde_json::to_vec(value).unwrap_or_default().into()
}

/// Everyone gets the same: the eligible member with the smallest id, unless two claim one URL.
fn decide(members: &[(Str, Identity)]) -> Assignment {
    let urls: BTreeSet<String> = members.iter().map(|(_, identity)| identity.url()).collect();
    let eligible = members.iter().filter(|(_, identity)| identity.master_eligibility);
    let first = eligible.min_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    let error = if urls.len() == members.len() {
        NO_ERROR
    } else {
        DUPLICATE_URLS
    };
    Assignment {
        version: VERSION,
        error,
        master: first.map(|(id, _)| id.as_str().to_owned()),
        master_identity: first.map(|(_, identity)| identity.clone()),
    }
}

#[async_trait]
impl GroupProtocol for Protocol {
    fn protocol_type(&self) -> Str {
        PROTOCOL_TYPE.into()
    }

    fn protocols(&mut self) -> Vec<(Str, Bytes)> {
        vec![(PROTOCOL.into(), json(&self.own))]
    }

    async fn assign(&mut self, members: Members) -> Result<BTreeMap<Str, Bytes>, AssignError> {
        let identities: Result<Vec<(Str, Identity)>, AssignError> = members
            .members
            .into_iter()
            .map(|member| match serde_json::from_slice(&member.metadata) {
                Ok(identity) => Ok((member.id, identity)),
                Err(error) => Err(AssignError(format!("member {}: {error}", member.id.as_str()))),
            })
            .collect();
        let identities = identities?;
        let same = json(&decide(&identities));
        Ok(identities.into_iter().map(|(id, _)| (id, same.clone())).collect())
    }
}

/// Why an assignment names nobody.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum NoLeader {
    #[error("two registries in the group have the same host name and port; set host.name")]
    DuplicateUrls,
    #[error("no registry in the group is eligible as leader (leader.eligibility)")]
    NobodyEligible,
    #[error("the assignment cannot be read: {0}")]
    Malformed(String),
}

/// Who leads by an assignment.
pub(super) fn leader_of(assignment: &[u8]) -> Result<Identity, NoLeader> {
    let assignment: Assignment =
        serde_json::from_slice(assignment).map_err(|error| NoLeader::Malformed(error.to_string()))?;
    match (assignment.error, assignment.master_identity) {
        (NO_ERROR, Some(identity)) => Ok(identity),
        (NO_ERROR, None) => Err(NoLeader::NobodyEligible),
        (DUPLICATE_URLS, _) => Err(NoLeader::DuplicateUrls),
        (other, _) => Err(NoLeader::Malformed(format!("error {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, port: u16, eligible: bool) -> (Str, Identity) {
        (id.into(), Identity::new("h".into(), port, eligible))
    }

    #[test]
    fn the_smallest_eligible_member_leads() {
        let leader = |members: &[(Str, Identity)]| leader_of(&json(&decide(members)));
        let all = [member("c", 1, true), member("a", 2, false), member("b", 3, true)];
        assert_eq!(leader(&all).map(|i| i.port), Ok(3));
        assert_eq!(leader(&[member("a", 2, false)]), Err(NoLeader::NobodyEligible));
        assert_eq!(
            leader(&[member("a", 2, true), member("b", 2, true)]),
            Err(NoLeader::DuplicateUrls)
        );
        assert!(matches!(leader_of(b"{}"), Err(NoLeader::Malformed(_))));
        assert!(matches!(leader_of(b""), Err(NoLeader::Malformed(_))));
    }

    #[test]
    fn confluents_json() {
        let confluents = br#"{"host":"h","port":8081,"master_eligibility":true,"scheme":"http","version":1}"#;
        let identity: Identity = serde_json::from_slice(confluents).unwrap();
        assert_eq!(identity, Identity::new("h".into(), 8081, true));
        assert_eq!(Identity::new("::1".into(), 1, true).url(), "http://[::1]:1");
        // Before there was a scheme.
        let old = br#"{"version":1,"host":"h","port":1,"master_eligibility":false}"#;
        assert_eq!(serde_json::from_slice::<Identity>(old).unwrap().url(), "http://h:1");
    }
}

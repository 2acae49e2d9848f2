//! Groups and their committed offsets.
//!
//! Describing covers groups of the classic protocol, whatever their type; groups of the newer `consumer` protocol (KIP-848) are
//! listed, but not described yet.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::future::join_all;
use weir_core::ErrorCode;
use weir_messages::offset_delete_request::{OffsetDeleteRequestPartition, OffsetDeleteRequestTopic};
use weir_messages::{DeleteGroupsRequest, DescribeGroupsRequest, ListGroupsRequest, OffsetDeleteRequest, Str};

use super::{Admin, AdminError, Each, text};
use crate::cluster::{Lane, Wanted};
use crate::consumer::{CommitError, OffsetsError, check_offsets, commit_offsets, commit_request, committed_offsets};
use crate::group::Coordinator;
use crate::types::{ApiError, OffsetAndMetadata, TopicPartition};

/// A group that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupListing {
    /// Its id.
    pub group_id: Str,
    /// `consumer`, `connect`, …; empty for a group that only has offsets.
    pub protocol_type: String,
    /// `Stable`, `Empty`, …; empty when the broker is too old to say.
    pub state: String,
    /// `classic`, `consumer`, …; empty when the broker is too old to say.
    pub group_type: String,
}

/// A group with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDescription {
    /// Its id.
    pub group_id: Str,
    /// `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Dead`.
    pub state: String,
    /// `consumer`, `connect`, …
    pub protocol_type: String,
    /// Which of its protocols counts: a consumer group's assignor.
    pub protocol: String,
    /// Its members.
    pub members: Vec<MemberDescription>,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDescription {
    /// Its id.
    pub member_id: String,
    /// Its static id, if it has one.
    pub instance_id: Option<String>,
    /// How its client calls itself.
    pub client_id: String,
    /// Where it connects from.
    pub client_host: String,
    /// What it said when it joined, in the protocol's format.
    pub metadata: Bytes,
    /// What it was assigned, in the protocol's format; see [`MemberDescription::partitions`].
    pub assignment: Bytes,
}

impl MemberDescription {
    /// The partitions of a member of a consumer group; `None` for what is no consumer's assignment.
    pub fn partitions(&self) -> Option<Vec<TopicPartition>> {
        let partitions = crate::consumer::read_assignment(self.assignment.clone()).ok()?;
        Some(partitions.into_iter().collect())
    }
}

impl Admin {
    /// All groups of all brokers.
    ///
    /// # Errors
    /// A broker did not answer in time.
    pub async fn list_groups(&self) -> Result<Vec<GroupListing>, AdminError> {
        let request = ListGroupsRequest::default();
        self.retry(|| async {
            self.cluster.refresh(&Wanted::Topics(Default::default()), false).await?;
            let brokers = self.cluster.brokers();
            let request = &request;
            let calls = brokers
                .iter()
                .map(|broker| self.cluster.call(broker.id, Lane::Main, request, i16::MAX));
            let mut listings = BTreeMap::new();
            for response in join_all(calls).await {
                let response = response?;
                ApiError::check(response.error_code, None)?;
                for group in response.groups {
                    let listing = GroupListing {
                        group_id: group.group_id.clone(),
                        protocol_type: text(&group.protocol_type),
                        state: text(&group.group_state),
                        group_type: text(&group.group_type),
                    };
                    listings.insert(group.group_id, listing);
                }
            }
            Ok(listings.into_values().collect())
        })
        .await
    }

    fn coordinator(&self, group: &Str) -> Coordinator {
        Coordinator::new(self.cluster.clone(), group.clone())
    }

    /// Members and state of groups. A group that does not exist is `Dead` to older brokers and GROUP_ID_NOT_FOUND to newer ones.
    ///
    /// # Errors
    /// No coordinator answered in time.
    pub async fn describe_groups<T: Into<Str>>(
        &self,
        groups: impl IntoIterator<Item = T>,
    ) -> Result<Each<Str, GroupDescription>, AdminError> {
        let mut described = BTreeMap::new();
        for group in groups.into_iter().map(Into::into) {
            let coordinator = self.coordinator(&group);
            let request = DescribeGroupsRequest {
                groups: vec![group.clone()],
                ..Default::default()
            };
            let result = self
                .retry(|| async {
                    let response = coordinator.call(Lane::Coordinator, &request, i16::MAX).await?;
                    let Some(found) = response.groups.into_iter().next() else {
                        return Ok(Err(ErrorCode::UnknownServerError.into()));
                    };
                    let checked = ApiError::check(found.error_code, found.error_message.as_ref());
                    retry_moved(&coordinator, checked.as_ref().err())?;
                    let member =
                        |m: &weir_messages::describe_groups_response::DescribedGroupMember| MemberDescription {
                            member_id: text(&m.member_id),
                            instance_id: m.group_instance_id.as_ref().map(text),
                            client_id: text(&m.client_id),
                            client_host: text(&m.client_host),
                            metadata: m.member_metadata.clone(),
                            assignment: m.member_assignment.clone(),
                        };
                    Ok(checked.map(|()| GroupDescription {
                        state: text(&found.group_state),
                        protocol_type: text(&found.protocol_type),
                        protocol: text(&found.protocol_data),
                        members: found.members.iter().map(member).collect(),
                        group_id: found.group_id,
                    }))
                })
                .await?;
            described.insert(group, result);
        }
        Ok(described)
    }

    /// Deletes groups that have no members, with their offsets.
    ///
    /// # Errors
    /// No coordinator answered in time.
    pub async fn delete_groups<T: Into<Str>>(
        &self,
        groups: impl IntoIterator<Item = T>,
    ) -> Result<Each<Str, ()>, AdminError> {
        let mut deleted = BTreeMap::new();
        for group in groups.into_iter().map(Into::into) {
            let coordinator = self.coordinator(&group);
            let request = DeleteGroupsRequest {
                groups_names: vec![group.clone()],
                ..Default::default()
            };
            let result = self
                .retry(|| async {
                    let response = coordinator.call(Lane::Coordinator, &request, i16::MAX).await?;
                    let code = response
                        .results
                        .first()
                        .map_or(ErrorCode::UnknownServerError.code(), |r| r.error_code);
                    let checked = ApiError::check(code, None);
                    retry_moved(&coordinator, checked.as_ref().err())?;
                    Ok(checked)
                })
                .await?;
            deleted.insert(group, result);
        }
        Ok(deleted)
    }

    /// A group's committed offsets; all of them when `partitions` is `None`. Partitions without one are left out.
    ///
    /// # Errors
    /// The coordinator does not tell in time.
    pub async fn list_group_offsets(
        &self,
        group: impl Into<Str>,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetsError> {
        let coordinator = self.coordinator(&group.into());
        committed_offsets(&coordinator, partitions, self.cluster.deadline(self.config.api_timeout)).await
    }

    /// Sets a group's committed offsets. The group must have no members.
    ///
    /// # Errors
    /// See [`CommitError`]; a group with members is [`CommitError::Fenced`].
    pub async fn alter_group_offsets(
        &self,
        group: impl Into<Str>,
        offsets: &BTreeMap<TopicPartition, OffsetAndMetadata>,
    ) -> Result<(), CommitError> {
        check_offsets(offsets)?;
        let coordinator = self.coordinator(&group.into());
        let request = commit_request(coordinator.group(), None, None, offsets);
        let deadline = self.cluster.deadline(self.config.api_timeout);
        let mut backoff = self.cluster.backoff();
        loop {
            match commit_offsets(&coordinator, &request).await {
                // Final here, as in Java's `AlterConsumerGroupOffsetsHandler`: who names a partition that is not there is told.
                Err(
                    unknown @ CommitError::Refused {
                        code: ErrorCode::UnknownTopicOrPartition,
                        ..
                    },
                ) => return Err(unknown),
                Err(error) if error.retriable() && !deadline.passed(self.cluster.seam()) => {
                    backoff.pause(self.cluster.seam(), deadline).await;
                }
                done => return done,
            }
        }
    }

    /// Forgets committed offsets of topics that the group's members do not subscribe to.
    ///
    /// # Errors
    /// No coordinator answered in time, or it refused the group.
    pub async fn delete_group_offsets(
        &self,
        group: impl Into<Str>,
        partitions: &[TopicPartition],
    ) -> Result<Each<TopicPartition, ()>, AdminError> {
        let coordinator = self.coordinator(&group.into());
        let mut topics: BTreeMap<Str, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
        for partition in partitions {
            let rows = topics.entry(partition.topic.clone()).or_default();
            rows.push(OffsetDeleteRequestPartition {
                partition_index: partition.partition,
            });
        }
        let request = OffsetDeleteRequest {
            group_id: coordinator.group().clone(),
            topics: topics
                .into_iter()
                .map(|(name, partitions)| OffsetDeleteRequestTopic { name, partitions })
                .collect(),
        };
        self.retry(|| async {
            let response = coordinator.call(Lane::Coordinator, &request, i16::MAX).await?;
            let checked = ApiError::check(response.error_code, None);
            retry_moved(&coordinator, checked.as_ref().err())?;
            checked?;
            let mut deleted = BTreeMap::new();
            for topic in response.topics {
                for row in topic.partitions {
                    let partition = TopicPartition::new(topic.name.clone(), row.partition_index);
                    deleted.insert(partition, ApiError::check(row.error_code, None));
                }
            }
            Ok(deleted)
        })
        .await
    }
}

/// Another coordinator, or one that still loads, is worth another attempt; everything else is the group's own answer.
fn retry_moved(coordinator: &Coordinator, error: Option<&ApiError>) -> Result<(), AdminError> {
    match error {
        Some(error) if Coordinator::moved(error.code) => {
            coordinator.lost();
            Err(error.clone().into())
        }
        Some(error) if error.retriable() => Err(error.clone().into()),
        _ => Ok(()),
    }
}

//! What the errands bring: positions, metadata, fetched partitions, and what each means for the consumer.

use std::collections::{BTreeMap, BTreeSet};

use weir_core::ErrorCode;
use weir_messages::fetch_response::{NodeEndpoint, PartitionData};
use weir_messages::{FetchResponse, Str, Uuid};

use super::Consumer;
use super::buffer::Buffer;
use super::error::{OffsetsError, PollError};
use super::jobs::{Asked, Brought};
use super::offsets::Listed;
use super::subscription::{Fetched, Position, Seek, Subscription, reset};
use crate::cluster::Broker;
use crate::config::IsolationLevel;
use crate::types::{OffsetAndMetadata, TopicPartition};

impl Consumer {
    pub(super) fn read_inbox(&mut self) {
        while let Ok(brought) = self.inbox.try_recv() {
            self.on_brought(brought);
        }
    }

    pub(super) fn on_brought(&mut self, brought: Brought) {
        match brought {
            Brought::Fetch {
                node,
                asked,
                names,
                result,
            } => {
                self.fetching.remove(&node);
                match result {
                    Ok(response) => self.on_fetched(asked, &names, response),
                    Err(error) => {
                        tracing::debug!(%error, node, "fetch");
                        if !error.retriable() {
                            self.failures.push_back(error.into());
                        }
                        for partition in asked.keys() {
                            self.cluster.invalidate(&partition.topic);
                            self.pause_partition(partition);
                        }
                    }
                }
            }
            Brought::Committed { asked, result } => {
                self.looking_up = false;
                self.on_committed(&asked, result);
            }
            Brought::Sought { asked, listed } => {
                self.seeking = false;
                self.on_sought(&asked, &listed);
            }
            Brought::Metadata { all, failed } => {
                self.refreshing = false;
                if !failed && let Some(all) = all {
                    self.on_listed(all);
                }
            }
        }
    }

    fn on_committed(
        &mut self,
        asked: &[(TopicPartition, u64)],
        result: Result<BTreeMap<TopicPartition, OffsetAndMetadata>, OffsetsError>,
    ) {
        let found = match result {
            Ok(found) => found,
            Err(error) => {
                if !error.retriable() {
                    self.failures.push_back(PollError::Committed(error.to_string()));
                }
                asked.iter().for_each(|(partition, _)| self.pause_partition(partition));
                return;
            }
        };
        for (partition, token) in asked {
            let Some(state) = self.subs.current(partition, *token) else {
                continue;
            };
            match found.get(partition) {
                Some(committed) => {
                    state.position = Position::At {
                        offset: committed.offset,
                        leader_epoch: committed.leader_epoch,
                    };
                }
                None => self.reset_position(partition),
            }
        }
    }

    fn on_sought(&mut self, asked: &[(TopicPartition, u64, Seek)], listed: &Listed) {
        // Said once per topic and round.
        let mut refused = BTreeSet::new();
        for (partition, token, _) in asked {
            let Some(state) = self.subs.current(partition, *token) else {
                continue;
            };
            match listed.found.get(partition) {
                Some(Some(offset)) => {
                    state.position = Position::At {
                        offset: offset.offset,
                        leader_epoch: offset.leader_epoch,
                    };
                }
                // No record is that young: behind the last one.
                Some(None) => state.position = Position::Seeking(Seek::End),
                None => {
                    self.pause_partition(partition);
                    let Some(error) = listed.failed.get(partition) else {
                        continue;
                    };
                    tracing::debug!(%partition, %error, "position");
                    if !error.retriable() && refused.insert(&partition.topic) {
                        self.failures.push_back(error.of_position(partition));
                    }
                }
            }
        }
    }

    /// All topics, for a subscription by predicate.
    fn on_listed(&mut self, all: BTreeSet<Str>) {
        let Subscription::Matching(accepts) = &self.subs.subscription else {
            return;
        };
        let topics: BTreeSet<Str> = all.into_iter().filter(|topic| accepts(topic)).collect();
        self.listed_at = Some(self.cluster.seam().clock.monotonic());
        self.metadata_backoff = None;
        if let Some(membership) = &self.membership {
            let mut offer = membership.offer.lock();
            if offer.topics != topics {
                offer.topics = topics;
                drop(offer);
                membership.group.request_rejoin();
            }
        }
    }

    fn on_fetched(
        &mut self,
        asked: BTreeMap<TopicPartition, Asked>,
        names: &BTreeMap<Uuid, Str>,
        response: FetchResponse,
    ) {
        if let Err(code) = ErrorCode::check(response.error_code) {
            tracing::debug!(%code, "fetch");
            asked.keys().for_each(|partition| self.pause_partition(partition));
            return;
        }
        for topic in response.responses {
            let name = match topic.topic.is_empty() {
                true => names.get(&topic.topic_id).cloned(),
                false => Some(topic.topic),
            };
            let Some(name) = name else { continue };
            for data in topic.partitions {
                let partition = TopicPartition::new(name.clone(), data.partition_index);
                // The key that was asked with, not the answer's: its name does not hold on to the frame.
                let Some((partition, asked)) = asked.get_key_value(&partition) else {
                    continue;
                };
                self.on_partition(partition, asked, data, &response.node_endpoints);
            }
        }
    }

    fn on_partition(
        &mut self,
        partition: &TopicPartition,
        asked: &Asked,
        data: PartitionData,
        endpoints: &[NodeEndpoint],
    ) {
        let Some(state) = self.subs.expecting(partition, asked.token, asked.offset) else {
            return;
        };
        match ErrorCode::from_code(data.error_code) {
            ErrorCode::None => {
                let aborted = match self.config.isolation_level {
                    IsolationLevel::ReadUncommitted => None,
                    IsolationLevel::ReadCommitted => Some(data.aborted_transactions.unwrap_or_default()),
                };
                let records = data.records.unwrap_or_default();
                match Buffer::new(records, asked.offset, aborted, self.config.check_crcs) {
                    Ok(buffer) => state.fill(Fetched {
                        buffer,
                        high_watermark: data.high_watermark,
                        log_start: data.log_start_offset,
                        last_stable: data.last_stable_offset,
                    }),
                    Err(error) => {
                        let corrupt = PollError::Corrupt {
                            partition: partition.clone(),
                            offset: asked.offset,
                            reason: error.to_string(),
                        };
                        self.pause_partition(partition);
                        self.failures.push_back(corrupt);
                    }
                }
            }
            ErrorCode::OffsetOutOfRange => match reset(self.config.auto_offset_reset, self.cluster.seam().now_ms()) {
                Some(seek) => {
                    tracing::info!(%partition, offset = asked.offset, "offset out of range, resetting");
                    self.subs.seek(partition, Position::Seeking(seek));
                }
                None => {
                    self.pause_partition(partition);
                    self.failures.push_back(PollError::OffsetOutOfRange {
                        partition: partition.clone(),
                        offset: asked.offset,
                    });
                }
            },
            code if code.retriable() || code == ErrorCode::UnknownServerError => {
                tracing::debug!(%partition, %code, "fetch");
                self.cluster.invalidate(&partition.topic);
                let leader = &data.current_leader;
                let endpoint = endpoints.iter().find(|endpoint| endpoint.node_id == leader.leader_id);
                let endpoint = endpoint.map(|endpoint| Broker {
                    id: endpoint.node_id,
                    host: endpoint.host.as_str().to_owned(),
                    port: u16::try_from(endpoint.port).unwrap_or_default(),
                    rack: endpoint.rack.as_ref().map(|rack| rack.as_str().to_owned()),
                });
                self.cluster
                    .learn_leader(partition, leader.leader_id, leader.leader_epoch, endpoint);
                self.pause_partition(partition);
            }
            code => {
                self.pause_partition(partition);
                self.failures.push_back(PollError::Refused {
                    partition: partition.clone(),
                    error: code.into(),
                });
            }
        }
    }
}

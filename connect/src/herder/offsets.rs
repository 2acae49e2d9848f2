//! Altering and resetting offsets (KIP-875). The connector must be stopped, so nobody else writes them.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use weir_connect_sdk::{OffsetMap, TopicPartition};

use super::info::{connector_offsets, kind, sink_group};
use super::{HerderError, OffsetsRequest, Outcome, Owner};
use crate::config::validate::plugin_of;
use crate::store::config::TargetState;
use crate::store::offset::PutOffsets;

fn bad<T>(text: impl Into<String>) -> Result<T, HerderError> {
    Err(HerderError::BadRequest(text.into()))
}

impl Owner {
    pub(super) async fn alter_offsets(
        &mut self,
        name: &str,
        offsets: Option<OffsetsRequest>,
    ) -> Result<Outcome, HerderError> {
        let config = self.config_of(name)?;
        let stopped = self.shared.configs.read(|machine| {
            machine
                .0
                .connector(name)
                .is_some_and(|connector| connector.target == TargetState::Stopped && connector.tasks.is_empty())
        });
        if !stopped {
            return bad(format!(
                "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified \
                 connector by issuing a 'PUT' request to the '/connectors/{name}/stop' endpoint"
            ));
        }
        let done = if offsets.is_some() { "altered" } else { "reset" };
        if kind(&self.shared, &config) == "source" {
            let offsets = match offsets {
                Some(offsets) => {
                    let offsets = source_offsets(offsets)?;
                    let plugin = plugin_of(&self.shared.plugins, &config);
                    let plugin = plugin.map_err(|error| HerderError::Internal(error.to_string()))?;
                    (plugin.check_offsets)(&config, &offsets)
                        .map_err(|error| HerderError::Internal(error.to_string()))?;
                    offsets
                }
                None => connector_offsets(&self.shared, name)
                    .await?
                    .into_iter()
                    .map(|(partition, _)| (partition, None))
                    .collect(),
            };
            self.shared
                .offsets
                .submit(vec![PutOffsets {
                    connector: name.to_owned(),
                    offsets,
                }])
                .await?;
        } else {
            let group = sink_group(name, &config);
            match offsets {
                Some(offsets) => {
                    let offsets = sink_offsets(offsets)?;
                    // A broker would take it, and no consumer could start there.
                    if offsets.values().flatten().any(|offset| *offset < 0) {
                        let text = format!("Failed to modify offsets for sink connector {name}");
                        return Err(HerderError::Internal(text));
                    }
                    self.shared.kafka.alter_group_offsets(&group, &offsets).await?
                }
                None => self.shared.kafka.delete_group(&group).await?,
            }
        }
        Ok(Outcome::Message(format!(
            "The offsets for this connector have been {done} successfully"
        )))
    }
}

fn source_offsets(offsets: OffsetsRequest) -> Result<Vec<(OffsetMap, Option<OffsetMap>)>, HerderError> {
    let one = |(partition, offset): (Option<OffsetMap>, Option<OffsetMap>)| match partition {
        Some(partition) => Ok((partition, offset)),
        None => bad("The partition for a source connector offset cannot be null or missing"),
    };
    offsets.into_iter().map(one).collect()
}

/// `SinkUtils.parseSinkConnectorOffsets`.
fn sink_offsets(offsets: OffsetsRequest) -> Result<BTreeMap<TopicPartition, Option<i64>>, HerderError> {
    let mut parsed = BTreeMap::new();
    for (partition, offset) in offsets {
        let Some(partition) = partition else {
            return bad("The partition for a sink connector offset cannot be null or missing");
        };
        let (Some(topic), Some(number)) = (partition.get("kafka_topic"), partition.get("kafka_partition")) else {
            return bad(
                "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
            );
        };
        let Some(topic) = topic.as_str() else {
            return bad("Kafka topic names must be valid strings and may not be null");
        };
        if number.is_null() {
            return bad("Kafka partitions must be valid numbers and may not be null");
        }
        let Some(number) = integer(number).and_then(|number| i32::try_from(number).ok()) else {
            return bad(format!(
                "Failed to parse the following Kafka partition value in the provided offsets: '{}'. Partition values for sink connectors need to be integers.",
                text(number)
            ));
        };
        let offset = match offset {
            None => None,
            Some(offset) => {
                let Some(value) = offset.get("kafka_offset") else {
                    return bad(
                        "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
                    );
                };
                match integer(value) {
                    Some(value) => Some(value),
                    None => {
                        return bad(format!(
                            "Failed to parse the following Kafka offset value in the provided offsets: '{}'. Offset values for sink connectors need to be integers.",
                            text(value)
                        ));
                    }
                }
            }
        };
        parsed.insert(
            TopicPartition {
                topic: topic.to_owned(),
                partition: number,
            },
            offset,
        );
    }
    Ok(parsed)
}

/// A number, also as text.
fn integer(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

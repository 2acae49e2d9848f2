//! Settings of topics, brokers and groups.

use std::collections::BTreeMap;

use weir_core::ErrorCode;
use weir_messages::describe_configs_request::DescribeConfigsResource;
use weir_messages::describe_configs_response::DescribeConfigsResourceResult;
use weir_messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use weir_messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest, Str};

use super::{Admin, AdminError, Each, text};
use crate::cluster::Lane;
use crate::types::ApiError;

/// What settings belong to (Kafka's `ConfigResource.Type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i8)]
pub enum ResourceType {
    /// A topic.
    Topic = 2,
    /// A broker; the empty name stands for all of them.
    Broker = 4,
    /// A broker's log levels.
    BrokerLogger = 8,
    /// A client metrics subscription.
    ClientMetrics = 16,
    /// A group.
    Group = 32,
}

/// Something that has settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigResource {
    /// What it is.
    pub kind: ResourceType,
    /// Its name; a broker's id as text.
    pub name: Str,
}

impl ConfigResource {
    /// A topic's settings.
    pub fn topic(name: impl Into<Str>) -> Self {
        Self {
            kind: ResourceType::Topic,
            name: name.into(),
        }
    }

    /// A broker's settings.
    pub fn broker(id: i32) -> Self {
        Self {
            kind: ResourceType::Broker,
            name: id.to_string().into(),
        }
    }

    /// The broker that alone knows the answer, if there is one.
    fn node(&self) -> Option<i32> {
        match self.kind {
            ResourceType::Broker | ResourceType::BrokerLogger => self.name.parse().ok(),
            ResourceType::Topic | ResourceType::ClientMetrics | ResourceType::Group => None,
        }
    }
}

/// Where a value comes from (`ConfigEntry.ConfigSource`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigSource {
    /// Set for this topic.
    Topic,
    /// Set at run time for this broker.
    DynamicBroker,
    /// Set at run time for all brokers.
    DynamicDefaultBroker,
    /// From the broker's start.
    StaticBroker,
    /// The default.
    Default,
    /// Set at run time for a broker's loggers.
    DynamicBrokerLogger,
    /// Set for a client metrics subscription.
    ClientMetrics,
    /// Set for a group.
    Group,
    /// Something newer than this client.
    Unknown(i8),
}

impl ConfigSource {
    fn of(id: i8) -> Self {
        match id {
            1 => Self::Topic,
            2 => Self::DynamicBroker,
            3 => Self::DynamicDefaultBroker,
            4 => Self::StaticBroker,
            5 => Self::Default,
            6 => Self::DynamicBrokerLogger,
            7 => Self::ClientMetrics,
            8 => Self::Group,
            other => Self::Unknown(other),
        }
    }
}

/// A setting and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Its name.
    pub name: String,
    /// Its value; `None` when it has none or is secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Cannot be changed.
    pub read_only: bool,
    /// A secret, whose value is never told.
    pub sensitive: bool,
    /// The values that would count in turn if the ones before were not there.
    pub synonyms: Vec<ConfigSynonym>,
    /// What it means, if asked for.
    pub documentation: Option<String>,
}

/// Another place where a setting has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// Its name there.
    pub name: String,
    /// Its value there.
    pub value: Option<String>,
    /// Which place.
    pub source: ConfigSource,
}

/// A change of one setting (KIP-339).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterConfig {
    /// Sets it.
    Set(String, String),
    /// Back to the default.
    Delete(String),
    /// Adds to a list.
    Append(String, String),
    /// Takes from a list.
    Subtract(String, String),
}

impl AlterConfig {
    fn wire(&self) -> AlterableConfig {
        let (name, operation, value) = match self {
            Self::Set(name, value) => (name, 0, Some(value)),
            Self::Delete(name) => (name, 1, None),
            Self::Append(name, value) => (name, 2, Some(value)),
            Self::Subtract(name, value) => (name, 3, Some(value)),
        };
        AlterableConfig {
            name: name.into(),
            config_operation: operation,
            value: value.map(Str::from),
            ..Default::default()
        }
    }
}

impl Admin {
    /// All settings of some resources, with their sources and synonyms.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
    ) -> Result<Each<ConfigResource, Vec<ConfigEntry>>, AdminError> {
        let mut described = BTreeMap::new();
        for (node, resources) in by_node(resources.iter()) {
            let wanted = |resource: &&ConfigResource| DescribeConfigsResource {
                resource_type: resource.kind as i8,
                resource_name: resource.name.clone(),
                configuration_keys: None,
                ..Default::default()
            };
            let request = DescribeConfigsRequest {
                resources: resources.iter().map(wanted).collect(),
                include_synonyms: true,
                include_documentation: false,
                ..Default::default()
            };
            let response = self
                .retry(|| async {
                    Ok(match node {
                        Some(node) => self.cluster.call(node, Lane::Main, &request, i16::MAX).await?,
                        None => self.cluster.call_any(&request, i16::MAX).await?,
                    })
                })
                .await?;
            for resource in resources {
                let answer = response
                    .results
                    .iter()
                    .find(|r| r.resource_type == resource.kind as i8 && r.resource_name == resource.name);
                let result = match answer {
                    Some(answer) => ApiError::check(answer.error_code, answer.error_message.as_ref())
                        .map(|()| answer.configs.iter().map(entry).collect()),
                    None => Err(ErrorCode::UnknownServerError.into()),
                };
                described.insert(resource.clone(), result);
            }
        }
        Ok(described)
    }

    /// Changes settings, one by one, leaving the others alone; with `validate_only` it only says whether it would.
    ///
    /// # Errors
    /// No broker answered in time.
    pub async fn incremental_alter_configs(
        &self,
        changes: &BTreeMap<ConfigResource, Vec<AlterConfig>>,
        validate_only: bool,
    ) -> Result<Each<ConfigResource, ()>, AdminError> {
        let mut altered = BTreeMap::new();
        for (node, resources) in by_node(changes.keys()) {
            let change = |resource: &&ConfigResource| AlterConfigsResource {
                resource_type: resource.kind as i8,
                resource_name: resource.name.clone(),
                configs: changes
                    .get(*resource)
                    .into_iter()
                    .flatten()
                    .map(AlterConfig::wire)
                    .collect(),
                ..Default::default()
            };
            let request = IncrementalAlterConfigsRequest {
                resources: resources.iter().map(change).collect(),
                validate_only,
                ..Default::default()
            };
            let response = self
                .retry(|| async {
                    Ok(match node {
                        Some(node) => self.cluster.call(node, Lane::Main, &request, i16::MAX).await?,
                        None => self.cluster.call_any(&request, i16::MAX).await?,
                    })
                })
                .await?;
            for resource in resources {
                let answer = response
                    .responses
                    .iter()
                    .find(|r| r.resource_type == resource.kind as i8 && r.resource_name == resource.name);
                let result = match answer {
                    Some(answer) => ApiError::check(answer.error_code, answer.error_message.as_ref()),
                    None => Err(ErrorCode::UnknownServerError.into()),
                };
                altered.insert(resource.clone(), result);
            }
        }
        Ok(altered)
    }
}

/// Resources by the broker that must be asked.
fn by_node<'a>(resources: impl Iterator<Item = &'a ConfigResource>) -> BTreeMap<Option<i32>, Vec<&'a ConfigResource>> {
    let mut by_node: BTreeMap<Option<i32>, Vec<&ConfigResource>> = BTreeMap::new();
    for resource in resources {
        by_node.entry(resource.node()).or_default().push(resource);
    }
    by_node
}

fn entry(result: &DescribeConfigsResourceResult) -> ConfigEntry {
    let synonyms = result.synonyms.iter().map(|synonym| ConfigSynonym {
        name: text(&synonym.name),
        value: synonym.value.as_ref().map(text),
        source: ConfigSource::of(synonym.source),
    });
    ConfigEntry {
        name: text(&result.name),
        value: result.value.as_ref().map(text),
        source: ConfigSource::of(result.config_source),
        read_only: result.read_only,
        sensitive: result.is_sensitive,
        synonyms: synonyms.collect(),
        documentation: result.documentation.as_ref().map(text),
    }
}

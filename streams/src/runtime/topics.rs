//! Topics of an application: whether its inputs are there and fit, how many tasks that makes, and the internal topics
//! under Kafka Streams' names and settings.

use super::{StreamsConfig, StreamsError};
use crate::store::StoreKind;
use crate::topology::Topology;
use std::collections::{BTreeMap, BTreeSet};
use weir_client::admin::{Admin, NewTopic};
use weir_core::ErrorCode;

/// A day more than a window store keeps, against clocks that differ (`windowstore.changelog.additional.retention.ms`).
const ADDITIONAL_RETENTION_MS: i64 = 86_400_000;

/// Numbers of partitions.
#[derive(Debug, Default)]
pub(super) struct Partitions {
    /// Of each sub-topology: as many as its largest source topic has.
    pub(super) tasks: Vec<i32>,
    /// Of each source topic, by full name.
    pub(super) topics: BTreeMap<String, i32>,
}

/// Checks the inputs, makes what is missing of the internal topics, and tells how many tasks each sub-topology has.
pub(super) async fn prepare(
    admin: &Admin,
    config: &StreamsConfig,
    topology: &Topology,
) -> Result<Partitions, StreamsError> {
    let existing: BTreeMap<String, i32> = admin
        .list_topics()
        .await?
        .into_iter()
        .map(|t| (t.name.to_string(), i32::try_from(t.partitions).unwrap_or(i32::MAX)))
        .collect();
    let plan = plan(&config.application_id, topology, &existing)?;
    let mut wanted = plan.topics;
    if let Some(factor) = config.replication_factor {
        wanted = wanted.into_iter().map(|t| t.replication_factor(factor)).collect();
    }
    if wanted.is_empty() {
        return Ok(plan.partitions);
    }
    for (topic, created) in admin.create_topics(&wanted, false).await? {
        match created {
            // Another instance was faster.
            Err(e) if e.code != ErrorCode::TopicAlreadyExists => {
                return Err(StreamsError::InternalTopic {
                    topic: topic.to_string(),
                    error: e.to_string(),
                });
            }
            _ => {}
        }
    }
    Ok(plan.partitions)
}

#[derive(Debug)]
struct Plan {
    partitions: Partitions,
    /// What is not there yet.
    topics: Vec<NewTopic>,
}

/// Decides, from the topics that there are.
fn plan(application: &str, topology: &Topology, existing: &BTreeMap<String, i32>) -> Result<Plan, StreamsError> {
    let full = |topic: &str, internal: bool| Topology::topic_name(application, topic, internal);
    let count = topology.sub_topologies().len();
    let sources = || (0..count).flat_map(|i| topology.sources_of(i));
    let missing: BTreeSet<String> = sources()
        .filter(|(_, topic, internal)| !internal && !existing.contains_key(topic))
        .map(|(_, topic, _)| topic)
        .collect();
    if !missing.is_empty() {
        return Err(StreamsError::MissingSourceTopics(missing.into_iter().collect()));
    }
    let given = sources().filter(|(_, _, internal)| !internal);
    let mut counts: BTreeMap<String, i32> = given
        .filter_map(|(_, topic, _)| existing.get(&topic).map(|n| (topic.clone(), *n)))
        .collect();
    count_repartition_topics(application, topology, &mut counts);
    enforce_copartitioning(application, topology, &mut counts)?;
    let mut plan = Plan {
        partitions: Partitions::default(),
        topics: Vec::new(),
    };
    let mut add = |topic: NewTopic, name: &str, n: i32| match existing.get(name) {
        None => {
            plan.topics.push(topic.config("message.timestamp.type", "CreateTime"));
            Ok(())
        }
        Some(actual) if *actual == n => Ok(()),
        Some(actual) => Err(StreamsError::InvalidPartitions {
            topic: name.to_owned(),
            expected: n,
            actual: *actual,
        }),
    };
    for i in 0..count {
        let sources = topology.sources_of(i);
        let count_of = |(_, topic, internal): &(String, String, bool)| counts.get(&full(topic, *internal)).copied();
        let tasks = sources.iter().filter_map(count_of).max().unwrap_or(1);
        plan.partitions.tasks.push(tasks);
        for (_, topic, _) in sources.iter().filter(|(_, _, internal)| *internal) {
            let name = full(topic, true);
            let n = counts.get(&name).copied().unwrap_or(tasks);
            let topic = NewTopic::new(name.as_str(), n)
                .config("cleanup.policy", "delete")
                .config("segment.bytes", "52428800")
                .config("retention.ms", "-1");
            add(topic, &name, n)?;
        }
        for store in topology.stores_of(i).into_iter().filter(|s| s.logged) {
            let name = Topology::changelog_name(application, &store.name);
            let topic = NewTopic::new(name.as_str(), tasks);
            let topic = match store.kind {
                StoreKind::KeyValue => topic.config("cleanup.policy", "compact"),
                StoreKind::Window { retention_ms, .. } => {
                    let retention = retention_ms.saturating_add(ADDITIONAL_RETENTION_MS);
                    topic
                        .config("cleanup.policy", "compact,delete")
                        .config("retention.ms", retention.to_string())
                }
            };
            add(topic, &name, tasks)?;
        }
    }
    plan.partitions.topics = counts;
    Ok(plan)
}

/// A repartition topic has as many partitions as what feeds it; one may feed another, hence the rounds.
fn count_repartition_topics(application: &str, topology: &Topology, counts: &mut BTreeMap<String, i32>) {
    let count = topology.sub_topologies().len();
    for _ in 0..count {
        for i in 0..count {
            let feeds = topology.sources_of(i).into_iter();
            let known = feeds
                .filter_map(|(_, t, internal)| counts.get(&Topology::topic_name(application, &t, internal)).copied());
            let Some(n) = known.max() else { continue };
            for topic in topology.internal_sinks_of(i) {
                let entry = counts
                    .entry(Topology::topic_name(application, &topic, true))
                    .or_insert(n);
                *entry = n.max(*entry);
            }
        }
    }
}

/// Users' topics that are joined must have equally many partitions; repartition topics adapt to them, or to the largest of
/// themselves (`CopartitionedTopicsEnforcer`).
fn enforce_copartitioning(
    application: &str,
    topology: &Topology,
    counts: &mut BTreeMap<String, i32>,
) -> Result<(), StreamsError> {
    for together in topology.copartitioned_topics() {
        let of = |wanted: bool, counts: &BTreeMap<String, i32>| -> BTreeMap<String, i32> {
            together
                .iter()
                .filter(|(_, internal)| *internal == wanted)
                .map(|(topic, internal)| Topology::topic_name(application, topic, *internal))
                .filter_map(|name| counts.get(&name).map(|n| (name.clone(), *n)))
                .collect()
        };
        let (given, internal) = (of(false, counts), of(true, counts));
        let mut distinct: BTreeSet<i32> = given.values().copied().collect();
        if distinct.len() > 1 {
            let text: Vec<String> = given.iter().map(|(name, n)| format!("{name}={n}")).collect();
            return Err(StreamsError::NotCopartitioned(text.join(", ")));
        }
        let n = distinct.pop_first().or_else(|| internal.values().copied().max());
        for name in internal.into_keys() {
            counts.extend(n.map(|n| (name, n)));
        }
    }
    Ok(())
}

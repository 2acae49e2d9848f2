//! The graph of a topology: names, edges, stores, and the sub-topologies they fall into. Types are the DSL's business;
//! here is what Kafka Streams prints and derives topic names and task ids from.

use crate::processor::SourceFactory;
use crate::store::StoreDef;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Reads a topic.
    Source {
        /// Without the application's prefix when internal.
        topic: String,
        /// A repartition topic of this application.
        internal: bool,
    },
    /// Does something.
    Processor,
    /// Writes a topic.
    Sink {
        /// Without the application's prefix when internal.
        topic: String,
        /// A repartition topic of this application.
        internal: bool,
    },
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Stores it uses.
    pub stores: Vec<String>,
    /// Names.
    pub parents: Vec<String>,
    /// Names.
    pub children: Vec<String>,
}

/// A finished topology.
#[derive(Clone)]
pub struct Topology {
    pub(crate) nodes: Vec<Node>,
    pub(crate) stores: BTreeMap<String, StoreDef>,
    pub(crate) sources: BTreeMap<String, Arc<dyn SourceFactory>>,
    /// Sources that must have the same number of partitions, for joins.
    pub(crate) copartitioned: Vec<BTreeSet<String>>,
    groups: Vec<BTreeSet<String>>,
}

impl std::fmt::Debug for Topology {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.describe())
    }
}

impl Topology {
    pub(crate) fn new(
        nodes: Vec<Node>,
        stores: BTreeMap<String, StoreDef>,
        sources: BTreeMap<String, Arc<dyn SourceFactory>>,
        copartitioned: Vec<BTreeSet<String>>,
    ) -> Self {
        let groups = group(&nodes);
        Self {
            nodes,
            stores,
            sources,
            copartitioned,
            groups,
        }
    }

    /// A topic's full name.
    #[must_use]
    pub fn topic_name(application: &str, topic: &str, internal: bool) -> String {
        if internal {
            format!("{application}-{topic}")
        } else {
            topic.to_owned()
        }
    }

    /// A changelog's name.
    #[must_use]
    pub fn changelog_name(application: &str, store: &str) -> String {
        format!("{application}-{store}-changelog")
    }

    /// Sub-topologies, by id: the names of their nodes.
    #[must_use]
    pub fn sub_topologies(&self) -> &[BTreeSet<String>] {
        &self.groups
    }

    /// Sources of a sub-topology: node name, topic, internal.
    #[must_use]
    pub fn sources_of(&self, sub_topology: usize) -> Vec<(String, String, bool)> {
        let Some(group) = self.groups.get(sub_topology) else {
            return Vec::new();
        };
        self.nodes
            .iter()
            .filter(|n| group.contains(&n.name))
            .filter_map(|n| match &n.kind {
                NodeKind::Source { topic, internal } => Some((n.name.clone(), topic.clone(), *internal)),
                NodeKind::Processor | NodeKind::Sink { .. } => None,
            })
            .collect()
    }

    /// Stores of a sub-topology.
    #[must_use]
    pub fn stores_of(&self, sub_topology: usize) -> Vec<StoreDef> {
        let Some(group) = self.groups.get(sub_topology) else {
            return Vec::new();
        };
        let used: BTreeSet<&String> = self
            .nodes
            .iter()
            .filter(|n| group.contains(&n.name))
            .flat_map(|n| &n.stores)
            .collect();
        used.into_iter()
            .filter_map(|name| self.stores.get(name).cloned())
            .collect()
    }

    /// Topics of the application's own that data is sent through again to be keyed anew.
    #[must_use]
    pub fn repartition_topics(&self) -> Vec<String> {
        self.nodes
            .iter()
            .filter_map(|n| match &n.kind {
                NodeKind::Source { topic, internal: true } => Some(topic.clone()),
                _ => None,
            })
            .collect()
    }
}

/// Nodes that an edge or a common store connects are one sub-topology; numbered by their first nodes, in the order in
/// which the nodes were added (`InternalTopologyBuilder.makeNodeGroups`).
fn group(nodes: &[Node]) -> Vec<BTreeSet<String>> {
    let mut groups: Vec<BTreeSet<String>> = Vec::new();
    for start in nodes {
        if groups.iter().any(|g| g.contains(&start.name)) {
            continue;
        }
        let mut group = BTreeSet::from([start.name.clone()]);
        loop {
            let before = group.len();
            for node in nodes {
                let linked = node.parents.iter().chain(&node.children).any(|n| group.contains(n));
                let shares = nodes
                    .iter()
                    .filter(|n| group.contains(&n.name))
                    .any(|n| n.stores.iter().any(|s| node.stores.contains(s)));
                if linked || shares {
                    group.insert(node.name.clone());
                }
            }
            if group.len() == before {
                break;
            }
        }
        groups.push(group);
    }
    groups
}

impl Topology {
    /// Repartition topics that a sub-topology writes.
    #[must_use]
    pub fn internal_sinks_of(&self, sub_topology: usize) -> Vec<String> {
        let Some(group) = self.groups.get(sub_topology) else {
            return Vec::new();
        };
        self.nodes
            .iter()
            .filter(|n| group.contains(&n.name))
            .filter_map(|n| match &n.kind {
                NodeKind::Sink { topic, internal: true } => Some(topic.clone()),
                _ => None,
            })
            .collect()
    }

    /// Sets of topics that are joined, each with whether it is internal.
    #[must_use]
    pub fn copartitioned_topics(&self) -> Vec<Vec<(String, bool)>> {
        let topic_of = |source: &String| {
            self.nodes
                .iter()
                .find(|n| n.name == *source)
                .and_then(|n| match &n.kind {
                    NodeKind::Source { topic, internal } => Some((topic.clone(), *internal)),
                    NodeKind::Processor | NodeKind::Sink { .. } => None,
                })
        };
        self.copartitioned
            .iter()
            .map(|sources| sources.iter().filter_map(topic_of).collect())
            .collect()
    }
}

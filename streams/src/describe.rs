//! A topology as text, as `TopologyDescription.toString()` prints it, to the letter: people diff it between versions of
//! their applications, and so do we between Kafka Streams and Weir.
//!
//! The order in which Kafka Streams lists a node's neighbours follows from the order in which a Java hash map yields the
//! nodes, and from the sizes that they have at that moment. So that the text is the same, both are retraced here.

use crate::topology::{Node, NodeKind, Topology};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

impl Topology {
    /// As `TopologyDescription.toString()` prints it.
    ///
    /// (Only the order of four or more neighbours of one node may differ.)
    #[must_use]
    pub fn describe(&self) -> String {
        let mut out = String::from("Topologies:\n ");
        for (i, group) in self.sub_topologies().iter().enumerate() {
            let _ = writeln!(out, "  Sub-topology: {i}");
            let nodes: Vec<&Node> = self.nodes.iter().filter(|n| group.contains(&n.name)).collect();
            let links = Links::of(&nodes);
            for node in links.in_print_order(&nodes) {
                let name = &node.name;
                let (to, from) = (list(links.successors.get(name)), list(links.predecessors.get(name)));
                let _ = match &node.kind {
                    NodeKind::Source { topic, .. } => {
                        writeln!(out, "    Source: {name} (topics: [{topic}])\n      --> {to}")
                    }
                    NodeKind::Processor => {
                        let stores: BTreeSet<&str> = node.stores.iter().map(String::as_str).collect();
                        let stores: Vec<&str> = stores.into_iter().collect();
                        let stores = stores.join(", ");
                        writeln!(
                            out,
                            "    Processor: {name} (stores: [{stores}])\n      --> {to}\n      <-- {from}"
                        )
                    }
                    NodeKind::Sink { topic, .. } => {
                        writeln!(out, "    Sink: {name} (topic: {topic})\n      <-- {from}")
                    }
                };
            }
            out.push('\n');
        }
        out
    }
}

fn list(names: Option<&Sorted>) -> String {
    match names.map(Sorted::in_order) {
        Some(names) if !names.is_empty() => names.join(", "),
        _ => "none".to_owned(),
    }
}

/// Neighbours of the nodes of a sub-topology, and how many nodes lie behind each, itself included.
#[derive(Default)]
struct Links {
    sizes: BTreeMap<String, usize>,
    successors: BTreeMap<String, Sorted>,
    predecessors: BTreeMap<String, Sorted>,
}

impl Links {
    /// `InternalTopologyBuilder.describeSubtopology`.
    fn of(nodes: &[&Node]) -> Self {
        let mut links = Self::default();
        for node in nodes {
            links.sizes.insert(node.name.clone(), 1);
        }
        for node in as_java_hash_map(nodes) {
            for parent in &node.parents {
                links.connect(parent, &node.name);
            }
        }
        links
    }

    fn connect(&mut self, parent: &str, child: &str) {
        let sizes = &self.sizes;
        let compare = |a: &str, b: &str| by_size(sizes, a, b);
        self.predecessors
            .entry(child.to_owned())
            .or_default()
            .insert(parent, &compare);
        self.successors
            .entry(parent.to_owned())
            .or_default()
            .insert(child, &compare);
        let delta = self.sizes.get(child).copied().unwrap_or(1);
        self.grow(parent, delta);
    }

    fn grow(&mut self, node: &str, delta: usize) {
        if let Some(size) = self.sizes.get_mut(node) {
            *size += delta;
        }
        let parents = self.predecessors.get(node).map(Sorted::in_order).unwrap_or_default();
        for parent in parents {
            self.grow(&parent, delta);
        }
    }

    fn in_print_order<'a>(&self, nodes: &[&'a Node]) -> Vec<&'a Node> {
        let mut nodes = nodes.to_vec();
        nodes.sort_by(|a, b| by_size(&self.sizes, &a.name, &b.name));
        nodes
    }
}

/// `NodeComparator`: the biggest first, then by name.
fn by_size(sizes: &BTreeMap<String, usize>, a: &str, b: &str) -> Ordering {
    sizes.get(b).cmp(&sizes.get(a)).then(a.cmp(b))
}

/// A search tree that keeps where a name was put when the comparison said so, though it may say otherwise later: Java's
/// `TreeSet` without its balancing, which shows from the fourth element on.
#[derive(Default)]
struct Sorted(Option<Box<Branch>>);

struct Branch {
    name: String,
    less: Sorted,
    more: Sorted,
}

impl Sorted {
    fn insert(&mut self, name: &str, compare: &dyn Fn(&str, &str) -> Ordering) {
        match &mut self.0 {
            None => {
                self.0 = Some(Box::new(Branch {
                    name: name.to_owned(),
                    less: Self::default(),
                    more: Self::default(),
                }));
            }
            Some(branch) => match compare(name, &branch.name) {
                Ordering::Less => branch.less.insert(name, compare),
                Ordering::Greater => branch.more.insert(name, compare),
                Ordering::Equal => {}
            },
        }
    }

    fn in_order(&self) -> Vec<String> {
        let Some(branch) = &self.0 else { return Vec::new() };
        let mut names = branch.less.in_order();
        names.push(branch.name.clone());
        names.extend(branch.more.in_order());
        names
    }
}

/// The nodes in the order in which a Java `HashMap` with their names as keys yields them.
fn as_java_hash_map<'a>(nodes: &[&'a Node]) -> Vec<&'a Node> {
    let mut capacity = 16_u32;
    while nodes.len() > capacity as usize / 4 * 3 {
        capacity *= 2;
    }
    let mut nodes = nodes.to_vec();
    // Stable: within a bucket they stay in the order of their insertion.
    nodes.sort_by_key(|n| {
        let hash = java_hash(&n.name);
        (hash ^ (hash >> 16)) & (capacity - 1)
    });
    nodes
}

/// `String.hashCode`.
fn java_hash(text: &str) -> u32 {
    text.encode_utf16()
        .fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::java_hash;

    #[test]
    fn hashes_are_javas() {
        // The values that `"".hashCode()` and its like return.
        assert_eq!(java_hash(""), 0);
        assert_eq!(java_hash("kafka"), 101_807_910);
        assert_eq!(java_hash("KSTREAM-SOURCE-0000000000") as i32, 1_861_603_632);
    }
}

//! Assignors: how a group's leader divides partitions. Pure, one file per strategy.
//!
//! `range` and `round_robin` follow Kafka's assignors exactly. `sticky` (eager and cooperative) reaches the same goals as Kafka's:
//! balance first, then as few moves as possible; which partition moves when several would do may differ.

mod range;
mod round_robin;
mod sticky;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use weir_messages::{Reader, Str, Writer};

use crate::types::TopicPartition;

/// A member as an assignor sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssignorMember {
    /// Its id.
    pub id: Str,
    /// Its static id, if it has one.
    pub instance_id: Option<Str>,
    /// The topics that it wants.
    pub topics: BTreeSet<Str>,
    /// The partitions that it had until now.
    pub owned: Vec<TopicPartition>,
    /// The generation in which it had them, -1 when unknown. An older claim yields to a newer one.
    pub generation: i32,
}

/// Partition counts of topics that exist.
pub type Topics = BTreeMap<Str, usize>;
/// Partitions by member id.
pub type Assignment = BTreeMap<Str, Vec<TopicPartition>>;

/// A strategy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignor {
    /// Per topic, consecutive partitions to members in order.
    Range,
    /// All partitions in turn.
    RoundRobin,
    /// Balanced, moving as little as possible.
    Sticky,
    /// As sticky, but members keep what does not move while the group rebalances (KIP-429).
    CooperativeSticky,
}

impl Assignor {
    /// By name or by Kafka's class name.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.rsplit('.').next().unwrap_or(name);
        Some(match name {
            "range" | "RangeAssignor" => Self::Range,
            "roundrobin" | "RoundRobinAssignor" => Self::RoundRobin,
            "sticky" | "StickyAssignor" => Self::Sticky,
            "cooperative-sticky" | "CooperativeStickyAssignor" => Self::CooperativeSticky,
            _ => return None,
        })
    }

    /// The protocol name in a join.
    pub fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// Whether members keep their partitions while they rejoin.
    pub fn is_cooperative(self) -> bool {
        match self {
            Self::CooperativeSticky => true,
            Self::Range | Self::RoundRobin | Self::Sticky => false,
        }
    }

    /// Divides the partitions of `topics`. Every member gets an entry.
    pub fn assign(self, topics: &Topics, members: &[AssignorMember]) -> Assignment {
        let mut assignment = match self {
            Self::Range => range::assign(topics, members),
            Self::RoundRobin => round_robin::assign(topics, members),
            Self::Sticky => sticky::assign(topics, members),
            Self::CooperativeSticky => sticky::cooperative(sticky::assign(topics, members), members),
        };
        for member in members {
            assignment.entry(member.id.clone()).or_default();
        }
        assignment
    }

    /// What a member adds to its subscription so that the next leader knows what it had.
    pub(crate) fn user_data(self, owned: &BTreeSet<TopicPartition>, generation: i32) -> Option<Bytes> {
        match self {
            Self::Range | Self::RoundRobin => None,
            Self::Sticky => Some(sticky_user_data(owned, generation)),
            Self::CooperativeSticky => {
                let mut w = Writer::new();
                w.put_i32(generation);
                Some(w.into_bytes())
            }
        }
    }

    /// Reads [`Self::user_data`] into what the subscription itself said.
    pub(crate) fn read_user_data(self, member: &mut AssignorMember, data: Bytes) {
        match self {
            Self::Range | Self::RoundRobin => {}
            Self::Sticky => {
                // An eager member has given up its partitions when it joins: only this says what they were.
                let (owned, generation) = read_sticky_user_data(data).unwrap_or_default();
                member.owned = owned;
                member.generation = generation;
            }
            Self::CooperativeSticky => {
                if member.generation < 0 {
                    member.generation = Reader::new(data).i32().unwrap_or(-1);
                }
            }
        }
    }
}

/// Kafka's `STICKY_ASSIGNOR_USER_DATA_V1`: an array of topics with partitions, then the generation.
fn sticky_user_data(owned: &BTreeSet<TopicPartition>, generation: i32) -> Bytes {
    let mut topics: BTreeMap<&Str, Vec<i32>> = BTreeMap::new();
    for partition in owned {
        topics.entry(&partition.topic).or_default().push(partition.partition);
    }
    let mut w = Writer::new();
    let count = |len: usize| i32::try_from(len).unwrap_or(i32::MAX);
    w.put_i32(count(topics.len()));
    for (topic, partitions) in topics {
        // Topic names are at most 249 characters.
        if w.put_string(topic, false).is_err() {
            return Bytes::new();
        }
        w.put_i32(count(partitions.len()));
        partitions.into_iter().for_each(|partition| w.put_i32(partition));
    }
    w.put_i32(generation);
    w.into_bytes()
}

fn read_sticky_user_data(data: Bytes) -> Option<(Vec<TopicPartition>, i32)> {
    let mut r = Reader::new(data);
    let mut owned = Vec::new();
    for _ in 0..r.i32().ok()? {
        let topic = r.string(false).ok()?;
        for _ in 0..r.i32().ok()? {
            owned.push(TopicPartition::new(topic.clone(), r.i32().ok()?));
        }
    }
    // Version 0 ends here.
    Some((owned, r.i32().unwrap_or(-1)))
}

/// Members in Kafka's order (`MemberInfo`): static ones first, by their static id, then the others by id.
fn in_order<'a>(members: impl IntoIterator<Item = &'a AssignorMember>) -> Vec<&'a AssignorMember> {
    let mut members: Vec<&AssignorMember> = members.into_iter().collect();
    members.sort_by(|a, b| match (&a.instance_id, &b.instance_id) {
        (Some(x), Some(y)) => x.cmp(y),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.id.cmp(&b.id),
    });
    members
}

fn partitions_of(topic: &Str, count: usize) -> impl Iterator<Item = TopicPartition> + '_ {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    (0..count).map(|partition| TopicPartition::new(topic.clone(), partition))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn member(id: &str, topics: &[&str]) -> AssignorMember {
        AssignorMember {
            id: id.into(),
            topics: topics.iter().map(|t| Str::from(*t)).collect(),
            generation: -1,
            ..Default::default()
        }
    }

    pub(super) fn topics(counts: &[(&str, usize)]) -> Topics {
        counts.iter().map(|(name, count)| (Str::from(*name), *count)).collect()
    }

    /// `t0 t1 u0` of a member.
    pub(super) fn show(assignment: &Assignment, id: &str) -> String {
        let partitions = assignment.get(id).unwrap().iter();
        partitions
            .map(|p| format!("{}{}", p.topic, p.partition))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn names_and_classes() {
        for (name, assignor) in [
            ("range", Assignor::Range),
            (
                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
                Assignor::CooperativeSticky,
            ),
            (
                "org.apache.kafka.clients.consumer.RoundRobinAssignor",
                Assignor::RoundRobin,
            ),
            ("sticky", Assignor::Sticky),
        ] {
            assert_eq!(Assignor::from_name(name), Some(assignor));
            assert_eq!(Assignor::from_name(assignor.name()), Some(assignor));
        }
        assert_eq!(Assignor::from_name("uniform"), None);
    }

    #[test]
    fn user_data_comes_back() {
        let owned: BTreeSet<_> = [("t", 0), ("t", 2), ("u", 1)]
            .map(|(t, p)| TopicPartition::new(t, p))
            .into();
        let mut read = member("m", &["t"]);
        Assignor::Sticky.read_user_data(&mut read, Assignor::Sticky.user_data(&owned, 5).unwrap());
        assert_eq!((read.owned, read.generation), (owned.into_iter().collect(), 5));
        let mut read = member("m", &["t"]);
        Assignor::Sticky.read_user_data(&mut read, Bytes::from_static(&[0x7f, 0xff, 0xff, 0xff, 1]));
        assert_eq!((read.owned.len(), read.generation), (0, 0), "garbage is no claim");
    }

    #[test]
    fn static_members_come_first() {
        let mut fixed = member("z", &["t"]);
        fixed.instance_id = Some("i".into());
        let members = [member("b", &["t"]), fixed, member("a", &["t"])];
        let order: Vec<_> = in_order(&members).iter().map(|m| m.id.as_str()).collect();
        assert_eq!(order, ["z", "a", "b"]);
    }
}

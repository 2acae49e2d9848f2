//! `sticky` and `cooperative-sticky`: balance first, then as few moves as possible.
//!
//! Three steps: keep every claim that still makes sense; hand out what nobody has, always to the member with the fewest partitions
//! among those that want the topic; then move partitions from members with more to members with fewer while a move narrows
//! the gap. Every move lowers the sum of squares of the counts, so this ends.

use std::collections::{BTreeMap, BTreeSet};

use weir_messages::Str;

use super::{Assignment, AssignorMember, Topics, in_order, partitions_of};
use crate::types::TopicPartition;

pub(super) fn assign(topics: &Topics, members: &[AssignorMember]) -> Assignment {
    let mut plan = Plan::new(topics, members);
    plan.keep_claims(members);
    plan.hand_out();
    plan.balance();
    plan.finish()
}

/// Withholds partitions that change hands: their owner gives them up in this generation, the new one gets them in the next (KIP-429).
pub(super) fn cooperative(mut assignment: Assignment, members: &[AssignorMember]) -> Assignment {
    let mut owner: BTreeMap<&TopicPartition, (i32, &Str)> = BTreeMap::new();
    for member in members {
        for partition in &member.owned {
            let claim = owner.entry(partition).or_insert((member.generation, &member.id));
            if member.generation > claim.0 {
                *claim = (member.generation, &member.id);
            }
        }
    }
    for (member, partitions) in &mut assignment {
        partitions.retain(|partition| owner.get(partition).is_none_or(|(_, owner)| *owner == member));
    }
    assignment
}

struct Plan<'a> {
    /// By position, in Kafka's order.
    members: Vec<&'a AssignorMember>,
    /// Who has what, by position.
    held: Vec<BTreeSet<TopicPartition>>,
    /// Members (by position) that want a topic.
    wanted: BTreeMap<&'a Str, Vec<usize>>,
    all: Vec<TopicPartition>,
    /// Who has a partition.
    holder: BTreeMap<TopicPartition, usize>,
}

impl<'a> Plan<'a> {
    fn new(topics: &'a Topics, members: &'a [AssignorMember]) -> Self {
        let members = in_order(members);
        let mut wanted: BTreeMap<&Str, Vec<usize>> = BTreeMap::new();
        for (index, member) in members.iter().enumerate() {
            for topic in member.topics.iter().filter(|topic| topics.contains_key(*topic)) {
                wanted.entry(topic).or_default().push(index);
            }
        }
        let all = topics.iter().filter(|(topic, _)| wanted.contains_key(topic));
        Self {
            held: vec![BTreeSet::new(); members.len()],
            all: all.flat_map(|(topic, count)| partitions_of(topic, *count)).collect(),
            members,
            wanted,
            holder: BTreeMap::new(),
        }
    }

    fn count(&self, member: usize) -> usize {
        self.held.get(member).map_or(0, BTreeSet::len)
    }

    fn give(&mut self, partition: &TopicPartition, to: usize) {
        if let Some(from) = self
            .holder
            .insert(partition.clone(), to)
            .and_then(|from| self.held.get_mut(from))
        {
            from.remove(partition);
        }
        if let Some(held) = self.held.get_mut(to) {
            held.insert(partition.clone());
        }
    }

    /// A claim counts when the partition exists, the member still wants the topic, and no claim is newer. Two claims of the same
    /// generation cancel out: one of the two must be mistaken, and nobody can tell which.
    fn keep_claims(&mut self, members: &[AssignorMember]) {
        let existing: BTreeSet<&TopicPartition> = self.all.iter().collect();
        let mut claims: BTreeMap<TopicPartition, (i32, Option<usize>)> = BTreeMap::new();
        for (index, member) in self.members.iter().enumerate() {
            let owned: BTreeSet<&TopicPartition> = member.owned.iter().collect();
            for partition in owned {
                if !existing.contains(partition) || !member.topics.contains(&partition.topic) {
                    continue;
                }
                let claim = claims.entry(partition.clone()).or_insert((i32::MIN, None));
                match member.generation.cmp(&claim.0) {
                    std::cmp::Ordering::Greater => *claim = (member.generation, Some(index)),
                    std::cmp::Ordering::Equal => claim.1 = None,
                    std::cmp::Ordering::Less => {}
                }
            }
        }
        debug_assert_eq!(members.len(), self.members.len());
        for (partition, (_, member)) in claims {
            if let Some(member) = member {
                self.give(&partition, member);
            }
        }
    }

    /// What nobody has, topics with the fewest takers first: they leave the least choice.
    fn hand_out(&mut self) {
        let mut free: Vec<TopicPartition> = self
            .all
            .iter()
            .filter(|partition| !self.holder.contains_key(*partition))
            .cloned()
            .collect();
        free.sort_by_key(|partition| self.wanted.get(&partition.topic).map_or(0, Vec::len));
        for partition in free {
            let takers = self.wanted.get(&partition.topic).into_iter().flatten();
            if let Some(least) = takers.copied().min_by_key(|taker| (self.count(*taker), *taker)) {
                self.give(&partition, least);
            }
        }
    }

    fn balance(&mut self) {
        loop {
            let mut moved = false;
            for partition in self.all.clone().iter().rev() {
                let Some(holder) = self.holder.get(partition).copied() else {
                    continue;
                };
                let takers = self.wanted.get(&partition.topic).into_iter().flatten();
                let least = takers.copied().min_by_key(|taker| (self.count(*taker), *taker));
                if let Some(least) = least.filter(|least| self.count(*least) + 1 < self.count(holder)) {
                    self.give(partition, least);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }

    fn finish(self) -> Assignment {
        let members = self.members.into_iter().map(|member| member.id.clone());
        members
            .zip(self.held.into_iter().map(|held| held.into_iter().collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Assignor::{CooperativeSticky, Sticky};
    use super::super::tests::{member, show, topics};
    use super::super::{Assignment, AssignorMember};
    use super::*;
    use proptest::prelude::*;

    fn own(mut member: AssignorMember, generation: i32, partitions: &[(&str, i32)]) -> AssignorMember {
        member.owned = partitions.iter().map(|(t, p)| TopicPartition::new(*t, *p)).collect();
        member.generation = generation;
        member
    }

    #[test]
    fn a_newcomer_takes_only_what_balance_needs() {
        let members = [
            own(member("a", &["t"]), 1, &[("t", 0), ("t", 1), ("t", 2)]),
            own(member("b", &["t"]), 1, &[("t", 3), ("t", 4), ("t", 5)]),
            member("c", &["t"]),
        ];
        let assignment = Sticky.assign(&topics(&[("t", 6)]), &members);
        assert_eq!(show(&assignment, "a"), "t0 t1");
        assert_eq!(show(&assignment, "b"), "t3 t4");
        assert_eq!(show(&assignment, "c"), "t2 t5");
        let cooperative = CooperativeSticky.assign(&topics(&[("t", 6)]), &members);
        assert_eq!(
            (show(&cooperative, "a"), show(&cooperative, "c")),
            ("t0 t1".into(), String::new())
        );
    }

    #[test]
    fn an_older_claim_yields_and_equal_ones_cancel() {
        let members = [
            own(member("a", &["t"]), 3, &[("t", 0)]),
            own(member("b", &["t"]), 2, &[("t", 0), ("t", 1)]),
        ];
        let assignment = Sticky.assign(&topics(&[("t", 2)]), &members);
        assert_eq!(
            (show(&assignment, "a"), show(&assignment, "b")),
            ("t0".into(), "t1".into())
        );
    }

    fn check(topics: &Topics, members: &[AssignorMember], assignment: &Assignment) {
        let mut seen = BTreeSet::new();
        for member in members {
            for partition in &assignment[&member.id] {
                assert!(member.topics.contains(&partition.topic), "not wanted");
                assert!(seen.insert(partition.clone()), "given twice");
            }
        }
        for (topic, count) in topics {
            let taken = seen.iter().filter(|p| p.topic == *topic).count();
            let wanted = members.iter().any(|m| m.topics.contains(topic));
            assert_eq!(taken, if wanted { *count } else { 0 });
        }
        // No single move would narrow a gap.
        for from in members {
            for partition in &assignment[&from.id] {
                for to in members.iter().filter(|to| to.topics.contains(&partition.topic)) {
                    assert!(assignment[&to.id].len() + 1 >= assignment[&from.id].len());
                }
            }
        }
    }

    proptest! {
        #[test]
        fn complete_balanced_and_stable(
            counts in proptest::collection::vec(0usize..8, 1..5),
            wants in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 5), 1..7),
        ) {
            let names = ["t0", "t1", "t2", "t3", "t4"];
            let topics: Topics = counts.iter().zip(names).map(|(count, name)| (name.into(), *count)).collect();
            let mut members: Vec<AssignorMember> = wants.iter().enumerate().map(|(i, wants)| {
                let topics: Vec<&str> = names.iter().zip(wants).filter(|(_, w)| **w).map(|(n, _)| *n).collect();
                member(&format!("m{i}"), &topics)
            }).collect();
            let first = Sticky.assign(&topics, &members);
            check(&topics, &members, &first);
            for member in &mut members {
                member.owned = first[&member.id].clone();
                member.generation = 1;
            }
            prop_assert_eq!(&Sticky.assign(&topics, &members), &first, "nothing changed, nothing moves");
            // One member goes: who stays keeps everything.
            let gone = members.pop().unwrap();
            if !members.is_empty() {
                let second = Sticky.assign(&topics, &members);
                check(&topics, &members, &second);
                let same_wishes = members.iter().all(|m| m.topics == gone.topics);
                if same_wishes {
                    for member in &members {
                        prop_assert!(first[&member.id].iter().all(|p| second[&member.id].contains(p)));
                    }
                }
            }
        }
    }
}

//! `range`: per topic, consecutive partitions to the subscribed members in order (Kafka's `RangeAssignor` without racks).

use super::{Assignment, AssignorMember, Topics, in_order, partitions_of};

pub(super) fn assign(topics: &Topics, members: &[AssignorMember]) -> Assignment {
    let mut assignment = Assignment::new();
    for (topic, count) in topics {
        let subscribed = in_order(members.iter().filter(|member| member.topics.contains(topic)));
        if subscribed.is_empty() {
            continue;
        }
        let (each, extra) = (count / subscribed.len(), count % subscribed.len());
        let mut partitions = partitions_of(topic, *count);
        for (index, member) in subscribed.into_iter().enumerate() {
            let take = each + usize::from(index < extra);
            assignment
                .entry(member.id.clone())
                .or_default()
                .extend(partitions.by_ref().take(take));
        }
    }
    assignment
}

#[cfg(test)]
mod tests {
    use super::super::Assignor::Range;
    use super::super::tests::{member, show, topics};

    #[test]
    fn consecutive_partitions_the_first_members_get_more() {
        let members = [member("a", &["t", "u"]), member("b", &["t", "u"]), member("c", &["u"])];
        let assignment = Range.assign(&topics(&[("t", 3), ("u", 4)]), &members);
        assert_eq!(show(&assignment, "a"), "t0 t1 u0 u1");
        assert_eq!(show(&assignment, "b"), "t2 u2");
        assert_eq!(show(&assignment, "c"), "u3");
    }

    #[test]
    fn more_members_than_partitions() {
        let members = [member("b", &["t"]), member("a", &["t"])];
        let assignment = Range.assign(&topics(&[("t", 1)]), &members);
        assert_eq!(
            (show(&assignment, "a"), show(&assignment, "b")),
            ("t0".into(), String::new())
        );
    }
}

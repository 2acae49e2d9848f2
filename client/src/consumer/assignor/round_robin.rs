//! `roundrobin`: all partitions in turn to the members in order, skipping those that do not want the topic (Kafka's
//! `RoundRobinAssignor`).

use super::{Assignment, AssignorMember, Topics, in_order, partitions_of};

pub(super) fn assign(topics: &Topics, members: &[AssignorMember]) -> Assignment {
    let mut assignment = Assignment::new();
    let order = in_order(members);
    let mut turn = order.iter().cycle();
    for (topic, count) in topics {
        if !order.iter().any(|member| member.topics.contains(topic)) {
            continue;
        }
        for partition in partitions_of(topic, *count) {
            // Somebody wants the topic, so the search ends.
            if let Some(member) = turn.find(|member| member.topics.contains(topic)) {
                assignment.entry(member.id.clone()).or_default().push(partition);
            }
        }
    }
    assignment
}

#[cfg(test)]
mod tests {
    use super::super::Assignor::RoundRobin;
    use super::super::tests::{member, show, topics};

    #[test]
    fn turns_go_on_across_topics() {
        let members = [member("a", &["t", "u"]), member("b", &["t", "u"])];
        let assignment = RoundRobin.assign(&topics(&[("t", 3), ("u", 3)]), &members);
        assert_eq!(show(&assignment, "a"), "t0 t2 u1");
        assert_eq!(show(&assignment, "b"), "t1 u0 u2");
    }

    #[test]
    fn who_does_not_want_a_topic_is_skipped() {
        let members = [member("a", &["t"]), member("b", &["t", "u"])];
        let assignment = RoundRobin.assign(&topics(&[("t", 1), ("u", 2), ("w", 9)]), &members);
        assert_eq!(
            (show(&assignment, "a"), show(&assignment, "b")),
            ("t0".into(), "u0 u1".into())
        );
    }
}

//! The coordinator against Kafka's rules, and its one promise: what replay gives is what was live.

use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use weir_core::ErrorCode;
use weir_core::machine::MemoryHost;

fn host(delay: i32) -> MemoryHost<Groups> {
    MemoryHost::new(Groups::new(GroupConfig {
        initial_rebalance_delay_ms: delay,
        ..GroupConfig::default()
    }))
}

fn member(id: &str, generation: i32) -> MemberRef {
    MemberRef {
        group: "g".into(),
        member_id: id.into(),
        instance_id: None,
        generation,
    }
}

fn join(id: &str, new_id: &str, instance: Option<&str>) -> JoinRequest {
    JoinRequest {
        member: MemberRef {
            instance_id: instance.map(str::to_owned),
            ..member(id, -1)
        },
        new_member_id: new_id.into(),
        session_timeout_ms: 10_000,
        rebalance_timeout_ms: 60_000,
        protocol_type: "consumer".into(),
        protocols: vec![("range".into(), Bytes::from_static(b"\0\0\0\0\0\x01\0\x01t"))],
        ..JoinRequest::default()
    }
}

fn joined(replies: &[(Ticket, Reply)], ticket: Ticket) -> JoinReply {
    match replies.iter().find(|(t, _)| *t == ticket) {
        Some((_, Reply::Join(reply))) => reply.clone(),
        other => panic!("no join reply: {other:?}"),
    }
}

fn sync(id: &str, generation: i32, assignments: &[(&str, &'static [u8])]) -> Command {
    Command::Sync {
        member: member(id, generation),
        protocol_type: None,
        protocol: None,
        assignments: assignments
            .iter()
            .map(|(i, a)| ((*i).to_owned(), Bytes::from_static(a)))
            .collect(),
    }
}

fn code(replies: &[(Ticket, Reply)]) -> ErrorCode {
    match &replies.last().expect("a reply").1 {
        Reply::Heartbeat(code) | Reply::Deleted(code) => *code,
        Reply::Join(r) => r.error,
        Reply::Sync(r) => r.error,
        Reply::Committed(r) => r[0].1,
        Reply::Left(_, r) => r[0].1,
        Reply::OffsetsDeleted(code, r) => r.first().map_or(*code, |r| r.1),
        other => panic!("{other:?}"),
    }
}

/// Two members, stable in generation 1.
fn stable() -> MemoryHost<Groups> {
    let mut h = host(100);
    let (a, _) = h.submit(0, Command::Join(Box::new(join("", "a", None))));
    let (b, replies) = h.submit(10, Command::Join(Box::new(join("", "b", None))));
    assert!(replies.is_empty(), "a first rebalance waits");
    let mut replies = h.advance(100);
    replies.extend(h.advance(200));
    let (ra, rb) = (joined(&replies, a), joined(&replies, b));
    assert_eq!((ra.generation, ra.members.len(), rb.members.len()), (1, 2, 0));
    assert_eq!(ra.leader, "a");
    let (_, replies) = h.submit(210, sync("b", 1, &[]));
    assert!(replies.is_empty(), "a follower waits for the leader");
    let (_, replies) = h.submit(220, sync("a", 1, &[("a", b"A"), ("b", b"B")]));
    let got: Vec<Bytes> = replies
        .iter()
        .map(|(_, r)| match r {
            Reply::Sync(r) => r.assignment.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(got, [Bytes::from_static(b"A"), Bytes::from_static(b"B")]);
    h
}

#[test]
fn a_group_forms_and_survives_a_restart() {
    let mut h = stable();
    assert!(h.replayed_differs(Groups::new(GroupConfig::default())).is_none());
    let mut again = MemoryHost::new(Groups::new(GroupConfig::default()));
    for record in &h.log {
        let (key, value) = record.encode().unwrap();
        again.machine.replay(&GroupRecord::decode(key, value).unwrap());
    }
    again.machine.loaded(1_000);
    assert_eq!(again.machine.durable(), h.machine.durable());
    assert_eq!(
        code(&again.submit(1_000, Command::Heartbeat(member("a", 1))).1),
        ErrorCode::None
    );
    assert_eq!(code(&again.submit(1_000, sync("b", 1, &[])).1), ErrorCode::None);
    // Nobody speaks: sessions end, the group empties.
    again.advance(100_000);
    assert_eq!(
        code(&again.submit(100_000, Command::Heartbeat(member("a", 1))).1),
        ErrorCode::UnknownMemberId
    );
    h.advance(100_000);
    assert!(h.machine.durable().groups["g"].members.is_empty());
}

#[test]
fn errors_by_state() {
    let mut h = stable();
    let beat = |h: &mut MemoryHost<Groups>, m| code(&h.submit(300, Command::Heartbeat(m)).1);
    assert_eq!(beat(&mut h, member("a", 1)), ErrorCode::None);
    assert_eq!(beat(&mut h, member("a", 0)), ErrorCode::IllegalGeneration);
    assert_eq!(beat(&mut h, member("zz", 1)), ErrorCode::UnknownMemberId);
    let commit = |h: &mut MemoryHost<Groups>, m| {
        let offset = OffsetToCommit {
            key: ("t".into(), 0),
            offset: 5,
            leader_epoch: 0,
            metadata: "m".into(),
            topic_id: Default::default(),
        };
        code(
            &h.submit(
                300,
                Command::Commit {
                    member: m,
                    offsets: vec![offset],
                },
            )
            .1,
        )
    };
    assert_eq!(commit(&mut h, member("a", 1)), ErrorCode::None);
    assert_eq!(commit(&mut h, member("a", 0)), ErrorCode::IllegalGeneration);
    assert_eq!(commit(&mut h, member("", -1)), ErrorCode::UnknownMemberId);
    assert_eq!(
        code(&h.submit(300, Command::Delete("g".into())).1),
        ErrorCode::NonEmptyGroup
    );
    // A third member: everybody must come again, commits still work.
    h.submit(300, Command::Join(Box::new(join("", "c", None))));
    assert_eq!(beat(&mut h, member("a", 1)), ErrorCode::RebalanceInProgress);
    assert_eq!(commit(&mut h, member("a", 1)), ErrorCode::None);
    h.submit(310, Command::Join(Box::new(join("a", "x", None))));
    let (b, replies) = h.submit(310, Command::Join(Box::new(join("b", "x", None))));
    assert_eq!(joined(&replies, b).generation, 2);
    assert_eq!(commit(&mut h, member("a", 2)), ErrorCode::RebalanceInProgress);
    assert_eq!(commit(&mut h, member("a", 1)), ErrorCode::IllegalGeneration);
}

#[test]
fn a_dynamic_member_must_come_back_with_its_id() {
    let mut h = host(0);
    let request = |id: &str| JoinRequest {
        require_known_member_id: true,
        ..join(id, "fresh", None)
    };
    let (t, replies) = h.submit(0, Command::Join(Box::new(request(""))));
    let reply = joined(&replies, t);
    assert_eq!(
        (reply.error, reply.member_id.as_str()),
        (ErrorCode::MemberIdRequired, "fresh")
    );
    let (t, mut replies) = h.submit(0, Command::Join(Box::new(request("fresh"))));
    replies.extend(h.advance(1));
    assert_eq!(joined(&replies, t).generation, 1);
    assert_eq!(
        code(&h.submit(0, Command::Join(Box::new(request("other")))).1),
        ErrorCode::UnknownMemberId
    );
    let odd = JoinRequest {
        protocol_type: "connect".into(),
        ..join("", "n", None)
    };
    assert_eq!(
        code(&h.submit(0, Command::Join(Box::new(odd))).1),
        ErrorCode::InconsistentGroupProtocol
    );
    let short = JoinRequest {
        session_timeout_ms: 1,
        ..join("", "n", None)
    };
    assert_eq!(
        code(&h.submit(0, Command::Join(Box::new(short))).1),
        ErrorCode::InvalidSessionTimeout
    );
}

#[test]
fn a_static_member_returns_without_a_rebalance() {
    let mut h = host(0);
    let (t, mut replies) = h.submit(0, Command::Join(Box::new(join("", "s1", Some("i")))));
    replies.extend(h.advance(0));
    assert_eq!(joined(&replies, t).generation, 1);
    h.submit(1, sync("s1", 1, &[("s1", b"S")]));
    let (t, replies) = h.submit(2, Command::Join(Box::new(join("", "s2", Some("i")))));
    let reply = joined(&replies, t);
    assert_eq!(
        (reply.error, reply.generation, reply.member_id.as_str()),
        (ErrorCode::None, 1, "s2")
    );
    let old = MemberRef {
        instance_id: Some("i".into()),
        ..member("s1", 1)
    };
    assert_eq!(
        code(&h.submit(3, Command::Heartbeat(old)).1),
        ErrorCode::FencedInstanceId
    );
    assert_eq!(code(&h.submit(3, sync("s2", 1, &[])).1), ErrorCode::None);
    assert!(h.replayed_differs(Groups::new(GroupConfig::default())).is_none());
}

#[test]
fn offsets_expire_after_the_group_has_been_empty_long_enough() {
    let mut h = stable();
    h.machine.loaded(300);
    let offset = OffsetToCommit {
        key: ("t".into(), 0),
        offset: 5,
        leader_epoch: 0,
        metadata: String::new(),
        topic_id: Default::default(),
    };
    h.submit(
        300,
        Command::Commit {
            member: member("a", 1),
            offsets: vec![offset],
        },
    );
    h.submit(
        400,
        Command::Leave {
            group: "g".into(),
            members: vec![member("a", 1), member("b", 1)],
        },
    );
    let day = 24 * 3_600_000;
    h.advance(6 * day);
    assert_eq!(h.machine.durable().offsets["g"].len(), 1);
    h.advance(8 * day);
    assert!(h.machine.durable().offsets.is_empty() && h.machine.durable().groups.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Any sequence of requests and pauses: replaying the log gives the live state, and every ticket gets at most one
    /// answer.
    #[test]
    fn replay_equals_live(ops in proptest::collection::vec((0..9_u8, 0..4_u8, 0..4_i32, 0..20_000_i64), 1..80)) {
        let mut h = host(50);
        h.machine.loaded(0);
        let (mut now, mut n) = (0, 0);
        let mut answered = std::collections::BTreeSet::new();
        for (op, who, generation, pause) in ops {
            now += pause / 10;
            n += 1;
            let id = format!("m{who}");
            let mut replies = match op {
                0 | 1 => h.submit(now, Command::Join(Box::new(join("", &format!("m{}", n % 4), None)))).1,
                2 => h.submit(now, Command::Join(Box::new(join(&id, "x", None)))).1,
                3 => h.submit(now, Command::Join(Box::new(join("", &format!("s{n}"), Some("inst"))))).1,
                4 | 5 => h.submit(now, sync(&id, generation, &[(&id, b"A")])).1,
                6 => h.submit(now, Command::Heartbeat(member(&id, generation))).1,
                7 => h.submit(now, Command::Leave { group: "g".into(), members: vec![member(&id, generation)] }).1,
                _ => {
                    let offset = OffsetToCommit { key: ("t".into(), i32::from(who)), offset: now, leader_epoch: 0, metadata: String::new(), topic_id: Default::default() };
                    h.submit(now, Command::Commit { member: member(&id, generation), offsets: vec![offset] }).1
                }
            };
            replies.extend(h.advance(now));
            for (ticket, _) in replies {
                prop_assert!(answered.insert(ticket), "{ticket:?} was answered twice");
            }
            if let Some((live, replayed)) = h.replayed_differs(Groups::new(GroupConfig::default())) {
                prop_assert_eq!(live, replayed);
            }
        }
    }
}

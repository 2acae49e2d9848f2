//! Decisions of the metadata controller: what is refused, what is recorded.

use super::*;
use weir_core::machine::MemoryHost;

fn host() -> MemoryHost<Metadata> {
    let mut host = MemoryHost::new(Metadata::default());
    host.submit(
        0,
        Command::RegisterBroker(Box::new(RegisterBrokerRecord {
            broker_id: 1,
            fenced: false,
            ..Default::default()
        })),
    );
    host
}

fn topic(name: &str, partitions: i32, rf: i16, configs: &[(&str, &str)]) -> Command {
    let n = name.len() as u128 * 1000 + name.bytes().map(u128::from).sum::<u128>();
    Command::CreateTopic(Box::new(NewTopic {
        name: name.into(),
        id: Uuid::from_u128(n + 1),
        partitions,
        replication_factor: rf,
        assignments: BTreeMap::new(),
        configs: configs
            .iter()
            .map(|(k, v)| (Str::from(*k), Some(Str::from(*v))))
            .collect(),
        directory: Uuid::nil(),
        validate_only: false,
    }))
}

fn ask(host: &mut MemoryHost<Metadata>, command: Command) -> Reply {
    host.submit(0, command).1.remove(0).1
}

fn code(reply: Reply) -> ErrorCode {
    match reply {
        Reply::Refused(e) => e.code,
        _ => ErrorCode::None,
    }
}

#[test]
fn kafkas_refusals() {
    let mut h = host();
    assert_eq!(
        ask(&mut h, topic("a.b", 3, 1, &[])),
        Reply::Created {
            partitions: 3,
            replication_factor: 1
        }
    );
    assert_eq!(
        code(ask(&mut h, topic("a.b", 3, 1, &[]))),
        ErrorCode::TopicAlreadyExists
    );
    assert_eq!(
        code(ask(&mut h, topic("a_b", 3, 1, &[]))),
        ErrorCode::InvalidTopicException
    );
    assert_eq!(
        code(ask(&mut h, topic("a/b", 3, 1, &[]))),
        ErrorCode::InvalidTopicException
    );
    assert_eq!(code(ask(&mut h, topic("c", 0, 1, &[]))), ErrorCode::InvalidPartitions);
    assert_eq!(
        code(ask(&mut h, topic("c", 1, 2, &[]))),
        ErrorCode::InvalidReplicationFactor
    );
    assert_eq!(
        code(ask(&mut h, topic("c", 1, 1, &[("x", "y")]))),
        ErrorCode::InvalidConfig
    );
    assert_eq!(
        code(ask(&mut h, topic("c", 1, 1, &[("retention.ms", "soon")]))),
        ErrorCode::InvalidConfig
    );
    let grow = |n| Command::CreatePartitions {
        name: "a.b".into(),
        count: n,
        assignments: None,
        directory: Uuid::nil(),
        validate_only: false,
    };
    assert_eq!(code(ask(&mut h, grow(3))), ErrorCode::InvalidPartitions);
    assert_eq!(ask(&mut h, grow(5)), Reply::Done);
    assert_eq!(h.machine.topic("a.b").unwrap().partitions.len(), 5);
    assert!(h.replayed_differs(Metadata::default()).is_none());
}

#[test]
fn lists_are_appended_and_subtracted() {
    let mut h = host();
    ask(&mut h, topic("t", 1, 1, &[]));
    let alter = |op, value: &str| {
        Command::AlterConfig(ConfigChange {
            resource_type: RESOURCE_TOPIC,
            name: "t".into(),
            ops: vec![ConfigOp {
                name: "cleanup.policy".into(),
                op,
                value: Some(value.into()),
            }],
            replace: false,
            validate_only: false,
        })
    };
    assert_eq!(ask(&mut h, alter(AlterOp::Append, "compact")), Reply::Done);
    assert_eq!(
        h.machine.config(RESOURCE_TOPIC, "t")["cleanup.policy"],
        "delete,compact"
    );
    assert_eq!(ask(&mut h, alter(AlterOp::Subtract, "delete")), Reply::Done);
    assert_eq!(h.machine.config(RESOURCE_TOPIC, "t")["cleanup.policy"], "compact");
    assert_eq!(
        code(ask(&mut h, alter(AlterOp::Set, "shrink"))),
        ErrorCode::InvalidConfig
    );
    assert_eq!(ask(&mut h, alter(AlterOp::Delete, "")), Reply::Done);
    assert!(h.machine.config(RESOURCE_TOPIC, "t").is_empty());
    let id = h.machine.topic("t").unwrap().id;
    assert_eq!(ask(&mut h, Command::DeleteTopic(id)), Reply::Done);
    assert!(h.machine.topic("t").is_none());
    assert!(h.replayed_differs(Metadata::default()).is_none());
}

#[test]
fn producer_id_blocks_do_not_overlap() {
    let mut h = host();
    let block = || Command::AllocateProducerIds {
        broker: 1,
        broker_epoch: 0,
    };
    assert_eq!(ask(&mut h, block()), Reply::ProducerIds(0));
    assert_eq!(ask(&mut h, block()), Reply::ProducerIds(1000));
    assert!(h.replayed_differs(Metadata::default()).is_none());
}

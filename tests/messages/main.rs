//! Kafka's own classes and our codec agree on every message in every version, byte for byte, in both directions.
//!
//! A small Java program (`tests/java/MessageDriver.java`) fills instances of Kafka's generated classes at random and writes
//! them. We decode and encode them: the bytes must be the same. Then we damage them; whatever still decodes is encoded by
//! us and must be read and written unchanged by Kafka.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod codec;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::{Buf, BufMut, Bytes};
use codec::{Codec, Random, Recoded};
use weir_messages::{
    ApiKey, ApiVersionsRequest, EncodeErrorKind, FetchRequest, GroupKey, GroupValue, Message, MetadataRecord,
    OffsetCommitKey, OffsetCommitValue, ProduceRequest, Request, RequestHeader, Str, TopicRecord, Writer, decode_all,
    produce_request, request_header_version, response_header_version,
};

const INSTANCES: usize = 24;

#[derive(Clone)]
struct Instance {
    name: String,
    version: i16,
    bytes: Bytes,
}

fn class_path() -> OsString {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/MessageDriver.java");
    xtask::peers::java_class_path(&source).expect("Apache Kafka's jars and a JDK")
}

fn driver(class_path: &OsString, args: &[&str]) -> Command {
    let mut command = Command::new("java");
    command
        .arg("-Xmx512m")
        .arg("-cp")
        .arg(class_path)
        .arg("MessageDriver")
        .args(args);
    command
}

fn instances_from_kafka(class_path: &OsString) -> Vec<Instance> {
    let output = driver(class_path, &["write", "4301", &INSTANCES.to_string()])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = Bytes::from(output.stdout);
    let mut instances = Vec::new();
    while all.has_remaining() {
        let len = usize::try_from(all.get_i16()).unwrap();
        let name = String::from_utf8(all.split_to(len).to_vec()).unwrap();
        let version = all.get_i16();
        let len = usize::try_from(all.get_i32()).unwrap();
        instances.push(Instance {
            name,
            version,
            bytes: all.split_to(len),
        });
    }
    instances
}

/// Kafka reads each instance, writes it again and compares.
fn verify_by_kafka(class_path: &OsString, instances: &[Instance]) {
    let mut child = driver(class_path, &["verify"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut all = Vec::new();
    for instance in instances {
        all.put_i16(i16::try_from(instance.name.len()).unwrap());
        all.put_slice(instance.name.as_bytes());
        all.put_i16(instance.version);
        all.put_i32(i32::try_from(instance.bytes.len()).unwrap());
        all.put_slice(&instance.bytes);
    }
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&all));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        report.trim(),
        format!("{} checked, 0 failed", instances.len()),
        "{report}"
    );
}

fn damaged(bytes: &Bytes, random: &mut Random) -> Bytes {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(2) {
        let at = random.below(bytes.len());
        match random.below(4) {
            0 if !bytes.is_empty() => bytes[at] = bytes[at].wrapping_add(1),
            1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
            2 => bytes.insert(at, random.bytes(1)[0]),
            _ if !bytes.is_empty() => {
                bytes.remove(at);
            }
            _ => {}
        }
    }
    bytes.into()
}

#[test]
fn every_message_in_every_version_agrees_with_kafka() {
    let class_path = class_path();
    let codecs: BTreeMap<&str, Codec> = table::all().into_iter().map(|codec| (codec.name, codec)).collect();
    let instances = instances_from_kafka(&class_path);

    let mut wanted = BTreeSet::new();
    for codec in codecs.values() {
        wanted.extend((codec.min..=codec.max).map(|version| (codec.name, version)));
    }
    let mut seen: BTreeMap<(&str, i16), usize> = BTreeMap::new();
    for instance in &instances {
        *seen.entry((instance.name.as_str(), instance.version)).or_default() += 1;
    }
    assert_eq!(
        seen.keys().copied().collect::<BTreeSet<_>>(),
        wanted,
        "messages and versions"
    );
    assert!(seen.values().all(|count| *count == INSTANCES));

    let mut random = Random::new(7);
    let mut ours = Vec::new();
    let mut survivors = 0;
    for instance in &instances {
        let Instance { name, version, bytes } = instance;
        let codec = &codecs[name.as_str()];
        match (codec.recode)(bytes.clone(), *version) {
            Recoded::Bytes(again) => {
                assert_eq!(again.as_ref(), Ok(bytes), "{name} v{version}");
                ours.push(Instance {
                    bytes: again.unwrap(),
                    ..instance.clone()
                });
            }
            Recoded::Refused(error) => panic!("{name} v{version}: {error}"),
            Recoded::Leftover(left) => panic!("{name} v{version}: {left} bytes left"),
        }
        for _ in 0..4 {
            // An encode error is fine here: damage may have put tags out of order.
            if let Recoded::Bytes(Ok(bytes)) = (codec.recode)(damaged(bytes, &mut random), *version) {
                survivors += 1;
                ours.push(Instance {
                    bytes,
                    ..instance.clone()
                });
            }
        }
    }
    assert!(
        survivors > instances.len() / 4,
        "too few damaged instances decode to prove anything: {survivors}"
    );
    verify_by_kafka(&class_path, &ours);
}

#[test]
fn a_field_that_the_version_lacks_is_an_error_unless_ignorable() {
    let mut request = FetchRequest {
        session_id: 3,
        rack_id: "a".into(),
        ..FetchRequest::default()
    };
    // sessionId is ignorable, so is rackId: both are dropped in version 4.
    let mut w = Writer::new();
    request.encode(&mut w, 4).unwrap();
    assert_eq!(decode_all::<FetchRequest>(w.into_bytes(), 4).unwrap().session_id, 0);
    request.replica_id = 7;
    let error = request.encode(&mut Writer::new(), 15).unwrap_err();
    assert_eq!(
        error.kind(),
        EncodeErrorKind::FieldNotInVersion {
            field: "replicaId",
            version: 15
        }
    );
    assert!(request.encode(&mut Writer::new(), 3).is_err(), "version 3 is gone");
}

#[test]
fn null_where_the_version_has_none_is_an_error() {
    let mut w = Writer::new();
    let request = weir_messages::MetadataRequest {
        topics: None,
        ..Default::default()
    };
    assert_eq!(
        request.encode(&mut w, 0).unwrap_err().kind(),
        EncodeErrorKind::Null {
            field: "topics",
            version: 0
        }
    );
    request.encode(&mut w, 1).unwrap();
}

#[test]
fn produced_records_are_neither_copied_in_nor_out() {
    let records = Bytes::from(vec![1u8; 100_000]);
    let partition = produce_request::PartitionProduceData {
        records: Some(records.clone()),
        ..Default::default()
    };
    let topic = produce_request::TopicProduceData {
        name: Str::from_static("t"),
        partition_data: vec![partition],
        ..Default::default()
    };
    let request = ProduceRequest {
        topic_data: vec![topic],
        acks: -1,
        timeout_ms: 1,
        ..Default::default()
    };
    let mut w = Writer::framed();
    request.encode(&mut w, 9).unwrap();
    let chunks = w.into_frame().unwrap();
    assert!(chunks.iter().any(|chunk| chunk.as_ptr() == records.as_ptr()));
    let frame = Bytes::from(chunks.concat());
    let decoded: ProduceRequest = decode_all(frame.slice(4..), 9).unwrap();
    assert_eq!(decoded, request);
    let inside = decoded.topic_data[0].partition_data[0]
        .records
        .as_ref()
        .unwrap()
        .as_ptr();
    assert!(frame.as_ptr_range().contains(&inside));
}

#[test]
fn header_versions() {
    assert_eq!(request_header_version(ApiKey::Produce, 8), 1);
    assert_eq!(request_header_version(ApiKey::Produce, 9), 2);
    assert_eq!(response_header_version(ApiKey::Produce, 9), 1);
    assert_eq!(request_header_version(ApiKey::ApiVersions, 4), 2);
    assert_eq!(response_header_version(ApiKey::ApiVersions, 4), 0);
    assert_eq!(request_header_version(ApiKey::SaslHandshake, 1), 1);
    assert_eq!(ApiVersionsRequest::KEY, ApiKey::ApiVersions);
    assert_eq!(
        ApiKey::InitProducerId.latest_stable(),
        ApiKey::InitProducerId.max_version() - 1
    );
    assert_eq!(ApiKey::from_id(4), None, "LeaderAndIsr is gone");
    for key in ApiKey::ALL {
        assert_eq!(ApiKey::from_id(key.id()), Some(*key));
        assert!(key.min_version() <= key.latest_stable() && !key.listeners().is_empty() && !key.name().is_empty());
    }
    // The client id keeps its old form in a flexible header.
    let header = RequestHeader {
        client_id: Some("ab".into()),
        ..Default::default()
    };
    let mut w = Writer::new();
    header.encode(&mut w, 2).unwrap();
    assert_eq!(w.into_bytes().as_ref(), [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, b'a', b'b', 0]);
}

#[test]
fn framed_records() {
    let topic = TopicRecord {
        name: "t".into(),
        ..Default::default()
    };
    let framed = weir_messages::write_framed(&topic, 0).unwrap();
    assert_eq!(framed.slice(..3).as_ref(), [1, 2, 0]);
    let (record, version) = MetadataRecord::decode(framed.clone()).unwrap();
    assert_eq!(
        (record.encode(version).unwrap(), record),
        (framed, MetadataRecord::Topic(topic))
    );
    assert!(MetadataRecord::decode(Bytes::from_static(&[2, 2, 0])).is_err());
    assert!(MetadataRecord::decode(Bytes::from_static(&[1, 99, 0])).is_err());

    let key = OffsetCommitKey {
        group: "g".into(),
        topic: "t".into(),
        partition: 5,
    };
    let bytes = weir_messages::encode_key(&key).unwrap();
    assert_eq!(bytes.slice(..2).as_ref(), [0, 1]);
    assert_eq!(GroupKey::decode(bytes).unwrap(), GroupKey::OffsetCommit(key));
    let value = OffsetCommitValue {
        offset: 9,
        metadata: "m".into(),
        ..Default::default()
    };
    let bytes = weir_messages::encode_value(&value, 4).unwrap();
    assert_eq!(bytes.slice(..2).as_ref(), [0, 4]);
    assert_eq!(GroupValue::decode(1, bytes).unwrap(), GroupValue::OffsetCommit(value));
}

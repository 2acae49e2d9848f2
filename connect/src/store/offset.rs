//! The offset topic: how far sources got. Keys are `["C",{source partition}]`, values offset maps or null; see `KafkaOffsetBackingStore`.
//!
//! Compaction is by bytes, and Java writes a map in its own iteration order. So the bytes of a key that was seen once are used again,
//! and a new key is written in `HashMap` order.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use weir_connect_sdk::OffsetMap;
use weir_core::machine::{Decision, LogMachine, Ticket};

use super::{StoreRecord, json};

/// A source partition's offset, and the very bytes of its key in the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    key: Vec<u8>,
    partition: OffsetMap,
    /// `None` after a tombstone: the key's bytes stay known.
    offset: Option<OffsetMap>,
}

/// The state of the offset topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OffsetState {
    /// By connector and by the partition with its members sorted.
    entries: BTreeMap<(String, String), Entry>,
}

/// The same text for the same partition, whatever the order of its members.
fn canonical(partition: &OffsetMap) -> String {
    sorted(&Json::Object(partition.clone())).to_string()
}

fn sorted(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let members: BTreeMap<&String, Json> = map.iter().map(|(name, value)| (name, sorted(value))).collect();
            members.into_iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

impl OffsetState {
    /// The committed offset of a source partition.
    pub fn get(&self, connector: &str, partition: &OffsetMap) -> Option<&OffsetMap> {
        self.entries
            .get(&(connector.to_owned(), canonical(partition)))?
            .offset
            .as_ref()
    }

    /// All partitions of a connector that have an offset.
    pub fn of_connector(&self, connector: &str) -> Vec<(OffsetMap, OffsetMap)> {
        let own = self.entries.iter().filter(|((name, _), _)| name == connector);
        own.filter_map(|(_, entry)| Some((entry.partition.clone(), entry.offset.clone()?)))
            .collect()
    }
}

/// Offsets of one connector to write; `None` removes one.
#[derive(Debug, Clone, PartialEq)]
pub struct PutOffsets {
    pub connector: String,
    pub offsets: Vec<(OffsetMap, Option<OffsetMap>)>,
}

/// The offset topic as a log machine.
#[derive(Debug, Default)]
pub struct OffsetMachine(pub OffsetState);

impl LogMachine for OffsetMachine {
    type Command = PutOffsets;
    type Record = StoreRecord;
    type Reply = ();
    type Durable = OffsetState;

    fn decide(&mut self, _now: i64, ticket: Ticket, command: PutOffsets) -> Decision<StoreRecord, ()> {
        let record = |(partition, offset): &(OffsetMap, Option<OffsetMap>)| {
            let known = self.0.entries.get(&(command.connector.clone(), canonical(partition)));
            let key = match known {
                Some(entry) => entry.key.clone(),
                None => format!("[{},{}]", json::string(&command.connector), json::object(partition)).into_bytes(),
            };
            StoreRecord {
                key,
                value: offset.as_ref().map(|offset| json::object(offset).into_bytes()),
            }
        };
        let records = command.offsets.iter().map(record).collect();
        Decision::write(records, ticket, ())
    }

    fn replay(&mut self, record: &StoreRecord) {
        let Ok(Json::Array(mut key)) = serde_json::from_slice::<Json>(&record.key) else {
            return;
        };
        let (Some(Json::Object(partition)), Some(Json::String(connector)), None) = (key.pop(), key.pop(), key.pop())
        else {
            return;
        };
        let offset = record.value.as_deref().and_then(json::parse_object);
        let entry = Entry {
            key: record.key.clone(),
            offset,
            partition,
        };
        self.0.entries.insert((connector, canonical(&entry.partition)), entry);
    }

    fn durable(&self) -> OffsetState {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use weir_connect_sdk::offset_map;
    use weir_core::machine::MemoryHost;

    use super::*;

    fn put(
        host: &mut MemoryHost<OffsetMachine>,
        partition: OffsetMap,
        offset: Option<OffsetMap>,
    ) -> (String, Option<String>) {
        host.submit(
            0,
            PutOffsets {
                connector: "a".into(),
                offsets: vec![(partition, offset)],
            },
        );
        let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
        host.log
            .last()
            .map(|record| (text(&record.key), record.value.as_ref().map(text)))
            .unwrap()
    }

    #[test]
    fn bytes_are_kafka_connects() {
        let mut host = MemoryHost::new(OffsetMachine::default());
        let partition = offset_map([("filename", "/in.txt")]);
        let (key, value) = put(&mut host, partition.clone(), Some(offset_map([("position", 12)])));
        assert_eq!(
            (key.as_str(), value.as_deref()),
            (r#"["a",{"filename":"/in.txt"}]"#, Some(r#"{"position":12}"#))
        );
        assert_eq!(
            host.machine.0.get("a", &partition),
            Some(&offset_map([("position", 12)]))
        );
        assert_eq!(put(&mut host, partition.clone(), None).1, None);
        assert_eq!(host.machine.0.get("a", &partition), None);
        assert!(host.machine.0.of_connector("a").is_empty());
        assert_eq!(host.replayed_differs(OffsetMachine::default()), None);
    }

    #[test]
    fn a_key_that_was_seen_keeps_its_bytes() {
        let mut machine = OffsetMachine::default();
        let seen = br#"["a",{"topic":"t","partition":0,"cluster":"c"}]"#;
        machine.replay(&StoreRecord {
            key: seen.to_vec(),
            value: Some(b"{\"offset\":1}".to_vec()),
        });
        let mut host = MemoryHost::new(machine);
        let same = offset_map([
            ("cluster", Json::from("c")),
            ("partition", 0.into()),
            ("topic", "t".into()),
        ]);
        let (key, _) = put(&mut host, same, Some(offset_map([("offset", 2)])));
        assert_eq!(key.as_bytes(), seen);
        // MirrorMaker's order for a new key, as a JVM writes it.
        let other = offset_map([
            ("cluster", Json::from("c")),
            ("partition", 1.into()),
            ("topic", "t".into()),
        ]);
        let (key, _) = put(&mut host, other, Some(offset_map([("offset", 2)])));
        assert_eq!(key, r#"["a",{"cluster":"c","partition":1,"topic":"t"}]"#);
    }

    #[test]
    fn foreign_keys_are_left_alone() {
        let mut machine = OffsetMachine::default();
        for key in ["x", "[]", r#"["a"]"#, r#"["a",1]"#, r#"[1,{}]"#, r#"["a",{},{}]"#] {
            machine.replay(&StoreRecord {
                key: key.into(),
                value: Some(b"{}".to_vec()),
            });
        }
        assert_eq!(machine.0, OffsetState::default());
    }
}

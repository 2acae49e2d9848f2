//! Every decoder that reads bytes of others, behind one kind of function: the seeded tests and the cargo-fuzz targets share
//! them. A function panics when its decoder breaks a promise; refusing is fine.

use crate::codec::Recoded;
use crate::table;
use bytes::Bytes;
use weir_core::compress::Compression;
use weir_core::record::Batch;
use weir_engine::group::GroupRecord;
use weir_engine::journal::Entries;
use weir_engine::log::Producers;
use weir_schema_registry::avro::{Strictness, parse};
use weir_schema_registry::state::record::Record;
use weir_serdes::AvroSchema;

/// A decoder.
pub struct Entry {
    pub name: &'static str,
    /// Whether something was decoded.
    pub run: fn(&[u8]) -> bool,
    /// Inputs that it takes, to start from.
    pub corpus: fn() -> Vec<Vec<u8>>,
}

/// What inflating may cost, in bytes.
pub const INFLATE_LIMIT: usize = 1 << 20;

pub const ALL: &[Entry] = &[
    Entry {
        name: "message",
        run: message,
        corpus: messages,
    },
    Entry {
        name: "record_batch",
        run: record_batch,
        corpus: record_batches,
    },
    Entry {
        name: "decompress",
        run: decompress,
        corpus: compressed,
    },
    Entry {
        name: "group_record",
        run: group_record,
        corpus: group_records,
    },
    Entry {
        name: "journal",
        run: journal,
        corpus: journals,
    },
    Entry {
        name: "producer_snapshot",
        run: producer_snapshot,
        corpus: producer_snapshots,
    },
    Entry {
        name: "schemas_record",
        run: schemas_record,
        corpus: schemas_records,
    },
    Entry {
        name: "avro_schema",
        run: avro_schema,
        corpus: avro_schemas,
    },
    Entry {
        name: "avro_value",
        run: avro_value,
        corpus: avro_values,
    },
    Entry {
        name: "properties",
        run: properties,
        corpus: property_files,
    },
];

/// A cargo-fuzz target's whole body.
#[allow(dead_code, reason = "the seeded tests walk over all")]
pub fn fuzz(name: &str, data: &[u8]) {
    let entry = ALL
        .iter()
        .find(|entry| entry.name == name)
        .expect("a decoder of this name");
    (entry.run)(data);
}

/// Two bytes say which message, one which version; what decodes whole is written and decodes again.
/// Small inputs that ask for much, with their decoders, which refuse them.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    // Blocks of 10,000 nulls each.
    let blocks = [vec![4], [0xA0, 0x9C, 0x01].repeat(10_000), vec![0]].concat();
    vec![("avro_value", blocks)]
}

fn message(data: &[u8]) -> bool {
    let Some(([a, b, version], rest)) = data.split_first_chunk() else {
        return false;
    };
    let all = table::all();
    let codec = &all[usize::from(u16::from_be_bytes([*a, *b])) % all.len()];
    let version = codec.min + i16::from(*version) % (codec.max - codec.min + 1);
    match (codec.recode)(Bytes::copy_from_slice(rest), version) {
        Recoded::Refused(error) => {
            assert!(error.at() <= rest.len(), "{} v{version}: {error}", codec.name);
            false
        }
        Recoded::Leftover(left) => {
            assert!(left <= rest.len(), "{} v{version}", codec.name);
            true
        }
        Recoded::Bytes(Ok(bytes)) => {
            assert!(
                matches!((codec.recode)(bytes, version), Recoded::Bytes(Ok(_))),
                "{} v{version}",
                codec.name
            );
            true
        }
        Recoded::Bytes(Err(_)) => true,
    }
}

/// An empty body of each message: the shortest that most of them take.
fn messages() -> Vec<Vec<u8>> {
    (0..table::all().len() as u16)
        .map(|i| [&i.to_be_bytes()[..], &[0], &[0; 64]].concat())
        .collect()
}

fn record_batch(data: &[u8]) -> bool {
    let bytes = Bytes::copy_from_slice(data);
    let Ok(batch) = Batch::parse_unchecked(&bytes) else {
        return false;
    };
    let _ = batch.verify();
    let Ok(records) = batch.records(INFLATE_LIMIT) else {
        return false;
    };
    let mut count = 0_i64;
    for record in records {
        if record.is_err() {
            break;
        }
        count += 1;
    }
    assert!(
        count <= i64::from(batch.header.record_count.max(0)),
        "more records than the header says"
    );
    count > 0
}

fn record_batches() -> Vec<Vec<u8>> {
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"].map(|name| Compression::from_name(name).unwrap());
    let batch = |codec| {
        let mut builder = weir_core::record::BatchBuilder::new(codec);
        for i in 0..20_i64 {
            builder.append(1_700_000_000_000 + i, Some(b"key"), Some(b"a value, a value"), &[]);
        }
        builder.build().unwrap().to_vec()
    };
    codecs.map(batch).into()
}

/// The first byte says which codec.
fn decompress(data: &[u8]) -> bool {
    let Some((codec, rest)) = data.split_first() else {
        return false;
    };
    let Ok(codec) = Compression::from_bits(codec % 5) else {
        return false;
    };
    match codec.decompress(rest, INFLATE_LIMIT) {
        Ok(out) => {
            // What is not compressed is not inflated.
            assert!(
                out.len() <= INFLATE_LIMIT.max(rest.len()),
                "{}: {} bytes",
                codec.name(),
                out.len()
            );
            true
        }
        Err(_) => false,
    }
}

fn compressed() -> Vec<Vec<u8>> {
    let text = "weir ".repeat(500);
    // A bomb too: 4 MiB of zeros, four times the limit.
    let inputs = [text.into_bytes(), vec![0; 4 << 20]];
    let one = |bits: u8, input: &[u8]| {
        [
            &[bits][..],
            &Compression::from_bits(bits).unwrap().compress(input).unwrap(),
        ]
        .concat()
    };
    (1..5)
        .flat_map(|bits| inputs.iter().map(move |input| one(bits, input)))
        .collect()
}

/// Two bytes of key length; no bytes after the key are a tombstone.
fn key_and_value(data: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let (len, rest) = data.split_first_chunk()?;
    let (key, value) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
    Some((key, Some(value).filter(|value| !value.is_empty())))
}

fn with_key(key: &[u8], value: &[u8]) -> Vec<u8> {
    [&(key.len() as u16).to_be_bytes()[..], key, value].concat()
}

fn group_record(data: &[u8]) -> bool {
    let Some((key, value)) = key_and_value(data) else {
        return false;
    };
    let decoded = GroupRecord::decode(Bytes::copy_from_slice(key), value.map(Bytes::copy_from_slice));
    decoded.is_ok_and(|record| record.encode().is_ok())
}

fn group_records() -> Vec<Vec<u8>> {
    // An offset of group g, topic t, partition 0, in version 3; and its tombstone.
    let key = [0, 1, 0, 1, b'g', 0, 1, b't', 0, 0, 0, 0];
    let value = [0, 3, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    vec![with_key(&key, &value), with_key(&key, &[])]
}

fn journal(data: &[u8]) -> bool {
    Entries::of(&Bytes::copy_from_slice(data)).is_some_and(|entries| {
        let count = entries.count();
        assert!(count <= data.len());
        true
    })
}

fn journals() -> Vec<Vec<u8>> {
    let head = weir_engine::journal::file_header(1);
    vec![head.to_vec(), [&head[..], &[0; 200]].concat()]
}

fn producer_snapshot(data: &[u8]) -> bool {
    Producers::from_snapshot(data).is_some_and(|producers| {
        let again = Producers::from_snapshot(&producers.to_snapshot());
        assert_eq!(
            again.map(|again| again.len()),
            Some(producers.len()),
            "a snapshot of its own is read back"
        );
        true
    })
}

fn producer_snapshots() -> Vec<Vec<u8>> {
    vec![Producers::default().to_snapshot()]
}

fn schemas_record(data: &[u8]) -> bool {
    let Some((key, value)) = key_and_value(data) else {
        return false;
    };
    let Ok(record) = Record::decode(key, value) else {
        return false;
    };
    let Some((key, value)) = record.encode() else {
        return true;
    };
    assert!(
        Record::decode(&key, value.as_deref()).is_ok(),
        "what is written is read back"
    );
    true
}

fn schemas_records() -> Vec<Vec<u8>> {
    let records = [
        (
            r#"{"keytype":"SCHEMA","subject":"s","version":1,"magic":1}"#,
            r#"{"subject":"s","version":1,"id":1,"schema":"\"string\"","deleted":false}"#,
        ),
        (
            r#"{"keytype":"CONFIG","subject":"s","magic":0}"#,
            r#"{"subject":"s","compatibilityLevel":"FULL"}"#,
        ),
        (
            r#"{"keytype":"DELETE_SUBJECT","subject":"s","magic":0}"#,
            r#"{"subject":"s","version":1}"#,
        ),
        (r#"{"keytype":"NOOP","magic":0}"#, ""),
    ];
    records
        .map(|(key, value)| with_key(key.as_bytes(), value.as_bytes()))
        .into()
}

fn avro_schema(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let parsed = [Strictness::New, Strictness::Stored].map(|strictness| parse(&text, &[], strictness).is_ok());
    let _ = AvroSchema::parse(&text);
    parsed.contains(&true)
}

const SCHEMAS: [&str; 5] = [
    r#"{"type":"record","name":"R","fields":[{"name":"a","type":"long"},{"name":"b","type":["null","string"],"default":null}]}"#,
    r#"{"type":"record","name":"Tree","fields":[{"name":"left","type":["null","Tree"]},{"name":"right","type":["null","Tree"]}]}"#,
    r#"{"type":"array","items":{"type":"map","values":"null"}}"#,
    r#"{"type":"enum","name":"E","symbols":["A","B"]}"#,
    r#"{"type":"array","items":"null"}"#,
];

fn avro_schemas() -> Vec<Vec<u8>> {
    SCHEMAS.map(|schema| schema.as_bytes().to_vec()).into()
}

/// The first byte says which schema.
fn avro_value(data: &[u8]) -> bool {
    let Some((which, rest)) = data.split_first() else {
        return false;
    };
    let schema = AvroSchema::parse(SCHEMAS[usize::from(*which) % SCHEMAS.len()]).unwrap();
    let _ = weir_serdes::frame::split(rest);
    schema.decode(rest, None).is_ok()
}

fn avro_values() -> Vec<Vec<u8>> {
    vec![
        vec![0, 14, 0],
        vec![0, 14, 2, 4, b'h', b'i'],
        vec![1, 2, 0, 0, 0],
        vec![2, 2, 2, 2, b'k', 0, 0],
        vec![3, 2],
        vec![4, 4, 2, 0],
    ]
}

fn properties(data: &[u8]) -> bool {
    weir_config::properties::parse(&String::from_utf8_lossy(data)).is_ok_and(|entries| !entries.is_empty())
}

fn property_files() -> Vec<Vec<u8>> {
    vec![b"# c\na = b\\\n  c\nd:\\u00e9\n".to_vec()]
}

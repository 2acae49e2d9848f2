//! Corrupt and lying record batches: whatever Kafka makes of one, Weir does too, and what both take is the same bytes in
//! both logs afterwards.

use crate::admin::create;
use crate::data::{now, produce, scrub_produced};
use crate::pair::{Pair, unique};
use crate::wire::Wire;
use bytes::Bytes;
use weir_core::be;
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, HEADER_LEN, layout};
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::*;

/// Two records under keys, as a producer sends them.
fn good(codec: Compression, at: i64) -> Vec<u8> {
    let mut b = BatchBuilder::new(codec);
    b.append(at, Some(b"k"), Some(b"value"), &[]);
    b.append(at + 1, Some(b"k"), Some(b"value"), &[]);
    b.build().unwrap().to_vec()
}

/// Makes the checksum fit what the batch now says.
fn summed(mut batch: Vec<u8>) -> Bytes {
    let crc = weir_core::crc::crc32c(&batch[layout::ATTRIBUTES..]);
    be::put_u32(&mut batch, layout::CRC, crc);
    batch.into()
}

/// Other records under the same header, its length made to fit.
fn with_body(body: &[u8], count: i32, at: i64) -> Bytes {
    let mut batch = good(Compression::None, at);
    batch.truncate(HEADER_LEN);
    batch.extend_from_slice(body);
    be::put_i32(&mut batch, layout::RECORD_COUNT, count);
    be::put_i32(&mut batch, layout::LAST_OFFSET_DELTA, count - 1);
    let len = batch.len() - layout::LOG_OVERHEAD;
    be::put_i32(&mut batch, layout::BATCH_LENGTH, len as i32);
    summed(batch)
}

/// Every field of the header with values that no producer sends.
fn forged_headers(at: i64) -> Vec<(String, Bytes)> {
    let mut cases = Vec::new();
    let mut add = |what: String, batch: Bytes| cases.push((what, batch));
    let base = good(Compression::None, at);
    let with = |f: &dyn Fn(&mut Vec<u8>)| {
        let mut batch = base.clone();
        f(&mut batch);
        batch
    };
    add("as it should be".into(), summed(base.clone()));
    add("wrong checksum".into(), with(&|b| b[layout::CRC] ^= 1).into());
    add(
        "flipped bit in a value".into(),
        with(&|b| *b.last_mut().unwrap() ^= 1).into(),
    );
    for magic in [0, 1, 3, 127, 255] {
        add(format!("magic {magic}"), summed(with(&|b| b[layout::MAGIC] = magic)));
    }
    for length in [i32::MIN, -1, 0, 1, 48, 49, 50, base.len() as i32, i32::MAX] {
        let lying = with(&|b| be::put_i32(b, layout::BATCH_LENGTH, length));
        add(format!("length {length}"), summed(lying));
    }
    for delta in [i32::MIN, -1, 0, 2, i32::MAX] {
        let lying = with(&|b| be::put_i32(b, layout::LAST_OFFSET_DELTA, delta));
        add(format!("last offset delta {delta}"), summed(lying));
    }
    for count in [i32::MIN, -1, 0, 1, 3, i32::MAX] {
        let lying = with(&|b| be::put_i32(b, layout::RECORD_COUNT, count));
        add(format!("count {count}"), summed(lying));
        let both = with(&|b| {
            be::put_i32(b, layout::RECORD_COUNT, count);
            be::put_i32(b, layout::LAST_OFFSET_DELTA, count.wrapping_sub(1));
        });
        add(format!("count and delta for {count}"), summed(both));
    }
    for bits in [5, 6, 7, 0x08, 0x10, 0x20, 0x30, 0x40, 0x80, 0x100, 0x7f00] {
        let odd = with(&|b| be::put_i16(b, layout::ATTRIBUTES, bits));
        add(format!("attributes {bits:#x}"), summed(odd));
    }
    for offset in [-1, 5, i64::MAX] {
        add(
            format!("base offset {offset}"),
            summed(with(&|b| be::put_i64(b, layout::BASE_OFFSET, offset))),
        );
    }
    for epoch in [-2, 7, i32::MAX] {
        add(
            format!("leader epoch {epoch}"),
            summed(with(&|b| be::put_i32(b, layout::LEADER_EPOCH, epoch))),
        );
    }
    for (base_time, max_time) in [
        (at, -1),
        (at, at - 1),
        (at, at + 50_000),
        (-1, -1),
        (-2, at),
        (at, i64::MAX),
        (i64::MAX, i64::MAX),
        (i64::MIN, at),
        (0, 1),
    ] {
        let odd = with(&|b| {
            be::put_i64(b, layout::BASE_TIMESTAMP, base_time);
            be::put_i64(b, layout::MAX_TIMESTAMP, max_time);
        });
        add(
            format!(
                "timestamps {} {}",
                base_time.wrapping_sub(at),
                max_time.wrapping_sub(at)
            ),
            summed(odd),
        );
    }
    for (id, epoch, sequence) in [
        (9, 0, -1),
        (9, -1, 0),
        (9, -1, -1),
        (-1, 0, 0),
        (-1, -1, 5),
        (-2, 3, 3),
        (9, 3, -5),
    ] {
        let odd = with(&|b| {
            be::put_i64(b, layout::PRODUCER_ID, id);
            be::put_i16(b, layout::PRODUCER_EPOCH, epoch);
            be::put_i32(b, layout::BASE_SEQUENCE, sequence);
        });
        add(format!("producer {id} epoch {epoch} sequence {sequence}"), summed(odd));
    }
    for cut in [0, 1, 11, 12, 16, 17, 21, 60, 61, 62, base.len() - 1] {
        add(format!("cut to {cut} bytes"), base[..cut].to_vec().into());
    }
    add("two batches".into(), base.repeat(2).into());
    add("bytes behind the batch".into(), [&base[..], &[0; 7]].concat().into());
    add("a cut second batch".into(), [&base[..], &base[..40]].concat().into());
    add("noise".into(), vec![0xa5; 300].into());
    add("zeros".into(), vec![0; 300].into());
    cases
}

/// Records that do not add up, under a header that does.
fn forged_records(at: i64) -> Vec<(String, Bytes)> {
    // Length, attributes, timestamp delta, offset delta, key "k", value "v", no headers; varints are zigzag.
    let record = |delta: u8| [16, 0, 0, delta * 2, 2, b'k', 2, b'v', 0];
    let two = [record(0), record(1)].concat();
    let one = |body: &[u8]| with_body(body, 1, at);
    vec![
        ("two records".into(), with_body(&two, 2, at)),
        (
            "offset deltas 0 0".into(),
            with_body(&[record(0), record(0)].concat(), 2, at),
        ),
        (
            "offset deltas 1 0".into(),
            with_body(&[record(1), record(0)].concat(), 2, at),
        ),
        (
            "offset deltas 0 5".into(),
            with_body(&[record(0), record(5)].concat(), 2, at),
        ),
        ("offset delta -1".into(), one(&[16, 0, 0, 1, 2, b'k', 2, b'v', 0])),
        (
            "bytes after the last record".into(),
            with_body(&[&two[..], &[0, 0, 0]].concat(), 2, at),
        ),
        ("fewer records than counted".into(), with_body(&two, 3, at)),
        ("more records than counted".into(), with_body(&two, 1, at)),
        (
            "record length past the end".into(),
            one(&[100, 0, 0, 0, 2, b'k', 2, b'v', 0]),
        ),
        ("record length negative".into(), one(&[1, 0, 0, 0, 2, b'k', 2, b'v', 0])),
        ("record length zero".into(), one(&[0])),
        (
            "record length too small".into(),
            one(&[8, 0, 0, 0, 2, b'k', 2, b'v', 0]),
        ),
        ("an endless varint".into(), one(&[0xff; 20])),
        ("record attributes".into(), one(&[16, 0x7f, 0, 0, 2, b'k', 2, b'v', 0])),
        ("no body".into(), one(&[])),
    ]
}

/// What only who reads every record can see.
fn deep(at: i64) -> Vec<(String, Bytes)> {
    let one = |body: &[u8]| with_body(body, 1, at);
    let mut cases = vec![
        (
            "key length past the record".to_owned(),
            one(&[16, 0, 0, 0, 120, b'k', 2, b'v', 0]),
        ),
        ("key length -2".into(), one(&[16, 0, 0, 0, 3, b'k', 2, b'v', 0])),
        (
            "value length past the record".into(),
            one(&[16, 0, 0, 0, 2, b'k', 120, b'v', 0]),
        ),
        ("header count lies".into(), one(&[16, 0, 0, 0, 2, b'k', 2, b'v', 100])),
        ("header count negative".into(), one(&[16, 0, 0, 0, 2, b'k', 2, b'v', 1])),
    ];
    for codec in [
        Compression::Gzip,
        Compression::Snappy,
        Compression::Lz4,
        Compression::Zstd,
    ] {
        let packed = good(codec, at);
        cases.push((codec.name().to_owned(), packed.clone().into()));
        let mut noise = packed.clone();
        noise[HEADER_LEN..].fill(0xa5);
        cases.push((format!("{} of noise", codec.name()), summed(noise)));
        for count in [1, 3] {
            let mut lying = packed.clone();
            be::put_i32(&mut lying, layout::RECORD_COUNT, count);
            be::put_i32(&mut lying, layout::LAST_OFFSET_DELTA, count - 1);
            cases.push((format!("{} with {count} counted", codec.name()), summed(lying)));
        }
        for bits in [0x08, 0x10, 0x20] {
            let mut odd = packed.clone();
            be::put_i16(&mut odd, layout::ATTRIBUTES, i16::from(codec.bits()) | bits);
            cases.push((format!("{} with attributes {bits:#x}", codec.name()), summed(odd)));
        }
        for (base_time, max_time) in [
            (at, -1),
            (at, at + 50_000),
            (0, at),
            (at, i64::MAX),
            (i64::MAX, i64::MAX),
        ] {
            let mut odd = packed.clone();
            be::put_i64(&mut odd, layout::BASE_TIMESTAMP, base_time);
            be::put_i64(&mut odd, layout::MAX_TIMESTAMP, max_time);
            let what = format!(
                "{} timestamps {} {}",
                codec.name(),
                base_time - at,
                max_time.wrapping_sub(at)
            );
            cases.push((what, summed(odd)));
        }
        let mut other = packed.clone();
        let next = codec.bits() % 4 + 1;
        be::put_i16(&mut other, layout::ATTRIBUTES, i16::from(next));
        cases.push((format!("{} called {next}", codec.name()), summed(other)));
    }
    cases
}

/// All bytes of a partition.
fn stored(name: &Str, partition: i32) -> FetchRequest {
    let partitions = vec![FetchPartition {
        partition,
        partition_max_bytes: 1 << 20,
        ..Default::default()
    }];
    FetchRequest {
        replica_id: -1,
        max_wait_ms: 0,
        max_bytes: 1 << 20,
        topics: vec![FetchTopic {
            topic: name.clone(),
            partitions,
            ..Default::default()
        }],
        ..Default::default()
    }
}

/// Kafka's UNKNOWN_SERVER_ERROR: an exception that it did not foresee. Weir refuses for good (a producer would repeat
/// what it hears CORRUPT_MESSAGE for) and says what is wrong.
const UNFORESEEN: i16 = -1;
const INVALID_RECORD: i16 = 87;
const UNKNOWN_TOPIC: i16 = 3;
const NOT_LEADER: i16 = 6;

/// Kafka stores uncompressed records under the offset deltas they come with, so that consumers see offsets twice or never.
/// Weir refuses them.
const STRICTER: &[&str] = &[
    "offset deltas 0 0",
    "offset deltas 1 0",
    "offset deltas 0 5",
    "offset delta -1",
];

#[derive(Debug, PartialEq)]
struct Outcome {
    error: i16,
    base_offset: i64,
    append_time: i64,
    log_start: i64,
    records: Vec<i32>,
    stored: Bytes,
}

/// What one server makes of a batch, and what is stored afterwards. Texts are not compared: Kafka has none for most.
fn outcome(server: &mut Wire, version: i16, name: &Str, partition: i32, batch: &Bytes) -> Outcome {
    let request = produce(name, Uuid::nil(), partition, 1, Some(batch.clone()));
    let response = loop {
        let response = server.ask(version, &request);
        let error = response.responses[0].partition_responses[0].error_code;
        if !matches!(error, UNKNOWN_TOPIC | NOT_LEADER) {
            break response;
        }
        // Kafka's topics are there a moment before their leaders are.
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    let p = &response.responses[0].partition_responses[0];
    let found = server.ask(11, &stored(name, partition));
    Outcome {
        error: p.error_code,
        base_offset: p.base_offset,
        append_time: p.log_append_time_ms,
        log_start: p.log_start_offset,
        records: p.record_errors.iter().map(|e| e.batch_index).collect(),
        stored: found.responses[0].partitions[0].records.clone().unwrap_or_default(),
    }
}

/// Each case has a partition of its own, so that one that is taken by one server alone does not move the others.
fn compare(pair: &mut Pair, version: i16, cases: Vec<(String, Bytes)>, at_least_refused: usize) {
    let name = unique("batches");
    create(pair, &name, cases.len() as i32, &[]);
    let (mut taken, mut refused, mut differ) = (0, 0, 0);
    for (partition, (what, batch)) in (0..).zip(&cases) {
        let weir = outcome(&mut pair.weir, version, &name, partition, batch);
        let kafka = outcome(&mut pair.kafka, version, &name, partition, batch);
        match kafka.error {
            0 => taken += 1,
            _ => refused += 1,
        }
        let same = match kafka.error {
            0 if STRICTER.contains(&what.as_str()) => weir.error == INVALID_RECORD && weir.stored.is_empty(),
            UNFORESEEN => weir.error == INVALID_RECORD && weir.base_offset == -1 && weir.stored == kafka.stored,
            _ => weir == kafka,
        };
        if !same {
            differ += 1;
            eprintln!("DIFFERS {what}\n  Weir:  {weir:?}\n  Kafka: {kafka:?}");
        }
    }
    assert!(
        taken > 1 && refused >= at_least_refused,
        "{taken} taken, {refused} refused by Kafka"
    );
    assert_eq!(differ, 0, "of {} batches", cases.len());
}

#[test]
fn headers_that_lie() {
    let Some(mut pair) = Pair::new() else { return };
    compare(&mut pair, 11, forged_headers(now()), 30);
}

#[test]
fn records_that_do_not_add_up() {
    let Some(mut pair) = Pair::new() else { return };
    compare(&mut pair, 11, forged_records(now()), 8);
}

/// With `record.validation=full`; the default looks less deep, which ARCHITECTURE.md tells.
#[test]
fn full_validation_sees_what_kafka_sees() {
    let Some(mut pair) = Pair::full() else { return };
    compare(&mut pair, 11, deep(now()), 10);
    compare(&mut pair, 11, forged_records(now()), 8);
    compare(&mut pair, 11, forged_headers(now()), 30);
}

/// zstd came with version 7, and only there may it be used.
#[test]
fn codecs_by_version() {
    let Some(mut pair) = Pair::new() else { return };
    for version in [3, 6, 7] {
        let of = |codec: Compression| (codec.name().to_owned(), Bytes::from(good(codec, now())));
        compare(&mut pair, version, Compression::ALL.map(of).into(), 0);
    }
}

/// Internal topics are the coordinators' own.
#[test]
fn internal_topics_take_nothing_from_clients() {
    let Some(mut pair) = Pair::new() else { return };
    let find = FindCoordinatorRequest {
        key: "g".into(),
        ..Default::default()
    };
    for _ in 0..50 {
        let (w, k) = (pair.weir.ask(3, &find), pair.kafka.ask(3, &find));
        if (w.error_code, k.error_code) == (0, 0) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let records = Some(Bytes::from(good(Compression::None, now())));
    for acks in [1, -1] {
        let request = produce(&"__consumer_offsets".into(), Uuid::nil(), 0, acks, records.clone());
        let (w, _) = pair.same(11, &request, scrub_produced);
        assert_ne!(w.responses[0].partition_responses[0].error_code, 0);
    }
}

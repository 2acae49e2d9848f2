//! What a request costs, counted: allocations, calls to the system, tasks and polls, for pipelined produce requests
//! and for fetches with data. Counts do not depend on how busy the machine is.
//!
//! One test in a binary of its own, because it watches the allocator. The client allocates nothing while it counts.

#![expect(clippy::unwrap_used, reason = "a test: what is missing must fail it")]

mod meter;

use meter::{Counts, Reading, metered};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use weir_broker::{Broker, BrokerConfig};
use weir_core::compress::Compression;
use weir_core::record::BatchBuilder;
use weir_messages::create_topics_request::CreatableTopic;
use weir_messages::fetch_request::{FetchPartition, FetchTopic};
use weir_messages::produce_request::{PartitionProduceData, TopicProduceData};
use weir_messages::*;
use weir_tests::wire::Wire;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests sent at once.
const PIPELINED: u64 = 32;
/// Room for three of the batches that are there, and a bit.
const FETCH_BYTES: i32 = 3_300;
const FETCH_BATCHES: i64 = 3;
/// Large fetches, sent at once; what they ask for is more than an answer copies.
const LARGE: u64 = 4;
const LARGE_FETCH_BYTES: i32 = 100_000;
const LARGE_FETCH_ALLOCATIONS: u64 = 10;
/// The least of so many rounds: background tasks wake up now and then.
const ROUNDS: usize = 20;

/// Allocations of one request, all told.
const PRODUCE_ALLOCATIONS: u64 = 8;
const DURABLE_PRODUCE_ALLOCATIONS: u64 = 12;
const FETCH_ALLOCATIONS: u64 = 12;
/// And of a round.
const PER_ROUND: u64 = 4;

/// What one round of requests cost.
#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Allocations and reallocations.
    allocations: u64,
    calls: Reading,
}

/// Sends `requests` in one write, reads `answer_bytes`, and says what the broker did for it; the least of many rounds.
fn least(stream: &mut TcpStream, counts: &Counts, requests: &[u8], answer: &mut [u8]) -> Cost {
    let mut costs = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        // The broker has gone back to waiting before the counting begins, and again before it ends.
        std::thread::sleep(std::time::Duration::from_millis(20));
        let (before, region) = (counts.read(), Region::new(ALLOCATOR));
        stream.write_all(requests).unwrap();
        stream.read_exact(answer).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        let (change, after) = (region.change(), counts.read());
        costs.push(Cost {
            allocations: (change.allocations + change.reallocations) as u64,
            calls: Reading {
                file_writes: after.file_writes - before.file_writes,
                file_reads: after.file_reads - before.file_reads,
                file_other: after.file_other - before.file_other,
                socket_reads: after.socket_reads - before.socket_reads,
                socket_writes: after.socket_writes - before.socket_writes,
                socket_sends: after.socket_sends - before.socket_sends,
                spawned: after.spawned - before.spawned,
                polls: after.polls - before.polls,
            },
        });
    }
    let of = |f: fn(&Cost) -> u64| costs.iter().map(f).min().unwrap();
    Cost {
        allocations: of(|c| c.allocations),
        calls: Reading {
            file_writes: of(|c| c.calls.file_writes),
            file_reads: of(|c| c.calls.file_reads),
            file_other: of(|c| c.calls.file_other),
            socket_reads: of(|c| c.calls.socket_reads),
            socket_writes: of(|c| c.calls.socket_writes),
            socket_sends: of(|c| c.calls.socket_sends),
            spawned: of(|c| c.calls.spawned),
            polls: of(|c| c.calls.polls),
        },
    }
}

fn produce(acks: i16) -> Vec<u8> {
    let mut b = BatchBuilder::new(Compression::None);
    b.append(1_767_225_600_000, None, Some(&[7; 1000]), &[]);
    let data = PartitionProduceData {
        index: 0,
        records: Some(b.build().unwrap()),
        ..Default::default()
    };
    let request = ProduceRequest {
        acks,
        timeout_ms: 1000,
        topic_data: vec![TopicProduceData {
            name: "t".into(),
            partition_data: vec![data],
            ..Default::default()
        }],
        ..Default::default()
    };
    Wire::frame_of(9, &request)
}

/// A sequential reader's request: what it asks for begins where the one before ended.
fn fetch(offset: i64, max_bytes: i32) -> Vec<u8> {
    let request = FetchRequest {
        replica_id: -1,
        max_wait_ms: 500,
        min_bytes: 1,
        max_bytes: 1 << 20,
        topics: vec![FetchTopic {
            topic: "t".into(),
            partitions: vec![FetchPartition {
                partition: 0,
                fetch_offset: offset,
                partition_max_bytes: max_bytes,
                ..Default::default()
            }],
            ..Default::default()
        }],
        ..Default::default()
    };
    Wire::frame_of(12, &request)
}

/// Bytes of one answer, length included: asked once.
fn answer_len(stream: &mut TcpStream, request: &[u8]) -> usize {
    stream.write_all(request).unwrap();
    let mut len = [0; 4];
    stream.read_exact(&mut len).unwrap();
    let len = u32::from_be_bytes(len) as usize;
    stream.read_exact(&mut vec![0; len]).unwrap();
    4 + len
}

async fn start(dir: &std::path::Path) -> (Broker, Arc<Counts>) {
    let (seam, counts) = metered(&weir_runtime::real());
    let map = BTreeMap::from([("listeners".to_owned(), "PLAINTEXT://127.0.0.1:0".to_owned())]);
    let broker = Broker::start(seam, BrokerConfig::from_map(&map, dir).unwrap());
    (broker.await.unwrap(), counts)
}

#[test]
fn what_a_request_costs() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let (broker, counts) = runtime.block_on(start(dir.path()));
    let address = broker.addresses()[0].1.to_string();
    let topic = CreatableTopic {
        name: "t".into(),
        num_partitions: 1,
        replication_factor: 1,
        ..Default::default()
    };
    let create = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 1000,
        ..Default::default()
    };
    assert_eq!(Wire::connect(&address).ask(7, &create).topics[0].error_code, 0);

    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut measure = |requests: Vec<Vec<u8>>| {
        let lengths = requests.iter().map(|request| answer_len(&mut stream, request));
        let mut answers = vec![0; lengths.sum()];
        let many = requests.concat();
        // Buffers have grown to what they need before anything is counted.
        least(&mut stream, &counts, &many, &mut answers);
        let lean = least(&mut stream, &counts, &many, &mut answers);
        counts.wasteful.store(true, Ordering::SeqCst);
        let wasteful = least(&mut stream, &counts, &many, &mut answers);
        counts.wasteful.store(false, Ordering::SeqCst);
        (lean, wasteful)
    };
    let n = PIPELINED;
    let (lean, wasteful) = measure(vec![produce(1); n as usize]);
    println!("{n} pipelined produce requests, acks=1: {lean:?}");
    assert!(lean.allocations <= n * PRODUCE_ALLOCATIONS + PER_ROUND, "{lean:?}");
    let calls = Reading {
        file_writes: n,
        socket_reads: 2,
        socket_writes: 1,
        polls: 1,
        ..Reading::default()
    };
    assert_eq!(
        lean.calls, calls,
        "one write each; one read, one look for more, and one write for all"
    );
    assert!(wasteful.allocations >= lean.allocations + n, "{wasteful:?}");
    assert!(
        wasteful.calls.file_other >= n && wasteful.calls.polls > 1,
        "{wasteful:?}"
    );

    let (lean, wasteful) = measure((0..n as i64).map(|i| fetch(i * FETCH_BATCHES, FETCH_BYTES)).collect());
    println!("{n} pipelined fetches with data: {lean:?}");
    assert!(lean.allocations <= n * FETCH_ALLOCATIONS + PER_ROUND, "{lean:?}");
    // The first of a round is no sequential one: it looks for its place.
    assert!((n..n + 8).contains(&lean.calls.file_reads), "{lean:?}");
    let calls = Reading {
        file_reads: lean.calls.file_reads,
        socket_reads: 2,
        socket_writes: lean.calls.socket_writes,
        polls: lean.calls.polls,
        ..Reading::default()
    };
    assert_eq!(lean.calls, calls);
    // A gathering write carries 64 buffers, and the socket takes what it has room for.
    assert!(lean.calls.socket_writes <= 4 && lean.calls.polls <= 3, "{lean:?}");
    assert!(wasteful.allocations >= lean.allocations + n, "{wasteful:?}");
    assert!(
        wasteful.calls.file_other >= n && wasteful.calls.polls > lean.calls.polls,
        "{wasteful:?}"
    );

    // What is large stays in its file until the system sends it: no buffer, and one look at the header of the first batch
    // beside the search for its place.
    let large = |i: u64| fetch((i * 10) as i64, LARGE_FETCH_BYTES);
    let (lean, _) = measure((0..LARGE).map(large).collect());
    println!("{LARGE} pipelined fetches of {LARGE_FETCH_BYTES} bytes: {lean:?}");
    assert!(
        lean.allocations <= LARGE * LARGE_FETCH_ALLOCATIONS + PER_ROUND,
        "{lean:?}"
    );
    let calls = &lean.calls;
    assert!((LARGE..LARGE * 2).contains(&calls.socket_sends), "{lean:?}");
    assert!(
        calls.file_reads <= LARGE * 4 && calls.socket_writes <= LARGE * 2,
        "{lean:?}"
    );
    assert_eq!((calls.file_writes, calls.file_other, calls.spawned), (0, 0, 0));

    let (lean, _) = measure(vec![produce(-1); n as usize]);
    println!("{n} pipelined produce requests, acks=all: {lean:?}");
    assert!(
        lean.allocations <= n * DURABLE_PRODUCE_ALLOCATIONS + PER_ROUND,
        "{lean:?}"
    );
    let calls = Reading {
        file_writes: 1,
        file_other: 1,
        socket_reads: 3,
        socket_writes: 1,
        polls: 1,
        ..Reading::default()
    };
    assert_eq!(
        lean.calls, calls,
        "one write to the journal and one sync for all, on the spot, after a look for more; the segment follows later"
    );
    runtime.block_on(broker.stop()).unwrap();
}

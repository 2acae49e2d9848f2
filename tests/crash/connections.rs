//! Connections that say little, ask for too much, or are too many: memory stays bounded and others are served.

use crate::requests::{batch, commit, create, fetch_request, find_coordinator, produce, produce_request};
use crate::wire::Wire;
use bytes::Bytes;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use weir_core::compress::Compression;
use weir_core::record::{BatchBuilder, HEADER_LEN, layout};
use weir_core::{be, crc};
use weir_messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use weir_messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use weir_messages::*;
use weir_tests::peers::{Missing, Weir, skip};

fn run(test: impl FnOnce() -> Result<(), Missing>) {
    test().unwrap_or_else(|missing| skip(&missing));
}

fn connect(weir: &Weir) -> TcpStream {
    let stream = TcpStream::connect(weir.bootstrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Whether the other side closes within the read timeout.
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 1]) {
        Ok(n) => n == 0,
        Err(e) => e.kind() == ErrorKind::ConnectionReset,
    }
}

/// A request for `ApiVersions` version 0.
const API_VERSIONS: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];

fn is_served(stream: &mut TcpStream) -> bool {
    let mut answer = [0; 8];
    stream.write_all(&API_VERSIONS).is_ok() && stream.read_exact(&mut answer).is_ok() && answer[4..] == [0, 0, 0, 1]
}

#[test]
fn one_connection_more_than_allowed_is_closed() {
    run(|| {
        let weir = Weir::broker(&[("max.connections", "20")])?;
        // The start looked whether the port was open: that connection may still be counted.
        std::thread::sleep(Duration::from_millis(200));
        let mut open: Vec<TcpStream> = (0..20).map(|_| connect(&weir)).collect();
        assert!(open.iter_mut().all(is_served));
        assert!(is_closed(&mut connect(&weir)), "connection 21 is served");
        drop(open.pop());
        std::thread::sleep(Duration::from_millis(200));
        assert!(is_served(&mut connect(&weir)), "a place became free");
        assert!(open.iter_mut().skip(1).all(|s| {
            s.write_all(&API_VERSIONS).unwrap();
            true
        }));
        Ok(())
    });
}

#[test]
fn idle_and_half_open_connections_are_closed_and_waiting_ones_are_not() {
    run(|| {
        let weir = Weir::broker(&[("connections.max.idle.ms", "1000")])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        let began = Instant::now();
        let mut idle = connect(&weir);
        let mut half = connect(&weir);
        half.write_all(&API_VERSIONS[..9]).unwrap();
        // Waits for three idle periods, as it asked to.
        let waiting = std::thread::spawn({
            let bootstrap = weir.bootstrap().to_owned();
            move || {
                let mut wire = Wire::connect(&bootstrap);
                let request = FetchRequest {
                    max_wait_ms: 3000,
                    min_bytes: 1,
                    ..fetch_request("t", 0, 1000)
                };
                wire.ask(11, &request).responses[0].partitions[0].error_code
            }
        });
        assert!(is_closed(&mut idle) && is_closed(&mut half));
        let after = began.elapsed();
        assert!(
            after >= Duration::from_millis(900) && after < Duration::from_secs(10),
            "{after:?}"
        );
        assert_eq!(waiting.join().unwrap(), 0);
        Ok(())
    });
}

#[test]
fn thousands_of_idle_and_slow_connections_cost_little() {
    run(|| {
        let weir = Weir::broker(&[])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        let before = weir.memory_kib().unwrap().1;
        // This process has a limit of open files, too.
        const IDLE: u64 = 400;
        let mut open = Vec::new();
        for i in 0..2 * IDLE {
            let mut stream = connect(&weir);
            if i % 2 == 0 {
                // Claims 100 MiB, sends 3 KiB of it.
                stream.write_all(&104_857_600_i32.to_be_bytes()).unwrap();
                stream.write_all(&[0; 3000]).unwrap();
            } else {
                assert!(is_served(&mut stream));
            }
            open.push(stream);
        }
        assert_eq!(produce(&mut good, "t", -1, b"served all the while"), (0, 0));
        let each = (weir.memory_kib().unwrap().1 - before) / (2 * IDLE);
        println!("{each} KiB for each of {} connections", 2 * IDLE);
        assert!(each <= 25, "{each} KiB for each connection");
        Ok(())
    });
}

/// Small requests for large answers that nobody reads.
#[test]
fn who_asks_without_reading_fills_no_memory() {
    run(|| {
        let weir = Weir::broker(&[])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        for _ in 0..8 {
            assert_eq!(produce(&mut good, "t", 1, &[7; 1_000_000]).0, 0);
        }
        let before = weir.memory_kib().unwrap().0;
        let mut greedy: Vec<TcpStream> = (0..4).map(|_| connect(&weir)).collect();
        for stream in &mut greedy {
            stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
            let frame = Wire::frame_of(11, &fetch_request("t", 0, 50 << 20));
            for _ in 0..300 {
                // Once the broker takes no more, the socket does not either.
                if stream.write_all(&frame).is_err() {
                    break;
                }
            }
        }
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(produce(&mut good, "t", 1, b"served").0, 0);
        let grown = weir.memory_kib().unwrap().0 - before;
        println!("{grown} KiB for 4 connections that asked for 2.4 GB each");
        assert!(grown < 100_000, "{grown} KiB");
        Ok(())
    });
}

/// A batch of some KiB whose one record is 300 MiB. (That each codec stops at its cap: `core/src/compress.rs`.)
fn bomb(codec: Compression) -> Bytes {
    let mut b = BatchBuilder::new(codec);
    b.append(1_767_225_600_000, Some(b"k"), Some(&vec![0; 300 << 20]), &[]);
    b.build().unwrap()
}

#[test]
fn inflation_bombs_are_refused_within_bounds() {
    run(|| {
        let weir = Weir::broker(&[])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        // A compacted topic: every record must have a key, so that every batch is looked into.
        let topic = CreatableTopic {
            name: "c".into(),
            num_partitions: 1,
            replication_factor: 1,
            configs: vec![CreatableTopicConfig {
                name: "cleanup.policy".into(),
                value: Some("compact".into()),
                ..Default::default()
            }],
            ..Default::default()
        };
        let made = good.ask(
            7,
            &CreateTopicsRequest {
                topics: vec![topic],
                timeout_ms: 10_000,
                ..Default::default()
            },
        );
        assert_eq!(made.topics[0].error_code, 0);
        let before = weir.memory_kib().unwrap().0;
        let bomb = bomb(Compression::Zstd);
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        let clients: Vec<_> = (0..6)
            .map(|_| {
                let (bomb, bootstrap) = (bomb.clone(), weir.bootstrap().to_owned());
                std::thread::spawn(move || {
                    let mut wire = Wire::connect(&bootstrap);
                    let response = wire.ask(9, &produce_request("c", 1, bomb));
                    response.responses[0].partition_responses[0].error_code
                })
            })
            .collect();
        // MESSAGE_TOO_LARGE
        assert!(clients.into_iter().all(|c| c.join().unwrap() == 10));
        // Where records are not looked into it is stored like any other; who must look later is told that it cannot.
        let stored = good.ask(9, &produce_request("t", 1, bomb));
        assert_eq!(stored.responses[0].partition_responses[0].error_code, 0);
        let ask = ListOffsetsRequest {
            replica_id: -1,
            topics: vec![ListOffsetsTopic {
                name: "t".into(),
                partitions: vec![ListOffsetsPartition {
                    timestamp: 5,
                    ..Default::default()
                }],
                ..Default::default()
            }],
            ..Default::default()
        };
        assert_ne!(good.ask(6, &ask).topics[0].partitions[0].error_code, 0);
        let grown = (weir.memory_kib().unwrap().0 - before) / 1024;
        println!("{grown} MiB at the peak of 6 concurrent bombs of 300 MiB");
        // The cap of one batch, doubled by its growing buffer, on each of the workers.
        let workers = std::thread::available_parallelism().unwrap().get() as u64;
        assert!(grown < 300 * workers, "{grown} MiB");
        // Still as good as new.
        assert_eq!(produce(&mut good, "t", -1, b"served").0, 0);
        Ok(())
    });
}

/// A count that lies does not decide how much is allocated.
#[test]
fn a_lying_count_allocates_nothing() {
    run(|| {
        let weir = Weir::broker(&[("record.validation", "full")])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        let before = weir.memory_kib().unwrap().0;
        let mut lying = batch(b"v").to_vec();
        be::put_i32(&mut lying, layout::RECORD_COUNT, i32::MAX);
        be::put_i32(&mut lying, layout::LAST_OFFSET_DELTA, i32::MAX - 1);
        let sum = crc::crc32c(&lying[layout::ATTRIBUTES..]);
        be::put_u32(&mut lying, layout::CRC, sum);
        assert!(lying.len() > HEADER_LEN);
        let answer = good.ask(9, &produce_request("t", 1, lying.into()));
        assert_eq!(answer.responses[0].partition_responses[0].error_code, 87);
        assert!(weir.memory_kib().unwrap().0 - before < 5_000);
        Ok(())
    });
}

/// A request of some hundred KiB that asks for the same thing over and over.
#[test]
fn the_same_asked_for_very_often_is_not_answered() {
    run(|| {
        let weir = Weir::broker(&[])?;
        let mut good = Wire::connect(weir.bootstrap());
        create(&mut good, "t", 1);
        find_coordinator(&mut good, "g");
        assert_eq!(commit(&mut good, "g", "t", 1), 0);
        let before = weir.memory_kib().unwrap().0;
        let configs = |n| DescribeConfigsRequest {
            resources: vec![
                describe_configs_request::DescribeConfigsResource {
                    resource_type: 2,
                    resource_name: "t".into(),
                    ..Default::default()
                };
                n
            ],
            ..Default::default()
        };
        let groups = |n| DescribeGroupsRequest {
            groups: vec!["g".into(); n],
            ..Default::default()
        };
        let offsets = |n| OffsetFetchRequest {
            groups: vec![
                offset_fetch_request::OffsetFetchRequestGroup {
                    group_id: "g".into(),
                    topics: None,
                    ..Default::default()
                };
                n
            ],
            ..Default::default()
        };
        let partitions = |n| OffsetFetchRequest {
            group_id: "g".into(),
            topics: Some(vec![offset_fetch_request::OffsetFetchRequestTopic {
                name: "t".into(),
                partition_indexes: vec![0; n],
                ..Default::default()
            }]),
            ..Default::default()
        };
        let frames = [
            Wire::frame_of(4, &configs(100_000)),
            Wire::frame_of(5, &groups(100_000)),
            Wire::frame_of(8, &offsets(100_000)),
            Wire::frame_of(7, &partitions(100_000)),
        ];
        for frame in frames {
            let mut stream = connect(&weir);
            stream.write_all(&frame).unwrap();
            assert!(is_closed(&mut stream));
        }
        let grown = weir.memory_kib().unwrap().0 - before;
        println!("{grown} KiB at the peak");
        assert!(grown < 100_000, "{grown} KiB");
        assert_eq!(good.ask(4, &configs(5)).results.len(), 5);
        assert_eq!(good.ask(5, &groups(5)).groups.len(), 5);
        assert_eq!(good.ask(8, &offsets(5)).groups.len(), 5);
        assert_eq!(good.ask(7, &partitions(5)).topics[0].partitions.len(), 5);
        Ok(())
    });
}

//! Bad bytes: what Kafka answers with a closed connection, Weir does too, and goes on serving others.

use crate::pair::Pair;
use crate::wire::Wire;
use weir_messages::{
    ApiKey, ApiVersionsRequest, DescribeClusterRequest, ListGroupsRequest, ListOffsetsRequest, MetadataRequest, Request,
};

#[test]
fn frames_that_are_no_requests_close_the_connection_and_nothing_else() {
    let Some(mut pair) = Pair::new() else { return };
    let header = |key: i16, version: i16| {
        [
            &key.to_be_bytes()[..],
            &version.to_be_bytes(),
            &7_i32.to_be_bytes(),
            &[0xff, 0xff],
        ]
        .concat()
    };
    let mut lying = header(3, 1);
    lying.extend(i32::MAX.to_be_bytes());
    let mut garbage = header(0, 9);
    garbage.extend([0xaa; 60]);
    let cases = [
        vec![],
        vec![1],
        header(999, 0),
        header(-1, 0),
        header(0, 99),
        header(3, -1),
        header(4, 0),
        lying,
        garbage,
        vec![0xff; 300],
    ];
    for frame in cases {
        let (weir, kafka) = (pair.weir.raw(&frame), pair.kafka.raw(&frame));
        assert_eq!(weir.is_some(), kafka.is_some(), "{frame:?}");
        pair.again();
    }
    // An unknown version of ApiVersions is the one thing that is answered.
    let mut frame = header(ApiKey::ApiVersions.id(), 99);
    frame.push(0);
    let (weir, kafka) = (pair.weir.raw(&frame).unwrap(), pair.kafka.raw(&frame).unwrap());
    assert_eq!(weir, kafka);
    let request = ApiVersionsRequest {
        client_software_name: "c".into(),
        client_software_version: "1".into(),
        ..Default::default()
    };
    pair.again();
    assert_eq!(pair.weir.ask(3, &request).error_code, 0);
}

#[test]
fn a_length_that_lies_costs_nothing() {
    use std::io::{Read, Write};
    let Some(pair) = Pair::new() else { return };
    drop(pair);
    let Ok(weir) = weir_tests::peers::Weir::broker(&[]) else {
        return;
    };
    for claim in [i32::MAX, -1, 104_857_601] {
        let mut stream = std::net::TcpStream::connect(weir.bootstrap()).unwrap();
        stream.write_all(&claim.to_be_bytes()).unwrap();
        assert_eq!(
            stream.read(&mut [0; 1]).unwrap_or(0),
            0,
            "a length of {claim} closes the connection"
        );
    }
    // Within the limit, but never sent: the connection waits, memory does not grow.
    let mut waiting = Vec::new();
    for _ in 0..50 {
        let mut stream = std::net::TcpStream::connect(weir.bootstrap()).unwrap();
        stream.write_all(&104_857_600_i32.to_be_bytes()).unwrap();
        waiting.push(stream);
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let status = std::fs::read_to_string(format!("/proc/{}/status", weir.pid().unwrap())).unwrap();
    let rss = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = rss.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(kib < 60_000, "{kib} KiB for 50 connections that claim 100 MiB each");
}

/// librdkafka's request for the metadata of all topics is three bytes too long.
#[test]
fn bytes_behind_a_request_are_ignored() {
    fn ask<R: Request>(pair: &mut Pair, version: i16, request: &R) {
        let mut frame = Wire::frame_of(version, request).split_off(4);
        frame.extend([1, 0, 0]);
        let (weir, kafka) = (pair.weir.raw(&frame), pair.kafka.raw(&frame));
        assert!(kafka.is_some() && weir.is_some(), "{} v{version}", R::NAME);
    }
    let Some(mut pair) = Pair::new() else { return };
    for version in [1, 4, 9, 12, 13] {
        let all = MetadataRequest {
            topics: None,
            ..Default::default()
        };
        ask(&mut pair, version, &all);
    }
    for version in [0, 2, 3, 5] {
        ask(&mut pair, version, &ListGroupsRequest::default());
    }
    ask(&mut pair, 2, &DescribeClusterRequest::default());
    ask(&mut pair, 11, &ListOffsetsRequest::default());
    let versions = ApiVersionsRequest {
        client_software_name: "c".into(),
        client_software_version: "1".into(),
        ..Default::default()
    };
    ask(&mut pair, 4, &versions);
}

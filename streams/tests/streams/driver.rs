//! Topologies in the test driver: what Kafka Streams would write, name and print.

use bytes::Bytes;
use std::time::Duration;
use weir_streams::{StreamsBuilder, TestDriver, TimeWindows, Topology, serdes};

fn word_count(store: Option<&str>) -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream::<Bytes, String>("lines")
        .flat_map_values(|line| {
            line.to_lowercase()
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .group_by(|_, word| word.clone())
        .count(store)
        .to_stream()
        .to("counts");
    builder.build().unwrap()
}

#[test]
fn word_count_counts_and_is_named_as_kafka_streams_names_it() {
    let topology = word_count(Some("Counts"));
    let expect = "Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [lines])
      --> KSTREAM-FLATMAPVALUES-0000000001
    Processor: KSTREAM-FLATMAPVALUES-0000000001 (stores: [])
      --> KSTREAM-KEY-SELECT-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-KEY-SELECT-0000000002 (stores: [])
      --> Counts-repartition-filter
      <-- KSTREAM-FLATMAPVALUES-0000000001
    Processor: Counts-repartition-filter (stores: [])
      --> Counts-repartition-sink
      <-- KSTREAM-KEY-SELECT-0000000002
    Sink: Counts-repartition-sink (topic: Counts-repartition)
      <-- Counts-repartition-filter

  Sub-topology: 1
    Source: Counts-repartition-source (topics: [Counts-repartition])
      --> KSTREAM-AGGREGATE-0000000003
    Processor: KSTREAM-AGGREGATE-0000000003 (stores: [Counts])
      --> KTABLE-TOSTREAM-0000000007
      <-- Counts-repartition-source
    Processor: KTABLE-TOSTREAM-0000000007 (stores: [])
      --> KSTREAM-SINK-0000000008
      <-- KSTREAM-AGGREGATE-0000000003
    Sink: KSTREAM-SINK-0000000008 (topic: counts)
      <-- KTABLE-TOSTREAM-0000000007

";
    assert_eq!(topology.describe(), expect);
    let mut driver = TestDriver::new(&topology, "app");
    let text = serdes::string();
    for (ts, line) in [(5, "to be or not to be"), (3, "To do")] {
        driver
            .pipe_at("lines", (&text, None), (&text, Some(&line.to_owned())), ts)
            .unwrap();
    }
    let counts = driver.read("counts", &text, &serdes::long()).unwrap();
    let expect = [
        ("to", 1, 5),
        ("be", 1, 5),
        ("or", 1, 5),
        ("not", 1, 5),
        ("to", 2, 5),
        ("be", 2, 5),
        ("to", 3, 5),
        ("do", 1, 3),
    ];
    assert_eq!(counts, expect.map(|(k, n, ts)| (Some(k.to_owned()), Some(n), ts)));
    let logged = driver.read_raw("app-Counts-changelog").unwrap();
    assert_eq!(
        (logged.key.unwrap(), logged.value.unwrap()),
        (Bytes::from("to"), Bytes::from_static(&[0, 0, 0, 0, 0, 0, 0, 1]))
    );
    assert!(driver.read_raw("app-Counts-repartition").is_some());
}

#[test]
fn a_stream_meets_the_table_as_it_is() {
    let builder = StreamsBuilder::new();
    let users = builder.table::<String, String>("users");
    builder
        .stream::<String, String>("clicks")
        .join(&users, |click, user| format!("{user}:{click}"))
        .to("out");
    let mut driver = TestDriver::new(&builder.build().unwrap(), "app");
    let s = serdes::string();
    let mut pipe = |topic: &str, k: Option<&str>, v: Option<&str>| {
        let (k, v) = (k.map(str::to_owned), v.map(str::to_owned));
        driver.pipe_at(topic, (&s, k.as_ref()), (&s, v.as_ref()), 7).unwrap();
    };
    pipe("clicks", Some("1"), Some("early"));
    pipe("users", Some("1"), Some("ann"));
    pipe("clicks", Some("1"), Some("a"));
    pipe("users", Some("1"), Some("bob"));
    pipe("clicks", Some("1"), Some("b"));
    pipe("clicks", None, Some("nobody"));
    pipe("users", Some("1"), None);
    pipe("clicks", Some("1"), Some("late"));
    let out = driver.read("out", &s, &s).unwrap();
    assert_eq!(
        out.into_iter().map(|r| r.1.unwrap()).collect::<Vec<_>>(),
        ["ann:a", "bob:b"]
    );
    assert_eq!(driver.dropped(), 1);
    assert!(
        driver
            .produced_topics()
            .any(|t| t == "app-users-STATE-STORE-0000000000-changelog")
    );
}

#[test]
fn a_stream_meets_a_table_of_windows() {
    let builder = StreamsBuilder::new();
    let counts = builder
        .stream::<String, String>("in")
        .group_by_key()
        .windowed_by(TimeWindows::of_size(Duration::from_millis(100)))
        .count("w");
    counts.to_stream().join(&counts, |n, same| 10 * n + same).to_with(
        "out",
        serdes::time_windowed(serdes::string(), 100),
        serdes::long(),
    );
    let mut driver = TestDriver::new(&builder.build().unwrap(), "app");
    let s = serdes::string();
    for ts in [10, 20, 120] {
        driver
            .pipe_at("in", (&s, Some(&"k".to_owned())), (&s, Some(&"v".to_owned())), ts)
            .unwrap();
    }
    let key = serdes::time_windowed(serdes::string(), 100);
    let out = driver.read("out", &key, &serdes::long()).unwrap();
    let got: Vec<_> = out.into_iter().map(|(_, n, _)| n.unwrap()).collect();
    assert_eq!(got, [11, 22, 11]);
}

#[test]
fn late_records_are_left_out_window_by_window() {
    let builder = StreamsBuilder::new();
    builder
        .stream::<String, String>("in")
        .group_by_key()
        .windowed_by(TimeWindows::of_size(Duration::from_millis(100)).grace(Duration::from_millis(50)))
        .count("w")
        .to_stream()
        .to_with("out", serdes::time_windowed(serdes::string(), 100), serdes::long());
    let topology = builder.build().unwrap();
    assert!(topology.repartition_topics().is_empty());
    let mut driver = TestDriver::new(&topology, "app");
    let s = serdes::string();
    for ts in [10, 20, 120, 90, 149, 99, 150, 99, 260] {
        driver
            .pipe_at("in", (&s, Some(&"k".to_owned())), (&s, Some(&"v".to_owned())), ts)
            .unwrap();
    }
    let out = driver
        .read("out", &serdes::time_windowed(serdes::string(), 100), &serdes::long())
        .unwrap();
    let got: Vec<_> = out
        .into_iter()
        .map(|(k, n, ts)| (k.unwrap().start_ms, n.unwrap(), ts))
        .collect();
    // At stream time 150 the window 0..100 is closed: 100 <= 150 - 50.
    let expect = [
        (0, 1, 10),
        (0, 2, 20),
        (100, 1, 120),
        (0, 3, 90),
        (100, 2, 149),
        (0, 4, 99),
        (100, 3, 150),
        (200, 1, 260),
    ];
    assert_eq!(got, expect);
    assert_eq!(driver.dropped(), 1);
}

#[test]
fn mistakes_are_named_when_the_topology_is_built() {
    let builder = StreamsBuilder::new();
    let s = builder.stream::<String, String>("in");
    s.group_by_key().count("same");
    s.group_by_key().count("same");
    assert_eq!(builder.build().unwrap_err().to_string(), "store same is defined twice");
    let builder = StreamsBuilder::new();
    builder.stream::<String, String>("in");
    builder.stream::<String, String>("in");
    assert_eq!(
        builder.build().unwrap_err().to_string(),
        "topic in has already been registered by another source"
    );
    let builder = StreamsBuilder::new();
    builder
        .stream::<String, String>("in")
        .map(|_, v| (v.len(), v.clone()))
        .group_by_key()
        .count(None);
    assert!(builder.build().unwrap_err().to_string().contains("needs a key serde"));
}

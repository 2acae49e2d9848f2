//! Topologies that Weir and Kafka Streams both build, by the same names: see `tests/java/StreamsDriver.java`.

use bytes::Bytes;
use std::time::Duration;
use weir_streams::{GroupedStream, SerdeRef, Stream, StreamsBuilder, Table, TimeWindows, Topology, Windowed, serdes};

type Texts = Stream<String, String>;

pub const NAMES: &[&str] = &[
    "word-count",
    "word-count-unnamed",
    "join",
    "left-join",
    "join-new-key",
    "join-filtered-table",
    "join-twice",
    "join-aggregated",
    "join-new-key-twice",
    "windowed-count",
    "windowed-count-new-key",
    "windowed-aggregate",
    "aggregate",
    "aggregate-new-key",
    "select-key-count",
    "two-counts",
    "new-key-two-counts",
    "stateless",
    "map-values-nulls",
    "merge",
    "merge-count",
    "table",
    "table-of-counts",
    "two-steps",
    "join-then-aggregate",
];

fn tumbling(size: u64, grace: u64) -> TimeWindows {
    TimeWindows::of_size(Duration::from_millis(size)).grace(Duration::from_millis(grace))
}

pub fn words(line: &str) -> Vec<String> {
    line.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

fn first(text: &str) -> String {
    text.chars().take(1).collect()
}

fn by_first(stream: &Texts) -> GroupedStream<String, String> {
    stream.group_by(|_, v| first(v))
}

fn windowed(size: i64) -> SerdeRef<Windowed<String>> {
    serdes::time_windowed(serdes::string(), size)
}

fn moved(b: &StreamsBuilder) -> Texts {
    let key = |k: Option<&String>| k.cloned().unwrap_or_else(|| "null".into());
    b.stream::<String, String>("events")
        .flat_map(move |k, v| [(first(v), format!("{}={v}", key(k)))])
        .with_serdes(serdes::string(), serdes::string())
}

fn or_null<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| "null".to_owned(), T::to_string)
}

/// The shape of a name, writing to `out`; a second output goes to `out` with `-2` behind it.
pub fn topology(name: &str, out: &str) -> Topology {
    let b = StreamsBuilder::new();
    let events = || b.stream::<String, String>("events");
    let orders = || b.stream::<String, String>("orders");
    let users = || b.table::<String, String>("users");
    let second = format!("{out}-2");
    match name {
        "word-count" => {
            let lines: Stream<Bytes, String> = b.stream("lines");
            let counts = lines
                .flat_map_values(|l| words(l))
                .group_by(|_, w| w.clone())
                .count("counts");
            counts.to_stream().to(out);
        }
        "word-count-unnamed" => {
            let lines: Texts = b.stream("lines");
            let counts = lines
                .flat_map_values(|l| words(l))
                .group_by(|_, w| w.clone())
                .count(None);
            counts.to_stream().to(out);
        }
        "join" => {
            let users = users();
            orders().join(&users, |o, u| format!("{o}/{u}")).to(out);
        }
        "left-join" => {
            let users = users();
            orders().left_join(&users, |o, u| format!("{o}/{}", or_null(u))).to(out);
        }
        "join-new-key" => {
            let users = users();
            moved(&b).join(&users, |o, u| format!("{o}/{u}")).to(out);
        }
        "join-filtered-table" => {
            let users = users().filter(|_, v| !v.contains('a')).map_values(|v| format!("<{v}>"));
            orders().left_join(&users, |o, u| format!("{o}/{}", or_null(u))).to(out);
        }
        "join-twice" => {
            let (users, events): (Table<String, String>, Table<String, String>) = (users(), b.table("events"));
            let once = orders().join(&users, |o, u| format!("{o}/{u}"));
            once.left_join(&events, |o, e| format!("{o}/{}", or_null(e))).to(out);
        }
        "join-aggregated" => {
            let counts = events().group_by_key().count(None);
            orders()
                .left_join(&counts, |o, n| format!("{o}/{}", or_null(n)))
                .to(out);
        }
        "join-new-key-twice" => {
            let users = users();
            let moved = moved(&b);
            moved.join(&users, |o, u| format!("{o}/{u}")).to(out);
            moved
                .left_join(&users, |o, u| format!("{o}!{}", or_null(u)))
                .to(&second);
        }
        "windowed-count" => {
            let windows = events().group_by_key().windowed_by(tumbling(100, 50));
            windows
                .count("per-window")
                .to_stream()
                .to_with(out, windowed(100), serdes::long());
        }
        "windowed-count-new-key" => {
            let windows = by_first(&events()).windowed_by(tumbling(100, 0));
            windows
                .count(None)
                .to_stream()
                .to_with(out, windowed(100), serdes::long());
        }
        "windowed-aggregate" => {
            let windows = events().group_by_key().windowed_by(tumbling(1000, 300));
            let add = |_: &String, v: Option<&String>, sum: i64| v.map_or(sum, |v| sum + v.len() as i64);
            let sums = windows.aggregate(|| 0_i64, add, None);
            sums.to_stream().to_with(out, windowed(1000), serdes::long());
        }
        "aggregate" => {
            let sums = events()
                .group_by_key()
                .aggregate(|| 0_i64, |_, v, sum| sum + v.len() as i64, None);
            sums.to_stream().to(out);
        }
        "aggregate-new-key" => {
            let add = |_: &String, v: &String, text: String| if text.len() > 40 { v.clone() } else { text + v };
            by_first(&events())
                .aggregate(String::new, add, "texts")
                .to_stream()
                .to(out);
        }
        "select-key-count" => {
            let keyed = events()
                .select_key(|_, v| first(v))
                .with_serdes(serdes::string(), serdes::string());
            keyed.group_by_key().count(None).to_stream().to(out);
        }
        "two-counts" => {
            let grouped = events().group_by_key();
            grouped.count("a").to_stream().to(out);
            let windows = grouped.windowed_by(tumbling(500, 0)).count(None);
            windows.to_stream().to_with(&second, windowed(500), serdes::long());
        }
        "new-key-two-counts" => {
            let grouped = by_first(&events());
            grouped.count(None).to_stream().to(out);
            grouped
                .aggregate(String::new, |_, v, _| v.clone(), None)
                .to_stream()
                .to(&second);
        }
        "stateless" => {
            let kept = events()
                .filter(|_, v| !v.starts_with('x'))
                .filter_not(|_, v| v.starts_with('y'));
            let doubled = kept.map_values(|v| format!("{v}{v}")).peek(|_, _| {});
            let mapped = doubled.map(|k, v| (first(v), format!("{}:{v}", or_null(k))));
            let both = mapped.flat_map(|k, v| {
                let k = k.cloned().unwrap_or_default();
                [(k.clone(), v.clone()), (v.clone(), k)]
            });
            both.select_key(|_, v| v.clone()).to(out);
        }
        "map-values-nulls" => events().map_values(|v| format!("{v}!")).to(out),
        "merge" => events().merge(&orders()).map_values(|v| format!("m{v}")).to(out),
        "merge-count" => {
            let moved = events()
                .select_key(|_, v| first(v))
                .with_serdes(serdes::string(), serdes::string());
            orders().merge(&moved).group_by_key().count(None).to_stream().to(out);
        }
        "table" => {
            let users = users().filter(|_, v| !v.contains('b')).map_values(|v| format!("{v}?"));
            users.to_stream().to(out);
        }
        "table-of-counts" => {
            let even = events()
                .group_by_key()
                .count(None)
                .filter(|_, n| n % 2 == 0)
                .map_values(|n| n * 10);
            even.to_stream().to(out);
        }
        "two-steps" => {
            let counts = by_first(&events()).count(None);
            let swapped = counts
                .to_stream()
                .map(|k, n| (format!("n{n}"), k.cloned().unwrap_or_default()));
            let grouped = swapped.with_serdes(serdes::string(), serdes::string()).group_by_key();
            grouped
                .aggregate(String::new, |_, v, text| text + v, None)
                .to_stream()
                .to(out);
        }
        "join-then-aggregate" => {
            let users = users();
            let moved = events().flat_map(|_, v| [(first(v), v.clone())]);
            let joined = moved
                .with_serdes(serdes::string(), serdes::string())
                .join(&users, |e, u| format!("{u}{e}"));
            let sums = joined
                .group_by(|_, v| first(v))
                .aggregate(|| 0_i64, |_, v, sum| sum + v.len() as i64, "sums");
            sums.to_stream().to(out);
        }
        other => panic!("no such shape: {other}"),
    }
    b.build().unwrap()
}

//! Random input, by a seed.

use std::fmt::Write as _;

/// A record of an input topic.
#[derive(Clone, Debug)]
pub struct Input {
    pub topic: &'static str,
    pub key: Option<String>,
    pub value: Option<String>,
    pub timestamp: i64,
    pub headers: Vec<(String, Option<String>)>,
}

/// xorshift64.
pub struct Random(u64);

impl Random {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    pub fn one_of(&mut self, from: &[&str]) -> String {
        from[self.below(from.len() as u64) as usize].to_owned()
    }

    /// Timestamps that mostly go on, some back or ahead by up to `jitter`.
    fn time(&mut self, now: &mut i64, jitter: u64) -> i64 {
        *now += self.below(40) as i64;
        match self.below(10) {
            0 => (*now - self.below(jitter) as i64).max(0),
            1 => *now + self.below(jitter / 2) as i64,
            _ => *now,
        }
    }

    fn headers(&mut self) -> Vec<(String, Option<String>)> {
        match self.below(4) {
            0 => vec![
                ("h".to_owned(), Some(self.one_of(&["1", "", "two"]))),
                ("h".to_owned(), None),
            ],
            _ => Vec::new(),
        }
    }
}

/// Records for all topics: few keys, some nulls, late ones, some headers.
pub fn any(seed: u64, count: usize) -> Vec<Input> {
    let mut random = Random(seed);
    let mut now = 1_000_i64;
    let keys = ["a", "b", "c", "d", "ab", ""];
    let values = [
        "a",
        "bob",
        "carol is",
        "d",
        "x1",
        "y2",
        "abba",
        "To be or not TO be",
        "",
        "x y  z",
    ];
    (0..count)
        .map(|_| Input {
            topic: ["lines", "events", "events", "orders", "users"][random.below(5) as usize],
            key: (random.below(12) != 0).then(|| random.one_of(&keys)),
            value: (random.below(12) != 0).then(|| random.one_of(&values)),
            timestamp: random.time(&mut now, 400),
            headers: random.headers(),
        })
        .collect()
}

/// The same for topics of several partitions, where `partition_of` a key is known: whatever becomes a new key comes from
/// one partition only, so that the order of its records does not depend on which partition is read first.
pub fn partitioned(seed: u64, from_time: i64, count: usize, partition_of: impl Fn(&str) -> usize) -> Vec<Input> {
    let mut random = Random(seed);
    let mut now = from_time;
    let first = [["a", "b", "c"], ["d", "e", "f"], ["g", "h", "i"]];
    (0..count)
        .map(|_| {
            let topic = ["lines", "events", "events", "orders", "users"][random.below(5) as usize];
            let upper = random.one_of(&["A", "B", "C", "D", "E", "F", "G", "H", "I"]);
            let lower = random.one_of(&["a", "b", "c", "d", "e", "f", "g", "h", "i"]);
            let key = if topic == "users" && random.below(2) == 0 {
                lower
            } else {
                upper
            };
            let key = (random.below(15) != 0).then_some(key);
            // What has no key is sent to partition 0.
            let own = first[key.as_deref().map_or(0, &partition_of) % 3];
            let mut word = || random.one_of(&own) + &random.one_of(&["", "n", "to", "12345"]);
            let value = match topic {
                "lines" => format!("{} {} {}", word(), word(), word()),
                _ => word(),
            };
            Input {
                topic,
                key,
                value: (random.below(15) != 0).then_some(value),
                timestamp: random.time(&mut now, 300),
                headers: random.headers(),
            }
        })
        .collect()
}

/// Bytes as the Java program reads and writes them.
pub fn hex(bytes: Option<&[u8]>) -> String {
    let Some(bytes) = bytes else { return "-".to_owned() };
    bytes.iter().fold("x".to_owned(), |mut text, b| {
        write!(text, "{b:02x}").unwrap();
        text
    })
}

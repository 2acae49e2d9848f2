//! Weir and Apache Kafka side by side: the same request to both, the answers compared. What Kafka answers is the
//! expectation; a run without its Kafka is a skip for a user and a failure in CI, never a pass.

use crate::wire::Wire;
use std::fmt::Debug;
use std::sync::OnceLock;
use weir_messages::{Request, Str};
use weir_tests::peers::{Kafka, Missing, Weir, skip};

/// Settings that both get.
const SETTINGS: &[(&str, &str)] = &[("num.partitions", "2"), ("offsets.topic.num.partitions", "4")];

fn servers() -> Option<&'static (Weir, Kafka)> {
    static SERVERS: OnceLock<Result<(Weir, Kafka), Missing>> = OnceLock::new();
    match SERVERS.get_or_init(|| Ok((Weir::broker(SETTINGS)?, Kafka::start_with(SETTINGS)?))) {
        Ok(pair) => Some(pair),
        Err(missing) => {
            skip(missing);
            None
        }
    }
}

/// A connection to each.
pub struct Pair {
    pub weir: Wire,
    pub kafka: Wire,
    differences: u32,
}

impl Drop for Pair {
    /// All differences of a test are told before it fails.
    fn drop(&mut self) {
        assert!(
            self.differences == 0 || std::thread::panicking(),
            "{} answers differ from Kafka's",
            self.differences
        );
    }
}

impl Pair {
    /// `None` is a skip that has been said.
    pub fn new() -> Option<Self> {
        let (weir, kafka) = servers()?;
        Some(Self {
            weir: Wire::connect(weir.bootstrap()),
            kafka: Wire::connect(kafka.bootstrap()),
            differences: 0,
        })
    }

    /// A Weir that validates every record, beside the same Kafka.
    pub fn full() -> Option<Self> {
        static FULL: OnceLock<Result<Weir, Missing>> = OnceLock::new();
        let mut pair = Self::new()?;
        let settings = [SETTINGS, &[("record.validation", "full")]].concat();
        match FULL.get_or_init(|| Weir::broker(&settings)) {
            Ok(weir) => {
                pair.weir = Wire::connect(weir.bootstrap());
                Some(pair)
            }
            Err(missing) => {
                skip(missing);
                None
            }
        }
    }

    /// New connections, to the same servers.
    pub fn again(&mut self) {
        if let Some((weir, kafka)) = servers() {
            self.weir = Wire::connect(weir.bootstrap());
            self.kafka = Wire::connect(kafka.bootstrap());
        }
    }

    /// Asks both and compares what is left after `scrub` has taken out what may differ (ids, addresses, clocks).
    pub fn same<R: Request + Debug>(
        &mut self,
        version: i16,
        request: &R,
        scrub: impl Fn(&mut R::Response),
    ) -> (R::Response, R::Response) {
        self.same_each(version, request, request, scrub)
    }

    /// The same, where the requests differ in ids that each server gave out itself.
    pub fn same_each<R: Request + Debug>(
        &mut self,
        version: i16,
        to_weir: &R,
        to_kafka: &R,
        scrub: impl Fn(&mut R::Response),
    ) -> (R::Response, R::Response) {
        let (weir, kafka) = (self.weir.ask(version, to_weir), self.kafka.ask(version, to_kafka));
        let (mut w, mut k) = (weir.clone(), kafka.clone());
        scrub(&mut w);
        scrub(&mut k);
        if w != k {
            self.differences += 1;
            let diff = diff(&format!("{w:#?}"), &format!("{k:#?}"));
            eprintln!(
                "DIFFERS {} v{version}: - Weir, + Kafka\n{diff}request: {to_kafka:?}",
                R::NAME
            );
        }
        (weir, kafka)
    }
}

/// A topic name that no other test uses.
pub fn unique(name: &str) -> Str {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Str::from(format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Lines that differ, each with the line before it.
fn diff(weir: &str, kafka: &str) -> String {
    let (w, k): (Vec<&str>, Vec<&str>) = (weir.lines().collect(), kafka.lines().collect());
    let mut out = String::new();
    for i in 0..w.len().max(k.len()) {
        let (a, b) = (w.get(i).copied().unwrap_or(""), k.get(i).copied().unwrap_or(""));
        if a != b && out.lines().count() < 9 {
            let before = i.checked_sub(1).and_then(|i| w.get(i)).copied().unwrap_or("");
            out.push_str(&format!("  {before}\n- {a}\n+ {b}\n"));
        }
    }
    out
}

//! What the tests share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tracing_subscriber::EnvFilter;
use weir_client::TopicPartition;
use weir_client::admin::{Admin, NewTopic};
use weir_client::config::{AdminConfig, ConsumerConfig, ProducerConfig};
use weir_client::consumer::{Consumer, ConsumerRecord};
use weir_client::producer::Producer;

/// Longer than anything here takes on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// One poll.
pub const POLL: Duration = Duration::from_millis(200);

/// A cluster and a name of the test's own.
pub struct Fixture {
    pub bootstrap: String,
    pub name: String,
}

impl Fixture {
    /// `None`: skipped, and said so.
    pub fn new(test: &str) -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        // RUST_LOG=weir_client=trace shows what the client does; only the first test can set it up.
        let _ = tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        let bootstrap = crate::cluster()?;
        let unique = NEXT.fetch_add(1, Ordering::Relaxed);
        Some(Self {
            bootstrap,
            name: format!("{test}-{}-{unique}", std::process::id()),
        })
    }

    pub fn admin(&self) -> Admin {
        Admin::new(weir_runtime::real(), AdminConfig::new(&self.bootstrap).unwrap())
    }

    /// A topic of the test's name.
    pub async fn topic(&self, partitions: i32, configs: &[(&str, &str)]) -> String {
        let mut topic = NewTopic::new(self.name.as_str(), partitions);
        for (name, value) in configs {
            topic = topic.config(*name, *value);
        }
        let created = self.admin().create_topics(&[topic], false).await.unwrap();
        created[self.name.as_str()].as_ref().unwrap();
        self.name.clone()
    }

    pub fn producer_config(&self, settings: &[(&str, &str)]) -> ProducerConfig {
        let base = [("bootstrap.servers", self.bootstrap.as_str())];
        ProducerConfig::from_map(base.into_iter().chain(settings.iter().copied())).unwrap()
    }

    pub fn producer(&self, settings: &[(&str, &str)]) -> Producer {
        Producer::new(weir_runtime::real(), self.producer_config(settings))
    }

    pub fn consumer(&self, settings: &[(&str, &str)]) -> Consumer {
        let base = [
            ("bootstrap.servers", self.bootstrap.as_str()),
            ("auto.offset.reset", "earliest"),
        ];
        let config = ConsumerConfig::from_map(base.into_iter().chain(settings.iter().copied())).unwrap();
        Consumer::new(weir_runtime::real(), config).unwrap()
    }
}

pub fn tp(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition::new(topic, partition)
}

/// Polls until there are `count` records.
pub async fn read(consumer: &mut Consumer, count: usize) -> Vec<ConsumerRecord> {
    let start = Instant::now();
    let mut records = Vec::new();
    while records.len() < count {
        assert!(start.elapsed() < PATIENCE, "{} of {count} records", records.len());
        records.extend(consumer.poll(POLL).await.unwrap());
    }
    records
}

pub fn text(bytes: &Option<bytes::Bytes>) -> String {
    String::from_utf8(bytes.as_ref().unwrap().to_vec()).unwrap()
}

//! Which partition a record goes to (Kafka's `BuiltInPartitioner` and `RoundRobinPartitioner`). Pure.

use std::collections::BTreeMap;

use weir_messages::Str;

use crate::cluster::TopicMetadata;
use crate::config::Partitioning;

/// The 32-bit murmur2 hash with Kafka's seed, as `org.apache.kafka.common.utils.Utils.murmur2`.
pub fn murmur2(data: &[u8]) -> i32 {
    const M: u32 = 0x5bd1_e995;
    let mut h = 0x9747_b28c_u32 ^ u32::try_from(data.len()).unwrap_or(u32::MAX);
    let (words, tail) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        h = h.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (i, byte) in tail.iter().enumerate() {
            h ^= u32::from(*byte) << (8 * i);
        }
        h = h.wrapping_mul(M);
    }
    h ^= h >> 13;
    h = h.wrapping_mul(M);
    (h ^ (h >> 15)).cast_signed()
}

/// The partition of a key among `count`.
pub fn partition_for_key(key: &[u8], count: usize) -> i32 {
    let count = i32::try_from(count.max(1)).unwrap_or(i32::MAX);
    (murmur2(key) & i32::MAX) % count
}

/// The partitioner's memory: per topic, where records without a key go at the moment.
#[derive(Debug)]
pub(super) struct Partitioner {
    kind: Partitioning,
    ignore_keys: bool,
    /// Bytes after which the sticky partition changes: `batch.size`.
    sticky_bytes: usize,
    sticky: BTreeMap<Str, Sticky>,
    next: BTreeMap<Str, u64>,
}

#[derive(Debug)]
struct Sticky {
    partition: i32,
    bytes: usize,
}

impl Partitioner {
    pub(super) fn new(kind: Partitioning, ignore_keys: bool, sticky_bytes: usize) -> Self {
        Self {
            kind,
            ignore_keys,
            sticky_bytes: sticky_bytes.max(1),
            sticky: BTreeMap::new(),
            next: BTreeMap::new(),
        }
    }

    /// The partition of a record; `random` is asked only when chance decides.
    pub(super) fn partition(&mut self, topic: &TopicMetadata, key: Option<&[u8]>, random: impl FnOnce() -> u64) -> i32 {
        match (self.kind, key) {
            (Partitioning::RoundRobin, _) => {
                let next = self.next.entry(topic.name.clone()).or_insert_with(random);
                *next = next.wrapping_add(1);
                pick(topic, *next)
            }
            (Partitioning::Default, Some(key)) if !self.ignore_keys => partition_for_key(key, topic.partitions.len()),
            (Partitioning::Default, _) => match self.sticky.get(&topic.name) {
                Some(sticky) if usize::try_from(sticky.partition).is_ok_and(|p| p < topic.partitions.len()) => {
                    sticky.partition
                }
                _ => self.stick(topic, random()),
            },
        }
    }

    fn stick(&mut self, topic: &TopicMetadata, random: u64) -> i32 {
        let partition = pick(topic, random);
        self.sticky.insert(topic.name.clone(), Sticky { partition, bytes: 0 });
        partition
    }

    /// Accounts for a record that was appended to `partition`. The sticky partition changes when it got `batch.size` bytes and its
    /// batch is done, or twice as much in any case: a batch is not cut short for it (KIP-794).
    pub(super) fn appended(
        &mut self,
        topic: &TopicMetadata,
        partition: i32,
        bytes: usize,
        batch_done: bool,
        random: impl FnOnce() -> u64,
    ) {
        let Some(sticky) = self
            .sticky
            .get_mut(&topic.name)
            .filter(|sticky| sticky.partition == partition)
        else {
            return;
        };
        sticky.bytes += bytes;
        let enough = sticky.bytes >= self.sticky_bytes;
        if enough && batch_done || sticky.bytes >= 2 * self.sticky_bytes {
            self.stick(topic, random());
        }
    }
}

/// The `n`th partition among those with a leader, or among all when none has one.
fn pick(topic: &TopicMetadata, n: u64) -> i32 {
    let led: Vec<usize> = topic
        .partitions
        .iter()
        .enumerate()
        .filter(|(_, p)| p.leader.is_some())
        .map(|(index, _)| index)
        .collect();
    let index = |len: usize| usize::try_from(n % (len.max(1) as u64)).unwrap_or_default();
    let picked = match led.is_empty() {
        true => index(topic.partitions.len()),
        false => led.get(index(led.len())).copied().unwrap_or_default(),
    };
    i32::try_from(picked).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::PartitionMetadata;

    fn topic(leaders: &[Option<i32>]) -> TopicMetadata {
        let partition = |leader: &Option<i32>| PartitionMetadata {
            leader: *leader,
            leader_epoch: 0,
            replicas: vec![],
            isr: vec![],
        };
        TopicMetadata {
            name: "t".into(),
            id: weir_messages::Uuid::nil(),
            internal: false,
            partitions: leaders.iter().map(partition).collect(),
        }
    }

    #[test]
    fn murmur2_is_kafkas() {
        // From Kafka's UtilsTest.testMurmur2.
        for (text, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn keys_decide_unless_ignored() {
        let topic = topic(&[Some(1); 7]);
        let mut partitioner = Partitioner::new(Partitioning::Default, false, 100);
        for random in 0..5 {
            assert_eq!(partitioner.partition(&topic, Some(b"abc"), || random), 479_470_107 % 7);
        }
        let mut partitioner = Partitioner::new(Partitioning::Default, true, 100);
        assert_eq!(partitioner.partition(&topic, Some(b"abc"), || 4), 4);
    }

    #[test]
    fn records_without_a_key_stick_for_a_batch() {
        let topic = topic(&[Some(1), None, Some(1)]);
        let mut partitioner = Partitioner::new(Partitioning::Default, false, 100);
        assert_eq!(
            partitioner.partition(&topic, None, || 1),
            2,
            "partition 1 has no leader"
        );
        partitioner.appended(&topic, 2, 150, false, || 0);
        assert_eq!(partitioner.partition(&topic, None, || 0), 2, "the batch is not done");
        partitioner.appended(&topic, 2, 1, true, || 0);
        assert_eq!(partitioner.partition(&topic, None, || 1), 0);
        partitioner.appended(&topic, 0, 200, false, || 1);
        assert_eq!(partitioner.partition(&topic, None, || 0), 2);
    }

    #[test]
    fn round_robin_takes_turns() {
        let topic = topic(&[Some(1), Some(1), Some(1)]);
        let mut partitioner = Partitioner::new(Partitioning::RoundRobin, false, 100);
        let taken: Vec<_> = (0..6)
            .map(|_| partitioner.partition(&topic, Some(b"k"), || 2))
            .collect();
        assert_eq!(taken, [0, 1, 2, 0, 1, 2]);
    }
}

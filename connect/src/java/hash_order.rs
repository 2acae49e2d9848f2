//! The iteration order of `java.util.HashMap`.

use weir_connect_sdk::Value;

/// Orders entries as a `HashMap` made with `new HashMap<>(capacity)` (16 is the default constructor's) and filled in this order would.
///
/// Exact for string, integer and boolean keys as long as no bucket turns into a tree (eight collisions); other keys keep their order.
pub fn hash_map_order(mut entries: Vec<(Value, Value)>, capacity: usize) -> Vec<(Value, Value)> {
    let mut size = capacity.max(1).next_power_of_two();
    while entries.len() * 4 > size * 3 {
        size *= 2;
    }
    let mask = u32::try_from(size - 1).unwrap_or(u32::MAX);
    if entries.iter().all(|(key, _)| hash_code(key).is_some()) {
        // Stable: entries of one bucket stay in the order of insertion.
        entries.sort_by_key(|(key, _)| hash_code(key).map(|hash| (hash ^ (hash >> 16)) & mask));
    }
    entries
}

fn hash_code(key: &Value) -> Option<u32> {
    match key {
        // Java hashes UTF-16 units.
        Value::String(text) => Some(
            text.encode_utf16()
                .fold(0u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit))),
        ),
        Value::Int8(_) | Value::Int16(_) | Value::Int32(_) => key.as_i64().map(|v| v as u32),
        Value::Int64(v) => Some((*v ^ ((*v as u64) >> 32) as i64) as u32),
        Value::Boolean(v) => Some(if *v { 1231 } else { 1237 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: &[&str], capacity: usize) -> Vec<String> {
        let entries = keys.iter().map(|key| (Value::from(*key), Value::Null)).collect();
        hash_map_order(entries, capacity)
            .into_iter()
            .map(|(key, _)| key.to_text())
            .collect()
    }

    /// Recorded from a JVM: `GET /connectors/a/config` and the task config that Kafka Connect 4.3.1 wrote to its config topic.
    #[test]
    fn as_recorded_from_the_jvm() {
        assert_eq!(
            order(&["name", "file", "topic", "connector.class"], 16),
            ["connector.class", "file", "name", "topic"]
        );
        assert_eq!(
            order(
                &["batch.size", "name", "topic", "task.class", "file", "connector.class"],
                16
            ),
            ["connector.class", "file", "task.class", "batch.size", "name", "topic"]
        );
        assert_eq!(
            order(&["kafka_topic", "kafka_partition"], 16),
            ["kafka_partition", "kafka_topic"]
        );
    }

    #[test]
    fn integers_are_their_own_hash() {
        let entries = [17i64, 1, 16, 0].map(|key| (Value::from(key), Value::Null)).to_vec();
        let keys: Vec<_> = hash_map_order(entries, 16)
            .into_iter()
            .filter_map(|(key, _)| key.as_i64())
            .collect();
        assert_eq!(keys, [16, 0, 17, 1]);
    }
}

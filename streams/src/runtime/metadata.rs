//! What a commit says besides the offset: the partition's time, so that who goes on from there, Java or Rust, has it
//! (`TopicPartitionMetadata`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const VERSION: u8 = 2;

/// As Kafka Streams writes it: base64 of a version and the time; no processor metadata, which only operators that Weir
/// does not have would write.
pub(super) fn encode(partition_time: i64) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(partition_time.to_be_bytes());
    STANDARD.encode(bytes)
}

/// The time in it; `None` when there is none, or when it is of another kind.
pub(super) fn decode(metadata: &str) -> Option<i64> {
    let bytes = STANDARD.decode(metadata).ok()?;
    let (version, rest) = bytes.split_first()?;
    if !(1..=VERSION).contains(version) {
        return None;
    }
    rest.first_chunk::<8>().copied().map(i64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for time in [-1, 0, 1_700_000_000_000, i64::MAX] {
            assert_eq!(decode(&encode(time)), Some(time));
        }
        // Of version 1, empty, short, of a later version, of somebody else.
        assert_eq!(decode("AQAAAAAAAAAF"), Some(5));
        for other in ["", "Ag==", "AwAAAAAAAAAF", "not base64"] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}

//! Topic names (`org.apache.kafka.common.internals.Topic`).

/// Longest topic name, in characters: with a partition number and a suffix it still is a file name.
pub const TOPIC_NAME_MAX: usize = 249;

/// Whether a topic may have this name; the error is Kafka's text.
pub fn validate_topic_name(name: &str) -> Result<(), String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() {
        Err("Topic name is invalid: the empty string is not allowed".into())
    } else if name == "." || name == ".." {
        Err(format!("Topic name is invalid: '{name}' is not allowed"))
    } else if name.len() > TOPIC_NAME_MAX {
        Err(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length {TOPIC_NAME_MAX}"
        ))
    } else if !name.chars().all(legal) {
        Err(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        ))
    } else {
        Ok(())
    }
}

/// `.` and `_` are the same in metric names: two topics must not differ in these alone.
pub(super) fn collide(one: &str, other: &str) -> bool {
    let key = |byte| if byte == b'.' { b'_' } else { byte };
    one.len() == other.len() && one.bytes().map(key).eq(other.bytes().map(key))
}

//! Subject name strategies: under which subject the schema of a record is registered.

/// How a subject gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SubjectNameStrategy {
    /// `topic-key` or `topic-value`.
    #[default]
    TopicName,
    /// The full name of the record.
    RecordName,
    /// `topic-` and the full name of the record.
    TopicRecordName,
}

/// A strategy that needs the name of a record met a schema that has none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the subject name strategy {strategy:?} needs a record, but the schema has no name")]
pub struct NoRecordName {
    /// The strategy.
    pub strategy: SubjectNameStrategy,
}

impl SubjectNameStrategy {
    /// The strategy by Confluent's class name (with or without its package) or by its plain name.
    pub fn by_name(name: &str) -> Option<SubjectNameStrategy> {
        let simple = name.rsplit_once('.').map_or(name, |(_, simple)| simple);
        Some(match simple {
            "TopicNameStrategy" | "TopicName" => SubjectNameStrategy::TopicName,
            "RecordNameStrategy" | "RecordName" => SubjectNameStrategy::RecordName,
            "TopicRecordNameStrategy" | "TopicRecordName" => SubjectNameStrategy::TopicRecordName,
            _ => return None,
        })
    }

    /// The subject for a record of `topic`; `record` is the full name of its schema if it has one.
    pub fn subject(self, topic: &str, is_key: bool, record: Option<&str>) -> Result<String, NoRecordName> {
        let record = record.ok_or(NoRecordName { strategy: self });
        Ok(match self {
            SubjectNameStrategy::TopicName => format!("{topic}-{}", if is_key { "key" } else { "value" }),
            SubjectNameStrategy::RecordName => record?.to_owned(),
            SubjectNameStrategy::TopicRecordName => format!("{topic}-{}", record?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        use SubjectNameStrategy::{RecordName, TopicName, TopicRecordName};
        assert_eq!(TopicName.subject("t", true, None).unwrap(), "t-key");
        assert_eq!(TopicName.subject("t", false, Some("n.R")).unwrap(), "t-value");
        assert_eq!(RecordName.subject("t", false, Some("n.R")).unwrap(), "n.R");
        assert_eq!(TopicRecordName.subject("t", true, Some("n.R")).unwrap(), "t-n.R");
        assert!(RecordName.subject("t", false, None).is_err());
        let class = "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy";
        assert_eq!(SubjectNameStrategy::by_name(class), Some(TopicRecordName));
        assert_eq!(SubjectNameStrategy::by_name("Nope"), None);
    }
}

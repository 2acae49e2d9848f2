//! What happens to a record that cannot be handled: retries, tolerance, dead letters. Decisions only; nothing here waits or writes.

use std::time::Duration;

use weir_connect_sdk::weir_config::Settings;
use weir_connect_sdk::{ConnectError, weir_config};

use crate::kafka::{InRecord, OutRecord};
use crate::store::TaskId;

/// Where a record was when it failed (Connect's `Stage`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    TaskPoll,
    TaskPut,
    Transformation,
    KeyConverter,
    ValueConverter,
    HeaderConverter,
    KafkaProduce,
    KafkaConsume,
}

impl Stage {
    /// Connect's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TaskPoll => "TASK_POLL",
            Self::TaskPut => "TASK_PUT",
            Self::Transformation => "TRANSFORMATION",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::KafkaProduce => "KAFKA_PRODUCE",
            Self::KafkaConsume => "KAFKA_CONSUME",
        }
    }

    /// Whether any failure at this stage can be tolerated; at the others only retriable ones can.
    fn tolerates_any(self) -> bool {
        matches!(
            self,
            Self::Transformation | Self::KeyConverter | Self::ValueConverter | Self::HeaderConverter
        )
    }
}

/// A record's failure.
#[derive(Debug, Clone)]
pub struct Failure {
    pub stage: Stage,
    /// The class that was at work.
    pub class: String,
    pub error: ConnectError,
}

/// First wait before a retry, doubled each time (`RETRIES_DELAY_MIN_MS`).
const FIRST_DELAY: Duration = Duration::from_millis(300);

/// A connector's `errors.*` settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPolicy {
    /// `None` retries for ever.
    retry_timeout: Option<Duration>,
    max_delay: Duration,
    tolerate_all: bool,
    pub log: bool,
    pub log_records: bool,
    pub dead_letters: Option<DeadLetters>,
}

/// Where dead letters go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetters {
    pub topic: String,
    pub replication_factor: i16,
    pub headers: bool,
}

impl ErrorPolicy {
    /// Reads a connector's parsed settings.
    ///
    /// # Errors
    /// The settings were parsed by another table.
    pub fn read(settings: &Settings, is_sink: bool) -> Result<Self, weir_config::GetError> {
        let timeout: i64 = settings.get("errors.retry.timeout")?;
        let mut dead_letters = None;
        if is_sink {
            let topic: String = settings.get("errors.deadletterqueue.topic.name")?;
            if !topic.is_empty() {
                dead_letters = Some(DeadLetters {
                    topic,
                    replication_factor: settings.get("errors.deadletterqueue.topic.replication.factor")?,
                    headers: settings.get("errors.deadletterqueue.context.headers.enable")?,
                });
            }
        }
        Ok(Self {
            retry_timeout: u64::try_from(timeout).ok().map(Duration::from_millis),
            max_delay: settings
                .get::<i64>("errors.retry.delay.max.ms")
                .map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or_default()))?,
            tolerate_all: settings.get::<String>("errors.tolerance")? == "all",
            log: settings.get("errors.log.enable")?,
            log_records: settings.get("errors.log.include.messages")?,
            dead_letters,
        })
    }

    /// How long to wait before try number `attempt` + 1 of something that failed with a retriable error `spent` after its first try;
    /// `None` to give up. `random` is any number: above the longest delay the wait is random.
    pub fn retry_delay(&self, attempt: u32, spent: Duration, random: u64) -> Option<Duration> {
        let left = match self.retry_timeout {
            Some(timeout) => timeout.checked_sub(spent).filter(|left| !left.is_zero())?,
            None => Duration::MAX,
        };
        let mut delay = FIRST_DELAY.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
        if delay > self.max_delay {
            let longest = u64::try_from(self.max_delay.as_millis()).unwrap_or(u64::MAX).max(1);
            delay = Duration::from_millis(random % longest);
        }
        Some(delay.min(left))
    }

    /// Whether to go on with the next record.
    ///
    /// # Errors
    /// The error that fails the task, in Connect's words.
    pub fn judge(&self, failure: &Failure) -> Result<(), ConnectError> {
        let tolerable =
            failure.stage.tolerates_any() || failure.stage == Stage::TaskPut || failure.error.is_retriable();
        if !tolerable {
            return Err(ConnectError::Fatal(format!(
                "Unhandled exception in error handler\nCaused by: {}",
                trace(&failure.error)
            )));
        }
        if !self.tolerate_all {
            return Err(ConnectError::Fatal(format!(
                "Tolerance exceeded in error handler\nCaused by: {}",
                trace(&failure.error)
            )));
        }
        Ok(())
    }

    /// Whether failures are tolerated at all.
    pub fn tolerates(&self) -> bool {
        self.tolerate_all
    }
}

/// An error as a status or a header shows it: the class that Kafka Connect would have thrown, and the text.
pub fn trace(error: &ConnectError) -> String {
    let mut text = format!("{}: {error}", error.java_class());
    if text.len() > TRACE_MAX {
        text.truncate(text.floor_char_boundary(TRACE_MAX));
        text.push('…');
    }
    text
}

/// Bytes of an error's text at most: it may quote data, and a status that Kafka refuses as too large would never be seen.
const TRACE_MAX: usize = 16 * 1024;

/// The dead letter for a record: its bytes as they were, with headers that say what happened if wanted.
pub fn dead_letter(to: &DeadLetters, task: &TaskId, original: &InRecord, failure: &Failure) -> OutRecord {
    let mut headers = original.headers.clone();
    if to.headers {
        let mut add =
            |name: &str, value: String| headers.push((format!("__connect.errors.{name}"), Some(value.into_bytes())));
        add("topic", original.topic.clone());
        add("partition", original.partition.to_string());
        add("offset", original.offset.to_string());
        add("connector.name", task.connector.clone());
        add("task.id", task.task.to_string());
        add("stage", failure.stage.name().to_owned());
        add("class.name", failure.class.clone());
        add("exception.class.name", failure.error.java_class().to_owned());
        add("exception.message", failure.error.to_string());
        add("exception.stacktrace", trace(&failure.error));
    }
    OutRecord {
        topic: to.topic.clone(),
        partition: None,
        key: original.key.clone(),
        value: original.value.clone(),
        timestamp: original.timestamp,
        headers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(timeout: Option<u64>, max_delay: u64, tolerate_all: bool) -> ErrorPolicy {
        ErrorPolicy {
            retry_timeout: timeout.map(Duration::from_millis),
            max_delay: Duration::from_millis(max_delay),
            tolerate_all,
            log: false,
            log_records: false,
            dead_letters: None,
        }
    }

    #[test]
    fn delays_double_and_then_are_random() {
        let ms = |policy: &ErrorPolicy, attempt, spent| {
            policy
                .retry_delay(attempt, Duration::from_millis(spent), 7777)
                .map(|d| d.as_millis())
        };
        let endless = policy(None, 1000, false);
        assert_eq!(
            [1, 2, 3].map(|attempt| ms(&endless, attempt, 0)),
            [Some(300), Some(600), Some(777)]
        );
        assert!(ms(&endless, 200, 1_000_000).is_some());
        let short = policy(Some(500), 60_000, false);
        assert_eq!(
            [ms(&short, 1, 0), ms(&short, 2, 300), ms(&short, 3, 500)],
            [Some(300), Some(200), None]
        );
        assert_eq!(ms(&policy(Some(0), 1, false), 1, 0), None);
    }

    #[test]
    fn what_is_tolerated() {
        let failure = |stage, error| Failure {
            stage,
            class: "c".into(),
            error,
        };
        let bad = || ConnectError::Data("bad".into());
        assert!(
            policy(None, 1, true)
                .judge(&failure(Stage::ValueConverter, bad()))
                .is_ok()
        );
        let error = policy(None, 1, false)
            .judge(&failure(Stage::ValueConverter, bad()))
            .unwrap_err();
        assert!(
            error.to_string().starts_with("Tolerance exceeded in error handler"),
            "{error}"
        );
        assert!(
            policy(None, 1, true)
                .judge(&failure(Stage::KafkaProduce, bad()))
                .is_err()
        );
        assert!(
            policy(None, 1, true)
                .judge(&failure(Stage::KafkaProduce, ConnectError::Retriable("r".into())))
                .is_ok()
        );
    }

    #[test]
    fn dead_letters_carry_the_original_and_why() {
        let original = InRecord {
            topic: "t".into(),
            partition: 1,
            offset: 2,
            timestamp: Some(3),
            log_append_time: false,
            key: Some(b"k".to_vec()),
            value: Some(b"v".to_vec()),
            headers: vec![("own".into(), None)],
        };
        let task = TaskId {
            connector: "c".into(),
            task: 0,
        };
        let failure = Failure {
            stage: Stage::ValueConverter,
            class: "x.JsonConverter".into(),
            error: ConnectError::Data("bad".into()),
        };
        let to = DeadLetters {
            topic: "dlq".into(),
            replication_factor: 1,
            headers: true,
        };
        let letter = dead_letter(&to, &task, &original, &failure);
        assert_eq!(
            (letter.topic.as_str(), &letter.key, &letter.value, letter.timestamp),
            ("dlq", &original.key, &original.value, Some(3))
        );
        let names: Vec<&str> = letter
            .headers
            .iter()
            .map(|(name, _)| name.trim_start_matches("__connect.errors."))
            .collect();
        let expected = [
            "own",
            "topic",
            "partition",
            "offset",
            "connector.name",
            "task.id",
            "stage",
            "class.name",
            "exception.class.name",
            "exception.message",
            "exception.stacktrace",
        ];
        assert_eq!(names, expected);
        assert_eq!(letter.headers[6].1.as_deref(), Some(&b"VALUE_CONVERTER"[..]));
        assert!(
            dead_letter(&DeadLetters { headers: false, ..to }, &task, &original, &failure)
                .headers
                .len()
                == 1
        );
    }
}

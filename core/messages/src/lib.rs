//! Kafka messages, generated.

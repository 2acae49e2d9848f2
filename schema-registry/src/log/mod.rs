//! The log that the registry lives in: append, read, where it ends. Bytes only, no semantics.

mod door;
mod kafka;
mod memory;

pub use door::{Fetched, LogEntry, LogError, RawRecord, SchemasLog};
pub use kafka::{KafkaLog, KafkaLogConfig, KafkaLogError};
pub use memory::MemoryLog;

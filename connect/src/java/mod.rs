//! Java's habits that show in bytes: how it prints numbers, and in which order a `HashMap` gives its entries.
//!
//! Connect's internal topics and JSON payloads are compared by bytes (compaction) and read by JVM workers, so these matter.

mod hash_order;
mod numbers;

pub use hash_order::hash_map_order;
pub use numbers::{big_decimal, double, float};

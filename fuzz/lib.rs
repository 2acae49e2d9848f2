//! The decoders under fuzz: the functions that the seeded tests in `tests/decoders` run.

#![allow(dead_code, reason = "the seeded tests use the rest of it")]

#[path = "../tests/messages/codec.rs"]
mod codec;
#[path = "../tests/decoders/entries.rs"]
mod entries;
#[path = "../tests/messages/table.rs"]
mod table;

pub use entries::fuzz;

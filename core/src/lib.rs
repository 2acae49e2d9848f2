//! `weir-core`: what every room shares and nobody owns alone.
//!
//! Rooms: [`record`] (record batches v2: opaque view, builder, iterator), [`compress`] (the five codecs, always
//! capped), [`error_code`] (Kafka's numeric errors), [`machine`] (the log machine: state is a fold of a log),
//! [`seam`] (clock, randomness, spawning, files, sockets) and [`sim`] (its simulated side, seeded).
//!
//! It must never know tokio, clients, servers or HTTP: whatever is outside comes in through the seam.

pub mod be;
pub mod compress;
pub mod crc;
pub mod error_code;
pub mod machine;
pub mod record;
pub mod seam;
pub mod sim;
pub mod varint;

pub use error_code::ErrorCode;
pub use seam::Seam;

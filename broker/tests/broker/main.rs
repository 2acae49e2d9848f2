//! The broker as a whole, in the simulator: one process, one thread, a seed. See the modules.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod fuzz;
mod metadata_snapshot;
mod sim_crash;
mod sim_delete;
mod sim_disk;
mod wire;

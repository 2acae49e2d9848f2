//! What a machine does to a broker: full disks, directories that are taken, locked or of another time, connections that
//! say little or ask for too much; and the order of sync and reply as the system saw it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod connections;
mod directory;
mod full_disk;
mod kill;
mod requests;
mod strace;

use weir_tests::wire;

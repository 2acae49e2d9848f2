//! Interop: other people's clients and tools, as they are, against the Weir binary.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test: what is missing must fail it"
)]

mod cli;
mod crash;
mod demo;
mod franz_go;
mod java_tools;
mod python;
mod shell;
mod stalled;
mod takeover;

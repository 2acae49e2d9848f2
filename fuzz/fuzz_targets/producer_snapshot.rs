//! `cargo +nightly fuzz run producer_snapshot`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("producer_snapshot", data));

//! `cargo +nightly fuzz run record_batch`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("record_batch", data));

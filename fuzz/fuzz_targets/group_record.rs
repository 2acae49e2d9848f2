//! `cargo +nightly fuzz run group_record`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("group_record", data));

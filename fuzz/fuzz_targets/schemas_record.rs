//! `cargo +nightly fuzz run schemas_record`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("schemas_record", data));

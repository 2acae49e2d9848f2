//! `cargo +nightly fuzz run properties`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("properties", data));

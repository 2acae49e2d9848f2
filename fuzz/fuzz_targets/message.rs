//! `cargo +nightly fuzz run message`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("message", data));

//! `cargo +nightly fuzz run avro_schema`
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| weir_fuzz::fuzz("avro_schema", data));

//! One binary for each target, named as it is.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| promptmatrix::fuzz::run(env!("CARGO_BIN_NAME"), bytes));

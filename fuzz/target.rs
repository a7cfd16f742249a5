//! Each target reads with the parser whose name it has.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|sent: &[u8]| mturk_local::parsers::read(env!("CARGO_BIN_NAME"), sent));

//! Feeds the parser of src/parsers.rs that `PARSER` names.

#![no_main]

use std::env;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static PARSER: LazyLock<String> =
    LazyLock::new(|| env::var("PARSER").expect("PARSER names a parser"));

fuzz_target!(|sent: &[u8]| mturk_local::parsers::read(&PARSER, sent));

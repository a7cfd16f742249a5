//! Doubles what each parser reads, and compares the instructions: the ratio must stay under 2.5.
//!
//! `cargo bench --profile dev --bench instructions [-- NAME…]`. It needs valgrind, and runs itself
//! under callgrind, which writes one profile for each call of [`measured`].

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]

mod cases;

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};

use mturk_local::parsers::read;

use cases::CASES;

/// About so many bytes are read, and then twice as many: less than the longest question document.
const BYTES: usize = 24_000;
/// Sorting doubles to 2.2 or so, the square to 4.
const MOST: f64 = 2.5;
/// Set where the program runs under callgrind.
const UNDER_CALLGRIND: &str = "MTURK_LOCAL_UNDER_CALLGRIND";

#[inline(never)]
fn measured(parser: &str, sent: &[u8]) {
    read(black_box(parser), black_box(sent));
}

fn main() -> ExitCode {
    let wanted: Vec<String> = env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    if env::var_os(UNDER_CALLGRIND).is_some() {
        call_all(&wanted);
        return ExitCode::SUCCESS;
    }
    let counts = count(&wanted);
    let mut worst = 0.0_f64;
    for ((parser, shape, _), pair) in chosen(&wanted).zip(counts.chunks_exact(2)) {
        let ratio = pair[1] / pair[0];
        worst = worst.max(ratio);
        let mark = if ratio < MOST { "" } else { "  <- grows faster than what is read" };
        println!("{ratio:5.2}  {:>11} {:>11}  {parser}: {shape}{mark}", pair[0], pair[1]);
    }
    ExitCode::from(u8::from(worst >= MOST))
}

fn chosen(wanted: &[String]) -> impl Iterator<Item = &'static cases::Case> {
    CASES.iter().filter(|case| wanted.is_empty() || wanted.iter().any(|name| name == case.0))
}

/// What is read is made before the first call, and each parser has read once: what is made once in
/// a process does not count.
fn call_all(wanted: &[String]) {
    for (parser, _, input) in chosen(wanted) {
        let inputs = [input(100), input(BYTES), input(2 * BYTES)];
        read(parser, &inputs[0]);
        measured(parser, &inputs[1]);
        measured(parser, &inputs[2]);
    }
}

/// The instructions of each call, in their order.
fn count(wanted: &[String]) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile");
    let function = "instructions::measured";
    let run = Command::new("valgrind")
        .args(["-q", "--tool=callgrind", "--dump-line=no"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(format!("--zero-before={function}"))
        .arg(format!("--dump-after={function}"))
        .arg(env::current_exe().unwrap())
        .args(wanted)
        .env(UNDER_CALLGRIND, "1")
        .status();
    assert!(run.is_ok_and(|status| status.success()), "valgrind cannot run this program");
    let calls = 2 * chosen(wanted).count();
    (1..=calls).map(|call| total(&profile.with_extension(call.to_string()))).collect()
}

fn total(profile: &Path) -> f64 {
    let text = fs::read_to_string(profile).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("summary: "));
    line.unwrap().trim().parse().unwrap()
}

//! Random histories of a whole market, with crashes, failing disks and clients that go away.
//!
//! Each history has a seed: the same seed is the same history (on PostgreSQL but for what runs at
//! once). A plain [model] says what has to be there; what was answered must be in the market, and
//! what was not answered wholly or not at all. The first difference ends the history; steps that it
//! does not need are left out, and the rest is printed with the command that repeats it.
//!
//! `MTURK_LOCAL_SIMULATION` is the number of histories, `MTURK_LOCAL_SIMULATION_SEED` the first
//! seed. An action is added in [actions], an invariant in [check], a list in [lists], a way to
//! fail in [process].

mod actions;
mod chance;
mod check;
mod history;
mod lists;
mod model;
mod process;
mod watched;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use history::{Failure, STEPS, history};
use process::is_postgres;

/// So many histories belong to every run of the tests.
const HISTORIES: u64 = 200;
/// And so many of them on PostgreSQL, where each takes longer.
const ON_POSTGRES: u64 = 10;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn random_histories_keep_every_invariant() {
    let usual = if is_postgres() { ON_POSTGRES } else { HISTORIES };
    let count = number("MTURK_LOCAL_SIMULATION").unwrap_or(usual);
    let first = number("MTURK_LOCAL_SIMULATION_SEED").unwrap_or(0);
    let (next, failed) = (AtomicU64::new(first), Mutex::new(None));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    if let Err(failure) = played(seed, &BTreeSet::new()) {
                        failed.lock().unwrap().get_or_insert((seed, failure));
                        next.store(first + count, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    if let Some((seed, failure)) = failed.into_inner().unwrap() {
        panic!("{}", report(seed, first, failure));
    }
}

/// One history in a runtime of its own, without the steps that are left out.
fn played(seed: u64, left_out: &BTreeSet<u64>) -> Result<(), Failure> {
    let mut log = Vec::new();
    let run = AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(history(seed, left_out, &mut log))
    });
    let done = catch_unwind(run).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.unwrap_or_else(|| "a panic".to_owned()))
    });
    done.map_err(|why| Failure { why, log })
}

/// The history without the steps that it fails without.
fn shortened(seed: u64, mut failure: Failure) -> Failure {
    let mut left_out = BTreeSet::new();
    for step in (0..STEPS).rev() {
        left_out.insert(step);
        match played(seed, &left_out) {
            Err(shorter) => failure = shorter,
            Ok(()) => drop(left_out.remove(&step)),
        }
    }
    failure
}

fn report(seed: u64, first: u64, failure: Failure) -> String {
    let Failure { why, log } = if is_postgres() { failure } else { shortened(seed, failure) };
    let test = "cargo test --test it -- simulation";
    format!(
        "seed {seed} (history {} of this run) breaks an invariant\n{}\n{why}\nTo repeat it:\n    \
         MTURK_LOCAL_SIMULATION=1 MTURK_LOCAL_SIMULATION_SEED={seed} {test}",
        seed - first + 1,
        log.join("\n")
    )
}

#!/bin/sh
# A RUSTC_WORKSPACE_WRAPPER for `tests/run fuzz`: our own crates count what they cover, for libFuzzer.
# The crates that they use are taken as they are, so that nothing of them is compiled anew.
exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares

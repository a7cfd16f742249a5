#!/bin/sh
# Builds the static program of the image: Rust's target *-unknown-linux-musl, for this machine or another.
#
#   container/build-static.sh [x86_64|aarch64|amd64|arm64]    prints the program's path
#
# It needs, as Debian names them, musl-dev of that architecture and gcc-x86-64-linux-gnu or
# gcc-aarch64-linux-gnu; the target's standard library is fetched by rustup if it is not there.

set -eu
cd "$(dirname "$0")/.."

case ${1:-$(uname -m)} in
x86_64 | amd64) cpu=x86_64 ;;
aarch64 | arm64) cpu=aarch64 ;;
*)
    echo "build-static: no image for ${1:-$(uname -m)}; there are amd64 and arm64" >&2
    exit 2
    ;;
esac
target=$cpu-unknown-linux-musl
words=$(echo "$target" | tr - _)
upper=$(echo "$words" | tr '[:lower:]' '[:upper:]')

[ -d "$(rustc --print sysroot)/lib/rustlib/$target" ] || rustup target add "$target" >&2

export "CC_$words=$cpu-linux-musl-gcc"
export "CARGO_TARGET_${upper}_LINKER=$cpu-linux-gnu-gcc"
# The helpers behind outline atomics ask glibc for the processor's abilities.
[ "$cpu" = x86_64 ] || export "CFLAGS_$words=-mno-outline-atomics"
cargo build --locked --profile dist --target "$target" --bin mturk-local >&2
echo "${CARGO_TARGET_DIR:-$PWD/target}/$target/dist/mturk-local"

#!/usr/bin/env bash
# Builds the last stage of the Dockerfile around a static program, with buildah, and runs what comes out.
#
#   tests/clients/image.sh PROGRAM
#
# No container engine, registry or network is needed; root is. Exit code 77: it cannot be done here.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
program=$1
folder=""
running=""

say() { echo "image: $*"; }
fail() {
    say "FAILED: $*" >&2
    [[ -z $folder ]] || cat "$folder"/*.err >&2
    exit 1
}

if ! command -v buildah >/dev/null; then
    say "buildah is not here (package buildah)"
    exit 77
fi
if [[ $(id -u) != 0 ]]; then
    say "without root buildah's isolation by chroot does not run"
    exit 77
fi

clean_up() {
    stop
    [[ -z $folder ]] || { ours rm --all && ours rmi --all --force; } >/dev/null 2>&1
    rm -rf "$folder"
}
trap clean_up EXIT
folder=$(mktemp -d /tmp/mturk-local-image.XXXXXXXX)

# An own storage: what other users of buildah have is left alone.
ours() { buildah --storage-driver vfs --root "$folder/storage" --runroot "$folder/run" "$@"; }

inside() { ours run --isolation chroot "$@"; }

# Starts the image's program with these options of buildah run, and sets $url.
start() {
    local attempt
    : >"$folder/server.out"
    setsid buildah --storage-driver vfs --root "$folder/storage" --runroot "$folder/run" run \
        --isolation chroot --env MTURK_LOCAL_LISTEN=127.0.0.1:0 "$@" "$container" -- \
        /usr/local/bin/mturk-local >"$folder/server.out" 2>"$folder/server.err" &
    running=$!
    for attempt in $(seq 300); do
        url=$(sed -n 's/^mturk-local ready on //p' "$folder/server.out")
        [[ -z $url ]] || return 0
        kill -0 "$running" 2>/dev/null || break
        sleep 0.1
    done
    fail "no ready line (attempt $attempt)"
}

# Ends it, and waits: the process group is this script's own.
stop() {
    [[ -n $running ]] || return 0
    kill -TERM -- "-$running" 2>/dev/null || true
    wait "$running" || true
    running=""
}

# Runs the example client; it must find this many HITs, its own included.
example() {
    AWS_ENDPOINT_URL_MTURK=$url AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test \
        AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true \
        .venv/bin/python examples/compose/app.py >"$folder/example.out" 2>"$folder/example.err" ||
        fail "the example client"
    grep -qx "there are $1" "$folder/example.out" || fail "not $1 HITs: $(cat "$folder/example.out")"
}

expect() {
    [[ $2 == *"$3"* ]] || fail "$1 is $2, without $3"
}

# The stage "build" did its work when this tree is there.
container/tree.sh "$program" "$folder/context/image"
sed -n '/^FROM scratch/,$p' Dockerfile | sed 's#--from=build ##; s#/image/#image/#' >"$folder/context/Containerfile"
ours bud --isolation chroot --format docker -t image -f "$folder/context/Containerfile" "$folder/context" \
    >"$folder/build.out" 2>"$folder/build.err" || fail "the build"

settings=$(ours inspect --type image --format '{{.Docker.Config}}' image)
for word in " 1770:1770 " "1770/tcp" "/data:" "[/usr/local/bin/mturk-local]" "MTURK_LOCAL_ALLOW_REMOTE=true"; do
    expect "the image's configuration" "$settings" "$word"
done
expect "the health check" "$(ours inspect --type image image)" '\"Healthcheck\":{\"Test\":[\"CMD\",\"/usr/local/bin/mturk-local\",\"health\"]'

container=$(ours from --pull-never image)
start
example 1
inside --env "MTURK_LOCAL_ENDPOINT=$url" "$container" -- /usr/local/bin/mturk-local health >/dev/null ||
    fail "health"
expect "the name mturk" "$(curl -s -H 'Host: mturk:1770' "$url/_mturk/health")" '"status":"ok"'
expect "a foreign name" "$(curl -s -H 'Host: evil.example' "$url/_mturk/health")" 'not known here'
stop
start
example 2
stop
start --env MTURK_LOCAL_DATABASE=
example 1
stop
say "built, started, kept its market over a restart: $(ours images --format '{{.Size}}' image)"

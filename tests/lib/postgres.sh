#!/usr/bin/env bash
# A throw-away PostgreSQL cluster on a free loopback port, for tests.
#
#   tests/lib/postgres.sh CMD…    starts it, runs CMD with MTURK_LOCAL_TEST_DATABASE set, removes it
#
# Or source it, and call postgres_start and postgres_stop. Nothing survives the stop: the cluster has
# a folder, a port and a password of its own, does not sync, and leaves other clusters alone.

postgres_dir=""
postgres_bin=""
postgres_user=()

# Prints the folder of the newest installed server programs; fails when there are none.
postgres_find() {
    local dir
    for dir in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort --version-sort --reverse); do
        if [[ -x $dir/initdb && -x $dir/pg_ctl ]]; then
            echo "$dir"
            return 0
        fi
    done
    dir=$(pg_config --bindir 2>/dev/null) || return 1
    [[ -x $dir/initdb && -x $dir/pg_ctl ]] && echo "$dir"
}

# Prints a loopback port that is free at this moment.
postgres_free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Runs a server program; root steps down to the user postgres, since initdb refuses root.
postgres_as_owner() {
    (cd "$postgres_dir" && "${postgres_user[@]}" "$@")
}

# Starts the cluster and exports MTURK_LOCAL_TEST_DATABASE.
postgres_start() {
    [[ -z $postgres_dir ]] || return 0
    local password port attempt
    postgres_bin=$(postgres_find) || {
        echo "postgres: no initdb found; install the Debian package postgresql" >&2
        return 1
    }
    password=$(python3 -c 'import secrets; print(secrets.token_hex(16))') || return 1
    # Below /tmp, whatever TMPDIR says: the path of a unix socket has at most 107 bytes.
    postgres_dir=$(mktemp -d /tmp/mturk-local-postgres.XXXXXXXX) || return 1
    postgres_user=()
    if [[ $(id -u) == 0 ]]; then
        postgres_user=(runuser -u postgres --)
        chown postgres: "$postgres_dir" || return 1
    fi
    (umask 077 && echo "$password" >"$postgres_dir/password") || return 1
    [[ $(id -u) != 0 ]] || chown postgres: "$postgres_dir/password" || return 1
    if ! postgres_as_owner "$postgres_bin/initdb" --pgdata="$postgres_dir/data" --username=postgres \
        --pwfile="$postgres_dir/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C \
        --no-sync >"$postgres_dir/initdb.log" 2>&1; then
        cat "$postgres_dir/initdb.log" >&2
        postgres_stop
        return 1
    fi
    # The port may be taken between the look and the start, so look again a few times.
    for attempt in 1 2 3 4 5; do
        port=$(postgres_free_port) || break
        postgres_write_settings "$port" >"$postgres_dir/data/postgresql.auto.conf" || break
        if postgres_as_owner "$postgres_bin/pg_ctl" start --pgdata="$postgres_dir/data" --wait \
            --timeout=60 --log="$postgres_dir/server.log" >/dev/null 2>&1; then
            export MTURK_LOCAL_TEST_DATABASE="postgres://postgres:$password@127.0.0.1:$port/postgres"
            return 0
        fi
    done
    echo "postgres: the server did not start (attempt $attempt)" >&2
    tail -n 20 "$postgres_dir/server.log" >&2
    postgres_stop
    return 1
}

# Prints the settings of a cluster that is made for speed and thrown away.
postgres_write_settings() {
    cat <<EOF
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$postgres_dir'
max_connections = 300
shared_buffers = '128MB'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = on
EOF
}

# Stops the cluster, if there is one, and removes all that it left.
postgres_stop() {
    [[ -n $postgres_dir ]] || return 0
    if [[ -f $postgres_dir/data/postmaster.pid ]]; then
        postgres_as_owner "$postgres_bin/pg_ctl" stop --pgdata="$postgres_dir/data" \
            --mode=immediate --wait --timeout=60 >/dev/null 2>&1
    fi
    rm -rf "$postgres_dir"
    postgres_dir=""
    unset MTURK_LOCAL_TEST_DATABASE
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    set -u
    if [[ $# == 0 || $1 == --help ]]; then
        sed -n 's/^# \{0,1\}//; 2,8p' "$0"
        exit 0
    fi
    trap postgres_stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    postgres_start || exit 1
    "$@"
fi

"""The admin token as whoever runs a server meets it: options, files, commands, the log."""

import json
import stat
import sys

import pytest

from harness import ControlError, binary, launch, run_binary

LAB = ("--auth", "strict", "--credential", "AKLAB:labsecret")
WORLD = {"Requesters": [{"AccessKeyId": "AKEVE", "SecretAccessKey": "evesecret"}]}


def command(server, *arguments, **environment):
    return run_binary(*arguments, "--endpoint", server.url, **environment)


def test_a_stranger_can_do_nothing_to_a_strict_server():
    """Whoever has no token neither sees secrets nor empties the market nor makes a requester."""
    with launch(*LAB, "--profile", "production", "--workers", "known") as server:
        for method, path, body in [
            ("GET", "/_mturk/world", None),
            ("GET", "/_mturk/world?secrets=1", None),
            ("POST", "/_mturk/reset", {"empty": True}),
            ("PUT", "/_mturk/world", WORLD),
        ]:
            with pytest.raises(ControlError) as refused:
                server.control(method, path, body)
            assert refused.value.status == 401
        assert server.control("GET", "/_mturk/health")["status"] == "ok"
        balance = server.client("AKLAB", "labsecret").get_account_balance()
        assert balance["AvailableBalance"] == "10000.00"
        assert "nobody has seen" in server.stderr()


def test_the_file_is_written_for_its_owner_alone_and_read_again(tmp_path):
    path = tmp_path / "token"
    database = f"sqlite:{tmp_path / 'market.db'}"
    for _ in range(2):
        with launch(*LAB, "--admin-token-file", path, database=database) as server:
            token = path.read_text().strip()
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert len(token) >= 32
            shown = command(server, "clock", MTURK_LOCAL_ADMIN_TOKEN=token)
            assert shown.returncode == 0, shown.stderr
            assert command(server, "clock", "--admin-token-file", path).returncode == 0
            refused = command(server, "clock")
            assert refused.returncode == 1 and "--admin-token" in refused.stderr
            assert token not in server.stderr()
        path.unlink()  # The next start writes the store's again.


def test_a_dump_names_secrets_when_asked_with_the_token():
    with launch(*LAB, "--admin-token", "hush") as server:
        plain = command(server, "dump", "--admin-token", "hush")
        named = command(server, "dump", "--admin-token", "hush", "--with-secrets")
        assert "labsecret" not in plain.stdout and "labsecret" in named.stdout
    with launch() as server:
        assert command(server, "dump").returncode == 0
        assert "--admin-token" in command(server, "dump", "--with-secrets").stderr


def test_bad_tokens_are_refused_and_not_shown(tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for arguments in [("--admin-token", "pass word"), ("--admin-token-file", empty)]:
        done = run_binary("--listen", "127.0.0.1:0", *arguments)
        assert done.returncode == 2 and "a token is" in done.stderr
        assert "pass word" not in done.stderr


def test_exec_hands_the_token_to_its_command():
    """Commands of mturk-local under exec reach the control API, at its own address too."""
    script = "import os; print(os.environ['MTURK_LOCAL_ADMIN_TOKEN'])"
    done = run_binary("exec", *LAB, "--", sys.executable, "-c", script)
    assert done.returncode == 0 and len(done.stdout.strip()) >= 32, done.stderr
    assert "nobody has seen" not in done.stderr
    apart = ("--control-listen", "127.0.0.1:0")
    done = run_binary("exec", *LAB, *apart, "--", binary(), "clock")
    assert json.loads(done.stdout)["mode"] == "real", done.stderr


def test_env_under_exec_names_both_addresses_and_the_key():
    for apart in [(), ("--control-listen", "127.0.0.1:0")]:
        script = (
            'before=$AWS_ENDPOINT_URL_MTURK; eval "$("$0" env)"; '
            'echo $before $AWS_ENDPOINT_URL_MTURK $AWS_ACCESS_KEY_ID; "$0" clock'
        )
        known = ("--credential", "AKX:sx")
        done = run_binary("exec", *known, *apart, "--", "sh", "-c", script, binary())
        before, after, key = done.stdout.split("\n", 1)[0].split()
        assert (before, key) == (after, "AKX"), done.stderr
        assert '"mode"' in done.stdout, done.stderr


def test_apart_the_control_api_is_at_its_own_address():
    with launch("--control-listen", "127.0.0.1:0") as server:
        with pytest.raises(ControlError) as refused:
            server.control("GET", "/_mturk/clock")
        assert refused.value.status == 404
        assert server.control("GET", "/_mturk/health")["status"] == "ok"
        assert "control API at http://127.0.0.1:" in server.stderr()


def test_an_open_server_that_others_reach_says_who_can_do_what():
    with launch("--listen", "0.0.0.0:0", "--allow-remote") as server:
        assert "everybody who reaches 0.0.0.0:" in server.stderr()
    for closed in [("--admin-token", "hush"), ("--control-listen", "127.0.0.1:0")]:
        with launch("--listen", "0.0.0.0:0", "--allow-remote", *closed) as server:
            assert "can call the Requester API as any requester" in server.stderr()
            assert "the whole market" not in server.stderr()
    with launch("--listen", "0.0.0.0:0", "--allow-remote", *LAB) as server:
        assert "everybody who reaches" not in server.stderr()

"""PostgreSQL over TLS: what `sslmode` asks for is had, or the server does not start and says why."""

import os
import shutil
import subprocess
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from certificates import authority, certificate
from harness import PATIENCE, ROOT, binary, clean_environment, launch, psql

# Starts a cluster of its own, says where it is, and removes it when its standard input ends.
CLUSTER = """
source tests/lib/postgres.sh
trap postgres_stop EXIT
postgres_start && echo "$MTURK_LOCAL_TEST_DATABASE $postgres_dir" && cat >/dev/null
"""


@pytest.fixture(scope="module", name="cluster")
def _cluster(tmp_path_factory):
    """A throw-away cluster that can be told to offer TLS, and not to take connections without."""
    if not os.environ.get("MTURK_LOCAL_TEST_DATABASE") or not shutil.which("openssl"):
        pytest.skip("needs PostgreSQL and openssl")
    folder = tmp_path_factory.mktemp("tls")
    authority(folder, "right")
    authority(folder, "wrong")
    certificate(folder, "right")
    with ExitStack() as stack:
        process = subprocess.Popen(
            ["bash", "-c", CLUSTER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(process.wait, PATIENCE)
        stack.callback(process.stdin.close)
        url, cluster_folder = process.stdout.readline().split()
        for name in ("server.crt", "server.key"):
            shutil.copy(folder / name, f"{cluster_folder}/data/{name}")
            shutil.chown(f"{cluster_folder}/data/{name}", *owner(cluster_folder))
            os.chmod(f"{cluster_folder}/data/{name}", 0o600)
        yield SimpleNamespace(url=url, folder=folder, data=f"{cluster_folder}/data")


def owner(path):
    found = os.stat(path)
    return found.st_uid, found.st_gid


def offer_tls(cluster, is_on):
    psql(cluster.url, f"ALTER SYSTEM SET ssl = {'on' if is_on else 'off'}")
    psql(cluster.url, "SELECT pg_reload_conf()")
    for _ in range(PATIENCE * 10):
        if psql(cluster.url, "SHOW ssl").strip() == ("on" if is_on else "off"):
            return
    raise AssertionError("the setting is not taken")


def start(url):
    """Exit code and standard error of a server that serves as long as a command runs."""
    done = subprocess.run(
        [binary(), "exec", "-v", "--database", url, "--", binary(), "health"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
def test_every_mode_connects_to_a_server_with_tls(cluster, mode):
    offer_tls(cluster, True)
    url = f"{cluster.url}?sslmode={mode}&sslrootcert={cluster.folder}/right.pem"
    code, said = start(url)
    assert code == 0, said
    assert "plain text" not in said


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_every_connection_is_encrypted(cluster, mode):
    offer_tls(cluster, True)
    url = f"{cluster.url}?sslmode={mode}&sslrootcert={cluster.folder}/right.pem"
    with launch(database=url) as server:
        server.client().create_hit_type(
            Title="T", Description="D", Reward="0.01", AssignmentDurationInSeconds=60
        )
        server.client().list_hits()
        count = "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
        found = psql(cluster.url, f"{count} WHERE application_name = 'mturk-local'").strip()
        all_of_them, encrypted = map(int, found.split("|"))
        assert all_of_them == encrypted >= 2, found


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_certificate_of_another_authority_is_refused(cluster, mode):
    offer_tls(cluster, True)
    code, said = start(f"{cluster.url}?sslmode={mode}&sslrootcert={cluster.folder}/wrong.pem")
    assert code == 4, said
    assert "no TLS to PostgreSQL" in said
    assert "sslrootcert" in said


def test_a_certificate_for_another_name_is_refused_by_verify_full_alone(cluster):
    offer_tls(cluster, True)
    other = cluster.url.replace("@127.0.0.1:", "@localhost:")
    root = f"sslrootcert={cluster.folder}/right.pem"
    code, said = start(f"{other}?sslmode=verify-full&{root}")
    assert code == 4, said
    assert "no TLS to PostgreSQL (sslmode=verify-full)" in said
    assert start(f"{other}?sslmode=verify-ca&{root}")[0] == 0


def test_a_file_that_is_not_there_is_named(cluster):
    offer_tls(cluster, True)
    code, said = start(f"{cluster.url}?sslmode=verify-full&sslrootcert=/nowhere/ca.pem")
    assert code == 4, said
    assert "sslrootcert" in said


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_server_without_tls_is_refused(cluster, mode):
    offer_tls(cluster, False)
    code, said = start(f"{cluster.url}?sslmode={mode}")
    assert code == 4, said
    assert f"no TLS to PostgreSQL (sslmode={mode})" in said


def test_prefer_says_that_the_connection_is_plain_text(cluster):
    """0.0.0.0 leads to this machine, and is no loopback address."""
    elsewhere = cluster.url.replace("@127.0.0.1:", "@0.0.0.0:")
    for url, has_tls, warns in [
        (elsewhere, False, True),
        (f"{elsewhere}?sslmode=prefer", False, True),
        (f"{elsewhere}?sslmode=disable", False, False),
        (cluster.url, False, False),
        (elsewhere, True, False),
    ]:
        offer_tls(cluster, has_tls)
        code, said = start(url)
        assert code == 0, said
        assert ("plain text" in said) == warns, (url, said)


def test_prefer_keeps_the_tls_that_it_began_with(cluster):
    offer_tls(cluster, True)
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mturk-local'"
    with launch(database=cluster.url) as server:
        offer_tls(cluster, False)
        psql(cluster.url, end_all)
        with pytest.raises(ClientError) as refused:
            server.client().get_account_balance()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (500, 503)
        offer_tls(cluster, True)
        assert server.client().get_account_balance()["AvailableBalance"] == "10000.00"


def test_allow_takes_tls_where_the_server_wants_it(cluster):
    offer_tls(cluster, True)
    rules = f"{cluster.data}/pg_hba.conf"
    with open(rules, encoding="utf-8") as file:
        before = file.read()
    try:
        with open(rules, "w", encoding="utf-8") as file:
            file.write("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        psql(cluster.url, "SELECT pg_reload_conf()")
        assert start(f"{cluster.url}?sslmode=allow")[0] == 0
        assert start(f"{cluster.url}?sslmode=disable")[0] == 4
    finally:
        with open(rules, "w", encoding="utf-8") as file:
            file.write(before)
        psql(cluster.url, "SELECT pg_reload_conf()")

"""The embedded PostgreSQL, and every way it is known to go wrong."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from cms.embedded.paths import EmbeddedError, Home
from cms.embedded.postgres import CHECKOUT, Cluster, Server
from cms.embedded.valkey import Valkey

Run = Callable[[str], subprocess.CompletedProcess[str]]


def write(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('intact')")


def read(server: Server) -> list[object]:
    with server.connect() as connection:
        return [row[0] for row in connection.execute("SELECT word FROM kept")]


def test_the_server_is_private_and_knows_french(cluster: Cluster) -> None:
    server = cluster.ensure_running()
    assert server.started_here
    assert stat.S_IMODE(Path(server.host).stat().st_mode) == 0o700
    with server.connect() as connection:
        facts = connection.execute(
            "SELECT 'É' ILIKE 'é', lower('ÉŒ'), current_setting('listen_addresses'), current_setting('server_encoding')"
        ).fetchone()
    assert facts == (True, "éœ", "", "UTF8")


def test_a_second_call_finds_the_same_server(cluster: Cluster) -> None:
    first, second = cluster.ensure_running(), Cluster("test", cluster.home).ensure_running()
    assert (second.pid, second.started_here) == (first.pid, False)


def test_the_locale_of_whoever_starts_it_does_not_matter(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("LANG", "tr_TR.UTF-8")
    with cluster.ensure_running().connect() as connection:
        assert connection.execute("SELECT 'É' ILIKE 'é', lower('I')").fetchone() == (True, "i")


def test_processes_starting_at_once_share_one_server(cluster: Cluster, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from cms.embedded.paths import home_of\n"
        "from cms.embedded.postgres import Cluster\n"
        "server = Cluster('test', home_of(Path(sys.argv[1]))).ensure_running(); print(server.pid, server.started_here)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60)[0].split() for process in processes]
    assert {pid for pid, _ in answers} == {str(cluster.ensure_running().pid)}
    assert sorted(started for _, started in answers) == ["False", "False", "True"]


def test_data_survive_a_killed_server(lasting_cluster: Cluster) -> None:
    server = lasting_cluster.ensure_running()
    write(server)
    with server.connect() as client:
        os.kill(server.pid, signal.SIGKILL)
        again = lasting_cluster.ensure_running()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")
    assert (again.started_here, again.pid != server.pid, read(again)) == (True, True, ["intact"])


def test_a_zombie_does_not_pass_for_a_server(lasting_cluster: Cluster) -> None:
    server = lasting_cluster.ensure_running(attached=True)
    assert server.process
    write(server)
    server.process.kill()
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)  # It has ended, and stays unreaped.
    try:
        assert lasting_cluster.find() is None
        assert read(lasting_cluster.ensure_running()) == ["intact"]
    finally:
        server.process.wait()


def test_a_stranger_with_the_number_of_the_server_is_left_alone(cluster: Cluster) -> None:
    server = cluster.ensure_running()
    write(server)
    pid_file = cluster.data / "postmaster.pid"
    described = pid_file.read_text()
    cluster.stop()
    pid_file.write_text(described.replace(str(server.pid), str(os.getpid()), 1))
    assert cluster.stop() is False
    assert read(cluster.ensure_running()) == ["intact"]


def test_an_interrupted_creation_starts_again(cluster: Cluster) -> None:
    cluster.home.prepare()
    for half_built in (cluster.directory / "data.partial", cluster.data):
        half_built.mkdir(parents=True)
        (half_built / "half").write_text("…")
    if cluster.home.owner:
        os.chown(cluster.directory, cluster.home.owner.pw_uid, cluster.home.owner.pw_gid)
    assert cluster.ensure_running().started_here


def test_data_of_another_version_are_refused_in_words(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedError, match="écrites par PostgreSQL 15"):
        cluster.ensure_running()


def test_a_server_that_cannot_start_says_why(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    cluster.options["shared_buffers"] = "nonsense"
    with pytest.raises(EmbeddedError, match=r"(?s)n'a pas démarré.*shared_buffers"):
        cluster.ensure_running()


def test_a_long_path_moves_the_socket(long_home: Home) -> None:
    cluster = Cluster("test", long_home)
    server = cluster.ensure_running()
    write(server)
    assert (Path(server.host).parent, stat.S_IMODE(Path(server.host).stat().st_mode)) == (Path("/tmp"), 0o700)
    assert read(Cluster("test", long_home).ensure_running()) == ["intact"]
    cluster.stop()
    assert not Path(server.host).exists()


def test_a_socket_directory_open_to_others_is_refused(long_home: Home) -> None:
    trap = long_home.make_socket_directory("valkey")
    trap.chmod(0o755)
    try:
        with pytest.raises(EmbeddedError, match="ouvert"):
            Valkey(long_home).ensure_running()
    finally:
        trap.rmdir()


def test_the_directories_above_keep_their_permissions(
    cluster: Cluster, tmp_path: Path, modes: Callable[[Path], dict[str, str]]
) -> None:
    tmp_path.chmod(0o700)
    before = modes(tmp_path)
    cluster.ensure_running()
    assert modes(tmp_path) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="Only root hands the server to another account.")
def test_root_hands_the_server_to_an_account_without_rights(cluster: Cluster, tmp_path: Path) -> None:
    server = cluster.ensure_running()
    assert cluster.home.owner
    assert Path(f"/proc/{server.pid}").stat().st_uid == cluster.home.owner.pw_uid
    assert not list(tmp_path.iterdir())


def test_an_ordinary_user_keeps_everything_in_the_checkout(ordinary_user: tuple[Path, Run]) -> None:
    checkout, run = ordinary_user
    result = run(
        "from pathlib import Path; from cms.embedded.paths import home_of; from cms.embedded.postgres import Cluster\n"
        "cluster = Cluster('test', home_of(Path.cwd())); print(cluster.ensure_running().host); print(cluster.stop())"
    )
    socket_directory = checkout.resolve() / ".local" / "postgres-test" / "socket"
    assert (result.stdout, result.stderr) == (f"{socket_directory}\nTrue\n", "")


def test_a_directory_one_cannot_write_in_is_said_plainly(ordinary_user: tuple[Path, Run]) -> None:
    checkout, run = ordinary_user
    checkout.chmod(0o555)
    result = run(
        "from pathlib import Path; from cms.embedded.paths import EmbeddedError, home_of\n"
        "from cms.embedded.postgres import Cluster\n"
        "try: Cluster('test', home_of(Path.cwd())).ensure_running()\n"
        "except EmbeddedError as error: print(error)"
    )
    assert f"Impossible d'écrire dans {checkout.resolve()}" in result.stdout, result.stderr

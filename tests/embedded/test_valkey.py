"""The embedded Valkey: a broker on a socket, with nothing to keep."""

import os
import signal
import stat

import redis

from cms.embedded.paths import Home
from cms.embedded.processes import is_alive, wait_until
from cms.embedded.valkey import Valkey


def test_it_listens_on_a_private_socket_only(home: Home) -> None:
    broker = Valkey(home).ensure_running()
    assert stat.S_IMODE(broker.socket.parent.stat().st_mode) == 0o700
    with redis.Redis(unix_socket_path=str(broker.socket)) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("save") == {"save": ""}


def test_a_second_call_finds_the_same_server_until_it_is_stopped(home: Home) -> None:
    first, second = Valkey(home).ensure_running(), Valkey(home).ensure_running()
    assert (second.pid, first.started_here, second.started_here) == (first.pid, True, False)
    assert (Valkey(home).stop(), Valkey(home).stop(), Valkey(home).find()) == (True, False, None)


def test_a_killed_server_is_started_again(home: Home) -> None:
    broker = Valkey(home).ensure_running()
    os.kill(broker.pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(broker.pid), timeout=5)
    assert Valkey(home).ensure_running().started_here


def test_a_long_path_moves_the_socket(long_home: Home) -> None:
    broker = Valkey(long_home).ensure_running()
    assert str(broker.socket).startswith("/tmp/socle-")
    assert Valkey(long_home).find() == broker.__class__(pid=broker.pid, socket=broker.socket)

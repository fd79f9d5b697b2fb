import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cms.embedded.paths import ROOT_BASE, Home, home_of
from cms.embedded.postgres import CHECKOUT, OPTIONS, Cluster
from cms.embedded.valkey import Valkey


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """The home of a checkout nobody else knows, for whoever runs the tests."""
    home = home_of(tmp_path)
    yield home
    for name in OPTIONS:
        Cluster(name, home).stop()
    Valkey(home).stop()
    shutil.rmtree(home.directory, ignore_errors=True)


@pytest.fixture
def cluster(home: Home) -> Cluster:
    return Cluster("test", home)


@pytest.fixture
def lasting_cluster(home: Home) -> Cluster:
    """One like that of development: a commit is on disk when it answers."""
    return Cluster("dev", home)


@pytest.fixture
def long_home(tmp_path: Path) -> Iterator[Home]:
    """A home too deep for the address of a socket."""
    base = ROOT_BASE / tmp_path.name if os.geteuid() == 0 else tmp_path
    home = Home(base / ("profond" * 16), home_of(tmp_path).owner)
    yield home
    Cluster("test", home).stop()
    Valkey(home).stop()
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def ordinary_user() -> Iterator[tuple[Path, Callable[[str], subprocess.CompletedProcess[str]]]]:
    """A checkout of an ordinary user, and a way to run a Python script as that user."""
    identity: dict[str, object] = {}
    python = sys.executable
    with tempfile.TemporaryDirectory(prefix="socle-") as name:
        checkout = Path(name)
        if os.geteuid() == 0:
            home = home_of(CHECKOUT)
            assert home.owner
            identity = {"user": home.owner.pw_uid, "group": home.owner.pw_gid, "extra_groups": []}
            os.chown(checkout, home.owner.pw_uid, home.owner.pw_gid)
            python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"

        def run(script: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [python, "-c", script],
                cwd=checkout,
                env={
                    "PATH": os.defpath,
                    "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{sysconfig.get_path('purelib')}",
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
                capture_output=True,
                text=True,
                check=False,
                **identity,  # type: ignore[call-overload]
            )

        try:
            probe = run("import psycopg, psutil, cms.embedded.postgres")
        except OSError as error:
            pytest.skip(f"No Python an ordinary user could run: {error}")
        if probe.returncode:
            pytest.skip(f"The environment of root cannot be read by an ordinary user: {probe.stderr.strip()[-200:]}")
        yield checkout, run


@pytest.fixture
def modes() -> Callable[[Path], dict[str, str]]:
    """The permissions of a directory and of all those above it."""
    return lambda path: {str(above): stat.filemode(above.stat().st_mode) for above in (path, *path.parents)}

"""The environment is built once, and again when it is not whole or not of today."""

import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cms.embedded.postgres import CHECKOUT


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`.ci/environment.py` in a checkout of its own, where creating and installing are only written down."""
    spec = importlib.util.spec_from_file_location("environment", CHECKOUT / ".ci" / "environment.py")
    assert spec
    assert spec.loader
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / name).write_text(name)
    module.CHECKOUT, module.VENV = tmp_path, tmp_path / ".venv"
    module.VENV_PYTHON, module.VENV_STAMP = module.VENV / "bin" / "python", module.VENV / "stamp"
    module.done = []

    def create() -> None:
        module.done.append("create")
        module.VENV_PYTHON.parent.mkdir(parents=True, exist_ok=True)
        module.VENV_PYTHON.touch()

    monkeypatch.setattr(module, "create_environment", create)
    monkeypatch.setattr(module, "install", lambda lock: module.done.append(lock.name))
    return module


@pytest.fixture
def build(environment: Any) -> Callable[[str], list[str]]:
    """Build, and return what it took."""

    def run(lock: str) -> list[str]:
        environment.done.clear()
        environment.build_environment(lock)
        return list(environment.done)

    return run


def test_it_is_built_once(build: Callable[[str], list[str]]) -> None:
    assert [build("requirements.lock"), build("requirements.lock")] == [["create", "requirements.lock"], []]


def test_developers_have_what_the_site_needs(build: Callable[[str], list[str]]) -> None:
    assert build("requirements.lock") == ["create", "requirements.lock"]
    assert build("requirements-dev.lock") == ["requirements-dev.lock"]
    assert build("requirements.lock") == []


def test_a_lock_that_changes_is_installed_again(build: Callable[[str], list[str]], tmp_path: Path) -> None:
    build("requirements.lock")
    (tmp_path / "requirements.lock").write_text("newer")
    assert build("requirements.lock") == ["requirements.lock"]


def test_an_interrupted_installation_starts_from_nothing(
    build: Callable[[str], list[str]], environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(lock: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(environment, "install", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build("requirements.lock")
    assert build("requirements.lock") == ["create", "requirements.lock"]


def test_another_python_starts_from_nothing(build: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    build("requirements.lock")
    monkeypatch.setattr("sys.version", "3.99")
    assert build("requirements.lock") == ["create", "requirements.lock"]


def test_an_environment_kept_elsewhere_is_left_alone(
    build: Callable[[str], list[str]], environment: Any, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    environment.VENV.symlink_to(tmp_path / "elsewhere")
    assert build("requirements.lock") == []


@pytest.mark.parametrize(
    ("script", "found"),
    [("exit 127", ""), ("case $1 in --version) echo Python 3.9.2;; *) exit 1;; esac", "Trouvé : Python 3.9.2")],
    ids=["none", "too old"],
)
def test_make_says_which_python_it_needs(tmp_path: Path, script: str, found: str) -> None:
    for name in ("python3", *(f"python3.{minor}" for minor in range(11, 15))):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    result = subprocess.run(
        ["make", "env"],
        cwd=CHECKOUT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "Socle a besoin de Python 3.11 ou plus récent" in result.stderr
    assert found in result.stderr

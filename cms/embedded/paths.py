"""Where the embedded services of a checkout keep their files, and as whom they run.

An ordinary user keeps them in `<checkout>/.local/`. PostgreSQL refuses to run as root, so root hands the
services to `nobody`, with their files (and a copy of their programs, which `nobody` might not be able to read
where they are) under `/var/lib/socle/`: a directory of our own, so that nobody else's permissions change.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT_BASE = Path("/var/lib/socle")
UNPRIVILEGED_USER = "nobody"

# A unix socket's address holds 108 bytes on Linux, 104 on macOS, with its final zero; the longest name we put
# in a socket directory is `.s.PGSQL.5432`.
LONGEST_SOCKET_DIRECTORY = 85


class EmbeddedError(Exception):
    """An embedded service cannot do what was asked; the message is in French, for whoever typed the command."""


@dataclass(frozen=True)
class Home:
    """The files of one checkout's embedded services."""

    directory: Path
    owner: pwd.struct_passwd | None
    """The account the services run under; None for the current user."""

    @property
    def tag(self) -> str:
        """Short, stable, different for each checkout."""
        return hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]

    def private_directory(self, path: Path) -> Path:
        """Create `path` if need be, readable by the account of the services only."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.owner:
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        except OSError as error:
            raise EmbeddedError(
                f"Impossible d'écrire dans {path.parent} ({error.strerror}). "
                "Les données de développement ont besoin d'un dossier où l'on peut écrire."
            ) from error
        return path

    def prepare(self) -> None:
        """Create the directory everything is in."""
        if self.owner:
            try:
                # Created one by one: what we create may be crossed by others, what was there is left as it was.
                for directory in (self.directory.parent.parent, self.directory.parent):
                    if not directory.exists():
                        directory.mkdir(exist_ok=True)
                        directory.chmod(0o755)
            except OSError as error:
                raise EmbeddedError(f"Impossible d'écrire dans {self.directory.parent} ({error.strerror}).") from error
        self.private_directory(self.directory)

    def socket_directory(self, name: str) -> Path:
        """Where the service `name` puts its socket: beside its files, or in /tmp when that address would be too long.

        The same at each call, so that the settings can name the socket before the service runs.
        """
        beside = self.directory / name / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
            return beside
        uid = self.owner.pw_uid if self.owner else os.getuid()
        return Path("/tmp") / f"socle-{uid}-{self.tag}-{name}"  # noqa: S108 - checked by make_socket_directory

    def make_socket_directory(self, name: str) -> Path:
        """Create it, and make sure that it is ours: /tmp belongs to everybody."""
        path = self.socket_directory(name)
        try:
            status = path.lstat()
        except FileNotFoundError:
            return self.private_directory(path)
        uid = self.owner.pw_uid if self.owner else os.getuid()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
            raise EmbeddedError(f"Le dossier {path} appartient à un autre compte ou lui est ouvert. Supprimez-le.")
        return path

    def programs(self, name: str, source: Path, parts: tuple[str, ...]) -> Path:
        """A directory holding `parts` of `source`, where the account of the services can run them.

        `name` changes with the version of the programs.
        """
        if self.owner is None:
            return source
        copy = self.directory.parent / "programs" / name
        if not copy.exists():
            copy.parent.mkdir(exist_ok=True)
            copy.parent.chmod(0o755)
            partial = Path(tempfile.mkdtemp(prefix=name, dir=copy.parent))
            try:
                for part in parts:
                    if (source / part).is_dir():
                        shutil.copytree(source / part, partial / part, symlinks=True)
                    else:
                        (partial / part).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy(source / part, partial / part)
                for path in (partial, *partial.rglob("*")):
                    if not path.is_symlink():
                        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
                partial.rename(copy)
            except OSError:
                # Somebody else put it there meanwhile; anything else would leave nothing in place.
                if not copy.exists():
                    raise
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return copy


def home_of(checkout: Path, *, root_base: Path = ROOT_BASE) -> Home:
    """The home of this checkout's services, for the current user."""
    checkout = checkout.resolve()
    if os.geteuid() != 0:
        return Home(checkout / ".local", None)
    tag = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:12]
    return Home(root_base / tag, pwd.getpwnam(UNPRIVILEGED_USER))

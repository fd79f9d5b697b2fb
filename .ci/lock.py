"""Work out the locks from pyproject.toml: pinned by hash, for every platform, with no registry's address."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
LOCKS = {
    "requirements.lock": ["pyproject.toml"],
    "requirements-dev.lock": ["pyproject.toml", "--group", "dev", "--constraint", "requirements.lock"],
    "requirements-node.lock": ["--group", "node"],
}

for name, sources in LOCKS.items():
    subprocess.run(
        [Path(sys.executable).parent / "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes",
         "--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links",
         "--custom-compile-command", "make lock", "--output-file", name, *sources, *sys.argv[1:]],
        cwd=CHECKOUT,
        check=True,
    )  # fmt: skip
    print(name)

"""`manage.py h5p`: one line for each file, whatever the file, in bounded time and memory."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.courses.h5p.packages import h5p_json, library_json, members, packed

ROOT = Path(__file__).resolve().parents[3]
KEYS = {"file", "valid", "main_library", "title", "libraries", "issues"}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_file_has_its_line_and_one_refused_makes_the_command_fail(tmp_path: Path, capsys: Any) -> None:
    good, bad, absent = tmp_path / "bon.h5p", tmp_path / "mauvais.h5p", tmp_path / "absent.h5p"
    good.write_bytes(packed().getvalue())
    bad.write_bytes(packed(members() | {"h5p.json": h5p_json(title="")}).getvalue())

    call_command("h5p", "check", str(good), "--json")
    (line,) = lines(capsys.readouterr().out)
    assert line.keys() == KEYS
    assert (line["valid"], line["main_library"], line["issues"]) == (True, "H5P.Sort 1.2", [])

    with pytest.raises(CommandError) as failure:
        call_command("h5p", "check", str(bad), str(good), str(absent), "--json")
    assert failure.value.returncode == 1
    told = lines(capsys.readouterr().out)
    assert [line["valid"] for line in told] == [False, True, False]
    assert told[0]["issues"] == [
        {
            "code": "invalid-title",
            "message": "Le titre doit compter de 1 à 255 caractères.",
            "path": "h5p.json#title",
            "severity": "error",
        }
    ]
    assert told[2]["issues"][0]["code"] == "cannot-open"
    assert told[2]["issues"][0]["message"] == "Ce fichier ne s'ouvre pas (il n'existe pas)."


@pytest.mark.django_db
def test_what_the_system_refuses_is_said_in_french(tmp_path: Path) -> None:
    for arguments in (["import", str(tmp_path)], ["build", str(tmp_path)]):
        with pytest.raises(CommandError, match="ne s'ouvre pas \\(c'est un dossier\\)"):
            call_command("h5p", *arguments)


def test_people_read_sentences(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "paquet.h5p"
    path.write_bytes(packed(members() | {"content/page.html": b""}).getvalue())
    with pytest.raises(CommandError, match="1 paquet sur 1 refusé"):
        call_command("h5p", "check", str(path), no_color=True)
    assert "✗ Ce type de fichier n'est pas admis dans un contenu H5P. [content/page.html]" in capsys.readouterr().out


# What costs most to read, each within the limits of sizes.
MEASURE = """
import json, re, sys, time
from pathlib import Path
from courses.h5p.engine.validator import check, summary
from tests.courses.h5p.packages import packed
def most():  # resident memory at its highest, in KiB
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
check(packed())
start = most()
for name in sys.argv[1:]:
    began = time.monotonic()
    with open(name, "rb") as file:
        json.dumps(summary(name, check(file, filename=name)))
    print(json.dumps([Path(name).stem, (most() - start) // 1024, time.monotonic() - began]))
"""


def greedy(folder: Path) -> list[Path]:
    values = b'{"items":[' + b"{}," * 99_000 + b"{}]}"
    text = "a<" * 999_000 + "\U0001f600"  # one character that makes each take four bytes
    wide = json.dumps({"title": text, "items": [{"text": text}]}, ensure_ascii=False).encode()[: 2**21 - 99] + b'"}'
    keys = json.dumps({str(at): at / 7 for at in range(70_000)}).encode()
    many = [{"name": str(at), "type": "text"} for at in range(20_000)]
    bad = [{"name": "a", "type": "text", "regexp": {"pattern": "^(a+)+$"}}]
    made: dict[str, dict[str, Any]] = {
        "values": members() | {"content/content.json": values},
        "texts": members() | {"content/content.json": wide},
        "keys": members() | {"content/content.json": keys, "h5p.json": keys, "H5P.Sort-1.2/library.json": keys},
        "libraries": members()
        | {f"H5P.L{at}-1.0/library.json": library_json(f"H5P.L{at}", 1, 0) for at in range(20)}
        | {f"H5P.L{at}-1.0/semantics.json": many for at in range(20)},
        "languages": members() | {f"H5P.Sort-1.2/language/{at}.json": values for at in range(12)},
        "patterns": members() | {"H5P.Sort-1.2/semantics.json": bad, "content/content.json": {"a": "a" * 5_000 + "!"}},
        "names": members() | {f"content/{at}{'n' * 230}.txt": b"" for at in range(9_900)},
        "forbidden": members() | {f"content/{at}.exe": b"" for at in range(9_900)},
    }
    paths = []
    for name, files in made.items():
        paths.append(folder / f"{name}.h5p")
        paths[-1].write_bytes(packed(files, stored=True).getvalue())  # so that nothing looks like a bomb
    large = folder / "large.h5p"
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        block = bytes(range(256)) * 256
        for at in range(4):
            with archive.open(f"content/{at}.txt", "w") as member:
                for turn in range(600):
                    member.write(block[turn % 256 :] + block[: turn % 256])
    return [*paths, large]


def test_no_file_takes_much_memory_nor_much_time(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, greedy(tmp_path))],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    measured = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(measured) == 9
    print(measured)
    for name, mebibytes, seconds in measured:
        assert mebibytes <= 64, (name, mebibytes)
        assert seconds <= 20, (name, seconds)

"""What a package must be: each rule broken gives its code, all broken are told at once, nothing crashes."""

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.h5p.engine.issues import Severity
from courses.h5p.engine.limits import Limits
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.validator import Checked, check, summary
from tests.courses.h5p.packages import PNG, h5p_json, library_json, members, needs, packed

SORT = "H5P.Sort-1.2"
SMALL = Limits(package=2_000_000, file=100_000, total=200_000, entries=30, json=50_000, json_values=2_000)


def codes(checked: Checked, severity: Severity = Severity.ERROR) -> list[str]:
    return [issue.code for issue in checked.issues if issue.severity == severity]


def look(files: dict[str, Any], **options: Any) -> Checked:
    return check(packed(files), filename="paquet.h5p", **options)


def test_a_sound_package_has_nothing_to_say() -> None:
    checked = look(members())
    assert list(checked.issues) == []
    assert summary("paquet.h5p", checked) == {
        "file": "paquet.h5p",
        "valid": True,
        "main_library": "H5P.Sort 1.2",
        "title": "Fait ou interprétation",
        "libraries": ["H5P.Sort 1.2.3", "H5P.Text 1.1.0"],
        "issues": [],
    }
    assert checked.folders[LibraryName("H5P.Sort", 1, 2)] == SORT


SINGLE = {
    "no h5p.json": ({"h5p.json": None}, "missing-file"),
    "h5p.json is no JSON": ({"h5p.json": b"{"}, "invalid-json"),
    "h5p.json is a list": ({"h5p.json": []}, "invalid-h5p-json"),
    "no title": ({"h5p.json": h5p_json(title="")}, "invalid-title"),
    "a title too long": ({"h5p.json": h5p_json(title="x" * 256)}, "invalid-title"),
    "a language that is none": ({"h5p.json": h5p_json(language="français")}, "invalid-language"),
    "an embed type unknown": ({"h5p.json": h5p_json(embedTypes=["popup"])}, "invalid-embed-types"),
    "a main library not declared": ({"h5p.json": h5p_json(mainLibrary="H5P.Other")}, "main-library-undeclared"),
    "a dependency without version": (
        {"h5p.json": h5p_json(preloadedDependencies=[needs("H5P.Sort"), {"machineName": "H5P.Text"}])},
        "invalid-dependency",
    ),
    "no content": ({"content/content.json": None}, "missing-file"),
    "content of NaN": ({"content/content.json": b'{"a": NaN}'}, "invalid-json"),
    "content not in UTF-8": ({"content/content.json": b'{"a": "\xff"}'}, "invalid-json"),
    "content nested too deep": ({"content/content.json": b'{"a":' * 80 + b"1" + b"}" * 80}, "invalid-json"),
    "content nested far too deep": ({"content/content.json": b"[" * 40_000}, "invalid-json"),
    "a NUL in a text": ({"content/content.json": b'{"title": "a\\u0000"}'}, "invalid-json"),
    "half a character": ({"content/content.json": b'{"title": "\\ud800"}'}, "invalid-json"),
    "a page in the content": ({"content/page.html": b"<script>"}, "forbidden-extension"),
    "a drawing in the content": ({"content/images/a.svg": b"<svg>"}, "forbidden-extension"),
    "a program in a library": ({f"{SORT}/run.php": b"<?php"}, "forbidden-extension"),
    "no extension": ({"content/images/a": PNG}, "forbidden-extension"),
    "a page called picture": ({"content/images/photo.png": b"<html><script>alert(1)</script>"}, "wrong-content"),
    "a folder without library.json": ({"misc/readme.txt": b"..."}, "no-library-json"),
    "a folder of another name": ({f"{SORT}/library.json": library_json(minor=3)}, "folder-mismatch"),
    "no machine name": ({f"{SORT}/library.json": library_json(machineName="a b")}, "invalid-library-name"),
    "a key missing": (
        {f"{SORT}/library.json": {k: v for k, v in library_json().items() if k != "runnable"}},
        "missing-key",
    ),
    "a script missing": ({f"{SORT}/play.js": None}, "missing-asset"),
    "a style missing": ({f"{SORT}/play.css": None}, "missing-asset"),
    "semantics that are none": ({f"{SORT}/semantics.json": {}}, "invalid-semantics"),
    "a language that is no JSON": ({f"{SORT}/language/fr.json": b"oui"}, "invalid-json"),
    "a core too new": (
        {f"{SORT}/library.json": library_json(coreApi={"majorVersion": 1, "minorVersion": 29})},
        "core-api-too-new",
    ),
    "a dependency missing": (
        {f"{SORT}/library.json": library_json(preloadedDependencies=[needs("H5P.Absent")])},
        "missing-library",
    ),
    "a dependency of another minor": (
        {f"{SORT}/library.json": library_json(preloadedDependencies=[needs("H5P.Text", 1, 2)])},
        "missing-library",
    ),
    "a dynamic dependency missing": (
        {f"{SORT}/library.json": library_json(dynamicDependencies=[needs("H5P.Absent")])},
        "missing-library",
    ),
    "a main library that does not run": (
        {f"{SORT}/library.json": library_json(runnable=0)},
        "main-library-not-runnable",
    ),
    "two names for one file on some machines": (
        {"content/images/A.png": PNG, "content/images/a.png": PNG},
        "name-collision",
    ),
    "two writings of one accent": (
        {"content/images/\u00e9.png": PNG, "content/images/e\u0301.png": PNG},
        "name-collision",
    ),
    "a file that is a folder too": ({"content/images": b"", "content/images/a.png": PNG}, "name-collision"),
    "a way out": ({"content/../../a.png": PNG}, "unsafe-path"),
    "an absolute path": ({"/etc/a.png": PNG}, "unsafe-path"),
    "a drive": ({"C:/a.png": PNG}, "unsafe-path"),
    "a backslash": ({"content\\a.png": PNG}, "unsafe-path"),
    "a newline in a name": ({"content/a\n.png": PNG}, "unsafe-path"),
    "a path too long": ({"content/" + "a" * 250 + ".png": PNG}, "path-too-long"),
}


@pytest.mark.parametrize("name", SINGLE)
def test_each_rule_broken_has_its_code(name: str) -> None:
    changes, code = SINGLE[name]
    files = {path: value for path, value in (members() | changes).items() if value is not None}
    checked = look(files)
    assert code in codes(checked)
    assert all(issue.message.endswith(".") for issue in checked.issues)


def test_every_problem_is_told_at_once() -> None:
    together = (
        "a way out", "a page in the content", "a page called picture", "a language that is none", "a script missing",
        "a folder of another name", "a folder without library.json", "two names for one file on some machines",
    )  # fmt: skip
    files = members()
    for name in together:
        files |= SINGLE[name][0]
    files["h5p.json"] = h5p_json(title="", language="?", embedTypes=[])
    found = codes(look({path: value for path, value in files.items() if value is not None}))
    assert {SINGLE[name][1] for name in together} <= set(found)
    assert {"invalid-title", "invalid-language", "invalid-embed-types"} <= set(found)


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        (
            {f"{SORT}/library.json": library_json(editorDependencies=[needs("H5PEditor.Nice")])},
            "missing-editor-library",
        ),
        ({"LISEZ-MOI.txt": b"..."}, "ignored"),
    ],
)
def test_what_harms_nobody_is_only_told(changes: dict[str, Any], severity: str) -> None:
    checked = look(members() | changes)
    assert checked.is_valid
    assert severity in codes(checked, Severity.WARNING)


@pytest.mark.parametrize(
    "changes",
    [
        {"__MACOSX/._h5p.json": b"\x00", ".DS_Store": b"\x00", "content/.keep": b"", f"{SORT}/_notes/a.php": b""},
        {"content/images/photo.png": b"\xff\xd8\xff" + bytes(20)},
        {
            f"{SORT}/library.json": library_json(
                patchVersion="3", majorVersion="1", coreApi={"majorVersion": 1, "minorVersion": 28}
            )
        },
        {"h5p.json": h5p_json(license="CC BY", authors=[{"name": "Ève"}], wcag="?")},
        {"content/content.json": b"\xef\xbb\xbf{}"},
    ],
)
def test_what_real_packages_hold_is_accepted(changes: dict[str, Any]) -> None:
    assert list(look(members() | changes).issues) == []


def test_libraries_already_there_need_not_come_along() -> None:
    whole = look(members())
    files = {path: value for path, value in members().items() if not path.startswith("H5P.")}
    assert "missing-library" in codes(look(files))
    assert list(look(files, installed=whole.libraries).issues) == []


def test_the_name_of_the_file_ends_in_h5p() -> None:
    assert codes(check(packed(), filename="paquet.zip")) == ["wrong-extension"]


# Archives


@pytest.mark.parametrize(
    "file", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + bytes(18), b"PK\x05\x06" + b"\xff" * 18]
)
def test_what_is_no_archive_is_said(file: bytes) -> None:
    checked = check(io.BytesIO(file), filename="a.h5p")
    assert not checked.is_valid
    assert {"not-a-zip", "missing-file"} & set(codes(checked))


def archive_of(*entries: tuple[zipfile.ZipInfo, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data)
    file.seek(0)
    return file


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("content/a.txt")
    link.external_attr = 0o120777 << 16
    assert "unsafe-link" in codes(check(archive_of((link, b"/etc/passwd"))))


def test_an_encrypted_member_is_refused() -> None:
    data = bytearray(packed({"content/a.txt": b"..."}, stored=True).getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark) + at
        data[place : place + 2] = struct.pack("<H", 1)
    assert "encrypted" in codes(check(io.BytesIO(bytes(data))))


def test_another_compression_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("content/a.txt", b"..." * 100)
    assert "unknown-compression" in codes(check(file))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_member_twice_is_accepted_two_different_ones_are_not() -> None:
    def twice(first: bytes, second: bytes) -> list[str]:
        file = packed()
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr("content/a.txt", first)
            archive.writestr("content/a.txt", second)
        return codes(check(file))

    assert twice(b"un", b"un") == []
    assert twice(b"un", b"deux") == ["duplicate"]


def test_a_bomb_is_seen_before_it_bursts() -> None:
    assert "bomb" in codes(look(members() | {"content/a.txt": bytes(3_000_000)}))


def test_sizes_and_numbers_have_limits() -> None:
    assert "file-too-large" in codes(look(members() | {"content/a.txt": b"a" * 100_001}, limits=SMALL))
    three = {f"content/{at}.txt": b"a" * 90_000 for at in range(3)}
    assert "total-too-large" in codes(look(members() | three, limits=SMALL))
    many = {f"content/{at}.txt": b"" for at in range(31)}
    assert codes(look(many, limits=SMALL)) == ["too-many-entries"]
    assert codes(check(io.BytesIO(bytes(2_000_001)), limits=SMALL)) == ["package-too-large"]
    values = b"[" + b"0," * 2_001 + b"0]"
    assert "invalid-json" in codes(look(members() | {"content/content.json": values}, limits=SMALL))


def test_the_number_of_members_an_archive_declares_is_not_believed() -> None:
    data = bytearray(packed({f"content/{at}.txt": b"" for at in range(40)}).getvalue())
    end = data.rfind(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<HH", 1, 1)
    assert codes(check(io.BytesIO(bytes(data)), limits=SMALL)) == ["too-many-entries"]


def test_more_than_was_declared_is_never_read() -> None:
    data = bytearray(packed({"content/a.txt": b"a" * 5_000}).getvalue())
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = data.find(mark) + at
        data[place : place + 4] = struct.pack("<L", 10)
    checked = check(io.BytesIO(bytes(data)))
    assert "unreadable" in codes(checked)


def test_a_damaged_member_is_named() -> None:
    data = bytearray(packed(members() | {"content/a.txt": b"a" * 500}, stored=True).getvalue())
    place = data.find(b"a" * 500)
    data[place] = ord("b")
    (issue,) = (one for one in check(io.BytesIO(bytes(data))).issues if one.code == "unreadable")
    assert issue.path == "content/a.txt"


def test_reading_stops_when_it_takes_too_long() -> None:
    assert "too-long" in codes(look(members(), limits=Limits(seconds=0)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_package_damaged_anywhere_never_crashes(data: st.DataObject) -> None:
    whole = bytearray(packed(stored=data.draw(st.booleans())).getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    checked = check(io.BytesIO(bytes(whole[: max(cut, len(whole) // 2)])), filename="a.h5p")
    assert summary("a.h5p", checked)["valid"] == checked.is_valid


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["h5p.json", "content/content.json", f"{SORT}/library.json", f"{SORT}/semantics.json"]), JSON)
def test_any_json_in_any_place_gives_a_report(path: str, value: Any) -> None:
    checked = look(members() | {path: value})
    assert [issue.as_dict()["message"] for issue in checked.issues] == [issue.message for issue in checked.issues]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        sorted(library_json() | {"semantics": 0, "dropLibraryCss": 0, "coreApi": 0, "dynamicDependencies": 0})
    ),
    JSON,
)
def test_any_value_of_any_key_of_a_library_gives_a_report(key: str, value: Any) -> None:
    assert look(members() | {f"{SORT}/library.json": library_json() | {key: value}}).archive is not None

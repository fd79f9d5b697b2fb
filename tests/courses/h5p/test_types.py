"""The content types of our own: sound packages, always the same bytes, every word of them translated."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command

from coordination.demo.activities import load_activities
from courses.h5p.authoring.words import TRANSLATED
from courses.h5p.engine.names import LibraryName
from courses.h5p.engine.results import Policy, default_policy
from courses.h5p.engine.validator import Checked, check
from courses.h5p.models import ContentVersion, Library
from courses.h5p.packaging import LIBRARIES, NotBuilt, build, semantics_of, translation_of
from tests.courses.h5p.test_registry import written

SOURCES = sorted(settings.SOCLE_H5P_SOURCES.glob("*.yaml"))
TYPES = [
    LibraryName("Socle.DialogueGaps", 1, 0),
    LibraryName("Socle.FlipCards", 1, 0),
    LibraryName("Socle.SortStatements", 1, 0),
]
SHORT = """
title: "L'essentiel"
language: en
library: Socle.FlipCards 1.0
params:
  cards:
    - {term: "RSA", definition: "A right"}
"""

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
each_type = pytest.mark.parametrize("name", TYPES, ids=str)


def looked_at(source: Path) -> Checked:
    return check(io.BytesIO(build(source)), filename=f"{source.stem}.h5p")


@each_source
def test_a_package_has_nothing_wrong_nor_anything_to_leave_out(source: Path) -> None:
    checked = looked_at(source)
    assert list(checked.issues) == []
    assert checked.walk is not None
    assert checked.walk.params == checked.params
    assert [str(name) for name in checked.libraries] == ["Socle.Activity 1.0", str(checked.main)]


@each_source
def test_the_same_sources_give_the_same_bytes(source: Path) -> None:
    assert build(source) == build(source)


def test_each_type_has_its_content() -> None:
    assert sorted(checked.main for source in SOURCES if (checked := looked_at(source)).main) == TYPES


@each_type
def test_it_is_done_when_it_says_so(name: LibraryName) -> None:
    assert default_policy(name) is Policy.FINISHED


@each_type
def test_a_language_file_says_every_word_of_the_semantics(name: LibraryName) -> None:
    assert shape(semantics_of(name)) == shape(translation_of(name, "fr"))


@each_type
def test_every_field_that_is_read_is_in_the_semantics(name: LibraryName) -> None:
    """The script reads a member of the parameters, of an item or of the words by its name."""
    script = next((LIBRARIES / name.folder / "js").iterdir()).read_text()
    shared = (LIBRARIES / "Socle.Activity-1.0" / "js" / "activity.js").read_text()
    fields = {field["name"]: field for field in semantics_of(name) or []}
    inner = {group: {one["name"] for one in fields[group]["fields"]} for group in ("behaviour", "l10n")}
    items = {one["name"] for field in fields.values() if field["type"] == "list" for one in field["field"]["fields"]}

    assert set(re.findall(r"\.params\.(\w+)", script + shared)) <= {*fields}
    assert set(re.findall(r"\.params\.behaviour\.(\w+)", script)) == inner["behaviour"]
    said = set(re.findall(r"\bsay\('(\w+)'", script + shared)) | {
        "right",
        "wrong",
        "turn",
        "turnBack",
        "known",
        "review",
    }
    assert inner["l10n"] <= said
    assert set(re.findall(r"\b(?:one|line|gap)\.(\w+)", script)) - {"length"} <= items | {"isBest"}


@each_type
def test_what_the_script_takes_for_granted_is_what_the_semantics_say(name: LibraryName) -> None:
    script = next((LIBRARIES / name.folder / "js").iterdir()).read_text()
    written_in_script = dict(re.findall(r"^ {6}(\w+): '(.*)',?$", script, re.MULTILINE))
    words = next(field for field in semantics_of(name) or [] if field["name"] == "l10n")["fields"]
    assert written_in_script == {field["name"]: field["default"] for field in words}


def test_nothing_leaves_the_host_nor_is_made_of_text() -> None:
    for path in LIBRARIES.rglob("*.js"):
        assert not re.search(
            r"\beval\b|new Function|https?://(?!adlnet\.gov|www\.w3\.org/2000/svg)|XMLHttp|fetch\(", path.read_text()
        )
    for path in LIBRARIES.rglob("*.css"):
        assert not re.search(r"@import|url\(|#[0-9a-f]{3,8}(?![^;]*\))", path.read_text())


def test_what_a_content_does_not_say_is_said_in_its_language(tmp_path: Path) -> None:
    source = tmp_path / "court.yaml"
    source.write_text(SHORT)
    checked = looked_at(source)
    assert (checked.title, checked.params["l10n"]["turn"]) == ("L'essentiel", "Turn the card")
    source.write_text(SHORT.replace("language: en", "language: fr"))
    assert looked_at(source).params["l10n"]["turn"] == "Retourner la carte"


def test_a_question_keeps_its_identifier_when_its_words_and_place_change(tmp_path: Path) -> None:
    source = next(source for source in SOURCES if source.stem == "fait-ou-interpretation")
    changed = tmp_path / source.name
    before, first, second, after = re.split(r"(?m)^(?=    - key: (?:retard|motivation|paroles))", source.read_text())
    changed.write_text(before + second + first.replace("9 h", "10 h") + after)
    former, latter = (
        {one["subContentId"] for one in looked_at(path).params["statements"]} for path in (source, changed)
    )
    assert former == latter


def test_a_content_that_cannot_be_played_as_written_is_not_built(tmp_path: Path) -> None:
    source = tmp_path / "faux.yaml"
    source.write_text(SHORT.replace("FlipCards 1.0", "FlipCards 9.0"))
    with pytest.raises(NotBuilt, match="n'est pas une bibliothèque de cette maison"):
        build(source)
    statement = "{text: Il crie., group: third}"
    source.write_text(
        SHORT.replace("FlipCards", "SortStatements")
        .replace("cards:", "statements:")
        .replace('{term: "RSA", definition: "A right"}', statement)
    )
    with pytest.raises(NotBuilt, match="Ce choix n'existe pas"):
        build(source)


def test_the_command_writes_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("h5p", "build", "--output", str(tmp_path))
    packages = sorted(tmp_path.iterdir())
    assert [path.stem for path in packages] == [source.stem for source in SOURCES]
    capsys.readouterr()
    call_command("h5p", "check", "--json", *map(str, packages))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["valid"], one["issues"]) for one in said] == [(True, [])] * len(SOURCES)


@pytest.mark.django_db
def test_the_demonstration_loads_them_once(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    contents = load_activities()
    assert [*contents] == [source.stem for source in SOURCES]
    assert all(content.alternative and content.current for content in contents.values())
    assert Library.objects.count() == 1 + len(TYPES)

    first, rows = written(tmp_path), [*ContentVersion.objects.values_list("pk", "content__public_id", "number")]
    assert load_activities() == contents
    assert written(tmp_path) == first
    assert [*ContentVersion.objects.values_list("pk", "content__public_id", "number")] == rows


@pytest.mark.django_db
def test_a_changed_activity_makes_a_version_and_lost_files_come_back(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.SOCLE_H5P_SOURCES = tmp_path
    source = tmp_path / "court.yaml"
    source.write_text(SHORT + "alternative: Un mot.\n")
    content = load_activities()["court"]
    script = f"{Library.objects.get(machine_name='Socle.FlipCards').directory}/js/flip-cards.js"
    storages["h5p"].delete(script)
    source.write_text(source.read_text().replace("A right", "A right, not a favour"))

    assert load_activities() == {"court": content}
    content.refresh_from_db()
    assert content.current is not None
    assert (content.current.number, content.versions.count()) == (2, 2)
    assert storages["h5p"].exists(script)


def shape(fields: Any) -> Any:
    """Which words stand in which place of the semantics, or of a language file."""
    return [
        {
            **{
                key: True
                for key in TRANSLATED
                if isinstance(field.get(key), str) and not (key == "default" and is_code(field))
            },
            **{key: shape(field[key]) for key in ("fields", "options") if isinstance(field.get(key), list)},
            **({"field": shape([field["field"]])[0]} if isinstance(field.get("field"), dict) else {}),
        }
        for field in fields
    ]


def is_code(field: dict[str, Any]) -> bool:
    """The default of a choice is one of its values, which nobody reads."""
    return "options" in field


@pytest.mark.django_db
def test_types_are_installed_and_corrected_without_a_content(capsys: Any) -> None:
    call_command("h5p", "install")
    assert [row.name for row in Library.objects.filter(is_runnable=True).order_by("machine_name")] == TYPES
    assert not ContentVersion.objects.exists()
    assert capsys.readouterr().out.count("installée") == len(TYPES) + 1
    call_command("h5p", "install")
    assert "déjà là" in capsys.readouterr().out
    Library.objects.filter(machine_name="Socle.SortStatements").update(patch=0, title="Sort")
    call_command("h5p", "install")
    assert re.findall(r"(\S+) 1\.0\.\d+ : corrigée", capsys.readouterr().out) == ["Socle.SortStatements"]
    assert Library.objects.get(machine_name="Socle.SortStatements").title == "Fait ou interprétation"

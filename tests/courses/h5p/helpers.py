"""Contents imported, registrations opened, and what a player says."""

from typing import Any
from uuid import UUID, uuid4

from courses.h5p.engine.validator import check
from courses.h5p.models import Content, Registration
from courses.h5p.registry import Installed
from courses.h5p.services.registrations import open_registration
from courses.h5p.services.registry import import_content, install_libraries
from courses.h5p.services.versions import put_in_service
from tests.courses.h5p.packages import packed
from tests.courses.h5p.test_results import raw

START = 1_700_000_000_000


def imported(files: dict[str, Any] | None = None, *, replaces: Content | None = None, **values: Any) -> Content:
    """A content of these members, its libraries installed; `values` are fields of the content."""
    checked = check(packed(files), installed=Installed())
    assert checked.is_valid, list(checked.issues)
    install_libraries(checked=checked)
    version = import_content(checked=checked, replaces=replaces)
    content = put_in_service(version=version) if replaces else version.content
    for name, value in values.items():
        setattr(content, name, value)
    content.save()
    return content


def opened(person: Any, content: Content, context: str = "ici") -> Registration:
    return open_registration(person=person, content=content, context=context)


def post(*items: dict[str, Any]) -> dict[str, Any]:
    return {"statements": list(items)}


def item(
    registration: Registration, sequence: int, verb: str = "completed", *, id: UUID | None = None, **values: Any
) -> dict[str, Any]:
    """A statement about the content of a registration, or about its `part`, as the page sends it."""
    iri, part = registration.content.iri, values.get("part")
    values.setdefault("activity", f"{iri}?subContentId={part}" if part else iri)
    if values.pop("is_child", bool(part)):
        values.setdefault("parent", iri)
    said = raw(verb, **values)
    del said["actor"]
    return {"id": str(id or uuid4()), "sequence": START + sequence, "statement": said}

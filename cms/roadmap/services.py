"""What is written on the roadmap."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cms.accounts.models import User
from cms.core.text import fold
from cms.roadmap.enums import EvidenceKind
from cms.roadmap.models import Evidence, Objective, Roadmap, Theme
from cms.roadmap.theme_file import LineError, ThemeFile, ThemeRow, read_theme_file


def record_evidence(
    *,
    person: User,
    themes: Iterable[int],
    kind: EvidenceKind,
    source: str,
    recorded_at: datetime | None = None,
    valid_until: date | None = None,
) -> None:
    """Store one piece of evidence per theme (ids); the same source recorded again changes nothing."""
    Evidence.objects.bulk_create(
        [
            Evidence(
                person=person,
                theme_id=theme,
                kind=kind,
                source=source,
                recorded_at=recorded_at or timezone.now(),
                valid_until=valid_until,
            )
            for theme in sorted(themes)
        ],
        ignore_conflicts=True,
    )


class NoCurrentRoadmap(Exception):
    """There is no roadmap in force to import into."""

    def __str__(self) -> str:
        return "Aucune feuille de route n'est en vigueur : créez-la d'abord dans l'administration."


@dataclass
class ThemeImport:
    """What an import would do, or has done. With errors, nothing is written."""

    created: list[Theme] = field(default_factory=list)
    updated: list[tuple[Theme, list[str]]] = field(default_factory=list)
    unchanged: list[Theme] = field(default_factory=list)
    orphans: list[Theme] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return bool(self.errors)

    @property
    def changes_nothing(self) -> bool:
        return not self.created and not self.updated


def import_themes(*, content: bytes, is_dry_run: bool = False) -> ThemeImport:
    """Bring the themes of the current roadmap up to date from a file, by code, keeping every link.

    All lines are checked before anything is written; one error and nothing is. Themes the file does not
    name are listed as orphans and left alone. Raises UnreadableThemeFile or NoCurrentRoadmap.
    """
    file = read_theme_file(content)
    with transaction.atomic():
        roadmap = Roadmap.objects.select_for_update().filter(is_current=True).first()
        if roadmap is None:
            raise NoCurrentRoadmap
        result = _compare(roadmap, file)
        if not result.is_refused and not is_dry_run:
            for theme in result.created:
                theme.save()
            for theme, fields in result.updated:
                theme.save(update_fields=fields)
    return result


def _compare(roadmap: Roadmap, file: ThemeFile) -> ThemeImport:
    result = ThemeImport(errors=list(file.errors), ignored_columns=file.ignored_columns)
    themes = {theme.code.upper(): theme for theme in roadmap.themes.select_related("objective").in_order()}
    objectives: dict[str, Objective] = {}
    for known in roadmap.objectives.all():
        objectives |= {fold(known.code): known, fold(known.title): known}
    for row in file.rows:
        objective = objectives.get(fold(row.objective)) if row.objective else None
        theme = themes.pop(row.code, None)
        if row.objective and objective is None:
            codes = ", ".join(sorted({known.code for known in objectives.values()}))
            message = f"l'objectif « {row.objective[:60]} » n'existe pas dans cette feuille de route ({codes})."
            result.errors.append(LineError(row.line, message))
        elif theme is None and objective is None:
            result.errors.append(LineError(row.line, f"l'objectif du nouveau thème « {row.code} » manque."))
        elif theme is None:
            result.created.append(_new_theme(roadmap, objective, row))
        elif fields := _update(theme, objective, row):
            result.updated.append((theme, fields))
        else:
            result.unchanged.append(theme)
    # A line in error may have named a theme: what is missing is known only of a file wholly understood.
    result.orphans = [] if result.errors else list(themes.values())
    result.errors.sort(key=lambda error: error.line)
    return result


def _new_theme(roadmap: Roadmap, objective: Objective | None, row: ThemeRow) -> Theme:
    return Theme(
        roadmap=roadmap,
        objective=objective,
        code=row.code,
        title=row.title,
        description=row.description or "",
        order=row.order or 0,
        is_example=row.is_example,
    )


def _update(theme: Theme, objective: Objective | None, row: ThemeRow) -> list[str]:
    """Write a row's values on a theme in memory; return the names of the fields that changed."""
    wanted = {"title": row.title, "is_example": row.is_example}
    if objective is not None:
        wanted["objective"] = objective
    if row.description is not None:
        wanted["description"] = row.description
    if row.order is not None:
        wanted["order"] = row.order
    changed = [name for name, value in wanted.items() if getattr(theme, name) != value]
    for name in changed:
        setattr(theme, name, wanted[name])
    return changed

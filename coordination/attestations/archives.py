"""The PDFs of many credentials in one ZIP, with an index: made by parts, put together at the end."""

import io
import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from certifications.models import Credential
from certifications.querysets import dates_of
from certifications.services.files import pdf_of
from certifications.states import state_of
from coordination.exports import Sheet, csv_chunks
from coordination.models import CredentialJob

INDEX = Sheet(
    "attestations",
    (
        ("Fichier", 0),
        ("Nom", 0),
        ("Prénom", 0),
        ("Employeur", 0),
        ("Attestation", 0),
        ("Formation", 0),
        ("Délivrée le", 0),
        ("Valable jusqu'au", 0),
        ("État", 0),
        ("Numéro", 0),
        ("Empreinte SHA-256", 0),
        ("Ce qui manque", 0),
    ),
)
ROWS = "rows.json"


def folder(job: CredentialJob) -> str:
    return f"attestations/{job.public_id}"


def add_part(job: CredentialJob, batch: list[Credential]) -> None:
    """Write the PDFs of a batch in a part of its own; the same part again when a first try was cut short."""
    rows: list[dict[str, Any]] = []
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as part:
        for credential in batch:
            row = _row(credential)
            rows.append(row)
            if credential.snapshot is None:
                row["missing"] = "Données effacées : il n'y a plus rien à imprimer."
                job.report.setdefault("left_out", []).append([str(credential.pk), "Personne effacée", row["missing"]])
                continue
            row["name"], content = pdf_of(credential)
            part.writestr(str(credential.pk), content)
            row["entry"] = str(credential.pk)
        part.writestr(ROWS, json.dumps(rows))
    name = f"{folder(job)}/{job.done:06d}.part"
    storages["private"].delete(name)
    storages["private"].save(name, ContentFile(buffer.getvalue()))


def assemble(job: CredentialJob) -> None:
    """Put the parts together in the file one downloads; they go once the transaction is committed."""
    with TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_STORED) as archive:
            lines, taken = [], set[str]()
            for part, row in _rows(job):
                line_name = ""
                if entry := row.get("entry"):
                    line_name = _free(row["name"], taken)
                    with part.open(entry) as source, archive.open(line_name, "w") as target:
                        copyfileobj(source, target)
                lines.append([line_name, *row["cells"], row.get("missing", "")])
            text = "".join(csv_chunks(INDEX, lines)).encode()
            archive.writestr("index.csv", text, ZIP_DEFLATED)
        file.seek(0)
        name = f"{folder(job)}/attestations.zip"
        storages["private"].delete(name)
        job.file = storages["private"].save(name, File(file))
    transaction.on_commit(lambda: forget_parts(job), robust=True)


def forget_parts(job: CredentialJob) -> None:
    for name in _parts(job):
        storages["private"].delete(name)


def erased_since(job: CredentialJob) -> bool:
    """Whether somebody in the file was erased after it was made: it is not given any more."""
    gone = {key for key, _name, _why in job.report.get("left_out", [])}
    erased = Credential.objects.filter(pk__in=job.items, snapshot__isnull=True).values_list("pk", flat=True)
    return any(str(pk) not in gone for pk in erased)


def _row(credential: Credential) -> dict[str, Any]:
    said: dict[str, Any] = credential.snapshot or {}
    holder, employer, training = said.get("holder", {}), said.get("employer") or {}, said.get("training", {})
    dates = dates_of(credential)
    cells = [
        holder.get("last_name", ""),
        holder.get("first_name", ""),
        employer.get("name", ""),
        said.get("title", ""),
        training.get("title", ""),
        timezone.localdate(credential.issued_at).isoformat(),
        dates.ends_on.isoformat() if dates.ends_on else "",
        str(state_of(dates, timezone.localdate()).label),
        str(credential.public_id),
        credential.sha256,
    ]
    return {"cells": cells}


def _parts(job: CredentialJob) -> list[str]:
    storage = storages["private"]
    if not storage.exists(folder(job)):
        return []
    names = storage.listdir(folder(job))[1]
    return [f"{folder(job)}/{name}" for name in sorted(names) if name.endswith(".part")]


def _rows(job: CredentialJob) -> Iterator[tuple[ZipFile, dict[str, Any]]]:
    """The rows of every part in order, each with its part, open until the next one is asked for."""
    for name in _parts(job):
        with storages["private"].open(name) as file, ZipFile(file) as part:
            for row in json.loads(part.read(ROWS)):
                yield part, row


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered when another file has it: two people called the same are two files."""
    path, number, free = PurePosixPath(name), 1, name
    while free.lower() in taken:
        number += 1
        free = f"{path.stem}_{number}{path.suffix}"
    taken.add(free.lower())
    return free

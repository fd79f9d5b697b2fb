"""Lists given as files, named by the day."""

from collections.abc import Iterable

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from coordination.exports import Cell, Sheet, csv_chunks, xlsx_file


def as_csv(sheet: Sheet, lines: Iterable[list[Cell]]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        csv_chunks(sheet, lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_name(sheet, "csv")}"'},
    )


def as_xlsx(sheet: Sheet, lines: Iterable[list[Cell]]) -> FileResponse:
    return FileResponse(xlsx_file(sheet, lines), as_attachment=True, filename=_name(sheet, "xlsx"))


def _name(sheet: Sheet, extension: str) -> str:
    return f"{sheet.title.lower()}-{timezone.localdate().isoformat()}.{extension}"

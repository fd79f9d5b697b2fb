"""A session as a file for calendars (iCalendar, RFC 5545): one event for each half-day. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime

from courses.sessions.models import HalfDay, TrainingSession

LONGEST_LINE = 75


def calendar_of(session: TrainingSession, *, address: str, host: str, stamp: datetime) -> str:
    """Return the file. A session cancelled says so of the same events, which calendars then strike out."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Socle//Seances//FR",
        f"METHOD:{'CANCEL' if session.is_cancelled else 'PUBLISH'}",
    ]
    for half in session.halves:
        lines += _event(session, half, address=address, host=host, stamp=stamp)
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _event(session: TrainingSession, half: HalfDay, *, address: str, host: str, stamp: datetime) -> list[str]:
    place = session.link if session.mode == "classe_virtuelle" else " ".join(session.place.split())
    where = ", ".join(part for part in (half.room, place) if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{session.public_id}-{half.on:%Y%m%d}-{half.part}@{host}",
        f"DTSTAMP:{_utc(stamp)}",
        f"SEQUENCE:{int(stamp.timestamp())}",
        f"DTSTART:{_utc(half.begins)}",
        f"DTEND:{_utc(half.ends)}",
        f"SUMMARY:{_escaped(session.title)}",
        f"LOCATION:{_escaped(where)}",
        f"DESCRIPTION:{_escaped(address)}",
        f"STATUS:{'CANCELLED' if session.is_cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> Iterator[str]:
    """No line is longer than 75 octets; the rest follows on lines that begin with a space."""
    part, size, room = "", 0, LONGEST_LINE
    for char in line:
        width = len(char.encode())
        if size + width > room:
            yield part
            part, size, room = " ", 1, LONGEST_LINE
        part, size = part + char, size + width
    yield part

"""The findings that are one cause: the first of them is told whole, the others in a line each below it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.campaign.causes import Cause
from harness.campaign.gather import Report
from harness.record.result import Finding
from harness.report.escape import escape
from harness.report.findings import finding_text
from harness.report.numbers import counted

MOST_FACES = 20
"""Lines of them; ``result.json`` has all."""
MOST_MESSAGE = 120
"""Characters of a face's message."""


def cause_text(report: Report, cause: Cause, width: int = 100) -> str:
    """The first face whole, then the others; escaped."""
    first = cause.faces[0]
    lines = [finding_text(first, width, report.windows(first))]
    if len(cause.faces) > 1:
        lines += [f"  {counted(len(cause.faces), 'finding')} of this cause: {escape(cause.why)}"]
        lines += [f"    {line}" for line in others(cause)]
    return "\n".join(lines)


def others(cause: Cause, most: int = MOST_FACES) -> Iterator[str]:
    """The faces behind the first, a line each, escaped."""
    yield from map(face_line, cause.faces[1 : most + 1])
    if (left := len(cause.faces) - 1 - most) > 0:
        yield f"and {counted(left, 'more finding')}"


def face_line(face: Finding) -> str:
    """What it is, where, its id, and what was seen."""
    message = " ".join(escape(face.message).split())
    short = message if len(message) <= MOST_MESSAGE else message[: MOST_MESSAGE - 1] + "…"
    return (
        f"{'' if face.known else 'NEW '}{face.kind} in {escape(face.scenario)} [{escape(face.id)}]: {short}"
    )

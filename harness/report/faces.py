"""The findings that are one cause: the first of them is told whole, the others in a line each below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.campaign.causes import Cause
from harness.campaign.gather import Report
from harness.record.result import Finding
from harness.report.escape import escape
from harness.report.findings import finding_text
from harness.report.numbers import counted

MOST_FACES = 20
"""Lines of them; ``result.json`` has all."""
MOST_NAMES = 3
"""Findings that are named in a line of several."""
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


def in_short(causes: Sequence[Cause]) -> Iterator[str]:
    """Causes of the same kind in the same scenario on a line each, escaped, in the order in which they come."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for face in (cause.faces[0] for cause in causes):
        status = f"known ({face.known})" if face.known else "NEW"
        groups.setdefault((status, face.kind, face.scenario), []).append(face)
    for (status, kind, scenario), same in groups.items():
        names = [f"{escape(one.where)} [{escape(one.id)}]" for one in same[:MOST_NAMES]]
        more = f" and {len(same) - MOST_NAMES} more" if len(same) > MOST_NAMES else ""
        yield f"{escape(status)} {kind} in {escape(scenario)}: {', '.join(names)}{more}"


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

"""The table: a build a line, a detector a column; it lines up in a terminal and is Markdown, too."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from measure.comparison.record import Record, Result


def render(record: Record) -> str:
    """The table, what each column ran, and why a tool could not run."""
    names = list(record.detectors)
    rows = [["build", *(str(record.detectors[name]["title"]) for name in names)]]
    rows += [
        [build, *(_cell(_of(record, name, build), record.seconds) for name in names)]
        for build in record.builds
    ]
    rows.append(["detected", *(_total(record, name) for name in names)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([*lines, "", *_notes(record)]) + "\n"


def _of(record: Record, detector: str, build: str) -> list[Result]:
    return [one for one in record.results if (one.detector, one.build) == (detector, build)]


def _cell(results: Sequence[Result], seconds: float) -> str:
    if not results:
        return "not measured"
    ran = [one for one in results if one.outcome != "cannot run"]
    if not ran:
        return "cannot run"
    seen = [one for one in ran if one.outcome == "detected"]
    if not seen:
        return f"not in {seconds:g} s" + (f" ({len(ran)} times)" if len(ran) > 1 else "")
    when = f"{median(one.elapsed_s for one in seen):.1f} s: {_how(seen)}"
    return f"{len(seen)} of {len(ran)}, {when}" if len(ran) > 1 else when


def _how(seen: Sequence[Result]) -> str:
    every = dict.fromkeys(
        f"{one.how} ({one.detail})" if one.how == "crash" and one.detail else one.how for one in seen
    )
    return ", ".join(every)


def _total(record: Record, detector: str) -> str:
    ran = {one.build for one in record.results if one.detector == detector and one.outcome != "cannot run"}
    seen = {one.build for one in record.results if one.detector == detector and one.outcome == "detected"}
    return f"{len(seen)} of {len(ran)} builds"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _notes(record: Record) -> list[str]:
    times = f", {record.repeat} times" if record.repeat > 1 else ""
    notes = [
        f"Each for at most {record.seconds:g} s{times}, on {record.cpus} CPUs; ended at the first detection."
    ]
    notes += [
        f"{described['title']}: {', '.join(described['uses'])}."
        for described in record.detectors.values()
        if described["uses"]
    ]
    reasons = dict.fromkeys(
        (one.detector, one.detail) for one in record.results if one.outcome == "cannot run"
    )
    notes += [f"{record.detectors[name]['title']} cannot run: {reason}" for name, reason in reasons]
    return notes

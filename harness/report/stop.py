"""A sweep's finding: where one thread stood, what the other did there, and what each of them read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from harness.kernel.event_types import PointData, StopData
from harness.record.coverage import PairCoverage, Window, variant_of
from harness.record.result import Finding
from harness.report.coverage import ran, variant, window_text
from harness.report.escape import escape
from harness.report.numbers import counted

WIDTH = 96
"""Columns of the terminal that a history uses at most: a report indents what it shows by four."""
MOST_WINDOWS = 4

Step = Sequence[str]
"""Thread, operation, and what it gave."""


def stop_of(finding: Finding) -> StopData | None:
    """What a sweep recorded with it; None where it was seen by chance."""
    return finding.details.get("sweep")


def stop_facts(stop: StopData, windows: Sequence[tuple[PairCoverage, Window]] = ()) -> list[tuple[str, str]]:
    """Labels and what stands behind them, of one line or several; not escaped."""
    facts = [("A stopped", _stopped(stop["a"], stop.get("point")))]
    if "point" in stop:
        facts.append(("A stood in", _where(stop["point"])))
    if "other" in stop:
        facts.append(("B stopped", _stopped(stop["b"], stop["other"])))
        facts.append(("B stood in", _where(stop["other"])))
    else:
        facts.append(("B meanwhile", f"{stop['b']} {ran(variant_of(stop))}"))
    facts.append(("replayed", str(stop["replayed"])))
    if windows:
        facts.append(("window", "\n".join(_windows(stop, windows))))
    return facts


def stop_columns(stop: StopData) -> str:
    """The replay as a history, a column a thread, time downwards; escaped. Empty where none showed it.

    What a thread does when neither is stopped any more stands beside what the other does then, whichever came first.
    """
    steps: Sequence[Step] = stop.get("steps") or ()
    if not steps:
        return ""
    ours, theirs = ([step for step in steps if step[0] == thread] for thread in ("A", "B"))
    mine = ours.pop(0) if ours and ours[0][1] == stop["a"] else None
    rows = [(f"┌ {stop['a']}", "")]
    if "other" in stop:
        other = theirs.pop(0) if theirs and theirs[0][1] == stop["b"] else None
        rows += [("│", f"┌ {stop['b']}"), (_returned(mine), "│"), ("", _returned(other))]
    else:
        inside = _inside(theirs, stop["b"], stop["turns"])
        rows += [("│", _whole(step)) for step in theirs[:inside]]
        rows.append((_returned(mine), ""))
        theirs = theirs[inside:]
    rows += zip_longest(map(_whole, ours), map(_whole, theirs), fillvalue="")
    shown = [("A", "B"), *((escape(left), escape(right)) for left, right in rows)]
    width = min(WIDTH // 2, 2 + max(len(left) for left, _ in shown))
    return "\n".join(
        f"{_cut(left, width):<{width}}{_cut(right, WIDTH - width)}".rstrip() for left, right in shown
    )


def _stopped(operation: str, point: PointData | None) -> str:
    if point is None:
        return f"{operation}, at no point: it showed while nothing was stopped"
    instruction = point["instruction"] or f"address {point['address']:#x}"
    again = f", occurrence {point['occurrence']}" if point["occurrence"] > 1 else ""
    return f"{operation}, in front of: {instruction}{again}"


def _where(point: PointData) -> str:
    """The chain of what was inlined and called, innermost first."""
    calls = [str(one) for one in point["calls"]]
    first, *outer = [str(one) for one in point.get("places") or calls[-1:] or [f"{point['address']:#x}"]]
    callers = f"called by {', '.join(reversed(calls[:-1]))}" if calls[1:] else ""
    return "\n".join(filter(None, [first, *(f"inlined in {one}" for one in outer), callers]))


def _windows(stop: StopData, windows: Sequence[tuple[PairCoverage, Window]]) -> list[str]:
    """Those of its own pair first; the others say of which they are."""
    told = []
    for pair, window in windows[:MOST_WINDOWS]:
        own = pair.variant == variant_of(stop)
        told.append(window_text(window) + ("" if own else f" ({pair.a} stopped, {pair.b} {variant(pair)})"))
    more = len(windows) - len(told)
    return told + ([f"and {counted(more, 'more window')}"] if more else [])


def _inside(steps: Sequence[Step], operation: str, turns: int) -> int:
    """How many of B's steps end with the last of its turns: what it did while A stood still."""
    ends = [number for number, step in enumerate(steps, 1) if step[1] == operation]
    return ends[min(turns, len(ends)) - 1] if ends else 0


def _returned(step: Step | None) -> str:
    return f"└ {step[2]}" if step else "└"


def _whole(step: Step) -> str:
    return f"{step[1]} → {step[2]}"


def _cut(text: str, width: int) -> str:
    return text if len(text) < width else text[: width - 2] + "…"

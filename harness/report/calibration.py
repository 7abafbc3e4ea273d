"""A calibration as tables for a terminal, as markdown for ``docs/calibration.md``, and as a chart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from html import escape as escape_html
from statistics import median

from rich.table import Table

from harness.record.calibration import BASE, Calibration
from harness.record.statistics import wilson
from harness.report.numbers import counted, duration

FAULT_COLUMNS = ("fault", "detected", "95 %", "median", "worst", "by")
AREA_COLUMNS = ("area", "faults", "detected", "share")
AMPLIFIER_COLUMNS = ("amplifier", "value", "trials", "hits", "hits per trial")


WORDS = ("fault", "by", "area", "amplifier")
"""The columns of words: these are set to the left."""
Rows = Iterator[tuple[str, ...]]


def tables(calibration: Calibration) -> Iterator[Table | str]:
    """The tables and the closing sentences, for a terminal."""
    for columns, rows in _all_rows(calibration):
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column, justify="left" if column in WORDS else "right")
        for row in rows:
            table.add_row(*row)
        yield table
        yield ""
    yield from sentences(calibration)


def markdown(calibration: Calibration) -> str:
    """The same as markdown."""
    lines: list[str] = []
    for columns, rows in _all_rows(calibration):
        lines += [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines.append("")
    return "\n".join([*lines, *sentences(calibration)]) + "\n"


def _all_rows(calibration: Calibration) -> Iterator[tuple[tuple[str, ...], Rows]]:
    yield FAULT_COLUMNS, fault_rows(calibration)
    if calibration.areas:
        yield AREA_COLUMNS, area_rows(calibration)
    yield AMPLIFIER_COLUMNS, amplifier_rows(calibration)


def fault_rows(calibration: Calibration) -> Rows:
    """A row a fault, under ``FAULT_COLUMNS``."""
    for fault in calibration.guarantees:
        runs, hits = calibration.of(fault), calibration.detections(fault)
        if not runs:
            continue
        low, high = wilson(len(hits), len(runs))
        times = [hit.at_s for hit in hits]
        by = Counter(hit.scenario.rpartition(".")[2] for hit in hits).most_common()
        yield (
            fault,
            f"{len(hits)} of {len(runs)}",
            f"{low * 100:.0f} to {high * 100:.0f} %",
            duration(median(times)) if times else "-",
            duration(max(times)) if times else "-",
            ", ".join(f"{name} {number}" for name, number in by[:3]) + (" …" if len(by) > 3 else ""),
        )


def area_rows(calibration: Calibration) -> Rows:
    """A row an area, under ``AREA_COLUMNS``."""
    for area, (every, detected) in calibration.per_area().items():
        yield area, str(every), str(detected), f"{detected / every * 100:.0f} %"


def amplifier_rows(calibration: Calibration) -> Rows:
    """A row an amplifier and value, under ``AMPLIFIER_COLUMNS``."""
    for name, values in calibration.per_amplifier().items():
        for value, (trials, hits) in values.items():
            yield name, str(value), str(trials), str(hits), f"{hits / trials:.2f}"


def sentences(calibration: Calibration) -> Iterator[str]:
    """What there is to say beside the tables: misses, false alarms, what was run on."""
    middle = calibration.median_s()
    if middle is not None:
        yield f"Median time to a detection over all faults: {duration(middle)}."
    if missed := calibration.missed():
        yield f"Not detected: {', '.join(missed)}."
    base = calibration.of(BASE)
    samples, stores = sum(run.samples for run in base), sum(run.stores for run in base)
    alarms = calibration.false_alarms()
    yield (
        f"False alarms on the base: {len(alarms)} in {counted(len(base), 'run')}"
        f" ({counted(samples, 'sample')}, {counted(stores, 'store')})."
    )
    alone, runs = calibration.by_chance()
    if runs:
        yield (
            f"Runs of pairs on the base that would have been a detection, for they showed what no other did: {alone}"
            f" of {runs}."
        )
    for run in alarms:
        yield f"- seed {run.seed}, exit {run.exit_status}: {run.hit.signature if run.hit else run.message}"
    for fault, why in calibration.invisible.items():
        yield f"Not counted: {fault}: {why}"
    for fault, where in calibration.not_applicable.items():
        yield f"Not applicable: {fault}: {where}"
    if calibration.base:
        yield f"Made from {calibration.base}."
    yield f"{calibration.machine}; each run had {calibration.cores} cores and at most {calibration.limit_s:g} s."


ROW = 22
LEFT = 260
WIDTH = 640
HIGH = 200
# Every rule names the picture: inside a page, its style sheet is the page's.
_STYLE = (
    ".calibration text{fill:#222}.calibration .l{stroke:#ccc}.calibration .d{fill:#1565c0;fill-opacity:.6}"
    ".calibration .m{stroke:#c62828;stroke-width:2}.calibration .c{fill:none;stroke:#1565c0;stroke-width:2}"
    "@media screen and (prefers-color-scheme:dark){.calibration text{fill:#ddd}.calibration .l{stroke:#555}"
    ".calibration .d{fill:#90caf9}.calibration .m{stroke:#ef9a9a}.calibration .c{stroke:#90caf9}}"
)


def chart(calibration: Calibration) -> str:
    """Time to detection as an SVG: a row a fault, a dot a run, a cross where it was not detected within the limit."""
    faults = list(calibration.guarantees)
    limit = calibration.limit_s
    height = ROW * (len(faults) + 2)
    parts = [*_begun(height, limit, "Seconds to detection, by fault")]
    for row, fault in enumerate(faults, 1):
        y = ROW * row + ROW * 0.7
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{escape_html(fault)}</text>')
        hits = calibration.detections(fault)
        parts += [f'<circle class="d" cx="{_x(hit.at_s, limit):.1f}" cy="{y:.1f}" r="5"/>' for hit in hits]
        if len(hits) < len(calibration.of(fault)):
            end = _x(limit, limit)
            parts.append(
                f'<path class="m" d="M{end - 5:.1f},{y - 5:.1f}l10,10m0,-10l-10,10">'
                "<title>not detected</title></path>"
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def curve(calibration: Calibration) -> str:
    """Detection over time as an SVG: which share of the runs had detected their fault after so many seconds."""
    limit = calibration.limit_s
    runs = sum(len(calibration.of(fault)) for fault in calibration.guarantees)
    times = sorted(hit.at_s for fault in calibration.guarantees for hit in calibration.detections(fault))

    def y(found: int) -> float:
        return ROW + HIGH * (1 - found / max(1, runs))

    parts = [*_begun(ROW * 1.5 + HIGH, limit, "Share of the runs that had detected their fault, over time")]
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        level = y(0) + (y(runs) - y(0)) * share
        parts.append(f'<line class="l" x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{level:.1f}" y2="{level:.1f}"/>')
        parts.append(
            f'<text x="{LEFT - 12}" y="{level + 4:.1f}" text-anchor="end">{share * 100:.0f} %</text>'
        )
    steps = "".join(f"H{_x(at_s, limit):.1f}V{y(found):.1f}" for found, at_s in enumerate(times, 1))
    parts.append(f'<path class="c" d="M{LEFT},{y(0):.1f}{steps}H{LEFT + WIDTH}"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(seconds: float, limit: float) -> float:
    # A square root: what is found within a second and what takes a minute are both to be seen.
    return LEFT + WIDTH * math.sqrt(min(1.0, seconds / limit))


def _begun(height: float, limit: float, title: str) -> Iterator[str]:
    """A picture's beginning, with an axis of seconds."""
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 30} {height:g}"'
        ' font-family="sans-serif" font-size="13" class="calibration">'
    )
    yield f"<style>{_STYLE}</style>"
    yield f"<title>{title}</title>"
    for tick in sorted({0.0, 1.0, 5.0, limit / 4, limit / 2, limit}):
        if tick <= limit:
            at = _x(tick, limit)
            yield f'<line class="l" x1="{at:.1f}" x2="{at:.1f}" y1="{ROW}" y2="{height:g}"/>'
            yield f'<text x="{at:.1f}" y="{ROW - 7}" text-anchor="middle">{tick:g} s</text>'

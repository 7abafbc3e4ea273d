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
AMPLIFIER_COLUMNS = ("amplifier", "value", "trials", "hits", "hits per trial")


def tables(calibration: Calibration) -> Iterator[Table | str]:
    """The tables and the closing sentences, for a terminal."""
    for columns, rows in (
        (FAULT_COLUMNS, fault_rows(calibration)),
        (AMPLIFIER_COLUMNS, amplifier_rows(calibration)),
    ):
        table = Table(box=None, pad_edge=False)
        for column in columns:
            table.add_column(column, justify="left" if column in ("fault", "by", "amplifier") else "right")
        for row in rows:
            table.add_row(*row)
        yield table
        yield ""
    yield from sentences(calibration)


def markdown(calibration: Calibration) -> str:
    """The same as markdown."""
    lines: list[str] = []
    for columns, rows in (
        (FAULT_COLUMNS, fault_rows(calibration)),
        (AMPLIFIER_COLUMNS, amplifier_rows(calibration)),
    ):
        lines += [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines.append("")
    return "\n".join([*lines, *sentences(calibration)]) + "\n"


def fault_rows(calibration: Calibration) -> Iterator[tuple[str, ...]]:
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


def amplifier_rows(calibration: Calibration) -> Iterator[tuple[str, ...]]:
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
# Every rule names the picture: inside a page, its style sheet is the page's.
_STYLE = (
    ".calibration text{fill:#222}.calibration .l{stroke:#ccc}.calibration .d{fill:#1565c0;fill-opacity:.6}"
    ".calibration .m{stroke:#c62828;stroke-width:2}"
    "@media screen and (prefers-color-scheme:dark){.calibration text{fill:#ddd}.calibration .l{stroke:#555}"
    ".calibration .d{fill:#90caf9}.calibration .m{stroke:#ef9a9a}}"
)


def chart(calibration: Calibration) -> str:
    """Time to detection as an SVG: a row a fault, a dot a run, a cross where it was not detected within the limit."""
    faults = list(calibration.guarantees)
    height = ROW * (len(faults) + 2)
    limit = calibration.limit_s

    def x(seconds: float) -> float:
        # A square root: what is found within a second and what takes a minute are both to be seen.
        return LEFT + WIDTH * math.sqrt(min(1.0, seconds / limit))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 30} {height}"'
        ' font-family="sans-serif" font-size="13" class="calibration">',
        f"<style>{_STYLE}</style>",
        "<title>Seconds to detection, by seeded fault</title>",
    ]
    for tick in sorted({0.0, 1.0, 5.0, limit / 4, limit / 2, limit}):
        if tick <= limit:
            parts.append(f'<line class="l" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{ROW}" y2="{height}"/>')
            parts.append(f'<text x="{x(tick):.1f}" y="{ROW - 7}" text-anchor="middle">{tick:g} s</text>')
    for row, fault in enumerate(faults, 1):
        y = ROW * row + ROW * 0.7
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{escape_html(fault)}</text>')
        hits = calibration.detections(fault)
        parts += [f'<circle class="d" cx="{x(hit.at_s):.1f}" cy="{y:.1f}" r="5"/>' for hit in hits]
        if len(hits) < len(calibration.of(fault)):
            end = x(limit)
            parts.append(
                f'<path class="m" d="M{end - 5:.1f},{y - 5:.1f}l10,10m0,-10l-10,10">'
                "<title>not detected</title></path>"
            )
    return "\n".join([*parts, "</svg>"]) + "\n"

"""The report as markdown: a CI job's summary, and a failure comment to paste, in the shape that CPython's bot posts.

One text serves as both: what failed stands on top, tables are short, what is long is folded. It stays below the size
that a comment may have. What came from a target stands in code only: there it is no markup, mentions nobody, links
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from harness.campaign.causes import Cause
from harness.campaign.gather import Campaign, Report, summed
from harness.campaign.plan import STRESS, SWEEP
from harness.record.coverage import PairCoverage
from harness.record.result import ScenarioResult
from harness.report.cases import cases
from harness.report.coverage import COLUMNS, counts, sentences, variant
from harness.report.escape import escape
from harness.report.faces import cause_text
from harness.report.idle import NOT_DRAWN, NOT_DRIVEN, first, not_drawn, not_driven, tried, unexercised
from harness.report.numbers import counted, duration, percent, rate, short
from harness.report.text import notices
from harness.report.verdict import report_verdict

MOST_CHARACTERS = 60_000
"""A comment on GitHub may have 65,536."""
FOR_ONE = 6_000
"""Characters of one finding that is told whole."""
ROOM_FOR_SCENARIOS = 10_000
"""Characters of the table of those that showed nothing, where findings would take it all."""
MOST_LINES = 25
"""Of a list, or of the first table."""
MOST_MESSAGE = 300
"""Characters of a message in a list or a table."""
HEADER = (
    "| scenario | rounds | samples | overlap | cache live | verdict | bound |",
    "|---|---:|---:|---:|---:|---|---:|",
)
SWEPT_HEADER = (
    f"| scenario | {' | '.join(name for name, _ in COLUMNS)} | verdict |",
    f"|---|{'---:|' * len(COLUMNS)}---|",
)
PAIR_HEADER = (
    f"| scenario | A, stopped | B, run there | {' | '.join(name for name, _ in COLUMNS)} |",
    f"|---|---|---|{'---:|' * len(COLUMNS)}",
)
CAUSES_HEADER = ("| cause | severity | known | findings | one because |", "|---|---|---|---|---|")
MOST_TITLE = 160
"""Characters of a cause in that table."""
MOST_IDS = 4
FRAME = 500
"""Characters of what stands around folded blocks."""
PIPE = "\\|"
NAMES = re.compile(r"[^\s,;:()]*[_*<>|\[][^\s,;:()]*")


def render(report: Report) -> str:
    """The whole text, at most ``MOST_CHARACTERS``: what does not fit is counted."""
    lines = [f"## ftstress: {_plain(report_verdict(report))}", "", *_facts(report), "", *_failed(report)]
    lines += _causes(report)
    lines += ["Summary of the results:", "", *_summary(report)]
    room = MOST_CHARACTERS - len("\n".join(lines))
    findings = _tracebacks(report, room - ROOM_FOR_SCENARIOS)
    lines += findings
    lines += _others(report, room - len("\n".join(findings)))
    lines += _pairs(report, MOST_CHARACTERS - len("\n".join(lines)) - 1)
    return "\n".join(lines) + "\n"


def code(text: str, most: int = MOST_MESSAGE) -> str:
    """A code span: between more backticks than the text has in a row, on one line."""
    line = _cut(" ".join(text.split()), most)
    ticks = "`" * (_longest_run(line) + 1)
    edge = " " if line[:1] in ("`", "") or line[-1:] in ("`", "") else ""
    return f"{ticks}{edge}{line}{edge}{ticks}"


def prose(text: str, most: int = MOST_MESSAGE) -> str:
    """A sentence of ours, cut: names in it are code, else markdown would take their underscores for its own."""
    parts = _cut(" ".join(text.split()), most).split("`")
    parts[::2] = [NAMES.sub(lambda match: code(match[0]), part) for part in parts[::2]]
    return "`".join(parts) + "`" * (len(parts) % 2 == 0)


def cause_line(cause: Cause, most: int) -> str:
    """What a cause is headed by. The known-issue list says it in words of ours; else it is a target's."""
    return prose(cause.title, most) if cause.issues else code(escape(cause.title), most)


def fenced(text: str, language: str = "python-traceback") -> str:
    """A code block; the fence is longer than any run of backticks in the text."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _facts(report: Report) -> Iterator[str]:
    for one in report.campaigns[:MOST_LINES]:
        result = one.result
        amount = f"{counted(result.totals.trials, 'trial')} in {duration(result.elapsed_s)}"
        yield f"- builder: {code(_builder(one))}, revision {code(_revision(one))}"
        yield f"  (campaign {code(escape(one.name))}, seed {result.seed}, {amount})"
    yield from _more(len(report.campaigns), "campaign")


def _builder(one: Campaign) -> str:
    target = one.result.target
    return escape(f"{target.title}, {target.platform}, {target.compiler}")


def _revision(one: Campaign) -> str:
    target = one.result.target
    return escape(target.commit or f"{target.version}, as released")


def _failed(report: Report) -> Iterator[str]:
    failed = [case for case in cases(report) if case.outcome == "failed"]
    if not failed:
        return
    yield from ("Failed tests:", "")
    yield from _list([code(case.id) for case in failed], "test")
    yield from ("", "Failed subtests:", "")
    yield from _list([f"{code(case.id)} - {code(case.message)}" for case in failed], "subtest")
    yield ""


def _causes(report: Report) -> Iterator[str]:
    """A row a cause."""
    if not report.causes:
        return
    yield from CAUSES_HEADER
    for cause in report.causes[:MOST_LINES]:
        ids = [face.id for face in cause.faces]
        left = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
        yield table_row(
            cause_line(cause, MOST_TITLE),
            cause.severity,
            ", ".join(map(code, cause.known)) or "NEW",
            ", ".join(code(escape(id)) for id in ids[:MOST_IDS]) + left,
            cause.why,
        )
    yield ""
    yield from _more(len(report.causes), "cause")
    yield ""


def _summary(report: Report) -> Iterator[str]:
    """What showed something, in a table; of the rest how much there is."""
    for header, rows in _tables(report, lambda one: bool(one.findings)):
        yield from header
        yield from rows[:MOST_LINES]
        yield ""
        yield from _more(len(rows), "scenario")
    for sentence in sentences(report):
        yield from (sentence, "")
    if quiet := sum(one.verdict == "not observed" for one in report.scenarios):
        yield f"- not observed: {counted(quiet, 'scenario')}"
    reasons = [
        f"{verdict}: {counted(len(names), 'scenario')}: {code(escape(reason))}"
        f" ({first([code(escape(name)) for name in names])})"
        for verdict, reason, names in unexercised(report.scenarios)
    ]
    reasons += [
        f"{NOT_DRAWN}: {code(', '.join(names))}: {_plain(reason)}" for reason, names in not_drawn(report)
    ]
    reasons += [
        f"{NOT_DRIVEN}: {code(', '.join(names))}: {_plain(reason)}" for reason, names in not_driven(report)
    ]
    yield from _list(reasons, "reason")
    yield from _list([code(notice) for notice in notices(report)], "notice")
    yield ""


def _tables(
    report: Report, wanted: Callable[[ScenarioResult], bool]
) -> Iterator[tuple[Sequence[str], list[str]]]:
    """Header and rows of the scenarios that are wanted, of those tried: of those raced, of those swept."""
    coverage = report.coverage
    for kind, header in ((STRESS, HEADER), (SWEEP, SWEPT_HEADER)):
        shown = [one for one in tried(summed(report.of_kind(kind))) if wanted(one)]
        if shown:
            yield (
                header,
                [_row(one) if kind == STRESS else _swept(one, coverage.get(one.name, ())) for one in shown],
            )


def _row(one: ScenarioResult) -> str:
    return table_row(
        code(escape(one.name)),
        short(one.rounds),
        short(one.samples),
        percent(one.overlap),
        percent(one.cache_live),
        _verdict(one),
        rate(one.bound_95),
    )


def _swept(one: ScenarioResult, pairs: Sequence[PairCoverage]) -> str:
    return table_row(code(escape(one.name)), *map(short, counts(pairs)), _verdict(one))


def _verdict(one: ScenarioResult) -> str:
    return one.verdict + (f": {code(escape(one.reason))}" if one.reason else "")


def table_row(*cells: str) -> str:
    """Of cells that are markdown already."""
    # Inside a table a bar ends the cell, also in code; escaped it does not, and is shown without its backslash.
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def _tracebacks(report: Report, room: int) -> list[str]:
    """A block a cause, what counts first, of that the gravest."""
    blocks = [fenced(_whole(report, cause)) for cause in report.causes]
    return _folded("Click to see traceback logs", [], blocks, "cause", room)


def _others(report: Report, room: int) -> list[str]:
    """The scenarios that showed nothing."""
    lines: list[str] = []
    for header, rows in _tables(report, lambda one: not one.findings):
        folded = _folded("Scenarios that showed nothing", header, rows, "scenario", room)
        room -= len("\n".join(folded))
        lines += folded
    return lines


def _pairs(report: Report, room: int) -> list[str]:
    """What was swept, pair by pair."""
    rows = [
        table_row(
            code(escape(scenario)),
            code(escape(pair.a)),
            f"{code(escape(pair.b))} {variant(pair)}",
            *map(str, counts([pair])),
        )
        for scenario, pairs in report.coverage.items()
        for pair in pairs
    ]
    return _folded("Coverage, pair by pair", PAIR_HEADER, rows, "pair", room)


def _folded(title: str, before: Sequence[str], blocks: Sequence[str], what: str, room: int) -> list[str]:
    """Blocks behind a line that unfolds them, as far as there is room."""
    if not blocks:
        return []
    told = []
    for block in blocks:
        room -= len(block) + 1
        if room < FRAME:
            break
        told.append(block)
    left_out = len(blocks) - len(told)
    more = ["", f"{counted(left_out, f'more {what}')} in the other formats."] if left_out else []
    return ["<details>", f"<summary>{title}</summary>", "", *before, *told, *more, "", "</details>", ""]


def _whole(report: Report, cause: Cause) -> str:
    text = _cut(cause_text(report, cause), FOR_ONE)
    seen_by = escape(", ".join(report.sources[cause.faces[0].id]))
    return f"{text}\n  seen by: {_cut(seen_by, MOST_MESSAGE)}" if len(report.campaigns) > 1 else text


def _list(lines: Sequence[str], what: str) -> Iterator[str]:
    yield from (f"- {line}" for line in lines[:MOST_LINES])
    yield from _more(len(lines), what)


def _more(number: int, what: str) -> Iterator[str]:
    if number > MOST_LINES:
        yield f"- and {counted(number - MOST_LINES, f'more {what}')}"


def _plain(text: str) -> str:
    """A sentence of ours, in which names of known issues would become links to somebody else's."""
    return re.sub(r"\b(gh-\d+|ftstress-\d+)", r"`\1`", text)


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"

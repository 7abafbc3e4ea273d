"""The report for a terminal: what was run, table, findings, notices and the verdict in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import chain

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from harness.campaign.gather import Campaign, Report, summed
from harness.campaign.plan import STRESS, SWEEP
from harness.campaign.select import ScenarioInfo
from harness.campaign.triples import THREADS
from harness.kernel.pairs.program import is_program
from harness.record.coverage import PairCoverage
from harness.record.raced import Raced, width
from harness.record.result import Result, ScenarioResult, Verdict
from harness.report.coverage import counts, sentences, speed_sentence
from harness.report.escape import escape
from harness.report.faces import cause_text, in_short
from harness.report.findings import again_command
from harness.report.idle import NOT_DRAWN, NOT_DRIVEN, first, not_drawn, not_driven, tried, unexercised
from harness.report.matrix import reached
from harness.report.numbers import counted, duration, percent, rate, short
from harness.report.verdict import report_verdict

MAX_WIDTH = 120
"""Wider than this, prose is hard to read; the table needs less."""
NARROW = 72
"""Below this many columns a terminal has no room for all of the table's."""
COLUMNS = ("scenario", "rounds", "samples", "stores", "over-\nlap", "cache\nlive", "verdict", "bound")
FEW_COLUMNS = ("scenario", "rounds", "verdict")
PAIRED_COLUMNS = (
    *("scenario", "pairs", "of", "at\nonce", "tri-\nples", "rounds", "samples", "find-\nings", "verdict"),
)
PROGRAM_COLUMNS = ("scenario", "pro-\ngrams", "rounds", "samples", "find-\nings", "verdict")
MOST_QUIET = 40
"""Subjects in a table with those of which nothing was seen; of more, only those with findings."""
MOST_TOLD = 12
"""Causes that are told whole; the others in short."""
SWEPT_COLUMNS = (
    *("scenario", "stops", "clean", "hits", "lock", "seq.\nlock", "held\nworld", "un-\nsweep-\nable"),
    *("not\nreached", "not\ntried", "verdict"),
)
"""The numbers are those of ``coverage.COLUMNS``."""
FEW_SWEPT_COLUMNS = ("scenario", "stops", "hits", "verdict")

_STYLES: dict[Verdict, str] = {
    "new": "bold red",
    "known": "yellow",
    "not observed": "green",
    "not exercised": "magenta",
    "skipped": "dim",
}


def render(report: Report, width: int = 100) -> str:
    """The whole report as plain text without colours, for files, pipes and tests."""
    buffer = StringIO()
    console = Console(file=buffer, width=width, color_system=None, highlight=False, markup=False, emoji=False)
    announce(report, console)
    show(report, console)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def announce(report: Report, console: Console) -> None:
    """Print what was run, on what, for how long: a line a campaign."""
    for one in report.campaigns:
        console.print(Text(opening(one)), soft_wrap=True)


def show(report: Report, console: Console, *last: str) -> None:
    """Print the report, and ``last`` behind the verdict.

    Prose is wrapped on a terminal only: what is written to a file can be searched line by line.
    """
    for part in parts(report, console.width, last):
        whole = isinstance(part, Text) and (not console.is_terminal or "\n" in part.plain)
        console.print(part, soft_wrap=whole)


def parts(report: Report, width: int, last: tuple[str, ...]) -> Iterator[RenderableType]:
    """The report's parts in reading order; what came from a target is escaped and no markup."""
    gil = dict.fromkeys(filter(None, (gil_sentence(one.result) for one in report.campaigns)))
    yield from map(Text, gil)
    for table in scenario_tables(report, width):
        yield Text()
        yield table
    yield from _reasons(report)
    if told := reached(report):
        yield Text()
        yield from (Text(f"{sentence}.") for sentence in told)
    speed = speed_sentence(report)
    for sentence in sentences(report)[: -len(speed) or None]:  # the speed is the last line of all
        yield Text()
        yield Text(sentence)
    if rest := report.causes[MOST_TOLD:]:
        yield Text()
        yield Text(f"{counted(len(rest), 'more cause')}, in short:")
        yield from (Text(f"  {line}") for line in in_short(rest))
    # The gravest of what counts stands last, next to the verdict, where a terminal leaves the eye.
    for cause in reversed(report.causes[:MOST_TOLD]):
        yield Text()
        finding = cause.faces[0]
        style = "yellow" if finding.known else "red"
        yield Text(cause_text(report, cause, min(width, MAX_WIDTH)), style=style)
        if finding.known is None:
            command = again_command(report.sources[finding.id][0], finding)
            yield Text(f"  again: {escape(command)}", style=style)
        if len(report.campaigns) > 1:
            yield Text(f"  seen by: {escape(', '.join(report.sources[finding.id]))}", style=style)
    yield Text()
    for notice in notices(report):
        yield Text(f"note: {notice}")
    yield Text(report_verdict(report), style="bold")
    yield from map(Text, last)
    yield from map(Text, gil)
    yield from map(Text, speed)


def gil_sentence(result: Result) -> str:
    """What a person must know first and last about a target with its GIL on; empty where it is off."""
    target = result.target
    if not target.gil_enabled:
        return ""
    if target.free_threaded:
        return f"{escape(target.title)}: its GIL is on, so nothing here was exercised in parallel"
    skipped = sum(scenario.verdict == "skipped" for scenario in result.scenarios)
    ran = len(result.scenarios) - skipped
    return (
        f"{escape(target.title)}: only what needs no parallelism runs on it:"
        f" {counted(ran, 'scenario')}, {skipped} skipped"
    )


def notices(report: Report) -> Iterator[str]:
    """What a reader must see, escaped; of several campaigns with the name of the one that tells it."""
    for one in report.campaigns:
        name = f"{escape(one.name)}: " if len(report.campaigns) > 1 else ""
        yield from (name + escape(notice) for notice in one.result.notices)


def scenario_tables(report: Report, width: int) -> Iterator[Table]:
    """Of what was raced and of what was swept, if only once; the columns fit into 80 characters, or are fewer."""
    wide = width >= NARROW
    raced, pairs = tried(summed(report.of_kind(STRESS))), report.raced
    subjects = {name: info for name, info in report.infos.items() if info.pairs}
    if rows := [(one, _cells(one)) for one in raced if one.name not in subjects]:
        yield _table(rows, COLUMNS, COLUMNS if wide else FEW_COLUMNS)
    of_programs = any(map(is_program, chain(*pairs.values())))
    columns, counted_in = (PROGRAM_COLUMNS, _programs) if of_programs else (PAIRED_COLUMNS, _paired)
    if rows := [
        (one, [*counted_in(subjects[one.name], pairs.get(one.name, {})), *_raced(one)])
        for one in _loud([one for one in raced if one.name in subjects])
    ]:
        yield _table(rows, columns, columns if wide else FEW_COLUMNS)
    if swept := tried(summed(report.of_kind(SWEEP))):
        coverage = report.coverage
        rows = [(one, _covered(one, coverage.get(one.name, ()))) for one in swept]
        yield _table(rows, SWEPT_COLUMNS, SWEPT_COLUMNS if wide else FEW_SWEPT_COLUMNS)


def _table(
    rows: Sequence[tuple[ScenarioResult, list[str]]], columns: Sequence[str], shown: Sequence[str]
) -> Table:
    """A row a scenario under a row a suite, worst verdict first."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for header in shown:
        if header == "scenario":
            table.add_column(header, overflow="fold", min_width=16)
        else:
            table.add_column(header, justify="left" if header == "verdict" else "right", no_wrap=True)
    suite = ""
    for scenario, cells in sorted(rows, key=lambda row: _suite_and_verdict(row[0])):
        prefix, _, name = scenario.name.rpartition(".")
        if prefix != suite:
            suite = prefix
            table.add_row(Text(escape(suite) + "."))
        told = dict(zip(columns[1:], cells, strict=True))
        told |= {"scenario": "  " * bool(prefix) + escape(name), "verdict": scenario.verdict}
        style = _STYLES[scenario.verdict]
        table.add_row(*(Text(told[name], style=style if name == "verdict" else "") for name in shown))
    return table


def _suite_and_verdict(scenario: ScenarioResult) -> tuple[str, int, str]:
    return scenario.name.rpartition(".")[0], list(_STYLES).index(scenario.verdict), scenario.name


def _cells(scenario: ScenarioResult) -> list[str]:
    """Behind the name."""
    return [
        short(scenario.rounds),
        short(scenario.samples),
        short(scenario.stores),
        percent(scenario.overlap),
        percent(scenario.cache_live),
        scenario.verdict,
        rate(scenario.bound_95),
    ]


def _loud(subjects: Sequence[ScenarioResult]) -> list[ScenarioResult]:
    """Those with findings; all of them where they are few."""
    if len(subjects) <= MOST_QUIET:
        return list(subjects)
    return [one for one in subjects if one.verdict in ("new", "known")]


def _paired(info: ScenarioInfo, raced: Mapping[str, Raced]) -> list[str]:
    """How many of a subject's pairs have come, of how many, and how many of them at once; and its triples."""
    came = [one for name, one in raced.items() if width(name) == 2]
    met = sum(one.overlapped > 0 for one in came)
    triples = sum(width(name) == THREADS for name in raced)
    return [short(len(came)), short(len(info.pairs)), short(met), short(triples)]


def _programs(info: ScenarioInfo, raced: Mapping[str, Raced]) -> list[str]:
    """How many random programs around a subject have come."""
    return [short(sum(map(is_program, raced)))]


def _raced(scenario: ScenarioResult) -> list[str]:
    """The rest of a subject's row."""
    return [short(scenario.rounds), short(scenario.samples), short(len(scenario.findings)), scenario.verdict]


def _covered(scenario: ScenarioResult, pairs: Sequence[PairCoverage]) -> list[str]:
    """Behind the name; a trial that runs has not said yet what it covered."""
    return [*(short(number) if pairs else "-" for number in counts(pairs)), scenario.verdict]


def _reasons(report: Report) -> Iterator[Text]:
    """Why something was skipped, not exercised or not drawn: a sentence a reason, with what it goes for."""
    told: list[tuple[str, str, str]] = [
        (verdict, first([escape(name) for name in names]), escape(reason))
        for verdict, reason, names in unexercised(report.scenarios)
    ]
    told += [(NOT_DRAWN, ", ".join(which), reason) for reason, which in not_drawn(report)]
    told += [(NOT_DRIVEN, ", ".join(which), reason) for reason, which in not_driven(report)]
    if told:
        yield Text()
    wide = max((len(label) for label, _, _ in told), default=0) + 1
    for label, which, reason in told:
        yield Text(f"{label + ':':<{wide}} {which}: {reason}", style=_STYLES.get(label, "dim"))  # type: ignore[call-overload]  # not always a Verdict


def opening(campaign: Campaign) -> str:
    """The line above a report made later: what was run, on what, for how long."""
    result = campaign.result
    return (
        f"{escape(campaign.name)}: {escape(result.target.title)}, seed {result.seed},"
        f" {counted(result.totals.trials, 'trial')}"
        f" in {duration(result.elapsed_s)} of {duration(result.budget_s)}"
    )

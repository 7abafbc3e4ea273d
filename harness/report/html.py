"""The report as one HTML file: no script, nothing loaded, below 5 MB however much there was to tell.

Whatever a template prints goes through ``_shown``: text from a target is cut, escaped for people and escaped for HTML,
wherever it stands, without a template's help.
"""

from __future__ import annotations

import json
import shlex
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import harness
from harness.campaign.causes import Cause
from harness.campaign.gather import VERDICTS, Campaign, Report, summed
from harness.campaign.plan import STRESS, SWEEP
from harness.kernel import known
from harness.kernel.known import KnownIssue
from harness.record.calibration import Calibration
from harness.record.result import Finding, ScenarioResult, WithGil
from harness.record.target import Target
from harness.report import annotated, coverage, numbers
from harness.report.calibration import (
    AMPLIFIER_COLUMNS,
    AREA_COLUMNS,
    FAULT_COLUMNS,
    WORDS,
    amplifier_rows,
    area_rows,
    chart,
    curve,
    fault_rows,
    sentences,
)
from harness.report.escape import escape
from harness.report.findings import again_command, excerpt
from harness.report.heatmap import heat_map, merged
from harness.report.idle import NOT_DRAWN, NOT_DRIVEN, UNEXERCISED, not_drawn, not_driven, unexercised
from harness.report.matrix import STATES, Matrix, matrices, reached
from harness.report.stop import stop_columns, stop_facts, stop_of
from harness.report.text import gil_sentence, notices
from harness.report.timeline import Timeline, timeline
from harness.report.verdict import nothing_seen, report_verdict
from harness.repro.proofs import to_print

Given = dict[str, Any]
"""What a template is given, by the names that it uses."""

MOST_CHARACTERS = 200
"""Of a name or another short text."""
MOST_BYTES = 2_000_000
"""For what is folded: pairs and source of sweeps, then findings that are told whole; the others get a line each."""
MATRIX_BYTES = 3_450_000
"""For the pairs of subjects that were raced: room for 90,000."""
BESIDE_PAIRS = 500_000
"""For what is folded, then."""
PAIR_BYTES = 800_000
"""Of these for the pairs of operations that were swept."""
SOURCE_BYTES = 1_000_000
"""Of these for source lines, of all targets together."""
LONGEST_PROGRAM = 1000, 40_000
"""Lines and characters."""
MOST_OPEN = 3
"""Findings whose details are seen at once; the others' are opened one by one."""
MOST_FACES = 100
"""More findings of a cause, in a line each."""
MOST_LINES = 500
"""Findings in a line each."""
MOST_SCENARIOS = 600
MOST_NAMES = 300
"""Of scenarios that share a reason for not having been exercised."""
MOST_TIMELINES = 6
MOST_SOURCES = 4
"""Targets whose source is shown."""
MOST_CAMPAIGNS = 200
MOST_MATRICES = 8
"""Subjects whose pairs are seen at once."""
CELLS = (40, 0.92), (60, 0.8), (10_000, 0.66)
"""Up to how many operations a cell has which width, in rem: 80 of them fit into a page as wide as this one gets."""
MOST_FACTS = 12
MOST_NOTICES = 40

WITH_GIL: dict[WithGil, str] = {
    "observed": "seen too: it needs no free threading",
    "not observed": "tried, and not seen",
    "not tried": "not tried",
    "not applicable": "the question does not arise: this target always has its GIL",
}
TONES = {0: "good", 3: "warn", 130: "warn"}
SWEPT_GIL = "the question does not arise: a thread that is stopped would keep it"
TOLD_ELSEWHERE = {"history", "sweep", "script", "knobs", "seed", "threads", "trial"}
LABELS = {
    "seen": "values seen",
    "native": "native stacks",
    "waits": "who waits for whom",
    "last_operations": "last operations of each thread, oldest first",
}
"""Where a detail's own name would not do."""
STACKS = ("last_operations", "waits", "native", "traceback", "frames", "stderr", "stdout")


def render(report: Report) -> str:
    """The page about one campaign or a fleet's, and about calibrations that lie beside them."""
    if not report.campaigns:
        return calibration_page(*report.calibrations)
    raced, swept = (report.of_kind(kind) for kind in (STRESS, SWEEP))
    covered, taken = _swept(report) if swept else (None, 0)
    subjects = matrices(report)
    articles, rest = _articles(report, (BESIDE_PAIRS if subjects else MOST_BYTES) - taken)
    others = [face for cause in rest for face in cause.faces]
    linked = {face.id for cause in report.causes[: len(articles)] for face in cause.faces[: MOST_FACES + 1]}
    linked |= {face.id for face in others[:MOST_LINES]}
    results = [campaign.result for campaign in report.campaigns]
    suites, reasons, scenarios_left_out = _scenarios(summed(raced))
    pictures = [
        (one.name, picture)
        for one in report.campaigns[:MOST_TIMELINES]
        if (picture := _timeline(one, linked))
    ]
    return _rendered(
        "report.html.j2",
        report=report,
        infos=report.infos,
        title=report_verdict(report),
        tone=TONES.get(report.exit_status, "new") if report.complete or report.exit_status else "warn",
        version=harness.__version__,
        targets=_several([result.target.title for result in results]),
        about=_about(results[0].target) if len(results) == 1 else [],
        gil=_distinct(filter(None, map(gil_sentence, results)))[:MOST_FACTS],
        notices=list(notices(report))[:MOST_NOTICES],
        new=sum(not cause.known for cause in report.causes),
        known=sum(bool(cause.known) for cause in report.causes),
        per_s=report.totals.samples / report.elapsed_s if report.elapsed_s else 0,
        exercised=sum(one.verdict not in UNEXERCISED for one in report.scenarios),
        raced=raced,
        swept=covered,
        seeds=_seeds(report.campaigns),
        quiet=nothing_seen(report).capitalize() + ".",
        articles=articles,
        others=others[:MOST_LINES],
        left_out=max(0, len(others) - MOST_LINES),
        linked=linked,
        suites=suites,
        unexercised=reasons
        + [(NOT_DRAWN, reason, names, 0) for reason, names in not_drawn(report)]
        + [(NOT_DRIVEN, reason, names, 0) for reason, names in not_driven(report)],
        scenarios_left_out=scenarios_left_out,
        timelines=pictures,
        timelines_left_out=max(0, len(report.campaigns) - MOST_TIMELINES),
        matrices=_pairs(report, subjects, linked),
        map=heat_map(merged([campaign.course.cells for campaign in report.campaigns])),
        calibrations=[_calibration(one) for one in report.calibrations],
        campaigns_shown=MOST_CAMPAIGNS,
    )


def _pairs(report: Report, subjects: Sequence[Matrix], linked: set[str]) -> Given:
    """The part about pairs of operations: a table a subject, of the first ones, where something is new, unfolded."""
    tables = (
        _rendered(
            "matrix.html.j2",
            matrix=one,
            linked=linked,
            opened=number < MOST_MATRICES and bool(one.counts["new"]),
            size=next(size for most, size in CELLS if len(one.operations) <= most),
        )
        for number, one in enumerate(subjects)
    )
    drawn = _as_far_as(tables, MATRIX_BYTES)
    loud = sum(not one.quiet for one in subjects)
    return {
        "reached": reached(report),
        "states": STATES,
        "loud": drawn[:loud],
        "quiet": drawn[loud:],
        "left_out": [(one.subject, one.told) for one in subjects[len(drawn) :]],
    }


def calibration_page(*calibrations: Calibration) -> str:
    """The page about calibrations alone."""
    missed = [fault for one in calibrations for fault in one.missed()]
    alarms = sum(len(one.false_alarms()) for one in calibrations)
    faults = sum(len(one.guarantees) for one in calibrations)
    return _rendered(
        "calibrated.html.j2",
        title=f"{faults - len(missed)} of {numbers.counted(faults, 'fault')} detected,"
        f" {numbers.counted(alarms, 'false alarm')} on the base",
        tone="new" if missed or alarms else "good",
        version=harness.__version__,
        calibrations=[_calibration(one) for one in calibrations],
    )


def _timeline(one: Campaign, linked: set[str]) -> Timeline | None:
    findings = [finding for finding in one.result.findings if finding.id in linked]
    return timeline(one.course.moments, findings, one.result.elapsed_s)


def _articles(report: Report, room: int) -> tuple[list[Markup], list[Cause]]:
    """Causes told whole, by their first findings, as far as there is room, and the rest."""
    issues = known.load()
    infos = report.infos
    by_name = {campaign.name: campaign for campaign in report.campaigns}
    articles: list[Markup] = []
    for number, cause in enumerate(report.causes):
        finding = cause.faces[0]
        sources = report.sources[finding.id]
        info = infos.get(finding.scenario)
        article = _rendered(
            "finding.html.j2",
            finding=finding,
            cause=cause,
            faces=cause.faces[1 : MOST_FACES + 1],
            faces_left_out=max(0, len(cause.faces) - 1 - MOST_FACES),
            checks=info.doc if info else "",
            seen_by=_several(sources, 6) if len(report.campaigns) > 1 else "",
            opened=number < MOST_OPEN and not finding.known,
            gil=SWEPT_GIL if stop_of(finding) else WITH_GIL[finding.with_gil],
            again=_again(finding, by_name[sources[0]]),
            **_recorded(finding),
            **_stopped(report, finding),
            **_known(finding, issues),
        )
        room -= len(article.encode())
        if room < 0:
            return articles, list(report.causes[number:])
        articles.append(Markup(article))
    return articles, []


def _recorded(finding: Finding) -> Given:
    """What was recorded with it, each thing where it is best read."""
    details = {name: value for name, value in finding.details.items() if value not in (None, "", [], {})}
    return {
        "history": _text(details.get("history", "")),
        "script": _text(details.get("script", "")),
        "knobs": list(finding.details.get("knobs", {}).items())[:MOST_FACTS],
        "stacks": [
            (
                LABELS.get(name, name),
                "\n".join(map(_text, value)) if isinstance(value, list) else _text(value),
            )
            for name in STACKS
            if (value := details.get(name))
        ],
        "facts": [
            (LABELS.get(name, name.replace("_", " ")), _text(value))
            for name, value in details.items()
            if name not in TOLD_ELSEWHERE and name not in STACKS
        ][:MOST_FACTS],
    }


def _known(finding: Finding, issues: Sequence[KnownIssue]) -> Given:
    """The entry of the known-issue list, and the program that proves it, where that harms nobody."""
    for issue in issues:
        if issue.id == finding.known and issue.matches(finding.scenario, finding.signature):
            return {"issue": issue, "proof": to_print(issue)}
    return {"issue": None, "proof": None}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _stopped(report: Report, finding: Finding) -> Given:
    """Of a sweep's finding: where its threads stood, and what they read."""
    stop = stop_of(finding)
    if stop is None:
        return {"stop": [], "columns": ""}
    return {"stop": stop_facts(stop, report.windows(finding)), "columns": Markup.escape(stop_columns(stop))}


def _again(finding: Finding, one: Campaign) -> str:
    """The commands that show it again: its own trial; the same trials of the scenario, in the same order."""
    words = ["ftstress", "sweep" if one.kind == SWEEP else "run", finding.scenario]
    words += ["--target", one.result.target.executable, "--seed", str(one.result.seed), "-x"]
    words += [*(["--strict"] if finding.known else [])]
    words += [*(["--bound", "2"] if "other" in (stop_of(finding) or {}) else [])]
    return f"{again_command(one.name, finding)}\n{shlex.join(words)}"


def _scenarios(
    scenarios: Sequence[ScenarioResult],
) -> tuple[list[tuple[str, list[ScenarioResult]]], list[tuple[str, str, list[str], int]], int]:
    """Those exercised, by suite and with the worst first; the others by reason; how many are left out."""
    suites: dict[str, list[ScenarioResult]] = defaultdict(list)
    ordered = sorted(scenarios, key=lambda one: (VERDICTS.index(one.verdict), one.name))
    for scenario in ordered[:MOST_SCENARIOS]:
        if scenario.verdict not in UNEXERCISED:
            suites[scenario.name.rpartition(".")[0]].append(scenario)
    reasons: list[tuple[str, str, list[str], int]] = [
        (verdict, reason, names[:MOST_NAMES], max(0, len(names) - MOST_NAMES))
        for verdict, reason, names in unexercised(ordered[:MOST_SCENARIOS])
    ]
    return sorted(suites.items()), reasons, max(0, len(ordered) - MOST_SCENARIOS)


def _swept(report: Report) -> tuple[Given, int]:
    """The part about what sweeps covered, pairs and source as far as there is room; and how many bytes these take."""
    swept = report.of_kind(SWEEP)
    found = report.coverage
    shown, reasons, left_out = _scenarios(summed(swept))
    pairs_shown = _as_far_as(
        (
            _rendered(
                "pairs.html.j2",
                scenario=name,
                columns=coverage.COLUMNS,
                total=coverage.counts(pairs),
                rows=[
                    (one, coverage.variant(one), coverage.counts([one]), coverage.told(one)) for one in pairs
                ],
            )
            for name, pairs in found.items()
        ),
        PAIR_BYTES,
    )
    sources = _sources(annotated.sources(swept)[:MOST_SOURCES])
    blocks = [*pairs_shown, *(file for one in sources for file in one["files"])]
    values = {
        "sentences": coverage.sentences(report),
        "columns": coverage.COLUMNS,
        "legend": coverage.LEGEND,
        "suites": [
            (suite, [(row, coverage.counts(found.get(row.name, ()))) for row in rows])
            for suite, rows in shown
        ],
        "unexercised": reasons,
        "left_out": left_out,
        "pairs": pairs_shown,
        "pairs_left_out": len(found) - len(pairs_shown),
        "marks": annotated.LEGEND,
        "sources": sources,
    }
    return values, sum(len(block.encode()) for block in blocks)


def _sources(targets: Sequence[annotated.Annotated]) -> list[Given]:
    """The swept lines of each target."""
    told = []
    for one in targets:
        files = (
            _rendered(
                "source.html.j2", file=file, signs=annotated.SIGNS, at_hand=file.name not in one.missing
            )
            for file in one.files
        )
        shown = _as_far_as(files, SOURCE_BYTES // len(targets))
        told.append(
            {
                "target": one.target,
                "files": shown,
                "left_out": len(one.files) - len(shown),
                "missing": _several(one.missing),
                "looked_in": ", ".join(one.looked_in),
            }
        )
    return told


def _as_far_as(rendered: Iterable[str], room: int) -> list[Markup]:
    """What fits; the rest is counted by who asks."""
    shown: list[Markup] = []
    for one in rendered:
        room -= len(one.encode())
        if room < 0:
            break
        shown.append(Markup(one))
    return shown


def _calibration(calibration: Calibration) -> Markup:
    return Markup(
        _rendered(
            "calibration.html.j2",
            limit=calibration.limit_s,
            chart=Markup(chart(calibration)),
            curve=Markup(curve(calibration)),
            left=WORDS,
            sentences=list(sentences(calibration)),
            fault_columns=FAULT_COLUMNS,
            faults=list(fault_rows(calibration)),
            area_columns=AREA_COLUMNS,
            areas=list(area_rows(calibration)),
            amplifier_columns=AMPLIFIER_COLUMNS,
            amplifiers=list(amplifier_rows(calibration)),
        )
    )


def _about(target: Target) -> list[str]:
    """What a person wants to know of the target beside its title."""
    gil = "GIL on" if target.gil_enabled else "GIL off"
    return [
        part for part in (gil, target.compiler, target.commit, target.platform, target.executable) if part
    ]


def _seeds(campaigns: Sequence[Campaign]) -> str:
    if len(campaigns) == 1:
        result = campaigns[0].result
        return f"of {numbers.duration(result.budget_s)}; seed {result.seed}"
    return f"in {len(campaigns)} campaigns"


def _several(names: Sequence[str], most: int = 3) -> str:
    names = _distinct(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _distinct(things: Any) -> list[Any]:
    return list(dict.fromkeys(things))


def _shown(value: Any) -> Any:
    """Any text that a template prints. What is Markup has been made here, from text that went through this."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    more = len(value) - MOST_CHARACTERS
    return escape(value[:MOST_CHARACTERS] + ("…" if more > 0 else ""))


def _whole(text: str) -> Markup:
    """Text of several lines, as much of it as a report shows."""
    return Markup.escape(excerpt(text))


def _program(text: str) -> Markup:
    """A program is of use when it is whole."""
    return Markup.escape(excerpt(text, *LONGEST_PROGRAM))


def _breakable(name: str) -> Markup:
    """A dotted name that may be broken where its words end."""
    return Markup.escape(_shown(name)).replace("_", Markup("_<wbr>"))


def _prose(docstring: str) -> str:
    return docstring.replace("``", "")


def _axis_time(seconds: float) -> str:
    return "0" if not seconds else numbers.duration(seconds).replace(".0 s", " s")


def _rendered(template: str, **values: Any) -> str:
    return _ENVIRONMENT.get_template(template).render(values)


_ENVIRONMENT = Environment(
    loader=PackageLoader("harness.report"),
    autoescape=True,
    finalize=_shown,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "whole": _whole,
    "program": _program,
    "drawn": Markup,
    "breakable": _breakable,
    "prose": _prose,
    "short": numbers.short,
    "counted": numbers.counted,
    "percent": numbers.percent,
    "rate": numbers.rate,
    "duration": numbers.duration,
    "axis_time": _axis_time,
}

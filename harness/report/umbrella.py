"""One text to paste as an issue that stands above the others: what a tracker needs to know of each cause.

A row a cause, then what is known of each. What crashes or hangs comes without a program: who looks after it runs the
command that writes one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.campaign.causes import Cause
from harness.campaign.gather import Report
from harness.kernel import known
from harness.kernel.known import Change, KnownIssue
from harness.record.result import Finding
from harness.record.severity import gravity
from harness.report.escape import escape
from harness.report.markdown import MOST_CHARACTERS, cause_line, code, fenced, prose, table_row
from harness.report.numbers import counted
from harness.repro.proofs import to_print

HEADER = ("| | severity | cause | versions | known as |", "|---|---|---|---|---|")
SHOWN_AS_PROGRAM = "wrong value"
"""Of what is worse the program would be one that crashes or hangs its reader's interpreter."""
MOST_CAUSE = 300
MOST_PROSE = 1_000
MOST_PROGRAM = 6_000
"""Characters."""


def render(report: Report) -> str:
    """At most as much as an issue may have."""
    issues = known.load()
    lines = ["# Free-threading: data races and hangs that ftstress has found", "", *_introduction(report), ""]
    lines += HEADER
    every = sorted(report.causes, key=lambda cause: gravity(cause.worst))
    for number, cause in enumerate(every, 1):
        lines.append(
            table_row(
                str(number),
                cause.worst,
                cause_line(cause, MOST_CAUSE),
                ", ".join(code(escape(one)) for one in _versions(report, cause)),
                ", ".join(_linked(cause, issues)) or "new",
            )
        )
    lines.append("")
    room = MOST_CHARACTERS - len("\n".join(lines))
    for number, cause in enumerate(every, 1):
        told = "\n".join(_section(report, number, cause))
        if room < len(told) + 200:
            left = len(every) - number + 1
            lines.append(f"{counted(left, 'more cause')} did not fit into one issue: the table has them.")
            break
        room -= len(told) + 1
        lines.append(told)
    return "\n".join(lines) + "\n"


def _introduction(report: Report) -> Iterator[str]:
    findings = counted(len(report.findings), "finding")
    yield f"{findings} of {counted(len(report.causes), 'cause')}, the gravest first. What was run:"
    yield ""
    for target in dict.fromkeys(_build(report, name) for name in (one.name for one in report.campaigns)):
        yield f"- {code(escape(target))}"
    yield ""
    yield (
        "Findings are one cause only where something that was found out says so; each says what. A window is the"
        " function, and the two accesses in it between which the other thread must come."
    )


def _section(report: Report, number: int, cause: Cause) -> Iterator[str]:
    face = cause.faces[0]
    issue = cause.issues[0] if cause.issues else None
    title = issue.title if issue else face.message.splitlines()[0] if face.message else face.signature
    yield f"## {number}. {prose(title, MOST_PROSE) if issue else code(escape(title))}"
    yield ""
    here = "" if cause.worst == cause.severity else f" (seen here: {cause.severity})"
    yield f"- severity: {cause.worst}{here}"
    yield f"- seen on: {', '.join(code(escape(one)) for one in _versions(report, cause))}"
    if where := _where(cause):
        yield f"- where: {where}"
    else:
        yield f"- where: not located (`ftstress locate {escape(face.id)}`)"
    yield from _history(cause, issue)
    yield f"- shows in: {', '.join(code(escape(name)) for name in dict.fromkeys(one.scenario for one in cause.faces))}"
    yield f"- with the GIL, on the same binary: {face.with_gil}"
    if cycle := face.details.get("cycle"):
        yield f"- the threads wait for one another: {code(escape(cycle), MOST_CAUSE)}"
    if len(cause.faces) > 1:
        yield f"- one cause because {cause.why}"
    if issue and issue.seen:
        yield f"- how often: {prose(issue.seen, MOST_PROSE)}"
    else:
        yield f"- how often: in {face.trials_hit} of {counted(face.trials_run, 'trial')}"
    for mend in dict.fromkeys(one.mend for one in cause.issues if one.mend):
        yield f"- suggested mend: {prose(mend, MOST_PROSE)}"
    yield ""
    yield from _program(cause, face, issue)


def _history(cause: Cause, issue: KnownIssue | None) -> Iterator[str]:
    """Since when, and where it is mended: what was bisected of any of its faces, else what the list says."""
    came = next((one for face in cause.faces if (one := face.details.get("came_with"))), "")
    left = next((one for face in cause.faces if (one := face.details.get("left_with"))), "")
    if came:
        yield f"- came with: {code(escape(came))}"
    elif issue and issue.shown:
        yield f"- since: {_changes(issue.shown)}"
    if left:
        yield f"- left with: {code(escape(left))}"
    elif issue and issue.mended:
        yield f"- mended: {_changes(issue.mended)}"


def _program(cause: Cause, face: Finding, issue: KnownIssue | None) -> Iterator[str]:
    command = f"ftstress known {issue.id} --script" if issue else f"ftstress script {face.id}"
    program = (
        ""
        if cause.worst != SHOWN_AS_PROGRAM
        else face.details.get("script") or (to_print(issue) if issue else "")
    )
    if not program or len(program) > MOST_PROGRAM:
        yield f"`{escape(command)}` writes the program that shows it."
        yield ""
        return
    yield from ("<details>", "<summary>A program that shows it (exit status 1)</summary>", "")
    yield fenced(program.rstrip(), "python")
    yield from ("", "</details>", "")


def _versions(report: Report, cause: Cause) -> list[str]:
    names = dict.fromkeys(name for face in cause.faces for name in report.sources[face.id])
    return list(dict.fromkeys(_version(report, name) for name in names))


def _version(report: Report, name: str) -> str:
    return next(one.result.target.version for one in report.campaigns if one.name == name)


def _build(report: Report, name: str) -> str:
    target = next(one.result.target for one in report.campaigns if one.name == name)
    return f"{target.title}, {target.platform}" + (f", {target.commit}" if target.commit else "")


def _linked(cause: Cause, issues: Sequence[KnownIssue]) -> Iterator[str]:
    for id in cause.known:
        link = next((issue.link for issue in issues if issue.id == id and issue.link), "")
        yield link or code(id)


def _where(cause: Cause) -> str:
    """In the list's words, or else as a sweep has found it, in functions' names; markdown."""
    if said := next((issue.where for issue in cause.issues if issue.where), ""):
        return prose(said, MOST_PROSE)
    windows = next((face.details["windows"] for face in cause.faces if face.details.get("windows")), None)
    return code(escape("; or ".join(windows)), MOST_CAUSE) if windows else ""


def _changes(changes: Sequence[Change]) -> str:
    told = []
    for change in changes:
        first = change.version or change.branch
        told.append(f"{first} ({code(change.commit)})" if change.commit else first)
    return ", ".join(told)

"""Before a campaign on a build with a sanitizer: does it report what it must, and how slow is it?

A run under a sanitizer that cannot report finds nothing and looks well: where the system has laid something over the
runtime's own memory, where only its library is there and no code calls it, where reports go to nobody.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from harness.builds.ask import Answer, ask
from harness.campaign.report_log import log_for
from harness.diagnosis.sanitizers.parse import Report, parse
from harness.kernel import preflight
from harness.record.target import Target

TIMEOUT_S = 120.0
TRIES = 3
"""Two threads may miss each other on a busy machine."""
MUST = {
    "thread": ("race", "two threads that store into one byte", "data race"),
    "address": ("overflow", "a store behind a block of memory", "heap-buffer-overflow"),
}
SLOWEST = 100.0
PROGRAM = str(Path(preflight.__file__).resolve())


class NothingReported(Exception):
    """The sanitizer does not report what it must; the message is one sentence for the user (exit status 3)."""


def checked(target: Target) -> Target:
    """The target, with how many times slower it is than this interpreter, once its sanitizer has reported what it must.

    One without a sanitizer is given back as it is. Raises NothingReported, and OSError when it cannot be executed.
    """
    if target.sanitizer is None:
        return target
    what, words, kind = MUST[target.sanitizer]
    for _ in range(TRIES):
        answer, reports = _reported(target, what)
        if any(report.kind == kind and _is_of_the_target(report) for report in reports):
            return replace(target, slower=_slower(target))
    raise NothingReported(_why(target, words, answer, reports))


def _reported(target: Target, what: str) -> tuple[Answer, list[Report]]:
    log, more = log_for(target)
    assert log is not None
    try:
        answer = ask(_command(target, what), TIMEOUT_S, more)
        found = [parse(event["details"]["report"]) for event in log.rest("")]
        return answer, [report for report in found if report is not None]
    finally:
        log.close()


def _command(target: Target, what: str) -> list[str]:
    gil = ["-X", "gil=0"] if target.free_threaded else []
    return [target.executable, "-P", "-E", "-s", *gil, PROGRAM, what]


def _is_of_the_target(report: Report) -> bool:
    return any(frame.own for frame in report.main[0].frames) if report.main else False


def _why(target: Target, words: str, answer: Answer, reports: list[Report]) -> str:
    name = f"{target.executable} has the {target.sanitizer} sanitizer"
    if reports:
        return (
            f"{name}, but its own code is not instrumented: of {words} only the sanitizer's library told;"
            " make a build with ftstress build --sanitizer"
        )
    last = (answer.err.strip() or answer.out.strip()).splitlines()[-1:]
    heard = f"; its last words: {last[0][:200]!r}" if last and last != ["done"] else ""
    how = answer.died_of or (f"exit status {answer.status}" if answer.ended == "exit" else "no end")
    return (
        f"{name}, which does not report {words} ({how}{heard}): nothing that it does not report would mean anything;"
        " try it where addresses may be fixed (a container may forbid personality()), or another build"
    )


def _slower(target: Target) -> float:
    """The ratio of a loop's time there and here; never below 1."""
    times = [_seconds(command) for command in (_command(target, "speed"), [sys.executable, PROGRAM, "speed"])]
    if not all(times):
        raise NothingReported(f"{target.executable} did not come through a loop of {preflight.TURNS} turns")
    return round(min(max(1.0, times[0] / times[1]), SLOWEST), 2)


def _seconds(command: list[str]) -> float:
    """0 where it says nothing."""
    try:
        return float(ask(command, TIMEOUT_S).out)
    except ValueError:
        return 0.0

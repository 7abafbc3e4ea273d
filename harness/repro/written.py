"""A finding's script with its header: the build, how often it shows here, what the GIL does to it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from harness.campaign.calibrate import machine
from harness.kernel import known
from harness.record.target import Target
from harness.repro.recorded import Recorded
from harness.repro.runs import Rate, Run, measure
from harness.repro.script import SECONDS, docstring, script

RUNS = 10
OF_PAIRS = 110
"""Characters of a sentence in the header of a pair's script, which is to be short."""
LATE_S = 45.0
"""Beyond its own limit, before a run is ended."""
CONTROLS = 3
CONTROL_S = 5.0
"""Fewest seconds that a run with the GIL gets."""


@dataclass(frozen=True)
class Written:
    """A script's text, and what was measured of it."""

    text: str
    rate: Rate | None
    """None where it could not be run."""
    with_gil: Rate | None
    """None where the target has no such choice, or it could not be run."""
    failure: str | None


def written(
    recorded: Recorded,
    target: Target,
    folder: Path,
    limit_s: float,
    tell: Callable[[str], None],
    *,
    most: int = RUNS,
) -> Written:
    """Write the script, and run it on ``target`` up to ``most`` times, within about ``limit_s``; then with the GIL.

    ``folder`` is for the script while it is measured. Raises NotScriptable, or ScenarioError when the scenario's file
    cannot be loaded here.
    """
    path = folder / "script.py"
    again = recorded.smallest

    of_pair = bool(again.pairs)
    watched = recorded.finding.kind == "exception" and not of_pair

    def text(*facts: str) -> str:
        told = [*facts] if of_pair else [*facts, EXIT]
        about = [*_what(recorded), _build(target)]
        if of_pair:
            about = [shorten(one, OF_PAIRS, placeholder=" …") for one in about]
        header = docstring([*about, *filter(None, [" ".join(told)])])
        return script(recorded.finding, again, header, watched)

    path.write_text(text(), encoding="utf-8")
    run_s = min(SECONDS + LATE_S, max(limit_s, CONTROL_S))
    seen = 0

    def count(one: Run) -> None:
        nonlocal seen
        seen += one.seen
        tell(f"measuring: it showed {seen} times, last after {one.took_s:.1f} s")

    runs = measure(target, path, most=most, limit_s=limit_s, run_s=run_s, tell=count)
    if runs[-1].failure and runs[-1].died and not watched:  # by what it looks for: it is to look in a child
        watched = True
        path.write_text(text(), encoding="utf-8")
        runs = measure(target, path, most=most, limit_s=limit_s, run_s=run_s, tell=count)
    failure = next((one.failure for one in runs if one.failure), None)
    if failure:
        return Written(text(f"It does not run on this build: {failure}."), None, None, failure)
    rate = Rate.of(runs, min(SECONDS, run_s))
    facts = [f"{rate.said()}; {machine()}."]
    with_gil = None
    if target.free_threaded:
        run_s = min(max(CONTROL_S, 3 * rate.mean_s), SECONDS + LATE_S)
        tell("measuring with the GIL on")
        controls = measure(
            target, path, most=CONTROLS, limit_s=3 * run_s, run_s=run_s, tell=lambda one: None, with_gil=True
        )
        with_gil = Rate.of(controls, run_s)
        facts.append(control_line(with_gil))
    path.write_text(text(*facts), encoding="utf-8")
    return Written(path.read_text(encoding="utf-8"), rate, with_gil, None)


def control_line(with_gil: Rate) -> str:
    """What a header says of the GIL control."""
    return f"With -X gil=1: {with_gil.hits} of {with_gil.runs} runs of at most {with_gil.limit_s:.0f} s."


EXIT = f"Exit status 1: it showed. 0: it did not within {SECONDS} s."


def _what(recorded: Recorded) -> list[str]:
    finding = recorded.finding
    issue = known.entry(known.load(), recorded.target, finding.scenario, finding.signature)
    title = f"{issue.id}: {issue.title}." if issue else f"{finding.scenario}: {recorded.again.scenario.doc}"
    return [title, f"Seen: {finding.message.splitlines()[0]}."]


def _build(target: Target) -> str:
    configured = [word for word in shlex.split(target.configure_args) if "/" not in word]
    return f"Build: {target.title}, {target.compiler}; {shlex.join(configured)}".rstrip("; ") + "."

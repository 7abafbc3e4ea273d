"""The known-issue list, held against a target: whether each entry's proof shows without the harness what it says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.again import Again
from harness.campaign.select import ScenarioInfo, info
from harness.diagnosis.proof import program
from harness.kernel.amplifiers import settings
from harness.kernel.known import KnownIssue
from harness.kernel.loader import describe_file, find_scenario
from harness.kernel.scenario import ScenarioError, actor_threads
from harness.kernel.signature import short_id
from harness.kernel.suite import suite_files
from harness.record.result import Finding, Kind
from harness.record.severity import severity_of
from harness.record.target import Target
from harness.repro.runs import SEEN, Run, run
from harness.repro.script import docstring, script

LIMIT_S = 120.0
"""A stored proof looks for 20 s at most, and one with a child has to wait for that; above this it hangs."""
WRITTEN_S: dict[Kind, int] = {"crash": 20, "hang": 20, "leak": 60}
"""For so long one looks that is written on the spot; a hang takes it 30 s more to tell, a leak some rounds to grow."""


@dataclass(frozen=True)
class Proven:
    """What an entry's proof showed on a target, in so many runs."""

    issue: KnownIssue
    runs: tuple[Run, ...]
    with_gil: bool | None
    """Whether it shows with the GIL on; None where that was not asked, or the target has no choice."""
    gil_failure: str | None = None

    @property
    def shown(self) -> int:
        """How many of the runs showed it."""
        return sum(one.seen for one in self.runs)

    @property
    def failure(self) -> str | None:
        """Why the proof gave no answer; None where one of its runs showed it."""
        said = None if self.shown else next((one.failure for one in self.runs if one.failure), None)
        return said or self.gil_failure

    def as_listed(self, target: Target) -> bool:
        """Whether it is what the list says: it shows where it applies, with the GIL on as the list says; else not."""
        if self.failure:
            return False
        if not self.issue.applies_to(target):
            return not self.shown
        return bool(self.shown) and self.with_gil in (None, self.issue.with_gil)


def text(issue: KnownIssue) -> str:
    """The program that proves an entry: the stored one, or its scenario written out.

    Raises ScenarioError where the suite has no such scenario, NotScriptable where it cannot be written.
    """
    if issue.proof:
        return program(issue).read_text(encoding="utf-8")
    scenario = _scenario(issue.written)
    raced = find_scenario(scenario.file, scenario.name)
    threads = actor_threads(raced, settings(raced.amplifiers, issue.knobs))
    kind = min((one for one in WRITTEN_S if one in issue.signature), key=issue.signature.index)
    signature = f"{kind} | process | {issue.written} | "
    finding = Finding(
        short_id(signature),
        kind,
        issue.written,
        "process",
        signature,
        issue.id,
        "not tried",
        0.0,
        0,
        0,
        "",
        severity_of(kind, "process", {}),
    )
    again = Again(scenario, dict(issue.knobs), "", sum(threads.values()), WRITTEN_S[kind])
    header = docstring([f"{issue.id}: {issue.title}.", "Exit status 1: it showed. 0: it did not."])
    return script(finding, again, header, seconds=WRITTEN_S[kind])


def must_say(issue: KnownIssue) -> str:
    """How a line begins that the program prints when it shows it.

    A stored proof says what it likes; one that is written says what `ftstress script` makes it say.
    """
    return "" if issue.proof else SEEN


def _scenario(name: str) -> ScenarioInfo:
    for file in suite_files():
        for event in describe_file(str(file)):
            if event["name"] == name:
                return info(event)
    raise ScenarioError(f"the suite has no scenario {name}")


def prove(
    issue: KnownIssue,
    target: Target,
    *,
    tries: int,
    control: bool,
    tell: Callable[[Run], None] = lambda one: None,
) -> Proven:
    """Run the proof until it shows, ``tries`` times at most; with ``control`` once more with the GIL on.

    Raises OSError when the target cannot be executed, and what ``text`` raises.
    """
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder:
        path = Path(folder) / f"{issue.id}.py"
        path.write_text(text(issue), encoding="utf-8")
        while len(runs) < tries and not any(one.seen for one in runs):
            runs.append(run(target, path, limit_s=LIMIT_S, must_say=must_say(issue)))
            tell(runs[-1])
            if issue.proof and runs[-1].failure:
                break  # one that is written and looks for a crash may meet an exception instead: another face of it
        with_gil = failure = None
        if control and target.free_threaded and runs[-1].seen:
            other = run(target, path, limit_s=LIMIT_S, with_gil=True, must_say=must_say(issue))
            with_gil, failure = other.seen, other.failure
    return Proven(issue, tuple(runs), with_gil, failure)

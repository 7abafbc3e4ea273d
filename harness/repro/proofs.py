"""The known-issue list, held against a target: whether each entry's proof shows without the harness what it says."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from statistics import median
from threading import Event, Lock
from typing import cast

from harness.builds.progress import Progress, Step
from harness.campaign.again import Again
from harness.campaign.plan import cores
from harness.campaign.select import ScenarioInfo, info
from harness.diagnosis.proof import program
from harness.kernel.amplifiers import Setting, settings
from harness.kernel.event_types import Details
from harness.kernel.known import KnownIssue
from harness.kernel.levers import OF_THE_PROCESS
from harness.kernel.loader import describe_file, find_scenario, load_file
from harness.kernel.pairs.subject import JOIN, PREFIX, describe_subjects, load_subjects
from harness.kernel.scenario import ModuleMissing, ScenarioError, actor_threads
from harness.kernel.signature import short_id
from harness.kernel.suite import subject_files, suite_files
from harness.record.result import Finding, Kind
from harness.record.severity import severity_of
from harness.record.target import Target
from harness.repro.bundle import NotScriptable
from harness.repro.racing import HANGS_S
from harness.repro.runs import GO_ON, SEEN, Run, Turns, run
from harness.repro.script import docstring, script

LIMIT_S = 120.0
"""A stored proof looks for 20 s at most; above this, whatever it is hangs."""
HARMLESS = ("wrong value", "exception out of nowhere")
"""Severities of which a reader may be handed the program."""
WRITTEN_S, PAIR_S = 20, 5
"""For so long one looks that is written on the spot; one of a pair comes to thousands of rounds in a second."""
PAIR_LIMIT_S = 10.0
"""Above this, one of a pair hangs: what it races may, and it looks at objects without a child of its own."""
GROWS_S = 60
"""For so long one looks that is written on the spot; a leak takes some rounds to grow."""
WRITING = Lock()
"""Scenario files are loaded by one thread at a time."""
IN_VAIN, IN_VAIN_S, IN_VAIN_MOST_S = 2, 0.5, 6.0
"""Where it is not to show it is looked for so many times as long as it took where it did, within bounds."""
WAITING = 6
"""Proofs that wait for what does not come, beside those that race."""


@dataclass(frozen=True)
class Proven:
    """What an entry's proof showed on a target, in so many runs."""

    issue: KnownIssue
    target: Target
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

    @property
    def as_listed(self) -> bool:
        """Whether it is what the list says: it shows where it applies, with the GIL on as the list says; else not."""
        if self.failure:
            return False
        if not self.issue.applies_to(self.target):
            return not self.shown
        return bool(self.shown) and self.with_gil in (None, self.issue.with_gil)


def texts(issue: KnownIssue) -> list[str]:
    """The programs that prove an entry, any of them: its findings, written out, or the stored one.

    Raises ScenarioError where the suite has no such scenario, NotScriptable where it cannot be written.
    """
    if issue.proof:
        return [program(issue).read_text(encoding="utf-8")]
    knobs = tuple(issue.knobs.items())
    return [_written(issue.id, issue.title, finding, knobs) for finding in issue.written]


def to_print(issue: KnownIssue) -> str:
    """A program for whoever reads a report; empty where it would crash or hang his interpreter, or there is none."""
    if not issue.proof and issue.severity not in HARMLESS:
        return ""
    try:
        return texts(issue)[0]
    except (NotScriptable, ScenarioError):
        return ""


@cache
def _written(number: str, title: str, signature: str, knobs: tuple[tuple[str, Setting], ...]) -> str:
    kind, oracle, name, where, *raised = signature.split(" | ")
    details: Details = {"exception": raised[0]} if raised else {}
    seconds = GROWS_S if kind == "leak" else WRITTEN_S
    if name.startswith(PREFIX):
        seconds = PAIR_S
        of_process = {name: setting for name, setting in knobs if name in OF_THE_PROCESS}
        again = Again(_subject(name), of_process, "", len(where.split(JOIN)), seconds, pairs=(where,))
        details |= cast("Details", {name: setting for name, setting in knobs if name not in of_process})
    else:
        scenario = _scenario(name)
        raced = find_scenario(scenario.file, scenario.name)
        threads = actor_threads(raced, settings(raced.amplifiers, dict(knobs)))
        again = Again(scenario, dict(knobs), "", sum(threads.values()), seconds)
    finding = Finding(
        short_id(signature),
        cast("Kind", kind),
        name,
        oracle,
        signature,
        number,
        "not tried",
        0.0,
        0,
        0,
        "",
        severity_of(kind, oracle, {}),
        details=details,
    )
    header = docstring([f"{number}: {title}.", "Exit status 1: it showed. 0: it did not."])
    return script(finding, again, header, seconds=seconds)


def must_say(issue: KnownIssue) -> str:
    """How a line begins that the program prints when it shows it.

    A stored proof says what it likes; one that is written says what `ftstress script` makes it say.
    """
    return "" if issue.proof else SEEN


@cache
def _scenario(name: str) -> ScenarioInfo:
    for file in suite_files():
        if name in load_file(str(file)):
            return next(info(event) for event in describe_file(str(file)) if event["name"] == name)
    raise ScenarioError(f"the suite has no scenario {name}")


@cache
def _subject(name: str) -> ScenarioInfo:
    missing = ScenarioError(f"the catalogue has no subject {name}")
    for file in subject_files():
        try:
            found = load_subjects(str(file))
        except ModuleMissing as error:  # what this Python lacks, another file may not need
            missing = error
            continue
        if name in found:
            return next(info(event) for event in describe_subjects(str(file)) if event["name"] == name)
    raise missing


def prove(
    issue: KnownIssue,
    target: Target,
    *,
    tries: int,
    limit_s: float = LIMIT_S,
    stop: Event = GO_ON,
    turns: Turns | None = None,
) -> Proven:
    """Run the proof until it shows, each of its programs ``tries`` times at most, each run in one of ``turns``.

    A run has at most ``limit_s``; ``stop`` ends it from another thread. Raises OSError when the target cannot be
    executed, and what ``texts`` raises.
    """
    runs: list[Run] = []
    for one in _programs(issue) * tries:
        if stop.is_set():
            break
        runs.append(_run(issue, target, one, limit_s, stop, turns or Turns(1)))
        # One that is written may meet another face of it: an exception, where it looks for a crash.
        if runs[-1].seen or (issue.proof and runs[-1].failure):
            break
    return Proven(issue, target, tuple(runs), None)


def controlled(proven: Proven, stop: Event = GO_ON, turns: Turns | None = None) -> Proven:
    """A proof that showed something, once more with the GIL on: for as long as that asks for. Raises what ``prove``
    raises.
    """
    issue, programs = proven.issue, _programs(proven.issue)
    one = programs[(len(proven.runs) - 1) % len(programs)]
    limit_s = LIMIT_S if issue.with_gil else in_vain_s(issue, proven.runs[-1].took_s)
    other = _run(issue, proven.target, one, limit_s, stop, turns or Turns(1), with_gil=True)
    return replace(proven, with_gil=other.seen, gil_failure=other.failure)


def _programs(issue: KnownIssue) -> list[str]:
    with WRITING:
        return texts(issue)


def _run(
    issue: KnownIssue,
    target: Target,
    one: str,
    limit_s: float,
    stop: Event,
    turns: Turns,
    with_gil: bool = False,
) -> Run:
    if issue.scenario.startswith(PREFIX) and not _hangs(issue):
        limit_s = min(limit_s, PAIR_LIMIT_S)
    with tempfile.TemporaryDirectory(prefix="ftstress-") as folder, turns.one() as rests:
        path = Path(folder) / f"{issue.id}.py"
        path.write_text(one, encoding="utf-8")
        done = run(
            target,
            path,
            limit_s=limit_s,
            with_gil=with_gil,
            must_say=must_say(issue),
            stop=stop,
            rests=rests,
        )
    return _judged(issue, done)


def _judged(issue: KnownIssue, one: Run) -> Run:
    """A program that is written looks for one face of its entry, and may die of the same: then it has shown it, too."""
    if one.died and not issue.proof and issue.severity not in HARMLESS:
        return replace(one, seen=True, failure=None)
    return one


def in_vain_s(issue: KnownIssue, took_s: float) -> float:
    """How long a run may take that is not to show it, where ``took_s`` is what one took that did.

    A program that waits for a hang takes so much longer to tell; one that looks for a crash may have met a hang.
    """
    met_s = took_s - HANGS_S if issue.written and took_s >= HANGS_S else took_s
    waits_s = HANGS_S if _hangs(issue) else 0.0
    return waits_s + min(max(IN_VAIN_S, IN_VAIN * met_s), IN_VAIN_MOST_S)


def _hangs(issue: KnownIssue) -> bool:
    """Whether a program of it is seen by what does not come back."""
    return any(line.startswith("hang") for line in issue.written)


@dataclass
class Holding:
    """A list of known issues, held against targets: first where each is to show; then where it is mended, for as long
    as that asks for; then with the GIL on, where it showed first.

    One race at a time for each two cores: two beside each other keep each other's threads apart, and show a tenth as
    often. What hangs waits beside those that race. What has not shown is tried again.
    """

    issues: Sequence[KnownIssue]
    targets: Sequence[Target]
    tries: int
    control: bool
    tell: Progress
    """Is told how many proofs have run, of each round."""
    stop: Event = field(default_factory=Event)
    done: dict[tuple[int, int], Proven] = field(default_factory=dict)
    """By the places of the issue and the target; those that a target never had are not in it."""

    def run(self) -> None:
        """Raises what ``prove`` raises."""
        places = [
            (row, column)
            for row, issue in enumerate(self.issues)
            for column, target in enumerate(self.targets)
            if issue.concerns(target)
        ]
        has = [place for place in places if self._applies(place)]
        race = Turns(max(1, cores() // 2))
        self._each("where it is to show", has, partial(self._once, turns=race, tries=1))
        again = [place for place in has if self._asks_again(place)]
        self._each("once more", again, partial(self._once, turns=race, tries=self.tries - 1))
        mended = [place for place in places if place not in has]
        self._each("where it is mended", mended, partial(self._in_vain, turns=race))
        if self.control:
            first = [*filter(None, map(self._first, range(len(self.issues))))]
            self._each("with the GIL on", first, partial(self._controlled, turns=Turns(cores())))

    def _each(
        self, what: str, places: Sequence[tuple[int, int]], hold: Callable[[tuple[int, int]], Proven]
    ) -> None:
        """What comes of each is ``done``, as it comes."""
        with ThreadPoolExecutor(cores() + WAITING) as pool:
            proofs = {pool.submit(hold, place): place for place in places}
            try:
                for number, proof in enumerate(as_completed(proofs), 1):
                    self.done[proofs[proof]] = proof.result()
                    self.tell(Step(what, number, len(places)))
            except BaseException:
                self.stop.set()
                pool.shutdown(cancel_futures=True)
                raise

    def _applies(self, place: tuple[int, int]) -> bool:
        return self.issues[place[0]].applies_to(self.targets[place[1]])

    def _asks_again(self, place: tuple[int, int]) -> bool:
        done = self.done[place]
        return not (done.shown or (done.failure and done.issue.proof))

    def _once(self, place: tuple[int, int], turns: Turns, tries: int) -> Proven:
        issue, target = self.issues[place[0]], self.targets[place[1]]
        before = self.done[place].runs if place in self.done else ()
        proven = prove(issue, target, tries=tries, stop=self.stop, turns=turns)
        return replace(proven, runs=before + proven.runs)

    def _in_vain(self, place: tuple[int, int], turns: Turns) -> Proven:
        """Where it is mended, it is looked for as long as the targets that have it ask for."""
        issue, target = self.issues[place[0]], self.targets[place[1]]
        took_s = [one.runs[-1].took_s for (row, _), one in self.done.items() if row == place[0] and one.shown]
        limit_s = in_vain_s(issue, median(took_s)) if took_s else LIMIT_S
        return prove(issue, target, tries=1, limit_s=limit_s, stop=self.stop, turns=turns)

    def _controlled(self, place: tuple[int, int], turns: Turns) -> Proven:
        return controlled(self.done[place], self.stop, turns)

    def _first(self, row: int) -> tuple[int, int] | None:
        """Where an issue showed in the shortest time, of the targets that can be run with the GIL; None: nowhere."""
        shown = [
            (one.runs[-1].took_s, place)
            for place, one in self.done.items()
            if place[0] == row and one.shown and one.target.free_threaded
        ]
        return min(shown)[1] if shown else None

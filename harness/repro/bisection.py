"""The commit that a finding came with, or left with: both ends measured, then ``git bisect``, building in one tree."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from harness.builds import git
from harness.builds.errors import NoRoom, NotBuilt
from harness.builds.fingerprint import NotATarget
from harness.builds.progress import Progress
from harness.builds.worktree import WorkTree, worktree
from harness.record.bisection import Answered, Begun, Judged, Past, Rated, Verdict, to_event
from harness.record.journal import Journal
from harness.record.target import Target
from harness.repro.bisect import CannotTell, look
from harness.repro.runs import Rate
from harness.repro.search import BadEnds, Ends, Search, subject
from harness.repro.shown import RUN_S, shown

Tell = Callable[[str], None]


class Bisection:
    """One search; what it has seen is in its journal, so that another process can go on with it."""

    def __init__(
        self, begun: Begun, past: Past, out: Path, *, limit_s: float, tell: Tell, progress: Progress
    ) -> None:
        """``limit_s``: how long it may take to measure each program at the bad end."""
        self._begun = begun
        self._clone = Path(begun.repository)
        self._out = out
        self._limit_s = limit_s
        self._tell = tell
        self._progress = progress
        self._rated = past.rated
        self._judged = {one.commit: one for one in past.judged}
        looks = [one.commit for one in past.judged]
        self._twice = {one for one in looks if looks.count(one) > 1}
        self._bad, self._good = (begun.older, begun.newer) if begun.fixed else (begun.newer, begun.older)

    def run(self, journal: Journal) -> Answered:
        """Search until one commit is left, or none of those left can be told.

        Raises BadEnds, CannotTell for an end, NotBuilt where the system refuses what any build needs (NoRoom: the disk
        is full), JournalError.
        """
        begun = self._begun
        with (
            tempfile.TemporaryDirectory(prefix="ftstress-") as folder,
            worktree(self._clone, begun.version, begun.debug, self._progress) as tree,
        ):
            script = Path(folder) / "script.py"
            search = self._anew(folder)
            steps = search.steps()
            # Each commit that does not show it is one chance to be wrong, and so is the good end.
            confidence = 1 - (1 - begun.confidence) / (steps + 1)
            rated = self._at_bad_end(tree, script, journal)
            program = begun.programs[rated.program]
            script.write_text(program.text, encoding="utf-8")

            def judge(commit: str, again: bool = False) -> Judged:
                if again or commit not in self._judged:
                    one = self._look(tree, commit, script, _rate(rated), confidence, program.must_say)
                    journal.append(to_event(one))
                    self._judged[commit] = one
                return self._judged[commit]

            self._check_good_end(judge(self._good))
            self._tell(f"{len(search.left()):,} commits between the ends{self._estimate(steps)}")
            while True:
                while (commit := search.next()) is not None:
                    self._tell_search(search, judge(commit))
                decisive = self._decisive(search.left())
                if decisive is None or decisive in self._twice:
                    break
                # One look in vain, while the machine was busier, would blame its neighbour.
                judged = judge(decisive, again=True)
                self._twice.add(decisive)
                self._tell(f"once more, as it decides: {subject(self._clone, decisive)}: {said(judged)}")
                if decisive == self._good:
                    self._check_good_end(judged)
                search = self._anew(folder)
            answer = Answered(tuple(search.left()))
            journal.append(to_event(answer))
            return answer

    def _anew(self, folder: str) -> Search:
        begun = self._begun
        ends = Ends(begun.older, begun.newer, begun.version, begun.parted)
        return Search(self._clone, Path(tempfile.mkdtemp(dir=folder)), ends)

    def _decisive(self, left: list[str]) -> str | None:
        """The commit beside the one that shows it last, or first: it does not. None where the commit is not found."""
        if len(left) > 1:
            return None
        before = git.said(self._clone, "rev-parse", f"{left[0]}^@").split()
        near = left if self._begun.fixed else before
        return next((one for one in near if one in self._judged), None)

    def _tell_search(self, search: Search, judged: Judged) -> None:
        newer = "does not show" if self._begun.fixed else "shows"
        skipped = judged.verdict == "skipped"
        search.tell(judged.commit, "skip" if skipped else "new" if judged.verdict == newer else "old")
        over = search.next() is None
        left = "" if over else f"; {len(search.left()):,} left{self._estimate(search.steps())}"
        self._tell(f"{subject(self._clone, judged.commit)}: {said(judged)}{left}")

    def _at_bad_end(self, tree: WorkTree, script: Path, journal: Journal) -> Rated:
        """How often it shows there. Raises BadEnds where it never does, CannotTell where it cannot be told."""
        if self._rated is None:
            where = self._named(self._bad)
            began = time.monotonic()
            try:
                target = self._build(tree, self._bad)
            except NoRoom:
                raise
            except (NotBuilt, NotATarget) as error:
                raise CannotTell(
                    f"{where} does not build, so nothing can be measured there: {error}"
                ) from error
            built_s = time.monotonic() - began
            self._rated = self._first_that_shows(target, script.parent, built_s)
            journal.append(to_event(self._rated))
        self._tell(f"bad end, {subject(self._clone, self._bad)}: {_rate(self._rated).said()}")
        return self._rated

    def _first_that_shows(self, target: Target, folder: Path, built_s: float) -> Rated:
        number, runs = shown(target, self._begun.programs, folder, self._limit_s)
        rate = Rate.of(runs, RUN_S)
        if not rate.hits:
            where, took_s = self._named(self._bad), sum(one.took_s for one in runs)
            raise BadEnds(
                f"it never shows at {where}: 0 of {len(runs)} runs in {took_s:.0f} s; name a commit that shows it, or"
                " give it longer with --limit"
            )
        mean_s, built_s = round(rate.mean_s, 4), round(built_s, 1)
        return Rated(self._bad, number, rate.hits, rate.runs, rate.limit_s, mean_s, built_s)

    def _check_good_end(self, judged: Judged) -> None:
        where = self._named(self._good)
        self._tell(f"good end, {subject(self._clone, judged.commit)}: {said(judged)}")
        if judged.verdict == "skipped":
            raise CannotTell(f"{where} cannot be told: {judged.reason}")
        if judged.verdict == "shows":
            earlier = "a later" if self._begun.fixed else "an earlier"
            raise BadEnds(f"it shows at {where}, too: name {earlier} commit that does not show it")

    def _look(
        self, tree: WorkTree, commit: str, script: Path, rate: Rate, confidence: float, must_say: str
    ) -> Judged:
        began = time.monotonic()
        built_s = 0.0
        try:
            target = self._build(tree, commit)
            built_s = time.monotonic() - began
            answer = look(target, script, rate, confidence, lambda one: None, must_say)
        except NoRoom:
            raise
        except (NotBuilt, NotATarget, CannotTell) as error:
            took_s = built_s or time.monotonic() - began
            return Judged(commit, "skipped", str(error), round(took_s, 1), 0, 0.0)
        verdict: Verdict = "shows" if answer.seen else "does not show"
        return Judged(commit, verdict, "", round(built_s, 1), answer.runs, round(answer.looked_s, 2))

    def _build(self, tree: WorkTree, commit: str) -> Target:
        return tree.build(commit, self._out / "logs" / f"{commit[:11]}.log")

    def _named(self, end: str) -> str:
        """An end as it was asked for, or what stands for it."""
        begun = self._begun
        if begun.parted and end == begun.older:
            return f"{end[:11]}, where {begun.good} and {begun.bad} parted"
        return f"--bad {begun.bad}" if end == self._bad else f"--good {begun.good}"

    def _estimate(self, steps: int) -> str:
        """What is still to come; the first build, which is one from nothing, says nothing of the others."""
        took = [one.built_s + one.looked_s for one in self._judged.values()]
        minutes = steps * sum(took) / len(took) / 60
        return f", about {steps} more to look at, {minutes:.0f} min"


def _rate(rated: Rated) -> Rate:
    return Rate(rated.hits, rated.runs, rated.limit_s, rated.mean_s)


def said(judged: Judged) -> str:
    """A verdict in words."""
    if judged.verdict == "skipped":
        return f"skipped: {judged.reason}"
    runs = f"{judged.runs} run{'s' * (judged.runs != 1)}"
    return f"{judged.verdict} ({runs} in {judged.looked_s:.1f} s, built in {judged.built_s:.0f} s)"

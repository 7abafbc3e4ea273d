"""A campaign of random programs.

What one shows is doubted until the smallest program that shows the same has been raced by itself, in a fresh child:
that is the finding.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from harness.campaign.corpus import usable
from harness.campaign.drawn import Deadly, Drawer
from harness.campaign.kind import Kind
from harness.campaign.options import Options
from harness.campaign.pairs import SERVED, at_once
from harness.campaign.plan import FUZZ, PlannedTrial, filled, why_skipped
from harness.campaign.select import ScenarioInfo
from harness.campaign.servers import serving
from harness.campaign.shown import Shown
from harness.campaign.smaller import candidates, finer, first_chunk
from harness.kernel import known
from harness.kernel.pairs.program import WORLD, as_pair, is_program, parse
from harness.kernel.pairs.subject import JOIN
from harness.record.target import Target

PROGRAM_S = 0.03
"""Seconds of a program."""
TOGETHER = 16
"""Programs of a child; those that it does not come to, for it dies or its time is over, are not missed."""
CANDIDATE_S = 0.1
"""Seconds of a smaller program, which must show the same."""
LONGER = 4
"""Times that, where no program with an operation less has shown it: what is rare needs more."""
LAST_S = 0.5
"""Seconds of the smallest one, by itself."""
TRIES = 3
AT_ONCE = 2
"""Programs that are made smaller at one time: what the first turns out to be explains many of those behind it."""
LEAD_S = -0.5
"""A program has a row at least, and a child so many programs: the next one is started when it has ended, or is late."""
IDLE = 30
"""Turns over all subjects without a program, until it is taken that there is none."""
SHORTEST_S = 2 * TOGETHER * PROGRAM_S + TOGETHER * CANDIDATE_S
"""No trial gets less than its time because others have not come yet."""


@dataclass
class _Shrinking:
    """A program that has shown something, on its way to the smallest one that shows the same."""

    text: str
    symptom: str
    chunk: int
    """Operations that are left out at once; 0: its world becomes plainer; below: that was all."""
    times: int = 1
    """For how many times as long as others its candidates are raced."""
    running: tuple[str, int] | None = None
    """The trial of these: its subject, and its index."""
    tried: tuple[str, ...] = ()
    """What that trial has."""
    left: tuple[str, ...] = ()
    """Candidates that the trial before did not come to."""
    found: bool = False
    """Whether the smallest one has shown it, by itself."""

    def next(self) -> tuple[tuple[str, ...], float, bool]:
        """The programs to race next, for how long each, and whether what shows is the finding."""
        while self.chunk >= 0 and not self.left:
            self.left = tuple(candidates(self.text, self.chunk))
            if not self.left:
                self._finer()
        self.tried, self.left = self.left or (self.text,), ()
        last = self.chunk < 0
        return self.tried, (LAST_S if last else CANDIDATE_S) * self.times, last

    def is_over(self, symptoms: Sequence[tuple[str, str]], begun: Sequence[str]) -> bool:
        """Take in what the trial came to and showed: programs with their symptoms, or the finding itself."""
        # The smallest one has another name where it is a pair; a child that died before any has shown nothing.
        asked = self.tried if self.chunk >= 0 else begun
        smaller = next(
            (text for text, symptom in symptoms if symptom == self.symptom and text in asked), None
        )
        if self.chunk < 0:
            self.times += 1
            self.found = smaller is not None
            return self.found or self.times > TRIES
        if smaller is None and begun:
            self.left = tuple(text for text in self.tried if text not in begun)
            if self.left:
                return False
        if smaller is not None:
            self.text, self.times = smaller, 1
            self.chunk = min(self.chunk, first_chunk(self.text))
        elif self.chunk == 1 and self.times == 1:
            self.times = LONGER
        else:
            self._finer()
        return False

    def _finer(self) -> None:
        self.times = 1
        self.chunk = finer(self.chunk)


class _Plan:
    """Programs around each subject in turn, and, between them, what makes those smaller that showed something."""

    def __init__(
        self,
        subjects: Sequence[ScenarioInfo],
        target: Target,
        options: Options,
        shown: Shown,
        corpus: Sequence[str],
    ) -> None:
        self.subjects = {one.name: one for one in subjects}
        self.seed = options.seed
        self.slower = target.stretch
        self.shown = shown
        self.begun = {one.name: shown.begun(one.name) for one in subjects}
        deadly = Deadly(known.load(), target)
        self.drawer = Drawer(subjects, deadly)
        self.corpus = [str(one) for one in usable(corpus, subjects) if not deadly.has(one)]
        self.running = [
            (name, index)
            for name, begun in self.begun.items()
            for index in range(begun)
            if shown.has_ended(name, index)
        ]
        """Trials of new programs of which it has not been asked what they showed: subject and index. Of a campaign that
        is gone on with nobody knows what was made smaller.
        """
        self.shrinking: list[_Shrinking] = []
        self.explained: list[tuple[str, frozenset[str]]] = []
        """Symptoms that are found, with the operations that it took."""

    def trials(self) -> Iterator[PlannedTrial]:
        """New programs, first those that have shown something before, and what makes programs smaller. Without end, but
        where no subject leaves anything that may stand.
        """
        fresh = self._fresh()
        while True:
            yield from self._smaller()
            if (one := next(fresh, None)) is None:
                return
            yield one

    def _fresh(self) -> Iterator[PlannedTrial]:
        for one in self.corpus:
            yield self._drawn(self._home(one), (one,))
        turn = sum(self.begun.values())  # of a campaign that is gone on with each turn had a trial at least
        idle = 0
        while idle < IDLE:
            draw = random.Random(f"{self.seed}:{turn}:programs")
            for subject in draw.sample([*self.subjects.values()], len(self.subjects)):
                programs = [self.drawer.program(subject, draw) for _ in range(TOGETHER)]
                if some := tuple(str(one) for one in programs if one):
                    idle = 0
                    yield self._drawn(subject.name, some)
            turn += 1
            idle += 1

    def _smaller(self) -> Iterator[PlannedTrial]:
        """The next step of each of the programs that are being made smaller and whose last one is over."""
        for subject, index in [*self.running]:
            if self.shown.has_ended(subject, index):
                self.running.remove((subject, index))
                for text, symptom in self.shown.symptoms(subject, index):
                    if is_program(text) and not self._is_explained(text, symptom):
                        self.shrinking.append(_Shrinking(text, symptom, first_chunk(text)))
        for one in self.shrinking[:AT_ONCE]:
            if one not in self.shrinking:
                continue  # what the one before it turned out to be explains it
            if one.running is not None and not self.shown.has_ended(*one.running):
                continue
            if one.running is not None:
                symptoms = self.shown.symptoms(*one.running)
                begun = self.shown.pairs(*one.running) or []
                if one.is_over(symptoms, begun):
                    self._leave(one)
                    continue
            programs, seconds, is_last = one.next()
            subject = self._home(one.text)
            one.running = subject, self._next(subject)
            if is_last:
                programs = (self._named(one.text),)
            yield self._planned(subject, one.running[1], programs, seconds, tentative=not is_last)

    def _drawn(self, subject: str, programs: tuple[str, ...]) -> PlannedTrial:
        index = self._next(subject)
        self.running.append((subject, index))
        return self._planned(subject, index, programs, PROGRAM_S, tentative=True)

    def _planned(
        self, subject: str, index: int, programs: tuple[str, ...], seconds: float, tentative: bool
    ) -> PlannedTrial:
        return PlannedTrial(
            self.subjects[subject],
            index,
            filled(self.subjects[subject]),
            f"{self.seed}:{subject}:{index}",
            max(one.partition(WORLD)[0].count(JOIN) + 1 for one in programs),
            seconds * len(programs) * self.slower,
            pairs=programs,
            tentative=tentative,
        )

    def _next(self, subject: str) -> int:
        """The index of the subject's next trial."""
        self.begun[subject] += 1
        return self.begun[subject] - 1

    def _home(self, text: str) -> str:
        """The subject that a program's trials are of: its first object's, or the one whose file is nobody's else."""
        members = [member.name for member in parse(text).members]
        own = {one.name for one in self.drawer.catalogue}
        return next((one for one in members if one not in own), members[0])

    def _named(self, text: str) -> str:
        """The smallest program; where it is a pair of one subject, by the name that the pair has everywhere."""
        pair = as_pair(parse(text))
        if pair is None:
            return text
        either = pair, JOIN.join(reversed(pair.split(JOIN)))
        return next((one for one in self.subjects[self._home(text)].pairs if one in either), pair)

    def _is_explained(self, text: str, symptom: str) -> bool:
        touched = _touched(text)
        return any(symptom == other and operations <= touched for other, operations in self.explained)

    def _leave(self, one: _Shrinking) -> None:
        """Where the smallest has shown it, others that hold it and show it need not be made smaller. What was given up
        explains nothing.
        """
        self.shrinking.remove(one)
        if one.found:
            self.explained.append((one.symptom, _touched(one.text)))
            self.shrinking = [
                other for other in self.shrinking if not self._is_explained(other.text, other.symptom)
            ]


def _touched(text: str) -> frozenset[str]:
    """The operations of a program, each with the subjects that it is of: what is done to the whole world is of all."""
    program = parse(text)
    return frozenset(
        f"{program.members[number].name}.{one.name}"
        for thread in program.threads
        for one in thread
        for number in (one.members() or range(len(program.members)))
    )


def programs(corpus: Sequence[str] = ()) -> Kind:
    """Campaigns that begin with the programs of a corpus, and go on with those that are drawn."""

    def trials(
        scenarios: Sequence[ScenarioInfo], target: Target, options: Options, shown: Shown
    ) -> Iterator[PlannedTrial]:
        subjects = [one for one in scenarios if one.pairs and why_skipped(one, target, FUZZ) is None]
        if subjects:
            yield from _Plan(subjects, target, options, shown, corpus).trials()

    return Kind(FUZZ, trials, at_once, SHORTEST_S, LEAD_S, partial(serving, SERVED))

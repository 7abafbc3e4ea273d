"""Random programs, drawn from a seed: the same seed and the same subjects give the same programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from random import Random

from harness.campaign.select import ScenarioInfo
from harness.campaign.triples import operations, writers
from harness.kernel.known import KnownIssue
from harness.kernel.pairs.places import PLACES
from harness.kernel.pairs.program import DROP, HOLD, NEW, Member, Operation, Program
from harness.kernel.pairs.subject import JOIN, PREFIX
from harness.kernel.pairs.world import BETWEEN, WHOLE
from harness.kernel.suite import subject_files
from harness.record.target import Target

OPERATIONS = (5, 30)
"""Of a program, all threads together."""
SHORT = 8
"""Operations that half of the programs have at most: of these the orders can be tried."""
THREADS, THREAD_SHARES = (2, 3, 4), (6, 3, 1)
OBJECTS, OBJECT_SHARES = (1, 2, 3), (2, 5, 3)
DEEPEST, DEPTH_SHARES = (0, 1, 2), (5, 3, 2)
"""Places around an object."""
OFTEN = 3
"""Times that a program has the same operation: what doubles doubles so often, and not more."""
ALIKE = 0.25
"""How often another object is of the same subject."""
TRIES = 30
"""Until a program's next operation is given up: all that there are were refused."""

APART = {
    "system": "what it sets is the whole process's",
    "switches": "what it switches is the whole process's",
    "services": "what it switches on is the whole process's",
    "ssl_objects": "a connection is not for two threads: OpenSSL takes the process down",
    "sqlite_objects": "a cursor is not for two threads: SQLite takes the process down",
    "importing": "modules are the whole process's",
    "namespaces": "the names that it changes are the whole process's",
    "registries": "what it registers is the whole process's",
    "threads": "its operations start threads and signals of their own",
    "locks": "its operations wait for one another",
    "waiting": "its operations wait for one another",
    "tasks": "an event loop is its thread's",
    "contexts": "a context is its thread's",
    "c_functions": "C functions say SystemError to an object of another type, and it may be given one",
    "foreign": "ctypes goes into memory as it is told, and it may be given what is none of its own",
    "own_writes": "each of its threads has its own names",
    "codec_registry": "codecs are the whole process's",
    "error_handlers": "error handlers are the whole process's",
    "local_context": "a context is its thread's",
}
"""By file, or by subject: what cannot be an object among others, with the reason."""
ENDLESS = {"pairs.count", "pairs.count_by_steps", "pairs.cycle", "pairs.repeat"}
"""Subjects that are gone through only by operations of their own, which know when to stop."""


def why_apart(subject: ScenarioInfo) -> str | None:
    """Why no program can have it, or None."""
    return APART.get(Path(subject.file).stem) or APART.get(subject.name.removeprefix(PREFIX))


class Deadly:
    """Which operations of a subject are known to take a target down, or to hang it, beside which: programs are drawn
    without them, for else most would show nothing else.
    """

    def __init__(self, issues: Sequence[KnownIssue], target: Target) -> None:
        self.issues = [issue for issue in issues if issue.applies_to(target)]
        self.of: dict[str, frozenset[frozenset[str]]] = {}
        self.into = {name: self.stores(name) for name in PLACES}
        """By a place's name: what ``stores`` gives."""

    def pairs(self, subject: ScenarioInfo) -> frozenset[frozenset[str]]:
        """Of a subject, each as the set of its operations."""
        if subject.name not in self.of:
            issues = [issue for issue in self.issues if issue.covers(subject.name)]
            self.of[subject.name] = frozenset(
                frozenset(pair.split(JOIN))
                for pair in (subject.pairs if issues else ())
                if any(_kills(issue, subject.name, pair) for issue in issues)
            )
        return self.of[subject.name]

    def stores(self, name: str) -> frozenset[str]:
        """What may not be done to an object in a place of that name, for a store into such a place is known to be
        deadly beside another, or a read: ``NEW``, ``HOLD``, ``DROP``.
        """
        place = PLACES[name]
        puts = place.puts, (place.gets, place.puts)
        drops = place.drops, (place.gets, place.puts, place.drops)
        return frozenset(
            own
            for own, (store, beside) in ((NEW, puts), (HOLD, puts), (DROP, drops))
            if any(
                _kills(issue, place.subject, store + JOIN + other)
                for issue in self.issues
                for other in beside
            )
        )

    def has(self, program: Program) -> bool:
        """Whether it is known what the program does to the target."""
        name = program.members[0].name
        return any(_kills(issue, name, str(program)) for issue in self.issues)


def _kills(issue: KnownIssue, subject: str, pair: str) -> bool:
    return any(issue.matches(subject, f"{kind} | process | {subject} | {pair}") for kind in ("crash", "hang"))


class Drawer:
    """Draws programs around a subject."""

    def __init__(self, subjects: Sequence[ScenarioInfo], deadly: Deadly) -> None:
        self.subjects = subjects
        self.deadly = deadly

    @cached_property
    def catalogue(self) -> list[ScenarioInfo]:
        """Those of the subjects that every program may have."""
        files = {str(path) for path in subject_files()}
        return [one for one in self.subjects if one.file in files]

    def program(self, main: ScenarioInfo, draw: Random) -> Program | None:
        """One whose first object is of that subject; None where what is known of it leaves too little."""
        objects = self._objects(main, draw)
        members = tuple(_member(one, draw) for one in objects)
        count = draw.choices(THREADS, THREAD_SHARES)[0]
        least, most = OPERATIONS
        length = draw.randint(least, SHORT if draw.random() < 0.5 else most)
        order = [number % count for number in range(length)]
        threads: list[list[Operation]] = [[] for _ in range(count)]
        wild = draw.random() < 0.5
        for number in order:
            step = self._step(objects, members, threads, number, draw, wild)
            if step is not None:
                threads[number].append(step)
            elif not any(threads):
                return None  # the subject has nothing that may stand
        done = tuple(tuple(thread) for thread in threads if thread)
        if len(done) < min(THREADS) or sum(map(len, done)) < least:
            return None
        return Program(done, members).with_threads(done)

    def _objects(self, main: ScenarioInfo, draw: Random) -> list[ScenarioInfo]:
        others = self.catalogue if main in self.catalogue else [*self.catalogue, main]
        objects = [main]
        while len(objects) < draw.choices(OBJECTS, OBJECT_SHARES)[0]:
            objects.append(main if draw.random() < ALIKE else draw.choice(others))
        return objects

    def _step(
        self,
        objects: Sequence[ScenarioInfo],
        members: Sequence[Member],
        threads: Sequence[Sequence[Operation]],
        thread: int,
        draw: Random,
        wild: bool,
    ) -> Operation | None:
        """The next operation of a thread; None where none was found that may stand beside the others."""
        had = Counter(one for some in threads for one in some)
        for _ in range(TRIES):
            step = self._drawn(objects, draw, wild) if had else self._of_subject(objects, 0, draw)
            if had[step] < OFTEN and self._may_stand(step, objects, members, threads, thread):
                return step
        return None

    def _drawn(self, objects: Sequence[ScenarioInfo], draw: Random, wild: bool) -> Operation:
        number = draw.randrange(len(objects))
        other = draw.randrange(len(objects))
        kind = draw.random()
        if kind < 0.1:
            return Operation(number, draw.choice((NEW, NEW, DROP)), True)
        if wild and kind < 0.15:
            return Operation(number, HOLD, True, other)
        if wild and kind < 0.3:
            return Operation(number, draw.choice([*BETWEEN]), True, other)
        if wild and kind < 0.35:
            return Operation(None, draw.choice([*WHOLE]), True)
        return self._of_subject(objects, number, draw, other if wild and draw.random() < 0.3 else None)

    def _of_subject(
        self, objects: Sequence[ScenarioInfo], number: int, draw: Random, other: int | None = None
    ) -> Operation:
        writing = writers(objects[number])
        some = writing if writing and draw.random() < 0.5 else operations(objects[number])
        return Operation(number, draw.choice(some), False, other)

    def _may_stand(
        self,
        step: Operation,
        objects: Sequence[ScenarioInfo],
        members: Sequence[Member],
        threads: Sequence[Sequence[Operation]],
        thread: int,
    ) -> bool:
        """Whether it is not known to be deadly beside what other threads do. What the world does to an object is taken
        for any of its operations.
        """
        if step.own:
            if step.name in (NEW, DROP, HOLD):
                assert step.member is not None
                return all(step.name not in self.deadly.into[one] for one in members[step.member].places[-1:])
            touched = step.members() if step.member is not None else range(len(objects))
            some = [objects[one] for one in touched]
            return not any(one.name in ENDLESS or self.deadly.pairs(one) for one in some)
        assert step.member is not None
        pairs = self.deadly.pairs(objects[step.member])
        if not pairs:
            return True
        beside = {
            one.name
            for number, some in enumerate(threads)
            for one in some
            if number != thread and one.member == step.member and not one.own
        }
        alone = all(frozenset((step.name, other)) in pairs for other in operations(objects[step.member]))
        return not alone and not any(frozenset((step.name, other)) in pairs for other in beside)


def _member(subject: ScenarioInfo, draw: Random) -> Member:
    depth = draw.choices(DEEPEST, DEPTH_SHARES)[0]
    name = f"{Path(subject.file).stem}.{subject.name.removeprefix(PREFIX)}"
    return Member(name, draw.randrange(2), tuple(draw.choices([*PLACES], k=depth)))

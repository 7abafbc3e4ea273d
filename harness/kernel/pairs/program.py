"""A random program as text: what each thread does, one operation after the other, in a small world of subjects.

``0.append,1:new+0.pop,1.next:0@lists.list*1>cell>dict;generators.generator_of_strings*0`` is two threads. The world
has two objects: number 0 is a list, of the second of its subject's sizes, kept in a dict that is kept in a cell. What
threads do to them:

``0.append``    an operation of the subject, as in a pair
``1.next:0``    the same, given object 0 where a pair gives it a string
``1:new``       a fresh one in its place; what was there is let go of
``1:drop``      nothing in its place
``0:hold:1``    object 1 in the place of object 0
``0:extend:1``  an operation between two objects, of ``BETWEEN``
``:repr``       an operation on the whole world, of ``WHOLE``
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial, prod

from harness.kernel.pairs.places import place
from harness.kernel.pairs.subject import JOIN, PREFIX, THEN

WORLD, NEXT, INSIDE, OF_SIZE = "@", ";", ">", "*"
"""What stands before a program's world, between its objects, before the place that one is kept in, and its size."""
OPERATION = re.compile(r"(?P<member>\d*)(?P<mark>[.:])(?P<name>\w+)(?::(?P<other>\d+))?")
NEW, DROP, HOLD = "new", "drop", "hold"


@dataclass(frozen=True)
class Operation:
    """One operation of a program."""

    member: int | None
    """The object that it is done to; None: all of them."""
    name: str
    own: bool
    """Whether it is the world's own: not of the object's subject."""
    other: int | None = None
    """The object that it is given."""

    def __str__(self) -> str:
        member = "" if self.member is None else self.member
        given = "" if self.other is None else f":{self.other}"
        return f"{member}{':' if self.own else '.'}{self.name}{given}"

    def members(self) -> list[int]:
        """The objects that it names."""
        return [one for one in (self.member, self.other) if one is not None]


@dataclass(frozen=True)
class Member:
    """One object of a program's world."""

    subject: str
    """``lists.list``: the file of its subject, and the subject's name."""
    size: int
    """Which of the subject's sizes it has."""
    places: tuple[str, ...] = ()
    """Where it is kept, outermost first: see ``places.PLACES``."""

    def __str__(self) -> str:
        return INSIDE.join((f"{self.subject}{OF_SIZE}{self.size}", *self.places))

    @property
    def name(self) -> str:
        """The subject's name: ``pairs.list``."""
        return PREFIX + self.subject.partition(".")[2]


Threads = tuple[tuple[Operation, ...], ...]


@dataclass(frozen=True)
class Program:
    """What each thread does, and in what world."""

    threads: Threads
    members: tuple[Member, ...]

    def __str__(self) -> str:
        threads = JOIN.join(THEN.join(map(str, thread)) for thread in self.threads)
        return f"{threads}{WORLD}{NEXT.join(map(str, self.members))}"

    @property
    def length(self) -> int:
        """Operations of all threads."""
        return sum(map(len, self.threads))

    def orders(self) -> int:
        """In how many orders its operations can be done one at a time."""
        return factorial(self.length) // prod(factorial(len(thread)) for thread in self.threads)

    def with_threads(self, threads: Threads) -> Program:
        """The program with these threads; objects that none of them names are gone, and the others numbered anew."""
        used = sorted({one for thread in threads for step in thread for one in step.members()})
        used = used or [0]  # of operations on the whole world something must be left
        number = {old: new for new, old in enumerate(used)}

        def moved(one: int | None) -> int | None:
            return None if one is None else number[one]

        return Program(
            tuple(
                tuple(replace(step, member=moved(step.member), other=moved(step.other)) for step in thread)
                for thread in threads
            ),
            tuple(self.members[one] for one in used),
        )


def is_program(text: str) -> bool:
    """Whether it is a program's text, and no pair's name."""
    return WORLD in text


def parse(text: str) -> Program:
    """The program that a text is. Raises ValueError where it is none."""
    threads, _, world = text.partition(WORLD)
    members = tuple(map(_member, world.split(NEXT)))
    program = Program(
        tuple(tuple(map(_operation, thread.split(THEN))) for thread in threads.split(JOIN)), members
    )
    named = [one for thread in program.threads for step in thread for one in step.members()]
    if any(one >= len(members) for one in named):
        raise ValueError(f"{text} names an object that its world has not")
    return program


def pairs_in(text: str) -> list[tuple[str, str]]:
    """The pairs of a program, each with its subject's name: what different threads do to the same object, and to what
    it is kept in; and each operation, and what the world does to an object, as ``?``, beside another ``?``, which
    stands for any.
    """
    program = parse(text)
    done = [
        (number, one)
        for number, thread in enumerate(program.threads)
        for one in dict.fromkeys(thread)
        if one.member is not None and not one.own
    ]
    alone = [(one.member, one.name, "?") for _, one in done]
    alone += [(number, "?", "?") for number in range(len(program.members))]
    beside = [
        (one.member, one.name, other.name)
        for (first, one), (second, other) in combinations(done, 2)
        if first != second and one.member == other.member
    ]
    named = dict.fromkeys(beside + alone)
    return [
        (program.members[member].name, name + JOIN + other)
        for member, name, other in named
        if member is not None
    ] + _of_places(program)


def _of_places(program: Program) -> list[tuple[str, str]]:
    """What different threads do to that in which an object is kept, as operations of the catalogue."""
    found: dict[tuple[str, str], None] = {}
    for number, member in enumerate(program.members):
        if not member.places:
            continue
        kept = place(member.places[-1])
        stores = {NEW: kept.puts, HOLD: kept.puts, DROP: kept.drops}
        done = [
            (thread, stores.get(one.name, kept.gets) if one.own and one.member == number else kept.gets)
            for thread, some in enumerate(program.threads)
            for one in dict.fromkeys(some)
            if one.member is None or number in one.members()
        ]
        for (first, name), (second, other) in combinations(done, 2):
            if first != second:
                found[kept.subject, name + JOIN + other] = None
    return [*found]


def as_pair(program: Program) -> str | None:
    """The name of the pair, or triple, of one object's operations that the program is; of one operation alone, that of
    the operation beside itself. None where it is more.
    """
    (first, *others) = program.members
    steps = [thread[0] for thread in program.threads]
    plain = all(one.member == 0 and not one.own and one.other is None for one in steps)
    if others or first.places or program.length > len(steps) or not plain:
        return None
    return JOIN.join(one.name for one in (steps if len(steps) > 1 else steps * 2))


def _operation(text: str) -> Operation:
    found = OPERATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no operation of a program")
    member, mark, name, other = found.groups()
    return Operation(
        int(member) if member else None, name, mark == ":", None if other is None else int(other)
    )


def _member(text: str) -> Member:
    subject, *places = text.split(INSIDE)
    name, mark, size = subject.partition(OF_SIZE)
    if not (mark and size.isdigit() and "." in name):
        raise ValueError(f"{text!r} is no object of a program's world")
    return Member(name, int(size), tuple(places))

"""A program's world as a subject: objects of the catalogue in one another's places, and what threads do to them.

It is written as Python and compiled, so that a script shows what was raced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from harness.kernel.pairs.places import place
from harness.kernel.pairs.program import DROP, HOLD, NEW, Member, Operation, Program
from harness.kernel.pairs.subject import (
    PROCESS,
    PROMISES,
    VALUES,
    Promise,
    Step,
    Subject,
    find_subject,
    steps,
)
from harness.kernel.scenario import ScenarioError
from harness.kernel.suite import subject_files

BETWEEN = {
    "extend": "A.extend(B)",
    "update": "A.update(B)",
    "iadd": "operator.iadd(A, B)",
    "ior": "operator.ior(A, B)",
    "add": "A + B",
    "contains": "B in A",
    "eq": "A == B",
    "slice": "A.__setitem__(slice(1, 2), B)",
    "call": "A(B)",
    "zip": "list(zip(A, B))",
    "map": "list(map(A, B))",
    "isinstance": "isinstance(B, A)",
    "getattr": "getattr(A, B)",
    "format": "A % B",
    "sum": "sum(A, B)",
    "chain": "collections.deque(itertools.chain(A, B), 3)",
}
"""What is done to an object A with another one, B."""
WHOLE = {
    "repr": "repr(o)",
    "copy": "copy.deepcopy(o)",
    "pickle": "pickle.dumps(o)",
    "marshal": "marshal.dumps(o)",
    "json": "json.dumps(o, default=str)",
    "eq": "o == [*o]",
    "referents": "gc.get_referents(*o)",
    "collect": "gc.collect()",
    "sort": "sorted(o)",
}
"""What is done to the world as a whole."""
MODULES = ("collections", "copy", "gc", "itertools", "json", "marshal", "operator", "pickle", "types")
HELPERS = {
    "defaulted": "def defaulted(h):\n    def function(h=h): return h\n    return function",
    "kept": "def kept(h):\n    def frame(h):\n        yield\n    made = frame(h)\n    next(made)\n    return made",
}
MAY_RAISE = ("AttributeError", "IndexError", "KeyError", "ValueError", "RuntimeError", "TypeError")
"""What a place raises where another thread has just removed what was in it."""


class World(Subject):
    """The world of one program, an object of which is a list of what its members are kept in."""

    sizes: ClassVar[tuple[int, ...]] = (0,)

    def __init__(self, program: Program, file: str) -> None:
        """Raises ScenarioError where a subject, an operation or a place is not there."""
        self.program = program
        self.found = [subject_of(member, file)() for member in program.members]
        namespace: dict[str, Any] = {}
        exec("\n".join((f"import {', '.join(MODULES)}", *HELPERS.values())), namespace)
        for number, subject in enumerate(self.found):
            namespace[f"fresh_{number}"] = subject.fresh
        self.declared: dict[str, Step] = {}
        declared = [steps(type(one)) for one in self.found]
        for operation in dict.fromkeys(one for thread in program.threads for one in thread):
            self.declared[str(operation)] = self._step(operation, declared, namespace)
        exec(made(program, self.size_of), namespace)
        self._fresh: Callable[[], list[Any]] = namespace["fresh"]
        gets = [f"lambda o: {got(program, number)}" for number in range(len(self.found))]
        self._get: list[Callable[[Any], Any]] = [eval(one, namespace) for one in gets]

    def size_of(self, number: int) -> int:
        """What ``fresh`` of the member's subject is called with."""
        sizes = self.found[number].sizes
        return sizes[self.program.members[number].size % len(sizes)]

    def fresh(self, size: int) -> list[Any]:
        """A world in which nothing was done."""
        return self._fresh()

    def left(self, o: Any) -> Any:
        """What is left of each member; of one that is gone, nothing."""
        return [subject.left(one) if is_there else None for subject, (is_there, one) in self._members(o)]

    def wrong(self, o: Any) -> str:
        """What does not agree with itself in a member."""
        found = (subject.wrong(one) for subject, (is_there, one) in self._members(o) if is_there)
        return next(filter(None, found), "")

    def _members(self, o: Any) -> Iterator[tuple[Subject, tuple[bool, Any]]]:
        for subject, get in zip(self.found, self._get, strict=True):
            try:
                there = True, get(o)
            except Exception:  # noqa: BLE001  # the place says so in its own way
                there = False, None
            yield subject, (there and there[1] is not None, there[1])

    def _step(self, operation: Operation, declared: list[dict[str, Step]], namespace: dict[str, Any]) -> Step:
        known: Step | None = None
        if not operation.own:
            assert operation.member is not None
            name = f"{operation.name}_{operation.member}"
            known = declared[operation.member].get(operation.name)
            if known is None:
                raise ScenarioError(
                    f"{self.program.members[operation.member].subject} has no operation named {operation.name}"
                )
            namespace[name] = known.do
        exec(source(self.program, operation, "do", self.size_of), namespace)
        do = namespace.pop("do")
        promise, may_raise = _promised(self.program, operation, known)
        if (
            operation.member is not None
        ):  # of one that promises nothing its subject may find anything, whoever made it
            promise = min(promise, self.found[operation.member].most, key=PROMISES.index)
        return Step(
            str(operation),
            do,
            known.writes if known else operation.own,
            promise,
            known.lock if known else None,
            may_raise,
            known.lets_raise if known else (),
            known.text if known else False,
        )


def subject_of(member: Member, file: str) -> type[Subject]:
    """The subject of a member: in the file given, or in the catalogue. Raises ScenarioError."""
    return find_subject(file_of(member, file), member.name)


def file_of(member: Member, file: str) -> str:
    """The file that its subject is in: the one given where that has the name, else the catalogue's."""
    stem = member.subject.partition(".")[0]
    if Path(file).stem == stem:
        return file
    return next((str(path) for path in subject_files() if path.stem == stem), file)


def _promised(program: Program, operation: Operation, known: Step | None) -> tuple[Promise, tuple[str, ...]]:
    """What is promised of an operation, and what it may raise in a race.

    An operation that goes through a place takes two steps, the place's and its own: it is not atomic. What comes of
    objects in places that their subjects know nothing of is not judged at all.
    """
    if operation.member is None or operation.other is not None or (operation.own and known):
        return PROCESS, ()
    moves = any(one.own and one.member == operation.member for thread in program.threads for one in thread)
    if known and not moves and not program.members[operation.member].places:
        return known.promise, known.may_raise
    if known and known.promise == PROCESS:
        return PROCESS, ()
    return VALUES, (*(known.may_raise if known else ()), *MAY_RAISE)


def got(program: Program, number: int, depth: int | None = None) -> str:
    """The expression for a member of the world ``o``, or for the holder in which it is, at some depth."""
    expression = f"o[{number}]"
    for name in program.members[number].places[:depth]:
        expression = place(name).get.replace("P", expression)
    return expression


def made(program: Program, size_of: Callable[[int], int] | None = None) -> str:
    """The function that makes a world; without ``size_of`` what makes an object knows its size."""
    slots: list[str] = []
    after: list[str] = []
    for number, member in enumerate(program.members):
        expression = _a_fresh(number, size_of)
        for depth, name in reversed([*enumerate(member.places)]):
            kept = place(name)
            if "X" not in kept.make:  # what it holds is stored when it is there
                holder = got(program, number, depth)
                after.insert(0, f"    {kept.put.replace('P', holder).replace('X', expression)}")
            expression = kept.make.replace("X", expression)
        slots.append(expression)
    if not after:
        return f"def fresh(size=0):\n    return [{', '.join(slots)}]"
    return "\n".join([f"def fresh(size=0):\n    o = [{', '.join(slots)}]", *after, "    return o"])


def source(
    program: Program, operation: Operation, name: str, size_of: Callable[[int], int] | None = None
) -> str:
    """An operation as a function ``name(o, v)``."""
    number = operation.member
    if number is None:
        return f"def {name}(o, v):\n    return {WHOLE[operation.name]}"
    places = program.members[number].places
    if operation.own and operation.name in (NEW, DROP, HOLD):
        holder = got(program, number, len(places) - 1) if places else "o"
        put, drop = f"P[{number}] = X", f"P[{number}] = None"
        if places:
            put, drop = place(places[-1]).put, place(places[-1]).drop
        what = _a_fresh(number, size_of)
        if operation.name == HOLD:
            assert operation.other is not None
            what = got(program, operation.other)
        done = drop if operation.name == DROP else put
        return f"def {name}(o, v):\n    {done.replace('P', holder).replace('X', what)}"
    it = got(program, number)
    given = "v" if operation.other is None else got(program, operation.other)
    if operation.own:
        return f"def {name}(o, v):\n    return {BETWEEN[operation.name].replace('A', it).replace('B', given)}"
    return f"def {name}(o, v):\n    return {operation.name}_{number}({it}, {given})"


def files_of(program: Program, file: str) -> list[str]:
    """The files that its subjects are in."""
    return list(dict.fromkeys(file_of(member, file) for member in program.members))


def _a_fresh(number: int, size_of: Callable[[int], int] | None) -> str:
    return f"fresh_{number}({size_of(number) if size_of else ''})"

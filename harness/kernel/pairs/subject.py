"""A subject is one shared object: how to make a fresh one, and the operations that threads do on it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

from harness.kernel.amplifiers import outside
from harness.kernel.levers import freed
from harness.kernel.loader import import_file
from harness.kernel.scenario import ScenarioError, issues_in

if TYPE_CHECKING:
    from harness.kernel.event_types import ScenarioEvent

Promise = Literal["atomic", "values", "process"]
ATOMIC: Promise = "atomic"
"""It takes effect at one moment: what a round gives is what some order of its operations gives."""
VALUES: Promise = "values"
"""Nothing is corrupted: what is seen was put there, and what is left agrees with itself."""
PROCESS: Promise = "process"
"""The process goes on, and nothing else."""
PROMISES = PROCESS, VALUES, ATOMIC
"""From the weakest to the strongest."""
Lock = Literal["holds", "free", None]
"""Whether an operation holds the object's own lock, or reads without it and may see what a holder has half done."""

Do = Callable[[Any, str], Any]
"""``do(o, v)``: the operation on the object, with a fresh string that says which thread's which operation it is."""
Function = TypeVar("Function", bound=Callable[..., Any])

MARK = "__ftstress_step__"
UNMADE = "{} does not say how to make one: give it fresh(self, size)"
PREFIX = "pairs."
JOIN, THEN = "+", ","
"""What joins the threads of a pair's name, and the operations of one thread."""


@dataclass(frozen=True)
class Step:
    """An operation as it was declared, and what is promised of it."""

    name: str
    do: Do
    writes: bool
    promise: Promise
    lock: Lock
    may_raise: tuple[str, ...]
    """Names of exceptions that a correct interpreter may raise in a race, beside those that it raises in some order."""
    lets_raise: tuple[str, ...]
    """Names of exceptions that others may raise beside it, because of a state in between that the documents admit."""
    text: bool
    """It gives text that is made of what it sees: not one of the values that were put there."""
    makes: bool = False
    """What it gives is what it made and put there: for whoever counts references, and no result."""
    own: bool = False
    """It is promised by the author of the type, on whatever version."""

    def result(self, o: Any, v: str) -> Any:
        """Do it: its result."""
        given = self.do(o, v)
        return None if self.makes else given


def step(
    promise: Promise = VALUES,
    *,
    writes: bool = False,
    lock: Lock = None,
    may_raise: tuple[type[BaseException], ...] = (),
    lets_raise: tuple[type[BaseException], ...] = (),
    text: bool = False,
    makes: bool = False,
) -> Callable[[Function], Function]:
    """Declare a function ``name(o, v)`` in a subject's body as one of its operations.

    ``o`` is the shared object, ``v`` a fresh string of this thread's and operation's own. What it returns, what it
    raises and what is left of the object are judged, as far as ``promise`` goes. ``lock`` where the documents say it.
    With ``makes`` it returns what it made and put there: no result, but held in some rows, so that it shows who
    releases it without having it. In the others it dies as soon as the object lets go of it.
    """

    def mark(function: Function) -> Function:
        raises, others = ([error.__name__ for error in errors] for errors in (may_raise, lets_raise))
        name = function.__name__.rstrip("_")
        declared = Step(name, function, writes, promise, lock, tuple(raises), tuple(others), text, makes)
        setattr(function, MARK, declared)
        return function

    return mark


class Subject:
    """One shared object. The docstring says what it is; the operations are functions marked with ``step``.

    A class whose name starts with an underscore is a base for others.
    """

    said: ClassVar[str] = ""
    """Where CPython's documents say what its operations promise; empty: nowhere."""
    minimum_version: ClassVar[tuple[int, int]] = (3, 11)
    sizes: ClassVar[tuple[int, ...]] = (3,)
    """What ``fresh`` is called with, in turn: at some sizes an object grows, or is about to."""
    most: ClassVar[Promise] = ATOMIC
    """The most that any operation promises here, whatever it was declared with: what holds keys and elements that run
    Python code promises nothing."""
    may_raise: ClassVar[tuple[type[BaseException], ...]] = ()
    """What each of its operations may raise in a race, beside what it was declared with."""
    left_out: ClassVar[dict[str, str]] = {}
    """Public methods and slots of the object's type that no operation drives, and pairs that are not raced, by name,
    with the reason.
    """
    made_by: ClassVar[str] = ""
    """Of somebody's own type: what makes one, as MODULE:CALLABLE. Its author's promises hold on every version."""

    def fresh(self, size: int) -> Any:
        """A new object, in the same state each time. Strings that it holds are ``x0``, ``x1`` …, made anew.

        Raises ScenarioError where a subject does not say how: it is told so when its file is described.
        """
        raise ScenarioError(UNMADE.format(type(self).__name__))

    def left(self, o: Any) -> Any:
        """What is left of the object when all threads are done: compared with what is left after each order."""
        return o

    def wrong(self, o: Any) -> str:
        """What does not agree with itself in the object, with all threads parked; empty where nothing is wrong."""
        return ""


class OwnNumber(int):
    """A number that is gone when nobody holds it: CPython keeps those of bytes for good."""


def fresh_strings(size: int) -> list[str]:
    """``x0``, ``x1`` …: strings that are nobody else's."""
    return ["x" + str(number) for number in range(size)]


def steps(subject: type[Subject]) -> dict[str, Step]:
    """The subject's operations by name, in the order they were written. Raises ScenarioError when there is none."""
    names: dict[str, None] = {}
    for cls in reversed(subject.__mro__):
        names.update(dict.fromkeys(vars(cls)))
    declared = [getattr(getattr(subject, name, None), MARK, None) for name in names]
    found = {one.name: one for one in declared if isinstance(one, Step)}
    if not found:
        raise ScenarioError(f"{subject.__name__} has no operation: mark its functions with @step()")
    anyway = tuple(error.__name__ for error in subject.may_raise)
    return {
        name: replace(
            one,
            promise=min(one.promise, subject.most, key=PROMISES.index),
            may_raise=one.may_raise + anyway,
            own=bool(subject.made_by),
        )
        for name, one in found.items()
    }


def subject_name(subject: type[Subject]) -> str:
    """``pairs.ordered_dict`` for ``OrderedDict``."""
    return PREFIX + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", subject.__name__).lower()


def load_subjects(file: str) -> dict[str, type[Subject]]:
    """The subjects of one file, by dotted name. Raises ScenarioError when it cannot be imported, or holds none."""
    module = import_file(Path(file))
    found = {
        subject_name(thing): thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Subject)
        and thing.__module__ == module.__name__
        and not thing.__name__.startswith("_")
    }
    if not found:
        raise ScenarioError(
            f"{file} holds no subject: write a class derived from harness.kernel.pairs.Subject"
        )
    return found


def find_subject(file: str, name: str) -> type[Subject]:
    """One subject of one file. Raises ScenarioError when there is none of that name."""
    found = load_subjects(file)
    if name not in found:
        raise ScenarioError(f"{file} holds no subject named {name}")
    return found[name]


def pairs_of(declared: dict[str, Step], left_out: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """The names of all pairs but those ``left_out``: those in which one writes, and those in which both read."""
    pairs: tuple[list[str], list[str]] = [], []
    for one, other in combinations_with_replacement(declared.values(), 2):
        if one.name + JOIN + other.name in left_out or other.name + JOIN + one.name in left_out:
            continue
        pairs[not (one.writes or other.writes)].append(one.name + JOIN + other.name)
    return pairs


def sequences(declared: dict[str, Step], pair: str) -> list[list[Step]]:
    """What each thread of a pair does. Raises ScenarioError when the subject has no such operation."""
    try:
        return [[declared[name] for name in thread.split(THEN)] for thread in pair.split(JOIN)]
    except KeyError as error:
        raise ScenarioError(f"there is no operation named {error.args[0]} (asked for: {pair})") from error


def describe_subjects(file: str) -> list[ScenarioEvent]:
    """One ``scenario`` event for each subject of a file. Raises ScenarioError."""
    return [_describe(file, name, subject) for name, subject in load_subjects(file).items()]


def _describe(file: str, name: str, subject: type[Subject]) -> ScenarioEvent:
    if not (subject.__doc__ or "").strip():
        raise ScenarioError(f"{file}: {subject.__name__} needs a docstring that says what it is")
    if subject.fresh is Subject.fresh:
        raise ScenarioError(f"{file}: {UNMADE.format(subject.__name__)}")
    declared = steps(subject)
    writing, reading = pairs_of(declared, subject.left_out)
    described: ScenarioEvent = {
        "event": "scenario",
        "name": name,
        "file": file,
        "line": subject.fresh.__code__.co_firstlineno,
        "class_name": subject.__name__,
        "doc": " ".join((subject.__doc__ or "").strip().split("\n\n")[0].split()),
        "issues": issues_in(subject.__doc__ or ""),
        "oracle": "outcomes",
        "actors": {"first": 1, "second": 1},
        "amplifiers": [freed.to_json()] if freed.drawn else [],
        "idle_amplifiers": [*freed.idle],
        "needs_parallelism": False,
        "unavailable": outside(subject.minimum_version, None),
        "swept": True,
        "pairs": writing + reading,
        "writing_pairs": len(writing),
    }
    if subject.made_by:
        described["driven"] = len(declared)
        described["left_out"] = list(subject.left_out.items())
    return described


def promised(declared: list[list[Step]], version: tuple[int, ...] = sys.version_info[:2]) -> Promise:
    """What is promised of a round in which threads do these operations, on that version.

    Atomicity is a relation of two operations: one that holds the object's lock is not atomic for one that reads
    without it. 3.13 promises nothing of the kind, but does in every build with the GIL what is said of later ones;
    what the author of a type promises does not depend on it.
    """
    every = [one for thread in declared for one in thread]
    if any(one.promise == PROCESS for one in every):
        return PROCESS
    locks = {one.lock for one in every}
    atomic = all(one.promise == ATOMIC for one in every) and not {"holds", "free"} <= locks
    return ATOMIC if atomic and (version >= (3, 14) or all(one.own for one in every)) else VALUES

"""What each operation does, tried on fresh objects by one thread: what it takes, changes, gives and raises.

What is asked of a race follows from this, and must hold for whatever a correct type does. So whatever differs from one
try to the next is not compared, and an operation is taken to give what was put there only if it did so whenever it gave
a string at all: behind each other one, and behind several. Before each try it is told what comes: where the process
ends, or nothing follows, whoever hears it knows at what.
"""

from __future__ import annotations

import copy
import math
import operator
import re
import sys
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, permutations, product
from time import perf_counter, sleep
from typing import Any

from harness.kernel.own.arguments import forms
from harness.kernel.own.defined import COUNTS, Defined
from harness.kernel.pairs.frozen import ATOMS, Freezer, Raised, strings
from harness.kernel.pairs.iterator_steps import MOST
from harness.kernel.pairs.race import LETTERS
from harness.kernel.pairs.subject import JOIN

LONGEST_S = 0.02
"""Of an operation: what takes longer lets threads meet too seldom."""
PATIENCE_S = 20.0
"""For all tries behind one another; what has not been tried by then is not relied on."""
IN_A_ROW = 4
"""As often a thread does its operation in a round, at most."""
PLAIN = ATOMS | {bool, float, bytearray}
HOLDERS = (list, tuple, set, frozenset)
LEFT = "left"
"""How it is told that an operation is tried behind all others, to see what is left."""
COUNTED = LEFT + JOIN + "len()"
"""How it is told that an object is counted, which is neither operation's doing."""
LATER_S = 1.1
"""So much later all is tried once more: what depends on the time may say whole seconds."""
UNTRIED = f"not tried: all tries behind one another took more than {PATIENCE_S:g} s"
PUT = {f"{letter}{number}" for letter in LETTERS for number in range(IN_A_ROW + 1)} | {"x0"}
"""What an operation is told to put there, and the key that all come to."""
GIVES = "return "
MODULES: dict[str, Any] = {"copy": copy, "math": math, "operator": operator}
"""What operations use."""


class WaitsForInput(Exception):
    """An operation has read from the standard input."""


class NoInput:
    """Instead of the standard input, which nobody writes to."""

    def __getattr__(self, name: str) -> Any:
        raise WaitsForInput

    def readline(self, size: int = -1) -> str:
        raise WaitsForInput


@dataclass
class Tried:
    """An operation that can be done, and what came of trying it."""

    defined: Defined
    form: str
    do: Callable[[Any, str], Any]
    alone: Hashable = None
    """What it gave on a fresh object."""
    returned: bool = False
    refused: str = ""
    """What it raised instead, the first time."""
    steady: bool = True
    """It gives the same on each fresh object."""
    writes: bool = False
    """What others give, or it itself, is something else behind it."""
    gave_put: bool = False
    gave_other: bool = False
    """It has given a string that was put there, and one that was not."""
    gave_something: bool = False
    plain: bool = True
    """What it gives can be compared by value."""
    may_raise: set[str] = field(default_factory=set)
    lets_raise: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.defined.name

    @property
    def text(self) -> bool:
        return self.gave_other or not self.gave_put

    @property
    def looks(self) -> bool:
        """Whether it can be asked what is left of an object."""
        gives = self.steady and self.plain and self.gave_something and self.form.startswith(GIVES)
        return gives and not re.search(r"\bv\b", self.form)


class Trier:
    """Tries operations on objects that ``make`` makes, and tells ``tell`` at what it is."""

    def __init__(
        self, make: Callable[[], Any], tell: Callable[[str], None], left_out: Mapping[str, str]
    ) -> None:
        """``left_out``: operations, and pairs of them, that are not to be tried again, with the reason."""
        self.make = make
        self.tell = tell
        self.left_out = dict(left_out)
        self.undriven: dict[str, str] = {}
        self.operations: list[Tried] = []
        self.names = {"another": make, "islice": islice, "MOST": MOST} | MODULES
        self.counts_itself = True
        """Iterating has given as many as ``len`` said, in each state there was."""
        self.lengths: set[int] = set()
        self.complete = True
        """All has been tried that was to be."""

    def run(self, found: Sequence[Defined]) -> None:
        """Try all that was found."""
        for defined in found:
            if defined.name in self.left_out:
                self.undriven[defined.name] = self.left_out[defined.name]
            else:
                self._choose(defined)
        if COUNTED in self.left_out or any(self._is_trouble(one.name) for one in found if one.form in COUNTS):
            self.counts_itself = False
        self._after_one_another()
        self._what_changes_more()
        for one in [one for one in self.operations if not one.returned]:
            self.undriven[one.name] = (
                f"it raised {one.refused}, whatever it was given and whatever came before"
            )
            self.operations.remove(one)
        self._what_is_left()
        self._once_more()

    def looking(self) -> tuple[list[Tried], list[Tried]]:
        """What says what is left of an object: first what changes nothing, then what does."""
        asked = [one for one in self.operations if one.looks and LEFT + JOIN + one.name not in self.left_out]
        return [one for one in asked if not one.writes], [one for one in asked if one.writes]

    def is_apart(self, one: Tried, other: Tried) -> bool:
        """Whether one of them waits for ever where the other one has been."""
        return one.name + JOIN + other.name in self.left_out or other.name + JOIN + one.name in self.left_out

    def _is_trouble(self, name: str) -> bool:
        """Whether it cannot be done on each object: where another one has been it may wait for ever."""
        return name in self.undriven or any(name in pair.split(JOIN) for pair in self.left_out)

    def _choose(self, defined: Defined) -> None:
        """Take the first arguments with which it comes back, else the first with which it raises no TypeError."""
        best: Tried | None = None
        refused = ""
        for form in forms(defined.form, defined.choices):
            self.tell(defined.name)
            one = self._compiled(defined, form)
            began = perf_counter()
            given = self._do(one, self.make(), "a1")
            took = perf_counter() - began
            if type(given) is not Raised:
                best = self._that_comes_back(one, given)
                break
            if given.name == WaitsForInput.__name__:
                self.undriven[defined.name] = "it waits for input"
                return
            if given.name in ("SystemExit", "KeyboardInterrupt", "GeneratorExit"):
                self.undriven[defined.name] = f"it ends the program: it raises {given.name}"
                return
            said = f"{given.name}: {given.text}" if given.text else given.name
            refused = refused or said
            # By the first it does not take such arguments, by the second a base leaves it to its subclasses: what only
            # raises these, whatever it is given, is no operation, and is told as not driven, with what it said.
            if given.name not in ("TypeError", "NotImplementedError") and best is None:
                best, one.refused = one, said
        if best is None or (defined.unsure and best.refused):
            if not defined.unsure:
                self.undriven[defined.name] = f"it raised {refused}, whatever it was given"
            return
        if took > LONGEST_S and self._takes_long(best):
            self.undriven[defined.name] = f"a call takes {took:.2f} s: too long to be raced"
            return
        self.operations.append(best)

    def _that_comes_back(self, one: Tried, given: Any) -> Tried:
        if hasattr(type(given), "__next__") and one.form.startswith(GIVES):
            one = self._compiled(one.defined, f"return list(islice({one.form.removeprefix(GIVES)}, MOST))")
        one.returned = True
        return one

    def _takes_long(self, one: Tried) -> bool:
        o = self.make()
        began = perf_counter()
        self._do(one, o, "a1")
        return perf_counter() - began > LONGEST_S

    def _compiled(self, defined: Defined, form: str) -> Tried:
        names: dict[str, Any] = dict(self.names)
        exec(compile(f"def do(o, v):\n    {form}\n", f"<{defined.name}>", "exec"), names)
        return Tried(defined, form, names["do"], may_raise=set(defined.may_raise))

    def _do(self, one: Tried, o: Any, v: str) -> Any:
        try:
            return one.do(o, v)
        except BaseException as error:  # noqa: BLE001  # it is what it gives
            return Raised(error)

    def _after_one_another(self) -> None:
        """Each behind each: on an object of their own, again and again, and with the other one in between."""
        deadline = perf_counter() + PATIENCE_S
        for one in self.operations:
            self.tell(one.name)
            one.alone, again = (self._given(one, self.make(), "a1") for _ in range(2))
            one.steady = one.alone == again
        with_itself = [
            (one, one) for one in self.operations
        ]  # first: what waits for itself waits in each of its pairs
        for one, other in (*with_itself, *permutations(self.operations, 2)):
            if self.is_apart(one, other):
                continue
            if perf_counter() > deadline:
                self.complete = False
                self.left_out[one.name + JOIN + other.name] = UNTRIED
                continue
            self._behind(one, other)
            self._in_between(one, other)

    def _behind(self, one: Tried, other: Tried) -> None:
        pair = one.name + JOIN + other.name
        self.tell(pair)
        o = self.make()
        for number in range(IN_A_ROW):
            self._given(one, o, f"a{number + 1}")
            given = self._given(other, o, f"b{number + 1}")
            if not number and other.steady and given != self._with_letter(other):
                one.writes = True
            self._count(o)
            self.tell(pair)
        o = self.make()
        for letter, each in zip("ab", (one, other), strict=True):
            for number in range(IN_A_ROW):
                self._given(each, o, f"{letter}{number + 1}")
        self._count(o)
        self.tell(pair)

    def _what_changes_more(self) -> None:
        """What changes nothing of a fresh object may change one that something was done to: a stack is empty first."""
        writers = [one for one in self.operations if one.writes]
        deadline = perf_counter() + PATIENCE_S
        for one in self.operations:
            for before, behind in product(writers, self.operations):
                if one.writes or perf_counter() > deadline:
                    break
                if behind.steady and not any(
                    self.is_apart(*two) for two in combinations((before, one, behind), 2)
                ):
                    self.tell(before.name + JOIN + one.name)
                    one.writes = self._changes(before, one, behind)

    def _changes(self, before: Tried, one: Tried, behind: Tried) -> bool:
        """Whether what it does is seen by the third one."""
        with_it, without = self.make(), self.make()
        for o in (with_it, without):
            self._given(before, o, "a1")
        self._given(one, with_it, "b1")
        return self._given(behind, with_it, "b2") != self._given(behind, without, "b2")

    def _with_letter(self, one: Tried) -> Hashable:
        """What it gives alone where it is told ``b1``."""
        return self._given(one, self.make(), "b1") if re.search(r"\bv\b", one.form) else one.alone

    def _in_between(self, one: Tried, other: Tried) -> None:
        """The other one while this one, which is not done at once, is at it; or while what it gave is held: that may
        be a view of the object.
        """
        o = self.make()
        if not one.defined.inside:
            kept = None if one.plain else self._do(one, o, "a1")
            if kept is not None and type(result := self._do(other, o, "b1")) is Raised:
                one.lets_raise.add(result.name)
            return
        names: dict[str, Any] = self.names | {"o": o}
        given: list[Any] = []

        def beside() -> None:
            given.append(self._do(other, o, "b1"))

        names["beside"] = beside
        try:
            exec(one.defined.inside.replace("BESIDE", "beside()"), names)
        except Exception as error:  # noqa: BLE001  # this is what is asked
            one.may_raise.add(type(error).__name__)
        for result in given:
            if type(result) is Raised:
                one.lets_raise.add(result.name)

    def _given(self, one: Tried, o: Any, v: str) -> Hashable:
        """What it gives, in a form that can be compared; it is noted what that is."""
        result = self._do(one, o, v)
        if type(result) is Raised:
            return Freezer(o).freeze(result)
        one.returned = True
        one.plain &= is_plain(result)
        one.gave_something |= result is not None
        frozen = Freezer(o).freeze(result)
        for text in strings(frozen):
            if text in PUT:
                one.gave_put = True
            else:
                one.gave_other = True
        return frozen

    def _count(self, o: Any) -> None:
        if not self.counts_itself or not hasattr(type(o), "__len__") or not hasattr(type(o), "__iter__"):
            self.counts_itself = False
            return
        self.tell(COUNTED)
        try:
            said = len(o)
            there = len(list(islice(o, said + 1)))
        except Exception:  # noqa: BLE001  # of such a state nothing is said
            return
        self.lengths.add(there)
        self.counts_itself = said == there

    def _what_is_left(self) -> None:
        """What looks at what is left must come back, whatever was done before."""
        looks, changes = self.looking()
        deadline = perf_counter() + PATIENCE_S
        for one, other in product(self.operations, repeat=2) if looks or changes else ():
            if self.is_apart(one, other):
                continue
            if perf_counter() > deadline:
                self.left_out[one.name + JOIN + other.name] = UNTRIED
                continue
            o = self.make()
            for letter, each in zip("ab", (one, other), strict=True):
                for number in range(2):
                    self._do(each, o, f"{letter}{number + 1}")
            for each in (*looks, *changes * TIMES):
                self.tell(LEFT + JOIN + each.name)
                self._do(each, o, "a1")

    def _once_more(self) -> None:
        """What gives something else by now, on an object of then or on a fresh one, depends on more than its object."""
        old = self.make()
        sleep(LATER_S)
        for one in self.operations:
            for o in (self.make(),) if one.writes else (old, self.make()):
                self.tell(one.name)
                one.steady &= one.alone == self._given(one, o, "a1")


TIMES = 3
"""As often what changes an object is asked for what is left of it."""


def is_plain(thing: Any, deep: int = 6) -> bool:
    """Whether it is compared by value, all that it holds included."""
    kind = type(thing)
    if kind in PLAIN:
        return True
    if not deep:
        return False
    if kind in HOLDERS:
        return all(is_plain(one, deep - 1) for one in thing)
    return kind is dict and all(
        is_plain(key, deep - 1) and is_plain(value, deep - 1) for key, value in thing.items()
    )


def without_input() -> None:
    """Have whoever reads from the standard input be told, instead of waiting."""
    sys.stdin = NoInput()

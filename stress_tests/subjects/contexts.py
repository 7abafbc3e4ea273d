"""Contexts, context variables and their tokens."""

from __future__ import annotations

import copy
import sys
from contextvars import Context, ContextVar, copy_context
from itertools import chain
from typing import Any

from harness.kernel.pairs import PROCESS, Iterating, Subject, arm, fresh_strings, nosy, refuse, step

NUMBER = 12
VARIABLES: list[ContextVar[Any]] = [ContextVar(f"x{number}") for number in range(NUMBER)]
FIRST, SECOND, THIRD = VARIABLES[:3]


def own(found: Any, v: Any) -> Any:
    """What this thread alone has put there, in a context of its own: nobody else may change what is found."""
    assert found is v, f"{found!r} is found where this thread has put {v!r}"
    return found


def _set_first(value: Any) -> Any:
    before = FIRST.get(None)
    FIRST.set(value)
    return before


def _set_all(value: Any) -> Any:
    for variable in VARIABLES:
        variable.set(value)


def _set_and_reset(value: Any) -> Any:
    token = SECOND.set(value)
    seen = SECOND.get()
    SECOND.reset(token)
    return seen is value


class AContext(Subject):
    """A context with three variables: threads run in it, one at a time, while others read it."""

    sizes = (3, 12)

    def fresh(self, size: int) -> Any:
        return _holding(size)

    def left(self, o: Any) -> Any:
        return sorted(o.values())

    def wrong(self, o: Any) -> str:
        if len(o) != len(list(o)):
            return "len disagrees with what iteration gives"
        for variable, value in o.items():
            if o[variable] is not value or variable not in o:
                return f"the variable {variable.name} is not found as iteration gives it"
        return "" if o.copy() == o else "a copy differs from it"

    @step(writes=True, may_raise=(RuntimeError,))
    def run_set(o: Any, v: str) -> Any:
        return o.run(_set_first, v)

    @step(writes=True, may_raise=(RuntimeError,))
    def run_set_all(o: Any, v: str) -> Any:
        return o.run(_set_all, v)

    @step(writes=True, may_raise=(RuntimeError,))
    def run_set_and_reset(o: Any, v: str) -> Any:
        return o.run(_set_and_reset, v)

    @step(may_raise=(RuntimeError,))
    def run_get(o: Any, v: str) -> Any:
        return o.run(SECOND.get, v)

    @step(may_raise=(RuntimeError,))
    def run_copy(o: Any, v: str) -> Any:
        return len(o.run(copy_context)) >= 3

    @step(may_raise=(RuntimeError,))
    def run_twice(o: Any, v: str) -> Any:
        return o.run(o.run, FIRST.get)

    @step()
    def run_in_copy(o: Any, v: str) -> Any:
        return o.copy().run(_set_first, v)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return list(o.copy().values()), copy.copy(o) is not o

    @step()
    def item(o: Any, v: str) -> Any:
        return o[FIRST]

    @step()
    def get(o: Any, v: str) -> Any:
        return o.get(SECOND), o.get(VARIABLES[11], v)

    @step()
    def item_missing(o: Any, v: str) -> Any:
        return o[VARIABLES[11]]

    @step()
    def contains(o: Any, v: str) -> Any:
        return FIRST in o, VARIABLES[11] in o

    @step()
    def contains_wrong(o: Any, v: str) -> Any:
        return v in o

    @step()
    def length(o: Any, v: str) -> Any:
        return len(o) >= 3, bool(o)

    @step()
    def iterate(o: Any, v: str) -> Any:
        return [variable.name for variable in o]

    @step()
    def keys(o: Any, v: str) -> Any:
        return [variable.name for variable in o.keys()]  # noqa: SIM118  # the method is what is driven

    @step()
    def values(o: Any, v: str) -> Any:
        return list(o.values())

    @step()
    def items(o: Any, v: str) -> Any:
        return [value for _, value in o.items()]

    @step()
    def equal(o: Any, v: str) -> Any:
        return o == o.copy(), o != Context()

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    left_out = {"__new__": "other subjects' fresh objects come from it", "__hash__": "a context has none"}


LOOKS = 20
"""How often a thread that is in a context looks who else is."""


def _inside(o: Any, v: str) -> Any:
    """Note who is in the context, and whether anybody else is."""
    _, inside, told = o
    inside.append(v)
    for _ in range(LOOKS):
        if len(inside) > 1:
            told.append("two threads are in it at once")
            break
    inside.remove(v)


class ContextEntered(Subject):
    """A context, who is in it, and who was when somebody else was: one enters it at a time, and others are told."""

    said = "contextvars, Context.run: RuntimeError where it is entered already, by another thread too"

    def fresh(self, size: int) -> Any:
        return _holding(size), [], []

    def left(self, o: Any) -> Any:
        return len(o[1])

    def wrong(self, o: Any) -> str:
        return "; ".join(o[2])

    @step(writes=True, may_raise=(RuntimeError,))
    def run(o: Any, v: str) -> Any:
        return o[0].run(_inside, o, v)

    @step(writes=True, may_raise=(RuntimeError,))
    def run_again(o: Any, v: str) -> Any:
        """Nor from within."""
        return o[0].run(o[0].run, _inside, o, v)

    @step(may_raise=(RuntimeError,))
    def run_at_once(o: Any, v: str) -> Any:
        """In and out, as fast as it goes."""
        for _ in range(LOOKS):
            o[0].run(int)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return o[0].copy().run(FIRST.get, v)


def _holding(size: int) -> Context:
    o = Context()
    for variable, value in zip(VARIABLES, fresh_strings(size), strict=False):
        o.run(variable.set, value)
    return o


class ContextNosy(Subject):
    """A context and one like it, whose values change the first, or raise, when they are compared."""

    sizes = (3, 4, 12)
    most = PROCESS
    may_raise = (RuntimeError,)

    def fresh(self, size: int) -> Any:
        one, other = Context(), Context()
        meddles = (lambda o: o.run(_set_all, "m"), refuse, lambda o: o.run(FIRST.set, "m"), list)
        elements = [nosy(one, size, meddles) for _ in "12"]
        for context, values in zip((one, other), elements, strict=True):
            for variable, value in zip(VARIABLES, values, strict=False):
                context.run(variable.set, value)
        arm(chain(*elements))
        return one, other

    def left(self, o: Any) -> Any:
        return None

    @step()
    def equal(o: Any, v: str) -> Any:
        return o[0] == o[1], o[1] != o[0]

    @step()
    def equal_to_copy(o: Any, v: str) -> Any:
        return o[0] == o[0].copy()

    @step(writes=True)
    def set_(o: Any, v: str) -> Any:
        o[0].run(_set_first, v)

    @step(writes=True)
    def set_all(o: Any, v: str) -> Any:
        o[0].run(_set_all, v)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return len(o[0].copy()) == len(o[1].copy())

    @step()
    def text(o: Any, v: str) -> Any:
        return len(str(list(o[0].items()))) > 0, repr(o[1])

    @step()
    def found(o: Any, v: str) -> Any:
        return FIRST in o[0], o[0].get(SECOND), v in o[0].values()


class ContextValueIterator(Iterating):
    """An iterator over a context's values, from table to table of a tree. Nothing changes the context meanwhile."""

    sizes = (3, 12, 1)

    def fresh(self, size: int) -> Any:
        return iter(_holding(size).values())


def _valued(item: tuple[ContextVar[Any], Any]) -> Any:
    return item[1]


class ContextItemIterator(Iterating):
    """An iterator over a context's variables and values, of each of which it makes a pair."""

    def fresh(self, size: int) -> Any:
        return map(_valued, _holding(size).items())


class ContextVariable(Subject):
    """A context variable that threads set and read, each in its own context."""

    def fresh(self, size: int) -> Any:
        (default,) = fresh_strings(1)
        return ContextVar("Fresh", default=default)

    def left(self, o: Any) -> Any:
        return o.get()

    @step()
    def get(o: Any, v: str) -> Any:
        return o.get()

    @step()
    def get_default(o: Any, v: str) -> Any:
        """The variable has one of its own, and nobody has set it in this context."""
        return own(o.get(v), v)

    @step(writes=True)
    def set_reset(o: Any, v: str) -> Any:
        token = o.set(v)
        own(o.get(), v)
        o.reset(token)
        own(o.get() == "x0", True)
        return own(o.get(v), v)

    @step(writes=True)
    def set_in_copy(o: Any, v: str) -> Any:
        mine = copy_context()
        mine.run(o.set, v)
        return own(mine[o], v), own(mine.run(o.get), v), o.get()

    @step(writes=True)
    def set_many(o: Any, v: str) -> Any:
        return Context().run(_set_often, o, v)

    @step(writes=True)
    def token(o: Any, v: str) -> Any:
        token = o.set(v)
        own(token.var, o)
        own(token.old_value, token.MISSING)
        text = len(repr(token)) > 0
        o.reset(token)
        return text

    @step(writes=True)
    def reset_twice(o: Any, v: str) -> Any:
        token = o.set(v)
        o.reset(token)
        o.reset(token)

    if sys.version_info >= (3, 14):

        @step(writes=True)
        def with_token(o: Any, v: str) -> Any:
            with o.set(v):
                with o.set("x0"):
                    own(o.get() == "x0", True)
                return own(o.get(), v)

    @step()
    def name(o: Any, v: str) -> Any:
        return o.name, len(repr(o)) > 0, hash(o) == hash(o), o == o

    @step()
    def generic(o: Any, v: str) -> Any:
        return type(o)[int] is not None

    left_out = {"__new__": "other subjects' fresh objects come from it"}


def _set_often(variable: ContextVar[Any], value: Any) -> Any:
    for _ in range(8):
        variable.set(value)
        own(variable.get(), value)
    return variable.get()


class SharedToken(Subject):
    """A token of a context that threads run in one at a time: it may be used once."""

    def fresh(self, size: int) -> Any:
        o = Context()
        first, second = fresh_strings(2)
        return o, o.run(FIRST.set, first), o.run(SECOND.set, second)

    def left(self, o: Any) -> Any:
        return sorted(o[0].values())

    @step(writes=True, may_raise=(RuntimeError,))
    def reset(o: Any, v: str) -> Any:
        o[0].run(FIRST.reset, o[1])

    @step(writes=True, may_raise=(RuntimeError,))
    def reset_other(o: Any, v: str) -> Any:
        o[0].run(SECOND.reset, o[2])

    @step()
    def reset_elsewhere(o: Any, v: str) -> Any:
        FIRST.reset(o[1])

    @step(writes=True, may_raise=(RuntimeError,))
    def set_(o: Any, v: str) -> Any:
        o[0].run(FIRST.set, v)

    @step()
    def parts(o: Any, v: str) -> Any:
        return o[1].var is FIRST, o[1].old_value is o[1].MISSING, len(repr(o[1])) > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o[1] == o[2], hash(o[1]) == hash(o[1])

"""The author's side: a scenario is a class, its actors' operations are methods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from harness.kernel.amplifiers import Amplifier, Knobs, outside
from harness.kernel.oracles import Oracle
from harness.kernel.tables import Agreement

Function = TypeVar("Function", bound=Callable[..., Any])
MARK = "__ftstress_operation__"
HEAP_TYPE = 1 << 9
"""``Py_TPFLAGS_HEAPTYPE``: set for classes that a class statement, or a call of ``type``, has made."""


class ScenarioError(Exception):
    """A scenario is not written as the kernel needs it; the message is one sentence for its author."""


class ModuleMissing(ScenarioError):
    """This Python was built without a module of the standard library that a file imports."""


@dataclass(frozen=True)
class Operation:
    """One racing step of an actor, as its author declared it."""

    function: Callable[..., Any]
    actor: str
    stores: int
    may_raise: tuple[type[BaseException], ...]
    oracle: Oracle | None

    @property
    def name(self) -> str:
        return self.function.__name__


def operation(
    *,
    actor: str,
    stores: int = 0,
    may_raise: tuple[type[BaseException], ...] = (),
    oracle: Oracle | None = None,
) -> Callable[[Function], Function]:
    """Declare a method as a racing step of ``actor``.

    ``stores`` is how many changes of a class one call makes: an actor that stores runs a bounded number of times a
    round, so that the class's version budget lasts; the others run until those have finished. ``may_raise`` lists
    what a correct interpreter may raise here in a race; anything else is a finding. What the operation returns is
    judged by ``oracle``, or by the scenario's. The method may take ``n`` (its number in the round, from 1) and
    ``me`` (the index of its thread among its actor's threads).
    """

    def mark(function: Function) -> Function:
        setattr(function, MARK, Operation(function, actor, stores, may_raise, oracle))
        return function

    return mark


class Scenario:
    """Fresh state, actors and an oracle. The docstring says what is checked and names the issue it comes from.

    A class whose name starts with an underscore is a base for others and is not run itself.
    """

    oracle: ClassVar[Oracle | None] = None
    amplifiers: ClassVar[tuple[Amplifier, ...]] = ()
    threads: ClassVar[dict[str, int]] = {}
    """Threads per actor where it is not one; the amplifiers ``readers`` and ``writers`` decide for those actors."""
    needs_parallelism: ClassVar[bool] = True
    """False where the scenario tests something with the GIL on too."""
    caches: ClassVar[bool] = True
    """False where what is read is never cached: such reads are no share of a live cache."""
    swept: ClassVar[bool] = True
    """False where the sweep must leave it alone: an operation waits for another thread, or ``quiescence`` changes the
    state, so that it can be asked at the end of a round only."""
    minimum_version: ClassVar[tuple[int, int]] = (3, 11)
    dead_from: ClassVar[tuple[int, int] | None] = None
    """The first version on which it would run, and test nothing of what it says."""
    bystanders: ClassVar[tuple[str, ...]] = ("stopper", "invalidator", "leaver")
    """Which threads may be added beside its actors, that it knows nothing of (see ``bystanders.py``); empty where
    nobody else may run."""
    finalizers_raise: ClassVar[tuple[type[BaseException], ...]] = ()
    """What the scenario's own finalizers raise on purpose."""

    def prepare(self, knobs: Knobs) -> None:
        """Make the state of one round. What is bound to ``self`` here is not bound again while it is raced."""

    def quiescence(self) -> Iterable[Agreement]:
        """With all actors parked: what was read, what it gave, what it should have given (the same object)."""
        return ()

    def unfinished(self) -> str | None:
        """With all actors parked and drained: what is still owed (a value not finalized), else None.

        Asked again after further drains before it is believed: reference counts are biased, and a value dropped by
        a thread that does not own it is finalized later, on its owner's thread.
        """
        return None

    def cached(self) -> Iterable[tuple[type, str | None]]:
        """What is read where the type cache should have it: class and name; None: whatever is asked of that class.

        Asked once a round is over, to see how much of it was raced while there still was a cache.
        """
        return ((cls, None) for cls in classes_of(self))

    def observed(self) -> int:
        """Checked observations made outside operations (in finalizers) during the round."""
        return 0

    def refused(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        """Observations made outside operations that the scenario's oracle refused: (where, what was seen)."""
        return ()


def classes_of(state: Scenario) -> tuple[type, ...]:
    """The classes that ``prepare`` has bound to attributes of the state; built-in ones are left out."""
    return tuple(
        thing for thing in vars(state).values() if isinstance(thing, type) and thing.__flags__ & HEAP_TYPE
    )


def operations(scenario: type[Scenario]) -> list[Operation]:
    """The scenario's operations in the order they were written, a subclass's replacing its base's.

    Raises ScenarioError when there is none, or when one is judged by nothing.
    """
    names: dict[str, None] = {}
    for cls in reversed(scenario.__mro__):
        names.update(dict.fromkeys(vars(cls)))
    found = [getattr(getattr(scenario, name, None), MARK, None) for name in names]
    declared = [entry for entry in found if isinstance(entry, Operation)]
    if not declared:
        raise ScenarioError(
            f"{scenario.__name__} has no operation: mark its racing steps with @operation(actor=...)"
        )
    return declared


def without(scenario: type[Scenario], left_out: Sequence[str]) -> type[Scenario]:
    """The scenario without the operations named. Raises ScenarioError when it has none of that name."""
    if not left_out:
        return scenario
    if unknown := set(left_out) - {declared.name for declared in operations(scenario)}:
        raise ScenarioError(f"{scenario.__name__} has no operation named {', '.join(sorted(unknown))}")
    return type(scenario.__name__, (scenario,), dict.fromkeys(left_out) | {"__doc__": scenario.__doc__})


def actor_threads(scenario: type[Scenario], knobs: Knobs, total: int | None = None) -> dict[str, int]:
    """How many threads play each actor. ``total`` overrides it by scaling the actors that an amplifier scales."""
    settings = vars(knobs)
    actors = dict.fromkeys(declared.actor for declared in operations(scenario))
    counts = {actor: settings.get(f"{actor}s", scenario.threads.get(actor, 1)) for actor in actors}
    scalable = [actor for actor in counts if f"{actor}s" in settings]
    if total is not None and scalable:
        last = scalable[-1]
        counts[last] = max(1, total - sum(count for actor, count in counts.items() if actor != last))
    return counts


def unavailable(scenario: type[Scenario]) -> str | None:
    """Why this interpreter cannot run the scenario, or None."""
    return outside(scenario.minimum_version, scenario.dead_from)


def issues(scenario: type[Scenario]) -> list[str]:
    """The CPython issues that the docstring names."""
    return issues_in(scenario.__doc__ or "")


def issues_in(text: str) -> list[str]:
    """The CPython issues that a text names."""
    return sorted(set(re.findall(r"gh-\d+", text)))

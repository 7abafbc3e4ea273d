"""The oracle that records: what an operation saw is written down with the times around it and judged after the round.

Between two racing operations there is nothing but two looks at the clock and three appends to arrays that belong to the
thread alone.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter_ns
from typing import Any

from harness.kernel.history import WRITER_STEP, Log
from harness.kernel.oracles import Memory, Oracle
from harness.kernel.scenario import Operation, Scenario, ScenarioError
from harness.kernel.values import Value

LOG = "log"
"""Under this name an operation's memory holds its log."""


class Linearizable(Oracle):
    """The history of a register is linearizable: some order of its operations explains every value read (gh-118362).

    Sound with any number of writers, whatever the reads go through: a correct class takes each store at one moment
    between its call and its return, and gives what it then holds. What two threads saw is compared only where one
    operation had ended before another began. See ``linearizability`` for the rule, and ``history`` for why times of
    different threads may be compared.

    Needs: a register that holds ``Value(0, register)`` at first; writers that store ``Value(n, register, me)``, once an
    operation, and return it; no deletes. ``register`` is the values' tag: two names, or two classes, have two. An
    operation that records takes its time from call to return: what idles belongs into another one.
    """

    name = "linearizability"
    writes = False

    def __init__(self, register: str = "x") -> None:
        self.register = register

    @staticmethod
    def write(register: str = "x") -> Linearizable:
        """The oracle of the operation that stores into ``register`` and returns what it stored."""
        return _Writes(register)

    @staticmethod
    def enter() -> int:
        return perf_counter_ns()

    @staticmethod
    def judge(
        value: Value,
        *,
        entered: int,
        note_return: Callable[[int], None],
        note_call: Callable[[int], None],
        note_key: Callable[[int], None],
        register: str,
    ) -> bool:
        note_return(perf_counter_ns())
        note_call(entered)
        note_key(value.count + value.writer * WRITER_STEP)
        return value.tag != register

    def memory(self) -> Memory:
        log = Log(self.register, self.writes)
        return {
            LOG: log,
            "note_return": log.returns.append,
            "note_call": log.calls.append,
            "note_key": log.keys.append,
            "register": self.register,
        }

    def explain(self, *seen: Any) -> str:
        return f"{self.register} gave {seen[0]!r}, which was stored under another name"


class _Writes(Linearizable):
    writes = True
    observes = False


def check_recording(scenario: type[Scenario], judged: list[tuple[Operation, Oracle | None]]) -> None:
    """Raise ScenarioError where a scenario records histories that could not be decided, or would be wrong.

    A delete leaves a history open. A store that is not recorded, or may raise after it took effect, or stores twice,
    would make a correct class look wrong.
    """
    recorded = [(declared, oracle) for declared, oracle in judged if isinstance(oracle, Linearizable)]
    written = {oracle.register for _, oracle in recorded if oracle.writes}
    for declared, _ in judged if recorded else []:
        if _deletes(declared):
            raise ScenarioError(
                f"{_place(declared)} deletes, and the scenario records histories, which a delete leaves open"
            )
    for declared, oracle in recorded:
        if oracle.writes and (declared.stores != 1 or declared.may_raise):
            raise ScenarioError(f"{_place(declared)} records a store: it must store once and may not raise")
        if not oracle.writes and declared.stores:
            raise ScenarioError(
                f"{_place(declared)} stores, and is recorded as a read: give it oracle=Linearizable.write()"
            )
        if oracle.register not in written and any(other.stores for other, _ in judged):
            raise ScenarioError(
                f"{_place(declared)} records reads of {oracle.register}, but no operation records its stores"
            )


def _deletes(declared: Operation) -> bool:
    code = declared.function.__code__
    names = {"delattr", "__delattr__", "__delitem__"} & set(code.co_names)
    return bool(names) or any(
        instruction.opname in ("DELETE_ATTR", "DELETE_SUBSCR") for instruction in dis.get_instructions(code)
    )


def _place(declared: Operation) -> str:
    code = declared.function.__code__
    return f"{code.co_filename}:{code.co_firstlineno}: operation {declared.name}"


def logs_in(memory: Mapping[str, Any], thread: str) -> Iterator[Log]:
    """The logs that one thread's memory of one round holds, with the thread's name on them."""
    for thing in memory.values():
        if isinstance(thing, Log):
            thing.thread = thread
            yield thing

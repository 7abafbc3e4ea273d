"""Runs in a target: races scenarios until their readers' code has been specialised to what is wanted.

``python _warm_probe.py ROOT FILE SECONDS WANTED``, where WANTED is a JSON object of scenarios and their instructions,
prints another one: for each scenario, the specialised instructions of its readers' loops, of functions in the classes
that they work on, and of copies that are made to get warm, as "INSTRUCTION name".
"""

from __future__ import annotations

import dis
import gc
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType
from typing import Any

sys.path.insert(0, sys.argv[1])

from harness.kernel.amplifiers import settings
from harness.kernel.compiler import Violation
from harness.kernel.loader import find_scenario
from harness.kernel.rounds import Role, Round, new_round, next_strides, race, roles
from harness.kernel.scenario import Scenario

LOOK_S = 0.1
FIRST = 2
"""Rounds that do not count, where there is time for more: what is warm in these only is warm for a moment."""

try:
    from _testinternalcapi import get_tlbc  # type: ignore[import-not-found]
except ImportError:
    sys.exit("this target does not show a thread's own bytecode: it was built without CPython's test modules")


def main(file: str, seconds: float, wanted: dict[str, list[str]]) -> None:
    gc.disable()  # as while a trial's actors race
    seen = {name: sorted(held(find_scenario(file, name), seconds, set(wanted[name]))) for name in wanted}
    print(json.dumps(seen), flush=True)


def held(scenario: type[Scenario], seconds: float, wanted: set[str]) -> set[str]:
    """What the readers' code holds in some later round, before ``seconds`` are over or all is there."""
    knobs = settings(scenario.amplifiers, {})
    copies = noted(scenario)
    playing = roles(scenario, knobs, None)
    strides = [8] * len(playing)
    seen: set[str] = set()
    released = threading.Barrier(len(playing) + 1)
    parked = threading.Barrier(len(playing) + 1)
    current: list[Round] = []

    def look(role: Role) -> None:
        for code in [role.loop.run.__code__, *called(current[0].scenario), *copies]:
            seen.update(specialised(code))

    def work(role: Role, index: int) -> None:
        reads = role.actor == "reader"
        while True:
            released.wait()
            if reads and not role.loop.finite:
                current[0].moved[role.slot] = Looking(partial(look, role))
            race(current[0], role, index)
            if reads:
                look(role)
                copies.clear()
            parked.wait()

    for index, role in enumerate(playing):
        threading.Thread(target=work, args=(role, index), daemon=True).start()
    began = time.monotonic()
    number = 0
    while time.monotonic() < began + seconds and not (number > FIRST and wanted <= seen):
        number += 1
        if number <= FIRST + 1:
            seen.clear()
        state = scenario()
        state.prepare(knobs)
        current[:] = [new_round(number, state, playing, strides)]
        released.wait()
        parked.wait()
        for _, error in current[0].raised:
            if not isinstance(error, Violation):  # what it finds in this target is not the question here
                raise error
        strides = next_strides(current)
    return seen


class Looking(list[bool]):
    """What a reader's loop sets at the end of a stride; now and then its thread looks at its code then.

    On a busy machine one round may take as long as the probe has, and its last store may leave nothing specialised.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__([False])
        self.look = look
        self.due = time.monotonic() + LOOK_S

    def __setitem__(self, index: Any, moved: Any) -> None:
        super().__setitem__(index, moved)
        if moved and time.monotonic() > self.due:
            self.look()
            self.due = time.monotonic() + LOOK_S


def noted(scenario: type[Scenario]) -> list[CodeType]:
    """Where a file's own ``copied`` makes the functions that get warm: the code of each, as they are made."""
    module = sys.modules[scenario.__module__]
    codes: list[CodeType] = []
    if hasattr(module, "copied"):
        copied = module.copied

        def copy(function: FunctionType) -> FunctionType:
            made: FunctionType = copied(function)
            codes.append(made.__code__)
            return made

        vars(module)["copied"] = copy
    return codes


def called(state: object) -> Iterator[CodeType]:
    """The code of functions in the classes that a state holds, and in those of its instances; getters too."""
    for thing in vars(state).values():
        cls: type[Any] = thing if isinstance(thing, type) else type(thing)
        if cls.__module__ == "builtins":
            continue
        for one in vars(cls).copy().values():  # the writers may be at it
            function = one.fget if isinstance(one, property) else one
            if isinstance(function, FunctionType):
                yield function.__code__


def specialised(code: CodeType) -> Iterator[str]:
    """The instructions of the calling thread's copy of ``code`` that are specialised, with the names they are of."""
    copy = get_tlbc(code)
    if copy is None:  # this thread has not run it
        return
    for instruction in dis.get_instructions(code):
        name = dis._all_opname[copy[instruction.offset]]  # type: ignore[attr-defined]
        if name != instruction.opname:
            of = f" {instruction.argval}" if instruction.opname.endswith("ATTR") else ""
            yield name + of


if __name__ == "__main__":
    main(sys.argv[2], float(sys.argv[3]), json.loads(sys.argv[4]))

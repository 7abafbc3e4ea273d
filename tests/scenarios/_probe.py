"""Runs in the target: what scenarios show with one thread, and whether their threads meet.

``python _probe.py ROOT in-turn|raced LEFT_OUT FILE ...`` prints JSON: by scenario, what was refused or raised;
``LEFT_OUT`` are names with commas between them.
"""

from __future__ import annotations

import inspect
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TURNS = 12
SEEDS = range(3)
BUDGETS_S = (0.05, 3.0)


class Actor:
    """One thread's operations, to be done one after the other."""

    def __init__(self, scenario: Any, state: Any, role: Any) -> None:
        from harness.kernel.compiler import compile_operation, oracle_of
        from harness.kernel.scenario import operations

        self.me = role.me
        self.turns = min(TURNS, role.limit)
        self.calls: list[tuple[Any, Any, Any, dict[str, Any]]] = []
        for declared in operations(scenario):
            if declared.actor == role.actor:
                oracle = oracle_of(scenario, declared)
                operate = compile_operation(scenario, declared)(state)
                self.calls.append((declared, operate, oracle, oracle.memory() if oracle else {}))

    def steps(self) -> Iterator[str | None]:
        """Does one operation at a time; gives what its oracle refuses, else None."""
        for turn in range(1, self.turns + 1):
            for declared, operate, oracle, memory in self.calls:
                try:
                    seen = operate(turn, self.me)
                except declared.may_raise:
                    yield None
                    continue
                refused = oracle is not None and oracle.judge(*(unpacked := as_seen(oracle, seen)), **memory)
                yield f"{declared.name}: {oracle.explain(*unpacked)}" if refused else None


def as_seen(oracle: Any, seen: Any) -> Any:
    """What an operation returned, as its oracle takes it."""
    parameters = inspect.signature(oracle.judge).parameters.values()
    return seen if sum(one.kind != one.KEYWORD_ONLY for one in parameters) > 1 else (seen,)


def in_turn(scenario: Any, seed: int) -> Iterator[str]:
    """All operations of a round one at a time, in an order of the seed's; an actor's own follow one another."""
    from harness.kernel.amplifiers import settings
    from harness.kernel.rounds import roles

    draw = random.Random(seed)
    state = scenario()
    knobs = settings(scenario.amplifiers, {})
    state.prepare(knobs)
    going = [Actor(scenario, state, role).steps() for role in roles(scenario, knobs, None)]
    while going:
        actor = draw.choice(going)
        try:
            refused = next(actor)
        except StopIteration:
            going.remove(actor)
            continue
        if refused:
            yield refused
    for what, found, expected in state.quiescence():
        if found is not expected:
            yield f"{what}: {found!r}, not {expected!r}"


def raced(name: str, file: str) -> Iterator[str]:
    """A short trial: what was raised in it, and whether anything was observed while actors met; a longer one if not."""
    from harness.kernel.trial import run_trial

    told: list[Any] = []
    for budget_s in BUDGETS_S:
        run_trial({"file": file, "scenario": name, "knobs": {}, "budget_s": budget_s}, told.append)
        if [event for event in told if event["event"] == "progress"][-1]["samples"]:
            break
    else:
        yield "nothing was observed"
    for event in told:
        if event["event"] == "finding" and event["kind"] not in ("violation", "leak"):
            yield f"{event['kind']}: {event['message']}"


def main(root: str, how: str, left_out: str, *files: str) -> None:
    sys.path.insert(0, root)
    from harness.kernel.loader import load_file
    from harness.kernel.scenario import unavailable
    from harness.kernel.suite import suite_files

    shown: dict[str, list[str]] = {}
    for file in map(str, suite_files()):
        for name, scenario in load_file(file).items():
            if name in left_out.split(",") or Path(file).stem not in files or unavailable(scenario):
                continue
            print(name, file=sys.stderr, flush=True)
            if how == "raced":
                shown[name] = list(raced(name, file))
            else:
                shown[name] = [line for seed in SEEDS for line in in_turn(scenario, seed)]
    print(json.dumps(shown))


if __name__ == "__main__":
    main(*sys.argv[1:])

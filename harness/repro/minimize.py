"""Makes a finding's trial smaller while it still shows at the rate asked for.

The order is that of what a reader of the script is spared: whole actors first, then single operations, then amplifiers,
each to the least of its values that will do; rounds and time last, because what is smaller takes less of them. Every
step is decided by a sequential test over real children, and what is left is tested once more: steps that were kept by
luck are made up for with time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from harness.campaign.again import Again, run_once
from harness.campaign.smaller import candidates, finer, first_chunk
from harness.kernel.amplifiers import Amplifier, Setting, settings
from harness.kernel.levers import amplifiers_of
from harness.kernel.loader import find_scenario
from harness.kernel.pairs.program import is_program
from harness.kernel.scenario import Scenario, ScenarioError, actor_threads, operations, without
from harness.record.target import Target
from harness.repro.measure import MEMORY_BYTES
from harness.repro.sequential import shows_often_enough

SHORTEST_S = 0.1
FEW_ROUNDS = (1, 10, 100)
LONGEST_S = 20.0
"""A trial that does not show it in this time is none to be made smaller."""


@dataclass(frozen=True)
class Step:
    """What is being tried; ``kept`` is None until that is known."""

    text: str
    kept: bool | None = None


Tell = Callable[[Step], None]
Shows = Callable[[Again], bool]


def minimize(
    target: Target, again: Again, signature: str, *, rate: float, limit_s: float, tell: Tell
) -> Again | None:
    """The smallest trial found within ``limit_s`` that shows it in at least ``rate`` of its children.

    None where the trial itself does not, however long. Raises ScenarioError when its scenario cannot be loaded here.
    """
    deadline = time.monotonic() + limit_s

    def shows(candidate: Again) -> bool:
        def once() -> bool:
            return run_once(target, candidate, signature, memory_bytes=MEMORY_BYTES).hit

        return shows_often_enough(once, rate)

    if any(map(is_program, again.pairs)):
        return smallest_program(again, shows, tell, lambda: time.monotonic() > deadline)
    scenario = find_scenario(again.scenario.file, again.scenario.name)
    return smallest(again, scenario, shows, tell, lambda: time.monotonic() > deadline)


def smallest(
    again: Again, scenario: type[Scenario], shows: Shows, tell: Tell, is_late: Callable[[], bool]
) -> Again | None:
    """``minimize`` with its predicate given: ``shows`` says whether a trial is one that will do."""
    tried = _telling(shows, tell)
    begun = long_enough(again, tried)
    if begun is None:
        return None
    current = begun
    for text, change in _changes(again, scenario):
        if is_late():
            break
        candidate = change(current)
        if candidate is not None and candidate != current and tried(text, candidate):
            current = candidate
    current = _shorter(current, tried, is_late)
    while current.budget_s < begun.budget_s and not tried("once more", current):
        current = replace(current, budget_s=min(2 * current.budget_s, begun.budget_s), rounds=None)
    return current


def smallest_program(again: Again, shows: Shows, tell: Tell, is_late: Callable[[], bool]) -> Again | None:
    """``minimize`` of a random program with its predicate given: operations first, by halves, then its world."""
    tried = _telling(shows, tell)
    current = long_enough(again, tried)
    if current is None:
        return None
    chunk = first_chunk(current.pairs[0])
    while chunk >= 0 and not is_late():
        smaller = (replace(current, pairs=(text,)) for text in candidates(current.pairs[0], chunk))
        kept = next((one for one in smaller if not is_late() and tried(one.pairs[0], one)), None)
        if kept is None:
            chunk = finer(chunk)
        else:
            current = kept
            chunk = min(chunk, first_chunk(current.pairs[0]))
    return current


def _telling(shows: Shows, tell: Tell) -> Callable[[str, Again], bool]:
    """``shows`` that tells what it looks at, and what came of it."""

    def tried(text: str, candidate: Again) -> bool:
        tell(Step(text))
        kept = shows(candidate)
        tell(Step(text, kept))
        return kept

    return tried


def long_enough(again: Again, tried: Callable[[str, Again], bool]) -> Again | None:
    """The trial with as much time as it takes to show it often enough; None where ``LONGEST_S`` is not enough."""
    current = again
    while not tried(f"{current.budget_s:.1f} s of it", current):
        current = replace(current, budget_s=2 * current.budget_s)
        if current.budget_s > LONGEST_S:
            return None
    return current


def _changes(again: Again, scenario: type[Scenario]) -> Iterator[tuple[str, Callable[[Again], Again | None]]]:
    declared = operations(scenario)
    actors = dict.fromkeys(one.actor for one in declared)
    for actor in actors:
        names = [one.name for one in declared if one.actor == actor]
        yield f"without {actor}", lambda now, names=names: _leave_out(now, scenario, names)  # type: ignore[misc]
    for one in declared:
        if sum(other.actor == one.actor for other in declared) == 1:
            continue  # the same as without its actor
        yield f"without {one.name}", lambda now, name=one.name: _leave_out(now, scenario, [name])  # type: ignore[misc]
    for amplifier in amplifiers_of(scenario):
        for value in amplifier.plainer(again.knobs.get(amplifier.name, amplifier.values[0])):
            yield (
                f"{amplifier.name} {value}",
                lambda now, amplifier=amplifier, value=value: _plainer(now, scenario, amplifier, value),  # type: ignore[misc]
            )


def _leave_out(now: Again, scenario: type[Scenario], names: list[str]) -> Again | None:
    left_out = (*now.left_out, *(name for name in names if name not in now.left_out))
    if left_out == now.left_out:
        return None
    return _fitting(replace(now, left_out=left_out), scenario)


def _plainer(now: Again, scenario: type[Scenario], amplifier: Amplifier, value: Setting) -> Again | None:
    if value not in amplifier.plainer(now.knobs.get(amplifier.name, value)):
        return None
    return _fitting(replace(now, knobs=now.knobs | {amplifier.name: value}), scenario)


def _fitting(again: Again, scenario: type[Scenario]) -> Again | None:
    """With the threads that its actors are now, and the knobs that these have; None where nothing would be left."""
    left = without(scenario, again.left_out)
    try:
        amplifiers = amplifiers_of(left)
        knobs = {one.name: again.knobs[one.name] for one in amplifiers if one.name in again.knobs}
        counts = actor_threads(left, settings(amplifiers, knobs))
    except ScenarioError:
        return None
    return replace(again, knobs=knobs, threads=sum(counts.values()))


def _shorter(now: Again, tried: Callable[[str, Again], bool], is_late: Callable[[], bool]) -> Again:
    for rounds in FEW_ROUNDS:
        if is_late():
            return now
        if tried(f"{rounds} round{'s' * (rounds > 1)}", replace(now, rounds=rounds)):
            now = replace(now, rounds=rounds)
            break
    while now.budget_s / 2 >= SHORTEST_S and not is_late():
        shorter = replace(now, budget_s=now.budget_s / 2)
        if not tried(f"{shorter.budget_s:.1f} s", shorter):
            break
        now = shorter
    return now

"""One round: fresh state, raced once by all actors, and what it left behind."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter_ns, sleep
from typing import TYPE_CHECKING

from harness.kernel.amplifiers import Knobs
from harness.kernel.compiler import ActorLoop, compile_actor
from harness.kernel.delayed import queue_entries
from harness.kernel.history import Log
from harness.kernel.objects import VERSION_BUDGET
from harness.kernel.recording import logs_in
from harness.kernel.rings import Every, Rings
from harness.kernel.scenario import Scenario, actor_threads, operations

if TYPE_CHECKING:
    from harness.kernel.event_types import Details

LONGEST_STRIDE = 32
"""Operations between two looks at whether the others have finished."""
FIRST_STRIDE = 8
STRIDE_NS = 20_000_000
"""A stride takes no longer than this: an actor whose operations are slow still moves, and still hears its deadline."""
SPIN_NS = 200_000
"""How long an actor spins for the others; then it lets others run between two looks, which costs 60 µs a look."""
MEETING_NS = 20_000_000
"""How long an actor looks for the others before it starts without them: enough for a thread that waits for a core on a
machine that is busy with other things too."""
LENGTH_WITHOUT_STORES = 4000
"""Turns of each actor in a scenario that stores nothing."""
ENDINGS = 4
"""Rounds in a row have as many different numbers of turns: what alternates would else be asked at quiescence after the
same one of its stores each time."""


@dataclass(frozen=True)
class Role:
    """What one thread does in every round."""

    actor: str
    me: int
    """Index of the thread among its actor's threads."""
    slot: int
    """Index of the thread among the finite threads, or among the endless ones."""
    loop: ActorLoop
    limit: int
    """Turns of a finite loop."""
    rings: Rings | None = None
    """Where it notes what it does."""
    queued: int = 0
    """Entries that its thread's queue of delayed frees is given before each round."""


@dataclass
class Round:
    """The state of one round and what its threads recorded; nothing here is shared inside a stride."""

    number: int
    scenario: Scenario
    pending: list[bool]
    finite_here: list[bool]
    endless_here: list[bool]
    """Who has come to the round; who is ``inside`` is in its loop."""
    finite_inside: list[bool]
    endless_inside: list[bool]
    strides: list[int]
    """Per thread."""
    moved: list[list[bool]]
    """Per endless thread: whether it has ended a stride since a finite thread looked."""
    stop: list[bool] = field(default_factory=list)
    """Not empty once the round must end early."""
    tallies: list[list[int]] = field(default_factory=list)
    """Per thread: turns of its loop, and observations made while an opponent was racing."""
    spans: list[tuple[int, int]] = field(default_factory=list)
    """Per thread: nanoseconds of the clock when it entered and left its loop."""
    raised: list[tuple[Role, BaseException]] = field(default_factory=list)
    logs: list[list[Log]] = field(default_factory=list)
    """Per thread: what it recorded, where its oracles record."""


def roles(
    scenario: type[Scenario],
    knobs: Knobs,
    threads: int | None,
    ring: Every = "off",
    ring_file: Path | None = None,
) -> list[Role]:
    """One role per thread. Raises ScenarioError when an operation cannot be compiled into a loop.

    With a ``ring_file`` the threads note what they do; where the file cannot be made, they do not.
    """
    counts = actor_threads(scenario, knobs, threads)
    alone = sum(counts.values()) == 1
    rings = _rings(scenario, counts, ring_file) if ring_file and ring != "off" else None
    loops = {actor: compile_actor(scenario, actor, alone, ring if rings else "off") for actor in counts}
    spent = sum(loops[actor].stores * count for actor, count in counts.items())
    limit = VERSION_BUDGET // spent if spent else LENGTH_WITHOUT_STORES
    result: list[Role] = []
    slots = {True: 0, False: 0}
    queued = vars(knobs).get("queue", 0)
    for actor, count in counts.items():
        finite = loops[actor].finite
        for me in range(count):
            result.append(Role(actor, me, slots[finite], loops[actor], limit, rings, queued))
            slots[finite] += 1
    return result


def _rings(scenario: type[Scenario], counts: dict[str, int], file: Path) -> Rings | None:
    names = {actor: [one.name for one in operations(scenario) if one.actor == actor] for actor in counts}
    threads = [(f"{actor}-{me}", names[actor]) for actor, count in counts.items() for me in range(count)]
    try:
        return Rings(file, threads)
    except OSError:
        return None


def new_round(number: int, scenario: Scenario, roles: list[Role], strides: list[int]) -> Round:
    finite = sum(role.loop.finite for role in roles)
    endless = len(roles) - finite
    race = Round(
        number,
        scenario,
        pending=[True] * finite,
        finite_here=[False] * finite,
        endless_here=[False] * endless,
        finite_inside=[False] * finite,
        endless_inside=[False] * endless,
        strides=strides,
        moved=[[False] for _ in range(endless)],
    )
    race.tallies = [[0, 0] for _ in roles]
    race.spans = [(0, 0)] * len(roles)
    race.logs = [[] for _ in roles]
    return race


def race(current: Round, role: Role, index: int) -> None:
    """Play ``role`` in one round; ``index`` is the thread's place among all roles. Raises nothing."""
    finite = role.loop.finite
    inside = current.finite_inside if finite else current.endless_inside
    here = current.finite_here if finite else current.endless_here
    memory = role.loop.memory()
    trace = role.rings.start(index, current.number) if role.rings else None
    queue_entries(role.queued)
    here[role.slot] = True
    _meet(current, finite)
    inside[role.slot] = True
    began = perf_counter_ns()
    try:
        role.loop.run(
            current.scenario,
            role.me,
            max(1, role.limit - current.number % ENDINGS),
            current.strides[index],
            current.pending,
            current.stop,
            current.finite_inside,
            current.endless_inside,
            current.tallies[index],
            memory,
            None if finite else current.moved[role.slot],
            _giving_way(current.moved) if finite else None,
            trace,
        )
    except BaseException as error:  # noqa: BLE001  # every exception in an actor is recorded
        if role.rings:
            role.rings.keep(current.number)
        current.raised.append((role, error))
    finally:
        current.spans[index] = (began, perf_counter_ns())
        current.logs[index].extend(logs_in(memory, f"{role.actor} {role.me}"))
        inside[role.slot] = here[role.slot] = False
        if finite:
            current.pending[role.slot] = False


def _giving_way(moved: list[list[bool]]) -> Callable[[], None]:
    """What a finite thread does after a stride: where no endless one has moved meanwhile, it lets others run.

    With fewer cores than threads, a round is over within one time slice of the threads that store, and the others see
    nothing but its end.
    """

    def give_way() -> None:
        if moved and [True] not in moved:
            sleep(0)
        for flag in moved:
            flag[0] = False

    return give_way


def _meet(current: Round, finite: bool) -> None:
    # Who comes first waits a little for the others: a round that one actor runs alone tests nothing, and finite actors
    # that ran ahead of each other would stay apart round after round.
    began = perf_counter_ns()
    while True:
        due = current.pending.count(True)
        if not due or (_opponents_are_in(current, due) if finite else True in current.finite_here):
            return
        waited = perf_counter_ns() - began
        if waited > MEETING_NS:
            return
        if waited > SPIN_NS:
            sleep(0)


def _opponents_are_in(current: Round, due: int) -> bool:
    return current.finite_here.count(True) >= due and (
        not current.endless_here or True in current.endless_here
    )


def next_strides(batch: list[Round]) -> list[int]:
    """How long each thread's strides should be, from what its turns took in ``batch``."""
    strides = list(batch[0].strides)
    for index in range(len(strides)):
        turns = sum(current.tallies[index][0] for current in batch)
        took = sum(current.spans[index][1] - current.spans[index][0] for current in batch)
        fitting = STRIDE_NS * turns // max(took, 1)
        # Several must fit into a round, however short: a stride that outlasts it has met nobody for certain.
        strides[index] = max(1, min(fitting, turns // len(batch) // 4, LONGEST_STRIDE))
    return strides


def overlap_ns(spans: list[tuple[int, int]]) -> tuple[int, int]:
    """Time in which two or more threads were inside their loops, and time from the first start to the last end."""
    edges = sorted([(began, 1) for began, _ in spans] + [(ended, -1) for _, ended in spans])
    together = inside = since = 0
    for moment, change in edges:
        if inside >= 2:
            together += moment - since
        inside += change
        since = moment
    return together, edges[-1][0] - edges[0][0]


def evidence(role: Role, error: BaseException) -> Details:
    """What an exception in an actor says, without holding on to its frames."""
    return {
        "actor": role.actor,
        "thread": role.me,
        "traceback": "".join(traceback.format_exception(error))[-4000:],
    }

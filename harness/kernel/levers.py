"""Amplifiers that every scenario has: what happens around it, and how its child runs. Its own code knows none of them.

- ``specializer``: ``off`` runs the child with ``-X tlbc=0``, which keeps instructions from being specialised: what
  shows with it is not the inline caches' doing. The child's command line sees to it.
- ``freed``: ``filled`` runs the child with the interpreter's own debug allocator, which fills what is freed: who uses
  it reads no longer what was there. Races take place as often. The child's environment sees to it.
- ``queue``: entries that each thread puts into its queue of delayed frees before a round. A store makes two on main, so
  an odd number shifts, from one round to the next, which step of a store it is that empties the queue.
- ``bystander``: a thread beside the actors that shares nothing with them but the interpreter (``bystanders.py``).
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping

from harness.kernel.amplifiers import Amplifier, Setting
from harness.kernel.bystanders import KINDS, NOBODY, why_idle
from harness.kernel.scenario import Scenario

ON, OFF = "on", "off"
LEFT, FILLED = "left", "filled"
DEBUG_ALLOCATOR = {"PYTHONMALLOC": "debug"}
"""What an interpreter that fills what is freed has in its environment."""

NEEDS_A_CHILD = "needs a child of its own: it is an option of the interpreter"
"""Why those of ``OF_THE_PROCESS`` are not drawn where trials have no child of their own."""

OFTEN = 5
"""Trials without a bystander for one with each of them: it takes a core from the actors."""


def _looked_after() -> dict[Setting, str]:
    if hasattr(sys, "gettotalrefcount"):
        return {FILLED: "a debug build fills it in any case"}
    if "sanitizer" in str(sysconfig.get_config_var("CONFIG_ARGS")):
        return {FILLED: "a sanitizer looks after memory itself"}
    return {}


specializer = Amplifier(
    "specializer",
    (ON, ON, OFF),
    "whether instructions are specialised (off: -X tlbc=0)",
    minimum_version=(3, 14),
    idle_values={}
    if sysconfig.get_config_var("Py_GIL_DISABLED")
    else {OFF: "it cannot be switched off in a build with the GIL"},
)
freed = Amplifier(
    "freed",
    (LEFT, FILLED),
    "whether freed memory is filled (PYTHONMALLOC=debug), so that its use shows, or left as it is",
    idle_values=_looked_after(),
)
queue = Amplifier(
    "queue",
    (0, 1, 253),
    "entries in each thread's queue of delayed frees before a round: they decide where in a store it is emptied",
    minimum_version=(3, 14),
)


def bystander(scenario: type[Scenario]) -> Amplifier:
    """The bystanders that the scenario bears."""
    borne: list[Setting] = [name for name in KINDS if name in scenario.bystanders]
    return Amplifier(
        "bystander",
        (*[NOBODY] * OFTEN, *borne),
        "a thread of its own beside the actors that keeps the interpreter busy with what they need, too",
        minimum_version=(3, 14),
        idle_values={name: reason for name in borne if (reason := why_idle(str(name)))},
    )


OF_THE_PROCESS = (specializer.name, freed.name)
"""Names of what must be known before an interpreter starts."""
GENERAL = (*OF_THE_PROCESS, "queue", "bystander")
"""Their names. What they are worth shows over a whole suite: no scenario must have had each of their values."""


def amplifiers_of(scenario: type[Scenario]) -> tuple[Amplifier, ...]:
    """The scenario's own amplifiers, then those that every scenario has."""
    general = [specializer, freed, queue, *([bystander(scenario)] if scenario.bystanders else [])]
    own = {one.name for one in scenario.amplifiers}
    return (*scenario.amplifiers, *(one for one in general if one.name not in own))


def is_filled(knobs: Mapping[str, Setting]) -> bool:
    """Whether freed memory is filled."""
    return knobs.get(freed.name) == FILLED


def check(knobs: Mapping[str, Setting]) -> None:
    """Raises ValueError where this process was not started as a trial with these knobs must be."""
    if knobs.get(specializer.name) == OFF and sys._xoptions.get("tlbc") != "0":
        raise ValueError("to run without the specializer, the process must be started with -X tlbc=0")
    if is_filled(knobs) and os.environ.get("PYTHONMALLOC") != DEBUG_ALLOCATOR["PYTHONMALLOC"]:
        raise ValueError("to have freed memory filled, the process must be started with PYTHONMALLOC=debug")

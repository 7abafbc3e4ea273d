"""Amplifiers that every scenario has: what happens around it, and how its child runs. Its own code knows none of them.

- ``specializer``: ``off`` runs the child with ``-X tlbc=0``, which keeps instructions from being specialised: what
  shows with it is not the inline caches' doing. The child's command line sees to it.
- ``queue``: entries that each thread puts into its queue of delayed frees before a round. A store makes two on main, so
  an odd number shifts, from one round to the next, which step of a store it is that empties the queue.
- ``bystander``: a thread beside the actors that shares nothing with them but the interpreter (``bystanders.py``).
"""

from __future__ import annotations

import sysconfig

from harness.kernel.amplifiers import Amplifier, Setting, settings
from harness.kernel.bystanders import FOREIGN, KINDS, NOBODY, why_idle
from harness.kernel.scenario import Scenario, actor_threads

ON, OFF = "on", "off"

NEEDS_A_CHILD = "needs a child of its own: it is an option of the interpreter"
"""Why ``specializer`` is not drawn where trials have no child of their own."""

OFTEN = 5
"""Trials without a bystander for one with each of them: it takes a core from the actors."""

specializer = Amplifier(
    "specializer",
    (ON, ON, OFF),
    "whether instructions are specialised (off: -X tlbc=0)",
    minimum_version=(3, 14),
    idle_values={}
    if sysconfig.get_config_var("Py_GIL_DISABLED")
    else {OFF: "it cannot be switched off in a build with the GIL"},
)
queue = Amplifier(
    "queue",
    (0, 1, 253),
    "entries in each thread's queue of delayed frees before a round: they decide where in a store it is emptied",
    minimum_version=(3, 14),
)


def bystander(scenario: type[Scenario]) -> Amplifier:
    """The bystanders that the scenario bears. One thread alone is judged by what it does itself, so nobody else may run
    the finalizers of its values; nor where the oracle says so.
    """
    alone = sum(actor_threads(scenario, settings(scenario.amplifiers, {})).values()) == 1
    to_itself = alone or (scenario.oracle is not None and scenario.oracle.own_thread)
    borne: list[Setting] = [
        name for name in KINDS if name in scenario.bystanders and not (to_itself and name in FOREIGN)
    ]
    return Amplifier(
        "bystander",
        (*[NOBODY] * OFTEN, *borne),
        "a thread of its own beside the actors that keeps the interpreter busy with what they need, too",
        minimum_version=(3, 14),
        idle_values={name: reason for name in borne if (reason := why_idle(str(name)))},
    )


GENERAL = ("specializer", "queue", "bystander")
"""Their names. What they are worth shows over a whole suite: no scenario must have had each of their values."""


def amplifiers_of(scenario: type[Scenario]) -> tuple[Amplifier, ...]:
    """The scenario's own amplifiers, then those that every scenario has."""
    general = [specializer, queue, *([bystander(scenario)] if scenario.bystanders else [])]
    own = {one.name for one in scenario.amplifiers}
    return (*scenario.amplifiers, *(one for one in general if one.name not in own))

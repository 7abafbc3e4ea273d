"""What a script says of what stands around a scenario: the bystander, the queues' entries, how its process starts."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any

from harness.kernel import delayed
from harness.kernel.amplifiers import Knobs
from harness.kernel.bystanders import KINDS, NOBODY
from harness.kernel.levers import OFF, is_filled, queue, specializer
from harness.kernel.scenario import operations
from harness.repro.flatten import Flattened

ASKED_FOR = "type_cache_invalidate"
"""What a script takes from a module that only some targets have."""
UNSPECIALISED = """\
if sys._xoptions.get("tlbc") != "0":  # it was seen without the specializer
    sys.exit(subprocess.run([sys.executable, "-X", "tlbc=0", *sys.orig_argv[1:]]).returncode)"""
FILLING = """\
if os.environ.get("PYTHONMALLOC") != "debug":  # it was seen with freed memory filled
    os.environ["PYTHONMALLOC"] = "debug"
    sys.exit(subprocess.run([sys.executable, *sys.orig_argv[1:]]).returncode)"""


class Around:
    """The knobs of ``levers.py``, written out. ``taken`` are names that the scenario's state has."""

    def __init__(self, knobs: Knobs, taken: Sequence[str]) -> None:
        settings = vars(knobs)
        self.entries: int = settings.get(queue.name, 0)
        unspecialised = settings.get(specializer.name) == OFF
        self.blocks = [UNSPECIALISED] * unspecialised + [FILLING] * is_filled(settings)
        """What stands first in the program: it starts itself once more."""
        kind = settings.get("bystander", NOBODY)
        self.flat = Flattened(KINDS[kind], Knobs(), taken) if kind != NOBODY else None
        self.name = kind + "_" * (kind in taken)
        self.theirs = ast.parse(
            f"theirs = [one for one in [{', '.join(taken)}] if isinstance(one, type)]"
        ).body

    @property
    def prepared(self) -> list[ast.stmt]:
        """The bystander's state."""
        if self.flat is None:
            return []
        uses_theirs = "theirs" in {
            node.id for part in self.body for node in ast.walk(part) if isinstance(node, ast.Name)
        }
        return [*(self.theirs if uses_theirs else []), *self.flat.prepared]

    @property
    def state(self) -> list[str]:
        """The variables that hold it."""
        return [*self.flat.names(), "theirs"] if self.flat else []

    @property
    def body(self) -> list[ast.stmt]:
        """What the bystander does, again and again."""
        assert self.flat is not None
        self.flat.constants["theirs"] = ast.Name("theirs", ast.Load())
        (declared,) = operations(self.flat.scenario)
        return self.flat.of(declared.function)

    def first(self) -> list[ast.stmt]:
        """What each actor does before its first operation."""
        return ast.parse(f"queue_entries({self.entries})").body if self.entries else []

    def namespace(self, name: str) -> dict[str, Any]:
        """The globals that have ``name``, where they are not the scenario's."""
        found = self.flat.namespace(name) if self.flat else {}
        return found or (vars(delayed) if name in vars(delayed) else {})

    def imports(self, names: Iterable[str]) -> list[str]:
        """Lines for what is not everywhere, as far as it is among the ``names`` that the script uses."""
        return [f"from _testinternalcapi import {ASKED_FOR}"] if ASKED_FOR in names else []

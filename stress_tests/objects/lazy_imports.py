"""Lazy imports (PEP 810), whose module is looked for when its name is first used: by several threads at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from harness.kernel import Knobs, OwnWrite, Scenario, operation, readers

MODULES = 16
"""Imported in a round, one after the other."""
PREFIX = "ftstress_lazy_"
SOURCE = "lazy import {} as part\ndef use():\n    return part\n"


class Finder(MetaPathFinder, Loader):
    """Finds and loads the modules of the scenario; each notes how often it was executed."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name.startswith(PREFIX) else None

    def create_module(self, spec: ModuleSpec) -> None:
        """As usual."""

    def exec_module(self, module: Any) -> None:
        module.executed = getattr(module, "executed", 0) + 1


class LazyImportUsedFirst(Scenario):
    """A lazy import that several threads use first at once is the one module, executed once, to all (PEP 810).

    Sound: nobody removes a module while it is raced, and an import gives what ``sys.modules`` has under the name.
    """

    oracle = OwnWrite()
    amplifiers = (readers,)
    minimum_version = (3, 15)
    swept = False
    caches = False

    def prepare(self, knobs: Knobs) -> None:
        if not any(isinstance(finder, Finder) for finder in sys.meta_path):
            sys.meta_path.append(Finder())
        self.holders: list[Any] = [ModuleType("holder") for _ in range(MODULES)]
        self.names = [f"{PREFIX}{id(holder)}" for holder in self.holders]
        for name, holder in zip(self.names, self.holders, strict=True):
            exec(SOURCE.format(name), vars(holder))
        self.modules = sys.modules
        self.turn = [0]

    @operation(actor="leader", stores=960 // MODULES)
    def use_first(self, n: int) -> Any:
        self.turn[0] = n - 1
        found = self.holders[n - 1].use()
        return self.modules[self.names[n - 1]], found

    @operation(actor="reader")
    def use(self) -> Any:
        at = self.turn[0]
        found = self.holders[at].use()
        return self.modules[self.names[at]], found

    @operation(actor="reader")
    def read(self) -> Any:
        at = self.turn[0]
        found = self.holders[at].part
        return self.modules[self.names[at]], found

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        imported = [self.modules.pop(name) for name in self.names if name in self.modules]
        for module in imported:
            yield "how often a module was executed", module.executed, 1

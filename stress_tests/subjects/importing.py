"""Packages that threads import at once: each round's are new, and found in memory."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, step

PREFIX = "ftstress_pkg"
SOURCES = {
    "": "import {0}.sub\nx0 = 'x0'",
    ".sub": "from {0}.sub.module import x1\nx0 = 'x0'",
    ".sub.module": "x1 = 'x1'",
    ".other": "import {0}\nimport {0}.sub.module\nx0 = 'x0'",
    ".fails": "x0 = 'x0'\nfor _ in range(300): pass\nraise ValueError('it fails')",
    ".lazy": "def __getattr__(name):\n    import {0}.other\n    return 'x0'",
}
"""What a package has, by what is added to its name: it imports what is in it, which imports what is in that."""
NUMBERS = itertools.count()


class _Finder(MetaPathFinder, Loader):
    """Finds packages that nobody wrote."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        package, _, rest = name.partition(".")
        if not package.startswith(PREFIX) or (rest and "." + rest not in SOURCES):
            return None
        return ModuleSpec(name, self, is_package=rest in ("", "sub"))

    def exec_module(self, module: ModuleType) -> None:
        package, dot, rest = module.__name__.partition(".")
        exec(compile(SOURCES[dot + rest].format(package), module.__name__, "exec"), vars(module))


sys.meta_path.append(_Finder())


class Package(Subject):
    """A package whose modules import one another: whoever imports one gets it whole, or its own error."""

    said = "importlib: threads that import one module wait for whoever is at it"

    def fresh(self, size: int) -> str:
        return f"{PREFIX}{next(NUMBERS)}"

    def left(self, o: str) -> Any:
        for name in [name for name in list(sys.modules) if name == o or name.startswith(o + ".")]:
            sys.modules.pop(name, None)
        return None

    @step(writes=True)
    def package(o: Any, v: str) -> Any:
        return importlib.import_module(o).x0

    @step(writes=True)
    def sub(o: Any, v: str) -> Any:
        return importlib.import_module(o + ".sub").x0

    @step(writes=True)
    def module(o: Any, v: str) -> Any:
        return importlib.import_module(o + ".sub.module").x1

    @step(writes=True)
    def module_by_statement(o: Any, v: str) -> Any:
        return __import__(o + ".sub.module", fromlist=["x1"]).x1

    @step(writes=True)
    def other(o: Any, v: str) -> Any:
        return importlib.import_module(o + ".other").x0

    @step(writes=True)
    def fails(o: Any, v: str) -> Any:
        return importlib.import_module(o + ".fails").x0

    @step(writes=True)
    def fails_by_statement(o: Any, v: str) -> Any:
        return __import__(o + ".fails").fails.x0

    @step(writes=True)
    def lazy(o: Any, v: str) -> Any:
        return __import__(o + ".lazy", fromlist=["anything"]).anything

    @step(PROCESS, writes=True)
    def reload(o: Any, v: str) -> Any:
        return importlib.reload(importlib.import_module(o + ".sub.module")).x1

    @step(PROCESS, writes=True)
    def forget(o: Any, v: str) -> Any:
        sys.modules.pop(o + ".sub", None)
        sys.modules.pop(o, None)

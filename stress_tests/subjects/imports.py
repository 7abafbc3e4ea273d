"""Modules that two threads import at once, each for the first time: whole, failing, in packages and in circles, and
lazily. Each round has modules of its own; a finder that this file adds to the path makes them.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, step

PREFIX = "ftstress_imported"
_numbers = itertools.count()
FORGOTTEN = (ImportError, KeyError, AttributeError)
"""What an import may raise whose module another thread takes out of sys.modules meanwhile."""


class Failed(Exception):
    """What a module raises when it is imported."""


class _Loader:
    """Fills a module, step by step, as its name says."""

    def create_module(self, spec: ModuleSpec) -> Any:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        names = vars(module)
        names["x0"] = "x0"
        kind = module.__name__.rpartition("_")[2]
        if kind.startswith("fails"):
            sum(range(50))
            raise Failed("a module that always fails")
        if kind.startswith("circle"):
            other = "one" if kind.endswith("two") else "two"
            names["other"] = importlib.import_module(module.__name__[:-3] + other)
        sum(range(50))
        names["x1"] = "x1"


class _Finder:
    """Finds what begins with this file's prefix, and submodules of it."""

    def __init__(self) -> None:
        self.loader: Any = _Loader()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith(PREFIX) or name.endswith("missing"):
            return None
        return ModuleSpec(name, self.loader, is_package="package" in name and "." not in name)


sys.meta_path.append(_Finder())


def _named(kind: str) -> str:
    return f"{PREFIX}{next(_numbers)}_{kind}"


def _forget(name: str) -> None:
    for one in (name, name + ".part", name[:-3] + "two"):
        sys.modules.pop(one, None)


class _Imported(Subject):
    """The name of a module that nobody has imported yet."""

    def left(self, o: Any) -> Any:
        there = o in sys.modules
        _forget(o)
        return there

    @step(writes=True)
    def import_module(o: Any, v: str) -> Any:
        return _seen(importlib.import_module(o))

    @step(writes=True)
    def import_(o: Any, v: str) -> Any:
        return _seen(__import__(o))

    @step(writes=True)
    def import_from(o: Any, v: str) -> Any:
        return _seen(__import__(o, fromlist=["x0", "x1"]))

    @step(writes=True)
    def statement(o: Any, v: str) -> Any:
        names: dict[str, Any] = {}
        exec(f"from {o} import x0, x1", names)
        return names["x0"], names["x1"]

    @step(writes=True)
    def import_twice(o: Any, v: str) -> Any:
        return importlib.import_module(o) is importlib.import_module(o)

    @step()
    def find_spec(o: Any, v: str) -> Any:
        return importlib.util.find_spec(o) is not None

    @step()
    def ask(o: Any, v: str) -> Any:
        return o in sys.modules, len(list(sys.modules)) > 0

    @step(writes=True, lets_raise=FORGOTTEN)
    def forget(o: Any, v: str) -> Any:
        sys.modules.pop(o, None)

    @step(writes=True, lets_raise=FORGOTTEN)
    def put_none(o: Any, v: str) -> Any:
        sys.modules[o] = None  # type: ignore[assignment]

    @step(writes=True, lets_raise=FORGOTTEN)
    def put(o: Any, v: str) -> Any:
        made = types.ModuleType(o)
        vars(made).update(x0=v, x1=v)
        sys.modules[o] = made


def _seen(module: Any) -> Any:
    """What whoever imports a module finds in it: it has been filled, to the end."""
    return module.x0, module.x1


class ImportedModule(_Imported):
    """A module that is filled without ado."""

    def fresh(self, size: int) -> Any:
        return _named("whole")

    @step(writes=True, may_raise=(ImportError,))
    def reload(o: Any, v: str) -> Any:
        return _seen(importlib.reload(importlib.import_module(o)))


class ImportedAndFailing(_Imported):
    """A module that raises when it is imported: each import of it does, and none gives a module."""

    def fresh(self, size: int) -> Any:
        return _named("fails")


class ImportedPackage(_Imported):
    """A package with a submodule."""

    def fresh(self, size: int) -> Any:
        return _named("package")

    @step(writes=True)
    def import_part(o: Any, v: str) -> Any:
        return _seen(importlib.import_module(o + ".part"))

    @step(writes=True)
    def import_part_from(o: Any, v: str) -> Any:
        names: dict[str, Any] = {}
        exec(f"from {o} import part", names)
        return _seen(names["part"])

    @step(
        writes=True, may_raise=(AttributeError,)
    )  # a package has it a moment after it can be imported, no sooner
    def import_part_by_name(o: Any, v: str) -> Any:
        return _seen(__import__(o + ".part").part)

    @step(writes=True)
    def import_missing(o: Any, v: str) -> Any:
        return importlib.import_module(o + ".missing")


class ImportedInACircle(_Imported):
    """Two modules that import one another. Who imports the second, meets the first half filled."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return _named("circleone")

    @step(writes=True)
    def import_other(o: Any, v: str) -> Any:
        return _seen(importlib.import_module(o[:-3] + "two"))

    @step(writes=True)
    def import_other_by_name(o: Any, v: str) -> Any:
        return _seen(__import__(o[:-3] + "two"))


LAZY = f"""
lazy import {PREFIX}_lazy as x0
lazy from {PREFIX}_lazy import x1

def use():
    return x0.x0, x1
"""
CODE = compile(LAZY if sys.version_info >= (3, 15) else "", "<lazy>", "exec")


class LazyImports(Subject):
    """Globals with two lazy imports that nobody has used yet. At the larger size their module was imported before."""

    minimum_version = (3, 15)
    sizes = (2, 0)
    may_raise = (NameError, KeyError)

    def fresh(self, size: int) -> Any:
        if size:
            sys.modules.pop(PREFIX + "_lazy", None)
        names: dict[str, Any] = {}
        exec(CODE, names)
        return names

    def left(self, o: Any) -> Any:
        return sorted(name for name in o if not name.startswith("__"))

    @step(writes=True)
    def use(o: Any, v: str) -> Any:
        return o["use"]()

    @step(writes=True)
    def use_often(o: Any, v: str) -> Any:
        return [o["use"]() for _ in range(4)]

    @step(writes=True)
    def item(o: Any, v: str) -> Any:
        return o["x0"] is not None, o.get("x1") is not None

    @step(writes=True)
    def eval_(o: Any, v: str) -> Any:
        return eval("x1", o), eval("x0", o).x1

    @step()
    def copy(o: Any, v: str) -> Any:
        return sorted({**o.copy()}) > [], len(list(o.values())) > 0

    @step(writes=True)
    def resolve(o: Any, v: str) -> Any:
        return [one.resolve() is not None for one in o.copy().values() if type(one) is LAZY_TYPE]

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return [repr(one) for one in o.copy().values() if type(one) is LAZY_TYPE]

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o["x1"] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        o.pop("x1", None)

    @step(writes=True)
    def exec_anew(o: Any, v: str) -> Any:
        exec(CODE, o)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update({v + digit: v for digit in "012345678"})

    @step()
    def names(o: Any, v: str) -> Any:
        return len(sys.lazy_modules) >= 0  # type: ignore[attr-defined]

    @step(PROCESS, writes=True)
    def filter_(o: Any, v: str) -> Any:
        sys.set_lazy_imports_filter(lambda *_: True)  # type: ignore[attr-defined]
        exec(CODE, {})
        sys.set_lazy_imports_filter(None)  # type: ignore[attr-defined]


LAZY_TYPE: Any = getattr(types, "LazyImportType", None)

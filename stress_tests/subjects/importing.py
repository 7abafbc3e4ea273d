"""Modules and packages that threads import at once: each round's are new, and found in memory."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
import types
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import takewhile
from types import ModuleType
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, step

PREFIX = "ftstress_pkg"
SOURCES = {
    "": "import {0}.sub\nx0 = 'x0'",
    ".sub": "from {0}.sub.module import x1\nx0 = 'x0'",
    ".sub.module": "x1 = 'x1'",
    ".other": "import {0}\nimport {0}.sub.module\nx0 = 'x0'",
    ".fails": "x0 = 'of what failed'\nfor _ in range(300): pass\nraise ValueError('it fails')",
    ".lazy": "def __getattr__(name):\n    import {0}.other\n    return 'x0'",
    "_whole": "x0 = 'x0'\nfor _ in range(50): pass\nx1 = 'x1'",
    "_fails": "x0 = x1 = 'of what failed'\nfor _ in range(50): pass\nraise ValueError('it fails')",
    "_raises": "raise __spec__.loader.raised['{0}']",
    "_one": "x0 = 'x0'\nimport {0}_two as other\nx1 = 'x1'",
    "_two": "x0 = 'x0'\nimport {0}_one as other\nx1 = 'x1'",
}
"""What a package has, by what is added to its name: it imports what is in it, which imports what is in that. Beside it
there are modules by themselves.
"""
NUMBERS = itertools.count(1)


class _Finder(MetaPathFinder, Loader):
    """Finds packages that nobody wrote."""

    raised: ClassVar[dict[str, ImportError]] = {}
    """What modules raise that are given it, by what their names begin with."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        _, rest = _parts(name)
        if not name.startswith(PREFIX) or rest not in SOURCES:
            return None
        return ModuleSpec(name, self, is_package=rest in ("", ".sub"))

    def exec_module(self, module: ModuleType) -> None:
        package, rest = _parts(module.__name__)
        exec(compile(SOURCES[rest].format(package), module.__name__, "exec"), vars(module))


def _parts(name: str) -> tuple[str, str]:
    """A name that begins with the prefix: the package, or what it would be, and what is added to it."""
    package = PREFIX + "".join(takewhile(str.isdigit, name.removeprefix(PREFIX)))
    return package, name.removeprefix(package)


FINDER = _Finder()


def _find() -> None:
    """From now on what nobody wrote is found."""
    if FINDER not in sys.meta_path:
        sys.meta_path.append(FINDER)


def _new(rest: str = "") -> str:
    """A name that nobody has imported yet."""
    _find()
    return f"{PREFIX}{next(NUMBERS)}{rest}"


class Package(Subject):
    """A package whose modules import one another: whoever imports one gets it whole, or its own error."""

    said = "importlib: threads that import one module wait for whoever is at it"

    def fresh(self, size: int) -> str:
        return _new()

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


FORGOTTEN = (ImportError, KeyError, AttributeError)
"""What an import may raise whose module another thread takes out of sys.modules meanwhile."""


class _Imported(Subject):
    """The name of a module that nobody has imported yet."""

    def left(self, o: Any) -> Any:
        for name in (o, o.replace("_one", "_two")):
            sys.modules.pop(name, None)
        return None

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

    @step(writes=True, lets_raise=(*FORGOTTEN, TypeError))
    def put_none(o: Any, v: str) -> Any:
        """Who loads it just then is given None."""
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
        return _new("_whole")

    @step(writes=True, may_raise=(ImportError,))
    def reload(o: Any, v: str) -> Any:
        return _seen(importlib.reload(importlib.import_module(o)))


class ImportedAndFailing(_Imported):
    """A module that raises when it is imported: each import of it does, and none gives a module."""

    def fresh(self, size: int) -> Any:
        return _new("_fails")


class ImportErrorOfAll(Subject):
    """An ImportError that two modules raise: each import puts its frames before those that are there, and takes the
    import system's out.
    """

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = ImportError("x0"), _new("_raises"), _new("_raises")
        FINDER.raised.update(dict.fromkeys((_parts(o[1])[0], _parts(o[2])[0]), o[0]))
        return o

    def left(self, o: Any) -> Any:
        for name in o[1:]:
            FINDER.raised.pop(_parts(name)[0], None)
        return None

    @step(writes=True)
    def import_module(o: Any, v: str) -> Any:
        return importlib.import_module(o[1 + (v[0] == "a")])

    @step(writes=True)
    def import_(o: Any, v: str) -> Any:
        return __import__(o[1 + (v[0] == "a")])

    @step(writes=True)
    def import_often(o: Any, v: str) -> Any:
        """A traceback that has grown is gone over for longer."""
        for _ in range(40):
            with suppress(ImportError):
                __import__(o[1 + (v[0] == "a")])

    @step(writes=True)
    def cut(o: Any, v: str) -> Any:
        if (trace := o[0].__traceback__) is not None:
            trace.tb_next = None

    @step(writes=True)
    def no_traceback(o: Any, v: str) -> Any:
        o[0].__traceback__ = None

    @step()
    def walk(o: Any, v: str) -> Any:
        trace = o[0].__traceback__
        while trace is not None:
            trace = trace.tb_next


class ImportedInACircle(_Imported):
    """Two modules that import one another. Who imports the second, meets the first half filled."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return _new("_one")

    @step(writes=True)
    def import_other(o: Any, v: str) -> Any:
        return _seen(importlib.import_module(o.replace("_one", "_two")))

    @step(writes=True)
    def import_other_by_name(o: Any, v: str) -> Any:
        return _seen(__import__(o.replace("_one", "_two")))


LAZY = f"""
lazy import {PREFIX}0_whole as x0
lazy from {PREFIX}0_whole import x1

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
        _find()
        if size:
            sys.modules.pop(PREFIX + "0_whole", None)
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
    def import_anyway(o: Any, v: str) -> Any:
        """Whoever imports what is still lazy elsewhere, and whoever uses it there, wait for one another."""
        return importlib.import_module(PREFIX + "0_whole").x0

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

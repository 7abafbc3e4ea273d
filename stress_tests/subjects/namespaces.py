"""Where names are looked up: the globals and builtins of a function, and modules. What a function looks up often is
kept beside its code until one of the dicts changes.
"""

from __future__ import annotations

import builtins
import types
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, giving, step

NAME = "ftstress_raced_name"
"""What no module has among its names."""
WARM = 20
"""Calls after which a function keeps what it looked up."""


def _codes() -> tuple[Any, Any, Any]:
    def of_global() -> Any:
        return x0  # type: ignore[name-defined]  # noqa: F821

    def of_both() -> Any:
        return x1, x0  # type: ignore[name-defined]  # noqa: F821

    def of_builtin() -> Any:
        return ftstress_raced_name  # type: ignore[name-defined]  # noqa: F821

    return of_global.__code__, of_both.__code__, of_builtin.__code__


_of_global, _of_both, _of_builtin = _codes()


class Globals(Subject):
    """A function whose globals and builtins are its own: ``x0`` is in the first, ``x1`` in the second.

    At the larger size it has been called often.
    """

    sizes: ClassVar[tuple[int, ...]] = (2, WARM)
    may_raise = (NameError,)

    def fresh(self, size: int) -> Any:
        one, other, builtin = fresh_strings(3)
        function = types.FunctionType(
            _of_both.replace(), {"x0": one, "__builtins__": {"x1": other, "x2": builtin}}
        )
        for _ in range(size):
            function()
        return function

    def left(self, o: Any) -> Any:
        return {name: value for name, value in o.__globals__.items() if type(value) is str}

    @step()
    def call(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_often(o: Any, v: str) -> Any:
        return [o() for _ in range(4)]

    @step()
    def call_another(o: Any, v: str) -> Any:
        return types.FunctionType(_of_global, o.__globals__)()

    @step()
    def eval_(o: Any, v: str) -> Any:
        return eval("x0, x1", o.__globals__), eval("x0", o.__globals__, {"x1": v})

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.__globals__["x0"] = v

    @step(writes=True)
    def exec_(o: Any, v: str) -> Any:
        exec(f"x0 = {v!r}", o.__globals__)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        o.__globals__.pop("x0", None)

    @step(writes=True)
    def hide_builtin(o: Any, v: str) -> Any:
        o.__globals__["x1"] = v

    @step(writes=True)
    def show_builtin(o: Any, v: str) -> Any:
        o.__globals__.pop("x1", None)

    @step(writes=True)
    def store_builtin(o: Any, v: str) -> Any:
        o.__builtins__["x1"] = v

    @step(writes=True)
    def delete_builtin(o: Any, v: str) -> Any:
        o.__builtins__.pop("x1", None)

    @step(writes=True)
    def put_global_among_builtins(o: Any, v: str) -> Any:
        o.__builtins__["x0"] = v

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.__globals__.update({v + digit: v for digit in "012345678"})

    @step(writes=True)
    def grow_builtins(o: Any, v: str) -> Any:
        o.__builtins__.update({v + digit: v for digit in "012345678"})

    @step(writes=True)
    def of_other_keys(o: Any, v: str) -> Any:
        o.__globals__[7] = v

    @step(writes=True)
    def builtins_of_other_keys(o: Any, v: str) -> Any:
        o.__builtins__[7] = v

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.__globals__.clear()

    @step(writes=True)
    def clear_builtins(o: Any, v: str) -> Any:
        o.__builtins__.clear()

    @step(writes=True)
    def other_builtins(o: Any, v: str) -> Any:
        o.__globals__["__builtins__"] = {"x1": v}

    @step(writes=True, makes=True)
    def store_code(o: Any, v: str) -> Any:
        o.__code__ = made = _of_both.replace()
        return made


class Builtins(Subject):
    """A name among the builtins that all modules share, and a function that looks it up.

    A name of the same kind in the function's module hides it.
    """

    sizes: ClassVar[tuple[int, ...]] = (2, WARM)
    may_raise = (NameError, AttributeError)

    def fresh(self, size: int) -> Any:
        setattr(builtins, NAME, fresh_strings(1)[0])
        function = types.FunctionType(_of_builtin.replace(), {"__builtins__": builtins})
        with suppress(NameError):  # the other thread may still be at the object before
            for _ in range(size):
                function()
        return function

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return o()

    @step()
    def call_often(o: Any, v: str) -> Any:
        return [o() for _ in range(4)]

    @step()
    def attribute(o: Any, v: str) -> Any:
        return getattr(builtins, NAME), getattr(builtins, NAME, v)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        setattr(builtins, NAME, v)

    @step(writes=True)
    def store_and_delete(o: Any, v: str) -> Any:
        setattr(builtins, v, v)
        delattr(builtins, v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        vars(builtins).pop(NAME, None)

    @step(writes=True)
    def hide(o: Any, v: str) -> Any:
        o.__globals__[NAME] = v

    @step(writes=True)
    def show(o: Any, v: str) -> Any:
        o.__globals__.pop(NAME, None)

    @step()
    def dict_(o: Any, v: str) -> Any:
        return vars(builtins).get(NAME, v), NAME in vars(builtins)

    @step()
    def dir_(o: Any, v: str) -> Any:
        return len(dir(builtins)) > 0


class ModuleNames(Subject):
    """A module whose names threads look up, store and delete."""

    sizes: ClassVar[tuple[int, ...]] = (2, 5)
    may_raise = (AttributeError,)

    def fresh(self, size: int) -> Any:
        o = types.ModuleType("x0")
        vars(o).update(zip(fresh_strings(size), fresh_strings(size), strict=True))
        return o

    def left(self, o: Any) -> Any:
        return {name: value for name, value in vars(o).items() if not name.startswith("__")}

    @step()
    def attribute(o: Any, v: str) -> Any:
        return o.x0

    @step()
    def attribute_often(o: Any, v: str) -> Any:
        return [o.x1 for _ in range(4)]

    @step()
    def getattr_(o: Any, v: str) -> Any:
        return getattr(o, "x0", v), hasattr(o, "x9")

    @step()
    def missing(o: Any, v: str) -> Any:
        return o.x9

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.x0 = v

    @step(writes=True)
    def store_new(o: Any, v: str) -> Any:
        o.x9 = v

    @step(writes=True)
    def setattr_(o: Any, v: str) -> Any:
        setattr(o, v, v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.x0

    @step(writes=True, makes=True)
    def store_getattr(o: Any, v: str) -> Any:
        o.__getattr__ = made = giving(v)
        return made

    @step(writes=True, makes=True)
    def store_dir(o: Any, v: str) -> Any:
        for _ in range(2):
            o.__dir__ = made = giving([v])
        return made

    @step(writes=True)
    def delete_dir(o: Any, v: str) -> Any:
        vars(o).pop("__dir__", None)

    @step(PROCESS)
    def dir_by_its_own(o: Any, v: str) -> Any:
        return len(dir(o)) > 0

    @step(writes=True)
    def delete_getattr(o: Any, v: str) -> Any:
        vars(o).pop("__getattr__", None)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        vars(o).update({v + digit: v for digit in "012345678"})

    @step(writes=True, lets_raise=(TypeError,))
    def of_other_keys(o: Any, v: str) -> Any:
        """Names of which one is a number cannot be sorted."""
        vars(o)[7] = v
        vars(o).pop(7, None)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        vars(o).clear()

    @step(writes=True)
    def name(o: Any, v: str) -> Any:
        o.__name__ = v

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)

    @step(text=True, may_raise=(RuntimeError,))
    def dir_(o: Any, v: str) -> Any:
        return dir(o)

    @step(text=True, may_raise=(RuntimeError,))
    def items(o: Any, v: str) -> Any:
        return [name for name, _ in vars(o).items()]

    @step(writes=True, text=True)
    def doc(o: Any, v: str) -> Any:
        o.__doc__ = v
        return o.__doc__

    @step(writes=True)
    def annotations(o: Any, v: str) -> Any:
        return o.__annotations__ is o.__annotations__

    @step(writes=True, makes=True)
    def store_annotations(o: Any, v: str) -> Any:
        o.__annotations__ = made = {v: v}
        return made

    @step()
    def from_(o: Any, v: str) -> Any:
        return getattr(o, "__spec__", None), getattr(o, "__loader__", None)

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v, v)

"""What functions run and what closures share: code objects and cells."""

from __future__ import annotations

import _imp
import copy
import marshal
import sys
import weakref
from types import CellType, FunctionType
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, step


def plain(first: Any = "x1", *rest: Any, third: Any = "x2", **named: Any) -> Any:
    """What is called."""
    return first, third


def another(first: Any = "x0", second: Any = None, *, third: Any = "x1") -> Any:
    """What has other code: its parameters and its variables are others."""
    return third, first, second


class Code(Subject):
    """A code object that nobody has run yet: many of its attributes are made when they are first asked for."""

    def fresh(self, size: int) -> Any:
        return another.__code__.replace()

    def left(self, o: Any) -> Any:
        return [o.co_name, o.co_varnames, o.co_consts, o.co_code]

    def wrong(self, o: Any) -> str:
        return "" if o == another.__code__ else "the code is no more equal to what it was made from"

    @step(writes=True)
    def run(o: Any, v: str) -> Any:
        return FunctionType(o, {}, "run", (v, v), None)(third=v)

    @step(writes=True)
    def run_often(o: Any, v: str) -> Any:
        function = FunctionType(o, {})
        for _ in range(20):
            function(v, v, third=v)
        return function(v, v, third=v)

    @step()
    def bytecode(o: Any, v: str) -> Any:
        return o.co_code, len(o._co_code_adaptive) > 0

    @step()
    def variables(o: Any, v: str) -> Any:
        return o.co_varnames, o.co_cellvars, o.co_freevars, o.co_names

    @step()
    def counts(o: Any, v: str) -> Any:
        return (
            o.co_argcount,
            o.co_posonlyargcount,
            o.co_kwonlyargcount,
            o.co_nlocals,
            o.co_stacksize,
            o.co_flags,
        )

    @step()
    def constants(o: Any, v: str) -> Any:
        return len(o.co_consts), o.co_exceptiontable

    @step()
    def names(o: Any, v: str) -> Any:
        return o.co_name, o.co_qualname, len(o.co_filename) > 0

    @step()
    def lines(o: Any, v: str) -> Any:
        return [line - o.co_firstlineno for *_, line in o.co_lines() if line], len(o.co_linetable)

    @step()
    def positions(o: Any, v: str) -> Any:
        return len(list(o.co_positions()))

    @step()
    def branches(o: Any, v: str) -> Any:
        return len(list(o.co_branches())) if hasattr(o, "co_branches") else 0

    @step()
    def varname(o: Any, v: str) -> Any:
        return o._varname_from_oparg(0)

    @step()
    def replace(o: Any, v: str) -> Any:
        return o.replace(co_name=v).co_name, o.replace() == o

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == another.__code__, o == plain.__code__, o != o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(another.__code__)

    @step()
    def order(o: Any, v: str) -> Any:
        return o < o, o <= o, o > o, o >= o

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0, o.__sizeof__() > 0

    @step()
    def weak_reference(o: Any, v: str) -> Any:
        return weakref.ref(o)() is o

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o

    @step()
    def function(o: Any, v: str) -> Any:
        return FunctionType(o, {}, v).__name__, FunctionType(o, {}).__code__ is o

    left_out = {
        "__new__": "replace makes new ones",
        "__replace__": "as replace",
        "co_lnotab": "deprecated: it warns",
    }


class CodeOfClosure(Subject):
    """The code of a function with cells, free variables and a try: what is made of it when it is first asked for."""

    def fresh(self, size: int) -> Any:
        return _with_cells.replace()

    def left(self, o: Any) -> Any:
        return [o.co_name]

    def wrong(self, o: Any) -> str:
        if o.co_varnames != ("x0", "x3") or o.co_cellvars != ("x1",) or o.co_freevars != ("held",):
            return f"its variables are {o.co_varnames}, {o.co_cellvars} and {o.co_freevars}"
        return "" if o == _with_cells else "the code is no more equal to what it was made from"

    @step(writes=True)
    def variables(o: Any, v: str) -> Any:
        return len(o.co_varnames), o.co_varnames is o.co_varnames

    @step(writes=True)
    def cells(o: Any, v: str) -> Any:
        return len(o.co_cellvars), o.co_cellvars is o.co_cellvars

    @step(writes=True)
    def free(o: Any, v: str) -> Any:
        return len(o.co_freevars), o.co_freevars is o.co_freevars

    @step(writes=True)
    def bytecode(o: Any, v: str) -> Any:
        return len(o.co_code), o.co_code is o.co_code

    @step(writes=True)
    def run(o: Any, v: str) -> Any:
        return FunctionType(o, {}, None, None, (CellType(v),))(v)

    @step(writes=True)
    def run_often(o: Any, v: str) -> Any:
        function = FunctionType(o, {}, None, None, (CellType(v),))
        return [function(v) for _ in range(20)][-1]

    @step(writes=True)
    def trace(o: Any, v: str) -> Any:
        function = FunctionType(o, {}, None, None, (CellType(v),))
        sys.settrace(lambda *_: None)
        try:
            return function(v)
        finally:
            sys.settrace(None)

    @step()
    def lines(o: Any, v: str) -> Any:
        return len(list(o.co_lines())), len(list(o.co_positions())), len(o.co_exceptiontable) > 0

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == _with_cells, hash(o) == hash(_with_cells), o.replace() == o

    @step()
    def written(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o)) == o


def _code_with_cells() -> Any:
    held: Any = None

    def function(x0: Any) -> Any:
        x1 = held
        try:
            x3 = [x0]
        except ValueError:
            return None
        return (lambda: x1)(), x3[0]

    return function.__code__


_with_cells = _code_with_cells()


class CodeOfMovedFile(Subject):
    """A code object that is told where its file is now, as a cached one is by who imports it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return another.__code__.replace(co_filename="".join(fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def move(o: Any, v: str) -> Any:
        for number in range(9):
            _imp._fix_co_filename(o, v + str(number))  # type: ignore[attr-defined]

    @step()
    def filename(o: Any, v: str) -> Any:
        return [len(o.co_filename) for _ in range(9)]

    @step()
    def repr_(o: Any, v: str) -> Any:
        return [len(repr(o)) for _ in range(9)]

    @step()
    def replace(o: Any, v: str) -> Any:
        return o.replace().co_name, o.replace(co_name=v).co_filename

    @step()
    def written(o: Any, v: str) -> Any:
        return len(marshal.dumps(o))


class Cell(Subject):
    """A cell: what closures share."""

    def fresh(self, size: int) -> Any:
        return CellType("x" + str(size - 3))

    def left(self, o: Any) -> Any:
        try:
            return o.cell_contents
        except ValueError:
            return None

    @step()
    def contents(o: Any, v: str) -> Any:
        return o.cell_contents

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.cell_contents = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.cell_contents

    @step()
    def call(o: Any, v: str) -> Any:
        return FunctionType(_reads_cell, {}, None, None, (o,))()

    @step(writes=True)
    def call_that_stores(o: Any, v: str) -> Any:
        return FunctionType(_writes_cell, {}, None, None, (o,))(v)

    @step(writes=True)
    def call_that_deletes(o: Any, v: str) -> Any:
        return FunctionType(_deletes_cell, {}, None, None, (o,))()

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o, o != CellType("x0"), o < CellType("x1"), o > CellType(), o <= o, o >= o

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def text(o: Any, v: str) -> Any:
        return len(repr(o)) > 0

    left_out = {"__new__": "other operations make cells by it"}


def _with_super(given: str) -> Any:
    class Base:
        x0 = given

    class Fresh(Base):
        def m(self) -> Any:
            __class__  # type: ignore[name-defined]  # noqa: B018  # else it has no cell
            make: Any = super
            return make().x0

        def of_class(self) -> Any:
            return __class__.x0  # type: ignore[name-defined]

    return Fresh


class CellOfSuper(Subject):
    """A class whose methods find it by a cell, which super looks into by itself."""

    most = PROCESS
    may_raise = (RuntimeError, TypeError, NameError, AttributeError, ValueError)

    def fresh(self, size: int) -> Any:
        (given,) = fresh_strings(1)
        cls = _with_super(given)
        return cls(), cls.m.__closure__[0], cls

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return o[0].m()

    @step()
    def call_often(o: Any, v: str) -> Any:
        return [o[0].m() for _ in range(20)]

    @step()
    def of_class(o: Any, v: str) -> Any:
        return o[0].of_class()

    @step()
    def contents(o: Any, v: str) -> Any:
        return len(repr(o[1].cell_contents)), len(repr(o[1]))

    @step(writes=True, makes=True)
    def store_list(o: Any, v: str) -> Any:
        o[1].cell_contents = made = [v]
        return made

    @step(writes=True)
    def store_class(o: Any, v: str) -> Any:
        o[1].cell_contents = type(o[0])

    @step(writes=True)
    def store_in_turn(o: Any, v: str) -> Any:
        for _ in range(20):
            o[1].cell_contents = [v]
            o[1].cell_contents = o[2]

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1].cell_contents


def _suspended(x0: Any) -> Any:
    def generator() -> Any:
        yield x0

    function: Any = generator
    return function(), function.__closure__[0]


class CellThroughFrame(Subject):
    """A generator over a free variable, which is not begun, its frame, and the variable's cell."""

    minimum_version = (3, 13)
    may_raise = (KeyError, ValueError)

    def fresh(self, size: int) -> Any:
        return _suspended(*fresh_strings(1))

    def left(self, o: Any) -> Any:
        return o[0].gi_frame.f_locals.get("x0")

    def wrong(self, o: Any) -> str:
        try:
            held = o[1].cell_contents
        except ValueError:
            held = None
        return (
            "" if o[0].gi_frame.f_locals.get("x0") == held else "the frame and the cell hold different things"
        )

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].gi_frame.f_locals["x0"] = v

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[0].gi_frame.f_locals.update({"x0": v})

    @step(writes=True)
    def setdefault(o: Any, v: str) -> Any:
        return o[0].gi_frame.f_locals.setdefault("x0", v)

    @step(writes=True)
    def store_another(o: Any, v: str) -> Any:
        o[0].gi_frame.f_locals["x1"] = v

    @step()
    def get(o: Any, v: str) -> Any:
        return o[0].gi_frame.f_locals["x0"]

    @step()
    def get_often(o: Any, v: str) -> Any:
        there = o[0].gi_frame.f_locals
        return {there["x0"] for _ in range(20)}

    @step()
    def copies(o: Any, v: str) -> Any:
        there = o[0].gi_frame.f_locals
        return there.copy(), dict(there), there | {}

    @step()
    def views(o: Any, v: str) -> Any:
        there = o[0].gi_frame.f_locals
        return list(there), list(there.values()), list(there.items()), "x0" in there, len(there)

    @step(text=True)
    def text(o: Any, v: str) -> Any:
        return repr(o[0].gi_frame.f_locals)

    @step(writes=True)
    def store_in_cell(o: Any, v: str) -> Any:
        o[1].cell_contents = v

    @step(writes=True)
    def store_in_cell_often(o: Any, v: str) -> Any:
        for _ in range(20):
            o[1].cell_contents = v + ""
            o[1].cell_contents = "".join(v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1].cell_contents

    @step()
    def contents(o: Any, v: str) -> Any:
        return o[1].cell_contents


def _codes_around_a_cell() -> tuple[Any, Any, Any]:
    held: Any = None

    def reads() -> Any:
        return held

    def writes(value: Any) -> None:
        nonlocal held
        held = value

    def deletes() -> None:
        nonlocal held
        del held

    return reads.__code__, writes.__code__, deletes.__code__


_reads_cell, _writes_cell, _deletes_cell = _codes_around_a_cell()

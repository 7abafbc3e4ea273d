"""Objects of C's types that ``__new__`` made and ``__init__`` did not: their operations refuse, or do without."""

from __future__ import annotations

import _lsprof
import asyncio
import copy
import decimal
import functools
import io
import pickle
import struct
import threading
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Callable
from operator import length_hint
from typing import Any

from harness.kernel.pairs import PROCESS, Attributes, step

KINDS: list[type] = [
    *(io.StringIO, io.BytesIO, io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.BufferedRWPair),
    *(io.TextIOWrapper, io.FileIO, io.IncrementalNewlineDecoder),
    *(struct.Struct, pickle.Unpickler, decimal.Context, _lsprof.Profiler),
    *(asyncio.Future, asyncio.Task, defaultdict, functools.partial, threading.local),
    *(ET.Element, ET.TreeBuilder, ET.XMLParser),
]
"""Not a Pickler, a Connection or a Cursor of sqlite3: on main, attributes of theirs end the process in one thread."""
NOT_CALLED = {"enable", "_pystart_callback", "_pyreturn_callback", "_ccall_callback", "_creturn_callback"}
NOT_CALLED |= {"_pythrow_callback", "print_stack"}
"""Methods with an effect beyond their object: a profiler that is on for all."""
METHODS = {
    kind: [
        name
        for name in dir(kind)
        if name[0] != "_" and name not in NOT_CALLED and callable(getattr(kind, name))
    ]
    for kind in KINDS
}
ASKED: tuple[Callable[[Any], Any], ...] = (
    *(
        repr,
        len,
        list,
        hash,
        bool,
        length_hint,
        vars,
        dir,
        str,
        bytes,
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
    ),
    *(
        next,
        lambda o: o == o,
        lambda o: o < o,
        lambda o: o[0],
        lambda o: o(),
        lambda o: o + o,
        lambda o: 1 in o,
    ),
)


def _each(calls: Any) -> int:
    """How many of some calls refuse."""
    refused = 0
    for call, arguments in calls:
        try:
            call(*arguments)
        except SystemError:
            raise
        except BaseException:  # noqa: BLE001  # it says that it was not made
            refused += 1
    return refused


class Unmade(Attributes):
    """An object whose ``__init__`` was never called, of each type in turn.

    Nor is it called meanwhile: few types have a lock for it, and what that breaks would be told of all.
    """

    most = PROCESS
    sizes = tuple(range(len(KINDS)))

    def fresh(self, size: int) -> Any:
        kind: Any = KINDS[size]
        try:
            return kind.__new__(kind)
        except TypeError:  # it takes what it is to hold
            return kind.__new__(kind, len)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def methods(o: Any, v: str) -> Any:
        return _each((getattr(o, name, None), ()) for name in METHODS[type(o)])

    @step(writes=True)
    def methods_of_one(o: Any, v: str) -> Any:
        return _each((getattr(o, name, None), (v,)) for name in METHODS[type(o)])

    @step(writes=True)
    def methods_of_number(o: Any, v: str) -> Any:
        return _each((getattr(o, name, None), (1,)) for name in METHODS[type(o)])

    @step()
    def asked(o: Any, v: str) -> Any:
        return _each((call, (o,)) for call in ASKED)

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__((v, v, 0, {}))

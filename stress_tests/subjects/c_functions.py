"""C functions of the interpreter's that no operation of Python's calls, called through ctypes: what is kept beside code
objects, what watches dicts, and what takes items out of lists and dicts for extensions.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime
import functools
import io
import itertools
import sys
from typing import Any, ClassVar

from harness.kernel.pairs import ATOMIC, PROCESS, Subject, dict_disagreement, fresh_items, fresh_strings, step

_C: Any = ctypes.pythonapi
_WATCH = ctypes.PYFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p
)  # what it is told of may be dying: it looks at none of it


def _function(name: str, result: Any, *arguments: Any) -> Any:
    """One of the interpreter's own C functions; None where it has no such one."""
    found = getattr(_C, name, None)
    if found is not None:
        found.restype, found.argtypes = result, arguments
    return found


_OBJECT, _SIZE = ctypes.py_object, ctypes.c_ssize_t
_request = _function("PyUnstable_Eval_RequestCodeExtraIndex", _SIZE, ctypes.c_void_p)
_set_extra = _function("PyUnstable_Code_SetExtra", ctypes.c_int, _OBJECT, _SIZE, ctypes.c_void_p)
_get_extra = _function(
    "PyUnstable_Code_GetExtra", ctypes.c_int, _OBJECT, _SIZE, ctypes.POINTER(ctypes.c_void_p)
)
_add_watcher = _function("PyDict_AddWatcher", ctypes.c_int, _WATCH)
_clear_watcher = _function("PyDict_ClearWatcher", ctypes.c_int, ctypes.c_int)
_watch = _function("PyDict_Watch", ctypes.c_int, ctypes.c_int, _OBJECT)
_unwatch = _function("PyDict_Unwatch", ctypes.c_int, ctypes.c_int, _OBJECT)
_list_item = _function("PyList_GetItemRef", _OBJECT, _OBJECT, _SIZE)
_list_append = _function("PyList_Append", ctypes.c_int, _OBJECT, _OBJECT)
_list_insert = _function("PyList_Insert", ctypes.c_int, _OBJECT, _SIZE, _OBJECT)
_list_slice = _function("PyList_GetSlice", _OBJECT, _OBJECT, _SIZE, _SIZE)
_list_set_slice = _function("PyList_SetSlice", ctypes.c_int, _OBJECT, _SIZE, _SIZE, _OBJECT)
_list_tuple = _function("PyList_AsTuple", _OBJECT, _OBJECT)
_list_extend = _function("PyList_Extend", ctypes.c_int, _OBJECT, _OBJECT)
_sequence_list = _function("PySequence_List", _OBJECT, _OBJECT)
_dict_keys = _function("PyDict_Keys", _OBJECT, _OBJECT)
_dict_items = _function("PyDict_Items", _OBJECT, _OBJECT)
_dict_merge = _function("PyDict_Merge", ctypes.c_int, _OBJECT, _OBJECT, ctypes.c_int)
_dict_contains = _function("PyDict_Contains", ctypes.c_int, _OBJECT, _OBJECT)
_dict_store = _function("PyDict_SetItem", ctypes.c_int, _OBJECT, _OBJECT, _OBJECT)
_importer = _function("PyImport_GetImporter", _OBJECT, _OBJECT)
_call = _function("PyObject_Call", _OBJECT, _OBJECT, _OBJECT, _OBJECT)
_dict_delete = _function("PyDict_DelItemString", ctypes.c_int, _OBJECT, ctypes.c_char_p)

INDEX = _request(None) if _request is not None else -1
OTHER_INDEX = _request(None) if _request is not None else -1


def named(**given: Any) -> Any:
    """What it is called with, by name."""
    return given


@functools.lru_cache(8)
def remembered(**given: Any) -> Any:
    """What it is called with, by name, and remembers."""
    return list(given.values())


class Counted(ctypes.Structure):
    """A structure that has none of the fields that it is asked for."""

    _fields_: ClassVar[Any] = [("count", ctypes.c_int)]


def another(first: Any = "x0") -> Any:
    """What has the code."""
    return first


class CodeExtra(Subject):
    """A code object beside which nothing is kept yet: the first who keeps something makes room for all."""

    said = "PyUnstable_Code_SetExtra, PyUnstable_Code_GetExtra"
    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return another.__code__.replace()

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        strange = {_kept(o, INDEX), _kept(o, OTHER_INDEX)} - {None, 97, 98}
        return f"{strange.pop()} is kept beside it" if strange else ""

    @step(writes=True)
    def keep(o: Any, v: str) -> Any:
        return _set_extra(o, INDEX, ord(v[0]))

    @step(writes=True)
    def keep_another(o: Any, v: str) -> Any:
        return _set_extra(o, OTHER_INDEX, ord(v[0]))

    @step(writes=True)
    def keep_nothing(o: Any, v: str) -> Any:
        return _set_extra(o, INDEX, None)

    @step()
    def look(o: Any, v: str) -> Any:
        return _kept(o, INDEX) in (None, 97, 98), _kept(o, OTHER_INDEX) in (None, 97, 98)

    @step()
    def copy(o: Any, v: str) -> Any:
        return o.replace() == o, o.co_varnames


def _kept(o: Any, index: int) -> Any:
    found = ctypes.c_void_p()
    _get_extra(o, index, ctypes.byref(found))
    return found.value


def _heard(event: int, dictionary: Any, key: Any, value: Any) -> int:
    return 0


_told = _WATCH(_heard)


class ModuleAddedByC(Subject):
    """The name of a module that extensions add to sys.modules, where it is not there: all are given one module."""

    said = "PyImport_AddModuleRef"
    minimum_version = (3, 13)

    def fresh(self, size: int) -> Any:
        return f"ftstress_added{next(_numbers)}", []

    def left(self, o: Any) -> Any:
        sys.modules.pop(o[0], None)
        return None

    def wrong(self, o: Any) -> str:
        different = [one for one in o[1] if one is not o[1][0]]
        return "two threads were given different modules of one name" if different else ""

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o[1].append(_add_module(o[0].encode()))

    @step(writes=True)
    def add_and_fill(o: Any, v: str) -> Any:
        o[1].append(_add_module(o[0].encode()))
        setattr(o[1][-1], v, v)
        return getattr(sys.modules[o[0]], v)

    @step()
    def look(o: Any, v: str) -> Any:
        return o[0] in sys.modules, len(list(sys.modules)) > 0


_add_module = _function("PyImport_AddModuleRef", _OBJECT, ctypes.c_char_p)
_numbers = itertools.count()


class DictWatched(Subject):
    """A dict that somebody watches, or begins to, or stops to."""

    said = "PyDict_Watch, PyDict_Unwatch"
    minimum_version = (3, 12)
    sizes: ClassVar[tuple[int, ...]] = (1, 5)
    watchers: ClassVar[list[int]] = []
    """There are few, and they are for all dicts."""

    def fresh(self, size: int) -> Any:
        if not self.watchers:
            self.watchers.extend((_add_watcher(_told), _add_watcher(_told)))
        o = fresh_items(size)
        if size > 1:
            _watch(self.watchers[0], o)
        return o

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o)

    @step(writes=True)
    def watch(o: Any, v: str) -> Any:
        return _watch(DictWatched.watchers[0], o)

    @step(writes=True)
    def watch_too(o: Any, v: str) -> Any:
        return _watch(DictWatched.watchers[1], o)

    @step(writes=True)
    def unwatch(o: Any, v: str) -> Any:
        return _unwatch(DictWatched.watchers[0], o)

    @step(PROCESS, writes=True)
    def another_watcher(o: Any, v: str) -> Any:
        number = _add_watcher(_told)
        _watch(number, {})
        return _clear_watcher(number)

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[v] = v

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop("x0", None)

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o.update({v + digit: "x0" for digit in "01234567"})

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def look(o: Any, v: str) -> Any:
        return o.get("x0"), len(o) >= 0, list(o.values())


class ListThroughC(Subject):
    """A list, and what extensions do with it."""

    said = "PyList_GetItemRef, PyList_Append, PyList_Insert, PyList_SetSlice, PyList_AsTuple, PyList_Extend"
    minimum_version = (3, 13)
    sizes: ClassVar[tuple[int, ...]] = (3, 8)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(ATOMIC)
    def item(o: Any, v: str) -> Any:
        return _list_item(o, 0)

    @step(ATOMIC, writes=True)
    def append(o: Any, v: str) -> Any:
        return _list_append(o, v)

    @step(ATOMIC, writes=True)
    def insert(o: Any, v: str) -> Any:
        return _list_insert(o, 0, v)

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step()
    def slice_(o: Any, v: str) -> Any:
        return _list_slice(o, 0, 2)

    @step(writes=True)
    def set_slice(o: Any, v: str) -> Any:
        return _list_set_slice(o, 1, 2, [v, v])

    @step(ATOMIC)
    def tuple_(o: Any, v: str) -> Any:
        return _list_tuple(o)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        return _list_extend(o, [v, v])

    @step()
    def list_(o: Any, v: str) -> Any:
        return _sequence_list(o)


class DictThroughC(Subject):
    """A dict, and what extensions do with it."""

    said = "PyDict_SetItem, PyDict_Contains, PyDict_Keys, PyDict_Items, PyDict_Merge"
    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    def wrong(self, o: Any) -> str:
        return dict_disagreement(o)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        return _dict_store(o, "x0", v)

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        return _dict_store(o, v, v)

    @step(writes=True, may_raise=(KeyError,))
    def delete(o: Any, v: str) -> Any:
        return _dict_delete(o, b"x0")

    @step()
    def contains(o: Any, v: str) -> Any:
        return _dict_contains(o, "x0")

    @step()
    def keys(o: Any, v: str) -> Any:
        return _dict_keys(o), len(_dict_items(o)) >= 0

    @step(writes=True)
    def merge(o: Any, v: str) -> Any:
        return _dict_merge(o, {v: v, "x0": v}, 1)

    @step()
    def merge_from(o: Any, v: str) -> Any:
        made = {v: v}
        return _dict_merge(made, o, 0), made

    @step(may_raise=(RuntimeError,))
    def call(o: Any, v: str) -> Any:
        """With it as the arguments by name, of functions of Python's and of C's."""
        return _call(named, (), o), _call(dict, (), o)

    @step(may_raise=(RuntimeError,))
    def call_cached(o: Any, v: str) -> Any:
        """What keeps its arguments by name, or makes something of them."""
        return _call(remembered, (), o), list(_call(functools.partial, (dict,), o).keywords.values())

    @step()
    def call_unexpected(o: Any, v: str) -> Any:
        """Of types that have no such arguments: they say which one."""
        for one in (io.StringIO, datetime.date, itertools.count, itertools.zip_longest, Counted):
            with contextlib.suppress(TypeError, AttributeError):
                _call(one, (), o)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return o.popitem()


class PathHooks(Subject):
    """The list of hooks that are asked for who looks in a folder, each kept by it alone."""

    most = PROCESS
    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def fresh(self, size: int) -> Any:
        return [_hook() for _ in range(size)]

    def left(self, o: Any) -> Any:
        sys.path_hooks = HOOKS
        for name in [name for name in sys.path_importer_cache if name.startswith(FOLDER)]:
            del sys.path_importer_cache[name]
        return None

    @step()
    def ask(o: Any, v: str) -> Any:
        sys.path_hooks = o
        return _importer(FOLDER + v)

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        o[:] = [_hook() for _ in o]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(_hook())

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        sys.path_hooks = [_hook()]


HOOKS = sys.path_hooks
FOLDER = "/ftstress-nowhere/"


def _refuse(one: object, folder: str) -> Any:
    raise ImportError(f"nobody looks in {folder}")


def _hook() -> Any:
    """A new one, which dies at once when nobody holds it, as a function does not."""
    return functools.partial(_refuse, object())

"""json, pickle, marshal, struct: what writes objects that others change meanwhile, and what keeps state of its own."""

from __future__ import annotations

import _compat_pickle
import copy
import copyreg
import io
import itertools
import json
import json.decoder
import json.encoder
import marshal
import pickle
import struct
import sys
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, Attributes, Subject, fresh_strings, giving, step

PROTOCOLS = (0, 2, 5)
INDENT = " " if sys.version_info >= (3, 15) else None
"""The encoder in C indents since 3.15."""
CHANGED = (RuntimeError,)
"""What tells that a dict or a set changed while it was gone through."""


class _Changes(Subject):
    """A dict of a string and a list each, which is written by some and changed by others."""

    sizes: ClassVar[tuple[int, ...]] = (3, 1, 0)

    def fresh(self, size: int) -> Any:
        return {one: [one] for one in fresh_strings(size)}

    def wrong(self, o: Any) -> str:
        return (
            "" if len(o) == len(list(o)) and all(key in o for key in o) else "the dict disagrees with itself"
        )

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[v] = [v]

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update({v: v, v[0] + "3": v, v[0] + "4": v, v[0] + "5": v, v[0] + "6": v, v[0] + "7": v})

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x1"]

    @step(writes=True)
    def popitem(o: Any, v: str) -> Any:
        return o.popitem()

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def clear_inner(o: Any, v: str) -> Any:
        o["x0"].clear()


class JsonDict(_Changes):
    """A dict that is written as JSON. The longest takes its time."""

    sizes = (3, 1, 0, 64)

    @step(may_raise=CHANGED)
    def dumps(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o))

    @step(may_raise=CHANGED)
    def dumps_sorted(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o, sort_keys=True))

    @step(PROCESS, writes=True)
    def dumps_that_clears(o: Any, v: str) -> Any:
        """Written with a function for what is not known that empties the dict."""
        o["x0"] = [1j, v]
        return json.dumps(o, default=lambda thing: o.clear() or v)

    @step(PROCESS)
    def dumps_indent(o: Any, v: str) -> Any:
        """In Python before 3.15: a list that is emptied after it was asked whether it is empty has no bracket."""
        return json.loads(json.dumps(o, indent=1))

    @step(PROCESS)
    def dump(o: Any, v: str) -> Any:
        """In Python, as dumps_indent."""
        into = io.StringIO()
        json.dump(o, into, ensure_ascii=False, check_circular=False)
        return json.loads(into.getvalue())

    @step(PROCESS)
    def iterencode(o: Any, v: str) -> Any:
        """In Python, as dumps_indent."""
        return json.loads("".join(json.JSONEncoder().iterencode(o)))


class _Listed(dict[str, str]):
    """A dict of one item that gives a list of others as its items."""

    def __init__(self, size: int) -> None:
        super().__init__(x0="x0")
        self.listed: Any = [(one, one) for one in fresh_strings(size)]

    def items(self) -> Any:
        return self.listed


class JsonItems(Subject):
    """A dict that is written as JSON, and gives a list as its items that others change."""

    sizes = (64, 300)
    may_raise = (ValueError,)

    def fresh(self, size: int) -> Any:
        return _Listed(size)

    def left(self, o: Any) -> Any:
        return list(o.listed)

    @step()
    def dumps(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o))

    @step()
    def dumps_sorted(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o, sort_keys=True))

    @step(PROCESS)
    def dumps_indent(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o, indent=1))

    @step()
    def dumps_within(o: Any, v: str) -> Any:
        return json.loads(json.dumps([o, {v: o}]))

    @step(PROCESS)
    def iterencode(o: Any, v: str) -> Any:
        return json.loads("".join(json.JSONEncoder(sort_keys=True).iterencode(o)))

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.listed.append((v, v))

    @step(writes=True)
    def setitem(o: Any, v: str) -> Any:
        o.listed[40] = (v, v)

    @step(writes=True)
    def replace_all(o: Any, v: str) -> Any:
        """By pairs that are new, where those before are let go of."""
        for number in range(60):
            o.listed[number] = (v + "", "".join(v))

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.listed.pop()

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o.listed[1:]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.listed.clear()

    @step(writes=True, lets_raise=(ValueError, IndexError))
    def sort(o: Any, v: str) -> Any:
        o.listed.sort(reverse=True)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        """Into the dict itself, whose items nobody sees."""
        o[v] = v


class _Clearing(pickle.Pickler):
    """It empties what it is made for, as soon as it is asked about something in it."""

    def __init__(self, home: Any) -> None:
        super().__init__(io.BytesIO(), 5)
        self.home = home

    def persistent_id(self, thing: Any) -> Any:
        if thing is not self.home:
            self.home.clear()


class PickleDict(_Changes):
    """A dict that is pickled and copied."""

    @step(may_raise=CHANGED)
    def dumps_0(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 0))

    @step(may_raise=CHANGED)
    def dumps_5(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 5))

    @step(may_raise=CHANGED)
    def pickler(o: Any, v: str) -> Any:
        into = io.BytesIO()
        pickle.Pickler(into, 2).dump(o)
        return pickle.loads(into.getvalue())

    @step(PROCESS, writes=True)
    def pickler_that_clears(o: Any, v: str) -> Any:
        """Written by what empties the dict in the middle."""
        _Clearing(o).dump(o)

    @step(may_raise=CHANGED)
    def python_pickler(o: Any, v: str) -> Any:
        into = io.BytesIO()
        pickle._Pickler(into).dump(o)
        return pickle.loads(into.getvalue())

    @step(may_raise=CHANGED)
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o)


class MarshalDict(_Changes):
    """A dict that is marshalled."""

    @step(may_raise=CHANGED)
    def dumps(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o))

    @step(may_raise=CHANGED)
    def dumps_2(o: Any, v: str) -> Any:
        """Without references."""
        return marshal.loads(marshal.dumps(o, 2))

    @step(may_raise=CHANGED)
    def dump(o: Any, v: str) -> Any:
        into = io.BytesIO()
        marshal.dump(o, into)
        return marshal.loads(into.getvalue())


class WrittenList(Subject):
    """A list of lists that is written as JSON, pickled and marshalled while others change it."""

    sizes = (3, 1, 8, 64)

    def fresh(self, size: int) -> Any:
        return [[one] for one in fresh_strings(size)]

    @step()
    def json_dumps(o: Any, v: str) -> Any:
        return json.loads(json.dumps(o))

    @step(PROCESS)
    def json_iterencode(o: Any, v: str) -> Any:
        """In Python: a list that is emptied after it was asked whether it is empty has no bracket."""
        return json.loads("".join(json.JSONEncoder(indent=1).iterencode(o)))

    @step(may_raise=(*CHANGED, IndexError))  # it says that the list changed meanwhile
    def pickle_dumps_0(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 0))

    @step(may_raise=(*CHANGED, IndexError))  # it says that the list changed meanwhile
    def pickle_dumps_5(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 5))

    @step(PROCESS, writes=True)
    def pickler_that_clears(o: Any, v: str) -> Any:
        """Written by what empties the list in the middle."""
        _Clearing(o).dump(o)

    @step(may_raise=CHANGED)
    def marshal_dumps(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o))

    @step()
    def deepcopy(o: Any, v: str) -> Any:
        return copy.deepcopy(o)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append([v])

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o[0] = [v]

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        del o[1:]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def clear_inner(o: Any, v: str) -> Any:
        o[0].clear()

    @step(writes=True)
    def append_inner(o: Any, v: str) -> Any:
        o[0].append(v)


class WrittenSet(Subject):
    """A set that is pickled and marshalled while others change it."""

    sizes = (3, 1, 5)

    def fresh(self, size: int) -> Any:
        return set(fresh_strings(size))

    def wrong(self, o: Any) -> str:
        return (
            "" if len(o) == len(list(o)) and all(one in o for one in o) else "the set disagrees with itself"
        )

    @step(may_raise=CHANGED)
    def pickle_dumps_0(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 0))

    @step(may_raise=CHANGED)
    def pickle_dumps_5(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 5))

    @step(PROCESS, writes=True)
    def pickler_that_clears(o: Any, v: str) -> Any:
        """Written by what empties the set in the middle."""
        _Clearing(o).dump(o)

    @step(may_raise=CHANGED)
    def marshal_dumps(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o))

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        o.add(v)

    @step(writes=True)
    def discard(o: Any, v: str) -> Any:
        o.discard("x1")

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class WrittenBytearray(Subject):
    """A bytearray that is pickled and marshalled while others change its size."""

    sizes = (3, 64)

    def fresh(self, size: int) -> Any:
        return bytearray(size)

    @step(PROCESS)
    def pickle_dumps_0(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 0))

    @step(PROCESS)
    def pickle_dumps_5(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o, 5))

    @step(PROCESS)
    def marshal_dumps(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o))

    @step(PROCESS)
    def out_of_band(o: Any, v: str) -> Any:
        kept: list[pickle.PickleBuffer] = []
        pickle.dumps(pickle.PickleBuffer(o), 5, buffer_callback=kept.append)
        return [bytes(one) for one in kept]

    @step(PROCESS, writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend(v.encode() * 40)

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


def _release(one: pickle.PickleBuffer) -> bool:
    """It is written all the same; what its memory is given to next is not what it held."""
    one.release()
    others = [bytearray(b"y" * 300) for _ in range(256)]  # all of them at once: some of its memory is theirs
    return len(others) > 0


class PickleBuffer(Subject):
    """A PickleBuffer, which holds a buffer until it is released."""

    left_out: ClassVar[dict[str, str]] = {
        "__buffer__": "called by memoryview",
        "__release_buffer__": "called by memoryview",
    }

    sizes = (300,)

    def fresh(self, size: int) -> Any:
        return pickle.PickleBuffer(bytearray(b"x" * size)), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "".join(o[1])

    @step(PROCESS)
    def raw(o: Any, v: str) -> Any:
        return bytes(o[0].raw())

    @step(PROCESS)
    def view(o: Any, v: str) -> Any:
        return bytes(memoryview(o[0]))

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return pickle.dumps(o[0], 5)

    @step(writes=True, may_raise=(ValueError,))
    def dumps_released(o: Any, v: str) -> Any:
        """It is released by whoever is asked whether it is to be written."""
        given = pickle.loads(pickle.dumps(o[0], 5, buffer_callback=_release))
        if given.strip(b"x"):
            o[1].append("it was written with what it never held")

    @step(PROCESS, writes=True)
    def release(o: Any, v: str) -> Any:
        o[0].release()


class JsonEncoder(Subject):
    """An encoder that threads share, with a function for what it does not know."""

    def fresh(self, size: int) -> Any:
        return json.JSONEncoder(default=str, sort_keys=True)

    def left(self, o: Any) -> Any:
        return o.item_separator

    @step()
    def encode(o: Any, v: str) -> Any:
        return json.loads(o.encode({"x0": [v], v: None}))

    @step()
    def iterencode(o: Any, v: str) -> Any:
        return json.loads("".join(o.iterencode({"x0": {v: v}})))

    @step()
    def default(o: Any, v: str) -> Any:
        return json.loads(o.encode([v, 1j]))[0]

    @step()
    def circular(o: Any, v: str) -> Any:
        loop: list[Any] = []
        loop.append(loop)
        o.encode(loop)

    @step(PROCESS, writes=True)
    def separators(o: Any, v: str) -> Any:
        o.item_separator = ";"


class CMakeEncoder(Attributes):
    """The encoder in C that an encoder makes for itself, with the markers of what it is in."""

    def fresh(self, size: int) -> Any:
        markers: dict[int, Any] = {}
        make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
        known: Any = markers, str, json.encoder.encode_basestring
        return (
            markers,
            make(*known, None, ":", ",", False, False, True),
            make(*known, INDENT, ":", ",", *3 * [True]),
        )

    def left(self, o: Any) -> Any:
        return len(o[0])

    @step()
    def call(o: Any, v: str) -> Any:
        return json.loads("".join(o[1]({"x0": [v], v: None}, 0)))

    @step(PROCESS)
    def call_default(o: Any, v: str) -> Any:
        """One constant for all: whoever meets it in the markers takes it for a loop."""
        return len(o[1]([v, 1j], 0)) > 0

    @step(PROCESS)
    def call_indented(o: Any, v: str) -> Any:
        """From a level on that its callers begin with, and from another."""
        return o[2]({"x0": [v, {}]}, 0), o[2]([v, [v]], int(v[1]))

    @step(PROCESS)
    def call_circular(o: Any, v: str) -> Any:
        loop: list[Any] = []
        loop.append(loop)
        o[1](loop, 0)

    @step()
    def members(o: Any, v: str) -> Any:
        return (
            o[1].markers is o[0],
            o[1].key_separator,
            o[1].item_separator,
            o[1].indent,
            o[1].sort_keys,
            o[1].skipkeys,
        )

    @step()
    def functions(o: Any, v: str) -> Any:
        return o[1].default is str, o[1].encoder is json.encoder.encode_basestring

    @step(PROCESS, writes=True)
    def clear_markers(o: Any, v: str) -> Any:
        o[0].clear()


class JsonDecoder(Subject):
    """A decoder that threads share, with the memo of its scanner."""

    def fresh(self, size: int) -> Any:
        return json.JSONDecoder()

    def left(self, o: Any) -> Any:
        return None

    @step()
    def decode(o: Any, v: str) -> Any:
        return o.decode(f'{{"x0": ["{v}"], "{v}": {{"x0": 1, "x1": 2}}}}')

    @step()
    def decode_list(o: Any, v: str) -> Any:
        return o.decode('[{"x0": 1, "x1": 2}, {"x0": 3, "x1": 4}]')

    @step()
    def raw_decode(o: Any, v: str) -> Any:
        return o.raw_decode(f'"{v}" 1')

    @step()
    def scan_once(o: Any, v: str) -> Any:
        return o.scan_once(f'{{"{v}": "{v}"}}', 0)

    @step()
    def broken(o: Any, v: str) -> Any:
        return o.decode(f'{{"x0": "{v}"')


class JsonHooks(Subject):
    """A decoder whose hooks keep what they see in one list."""

    def fresh(self, size: int) -> Any:
        seen: list[Any] = []
        return seen, json.JSONDecoder(object_pairs_hook=seen.append, parse_int=seen.append)

    def left(self, o: Any) -> Any:
        return len(o[0])

    @step(writes=True)
    def decode(o: Any, v: str) -> Any:
        return o[1].decode(f'{{"x0": "{v}", "{v}": {{"x1": 1}}}}')

    @step()
    def seen(o: Any, v: str) -> Any:
        return list(o[0])


class Pickler(Attributes):
    """One Pickler that several threads write with: nothing is said of that."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "called once, by who makes it"}

    def fresh(self, size: int) -> Any:
        pickler = pickle.Pickler(io.BytesIO(), 5)
        pickler.dump(fresh_strings(size))
        return pickler

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def dump(o: Any, v: str) -> Any:
        o.dump([v, {v: (v, v)}])

    @step(PROCESS, writes=True)
    def dump_asked(o: Any, v: str) -> Any:
        """What has the pickler write and forget while it is asked how it is pickled."""
        o.dump([_Reduced(o), v])

    @step(PROCESS, writes=True)
    def dump_big(o: Any, v: str) -> Any:
        o.dump([v.encode() * 40_000, list(range(300))])

    @step(PROCESS, writes=True)
    def dump_object(o: Any, v: str) -> Any:
        o.dump(pickle.PicklingError(v))

    @step(PROCESS, writes=True)
    def clear_memo(o: Any, v: str) -> Any:
        o.clear_memo()

    @step(PROCESS)
    def memo(o: Any, v: str) -> Any:
        return len(o.memo.copy())

    @step(PROCESS, writes=True, makes=True)
    def memo_store(o: Any, v: str) -> Any:
        o.memo = made = {1: (1, v)}
        return made

    @step(PROCESS)
    def memo_to_another(o: Any, v: str) -> Any:
        other: Any = pickle.Pickler(io.BytesIO())
        other.memo = o.memo
        return len(other.memo.copy())

    @step(PROCESS, writes=True)
    def memo_clear(o: Any, v: str) -> Any:
        o.memo.clear()

    @step(PROCESS, writes=True, makes=True)
    def dispatch_table(o: Any, v: str) -> Any:
        o.dispatch_table = made = {complex: giving((complex, (1.0,)))}
        return made

    @step(PROCESS, writes=True)
    def dispatch_table_delete(o: Any, v: str) -> Any:
        del o.dispatch_table

    @step(PROCESS, writes=True, makes=True)
    def persistent_id(o: Any, v: str) -> Any:
        o.persistent_id = made = giving(None)
        return made

    @step(PROCESS, writes=True)
    def settings(o: Any, v: str) -> Any:
        o.bin, o.fast = True, not o.fast

    @step(PROCESS)
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0


class _Reduced:
    """What uses the pickler that asks it how it is pickled."""

    def __init__(self, pickler: Any) -> None:
        self.pickler = pickler

    def __reduce__(self) -> Any:
        self.pickler.clear_memo()
        with suppress(RuntimeError):  # it is in use
            self.pickler.dump("x0")
        return str, ("x0",)


class Unpickler(Attributes):
    """One Unpickler that several threads read with: nothing is said of that."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "driven by unpickler_made_again"}
    sizes = (1, 4, 90)
    """With so many strings its memo grows while it loads."""

    def fresh(self, size: int) -> Any:
        one = pickle.dumps([fresh_strings(size), {"x0": ("x1", pickle.PicklingError)}], 4)
        return pickle.Unpickler(io.BytesIO(one * min(size, 4)))

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def load(o: Any, v: str) -> Any:
        return o.load()

    @step(PROCESS)
    def find_class(o: Any, v: str) -> Any:
        return o.find_class("pickle", "PicklingError") is pickle.PicklingError

    @step(PROCESS)
    def memo(o: Any, v: str) -> Any:
        return len(o.memo.copy())

    @step(PROCESS, writes=True, makes=True)
    def memo_store(o: Any, v: str) -> Any:
        o.memo = made = {0: v}
        return made

    @step(PROCESS)
    def memo_to_another(o: Any, v: str) -> Any:
        other: Any = pickle.Unpickler(io.BytesIO())
        other.memo = o.memo
        return len(other.memo.copy())

    @step(PROCESS, writes=True)
    def memo_clear(o: Any, v: str) -> Any:
        o.memo.clear()

    @step(PROCESS, writes=True)
    def persistent_load(o: Any, v: str) -> Any:
        o.persistent_load = str

    @step(PROCESS)
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0


class UnpicklerMadeAgain(Subject):
    """An Unpickler that is given another file while threads read with it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return pickle.Unpickler(io.BytesIO(pickle.dumps(fresh_strings(size)) * 2))

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(io.BytesIO(pickle.dumps([v, v])))

    @step(writes=True)
    def load(o: Any, v: str) -> Any:
        return o.load()


class _Asking:
    """What does something while it is asked how it is pickled."""

    def __init__(self, meanwhile: Any) -> None:
        self.meanwhile = meanwhile

    def __reduce__(self) -> Any:
        with suppress(RuntimeError):  # it is in use
            self.meanwhile()
        return str, ("x0",)


class _Marking(pickle.Pickler):
    """It leaves it to who reads what None stands for."""

    def persistent_id(self, thing: Any) -> Any:
        return "x0" if thing is None else None


class _Meanwhile(pickle.Unpickler):
    """It does something while it is asked what was left to it."""

    meanwhile: Any = None

    def persistent_load(self, pid: Any) -> Any:
        with suppress(RuntimeError):  # it is in use
            self.meanwhile()
        return pid


class UsedWithin(Subject):
    """Picklers and unpicklers that are used again from within, by what they ask: they refuse, and what was begun stays
    whole. Each thread has its own.
    """

    def fresh(self, size: int) -> Any:
        return []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o)

    @step(writes=True)
    def dump(o: Any, v: str) -> Any:
        _dumped_within(o, v, lambda pickler, _: pickler.dump([v] * 9))

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        _dumped_within(o, v, lambda pickler, into: pickler.__init__(into, 5))

    @step(writes=True)
    def load(o: Any, v: str) -> Any:
        _loaded_within(o, v, lambda unpickler: unpickler.load())

    @step(writes=True)
    def init_to_load(o: Any, v: str) -> Any:
        _loaded_within(o, v, lambda unpickler: unpickler.__init__(io.BytesIO(pickle.dumps([v] * 9))))


def _dumped_within(o: Any, v: str, meanwhile: Any) -> None:
    into = io.BytesIO()
    pickler = pickle.Pickler(into, 5)
    pickler.dump([[v, 1], _Asking(lambda: meanwhile(pickler, into)), [v, 2]])
    _same(o, v, pickle.loads(into.getvalue()))


def _loaded_within(o: Any, v: str, meanwhile: Any) -> None:
    into = io.BytesIO()
    _Marking(into, 5).dump([[v, 1], None, [v, 2]])
    pickle.dump([v] * 9, into)
    into.seek(0)
    unpickler = _Meanwhile(into)
    unpickler.meanwhile = lambda: meanwhile(unpickler)
    _same(o, v, unpickler.load())


def _same(o: Any, v: str, given: Any) -> None:
    if given != [[v, 1], "x0", [v, 2]]:
        o.append(f"{given!r} was read, and [[{v!r}, 1], 'x0', [{v!r}, 2]] written")


CODES = itertools.count(1_000_000)


class CopyregClass(Subject):
    """A class of one object that says to copyreg how it is pickled, in the table that all share."""

    def fresh(self, size: int) -> Any:
        cls = type("Pickled", (), {})
        return cls, cls(), next(CODES)

    def left(self, o: Any) -> Any:
        copyreg.dispatch_table.pop(o[0], None)
        with suppress(ValueError):  # it was removed, or never there
            copyreg.remove_extension("pairs", f"pickled{o[2]}", o[2])
        return None

    @step(writes=True)
    def pickle(o: Any, v: str) -> Any:
        copyreg.pickle(o[0], giving((str, (v,))))

    @step(writes=True)
    def forget(o: Any, v: str) -> Any:
        copyreg.dispatch_table.pop(o[0], None)

    @step()
    def copy(o: Any, v: str) -> Any:
        made = copy.copy(o[1])
        return made if type(made) is str else type(made) is o[0]

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o[1]))

    @step(PROCESS, writes=True)
    def add_extension(o: Any, v: str) -> Any:
        copyreg.add_extension("pairs", f"pickled{o[2]}", o[2])

    @step(PROCESS, writes=True)
    def remove_extension(o: Any, v: str) -> Any:
        copyreg.remove_extension("pairs", f"pickled{o[2]}", o[2])

    @step(PROCESS, writes=True)
    def clear_extension_cache(o: Any, v: str) -> Any:
        copyreg.clear_extension_cache()


class MemoGiven(Subject):
    """A dict that picklers and unpicklers are given as what they remember, while others change it."""

    most = PROCESS
    may_raise = (RuntimeError,)
    sizes = (2, 40)

    def fresh(self, size: int) -> Any:
        return {number: (number, one) for number, one in enumerate(fresh_strings(size))}

    def left(self, o: Any) -> Any:
        return len(o)

    @step()
    def to_pickler(o: Any, v: str) -> Any:
        pickler: Any = pickle.Pickler(io.BytesIO())
        pickler.memo = o
        return [one for _, one in pickler.memo.copy().values()]

    @step()
    def to_unpickler(o: Any, v: str) -> Any:
        unpickler: Any = pickle.Unpickler(io.BytesIO())
        unpickler.memo = o
        return len(unpickler.memo.copy())

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0] = (0, v)

    @step(writes=True)
    def store_all(o: Any, v: str) -> Any:
        for number in list(o):
            o[number] = (number, v + v)

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        for number in range(100, 120):
            o[number] = (number, v + v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


EXTENSION = 0xF7F7
EXTENDED = b"\x80\x02\x83" + EXTENSION.to_bytes(2, "little") + b"."
"""A pickle of whatever has this code."""
HOME = "ftstress_extended"


class Home:
    """What goes for the module in which the extension is; ``made`` is the extension."""

    made: Any = None


class PickledExtensions(Subject):
    """The code of an extension in the tables that all share, and what has it, which nobody else keeps alive."""

    most = PROCESS
    may_raise = (ValueError, AttributeError, KeyError)

    def fresh(self, size: int) -> Any:
        sys.modules[HOME] = Home  # type: ignore[assignment]
        _extend()
        return EXTENDED

    def left(self, o: Any) -> Any:
        _forget_extension()
        return None

    @step()
    def load(o: Any, v: str) -> Any:
        return pickle.loads(o) is not None

    @step()
    def load_often(o: Any, v: str) -> Any:
        return [pickle.loads(o) is not None for _ in range(9)]

    @step(writes=True)
    def forget_it(o: Any, v: str) -> Any:
        """The next to load it makes it anew."""
        Home.made = giving(v)
        copyreg._extension_cache.pop(EXTENSION, None)  # type: ignore[attr-defined]

    @step(writes=True)
    def forget_all(o: Any, v: str) -> Any:
        for _ in range(4):
            Home.made = giving(v)
            copyreg.clear_extension_cache()

    @step(writes=True)
    def name_again(o: Any, v: str) -> Any:
        for _ in range(4):
            copyreg._inverted_registry[EXTENSION] = HOME, "".join(("ma", "de"))  # type: ignore[attr-defined]
            copyreg.clear_extension_cache()

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        _forget_extension()

    @step(writes=True)
    def add(o: Any, v: str) -> Any:
        _extend()


def _extend() -> None:
    Home.made = giving("x0")
    copyreg.add_extension(HOME, "made", EXTENSION)


def _forget_extension() -> None:
    copyreg._extension_registry.pop((HOME, "made"), None)  # type: ignore[attr-defined]
    copyreg._inverted_registry.pop(EXTENSION, None)  # type: ignore[attr-defined]
    copyreg.clear_extension_cache()


class PickledNames(Subject):
    """What Python 3's names are called in pickles that Python 2 could read: dicts that anybody may change meanwhile."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return ["x0"]

    def left(self, o: Any) -> Any:
        _compat_pickle.REVERSE_IMPORT_MAPPING["builtins"] = "__builtin__"
        _compat_pickle.REVERSE_NAME_MAPPING.pop(("builtins", "len"), None)
        return None

    @step(writes=True)
    def rename_module(o: Any, v: str) -> Any:
        _compat_pickle.REVERSE_IMPORT_MAPPING["builtins"] = v + v

    @step(writes=True)
    def rename_function(o: Any, v: str) -> Any:
        _compat_pickle.REVERSE_NAME_MAPPING["builtins", "len"] = (v + v, v)

    @step(writes=True)
    def name_as_before(o: Any, v: str) -> Any:
        _compat_pickle.REVERSE_IMPORT_MAPPING["builtins"] = "__builtin__"
        _compat_pickle.REVERSE_NAME_MAPPING.pop(("builtins", "len"), None)

    @step()
    def dumps(o: Any, v: str) -> Any:
        return [len(pickle.dumps(one, 2, fix_imports=True)) > 0 for one in (len, range, abs)]

    @step()
    def loads(o: Any, v: str) -> Any:
        return pickle.loads(b"c__builtin__\nxrange\n.", fix_imports=True) is range


class Struct(Attributes):
    """A compiled format, and one buffer that it writes to and reads from."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "driven by struct_made_again"}

    def fresh(self, size: int) -> Any:
        return struct.Struct("2s2s"), bytearray(b"x0x0")

    def left(self, o: Any) -> Any:
        return bytes(o[1]).decode()[:0]

    @step()
    def pack(o: Any, v: str) -> Any:
        return o[0].unpack(o[0].pack(v.encode(), v.encode()))[0].decode()

    @step(PROCESS, writes=True)
    def pack_into(o: Any, v: str) -> Any:
        o[0].pack_into(o[1], 0, v.encode(), v.encode())

    @step(PROCESS, writes=True)
    def pack_asked(o: Any, v: str) -> Any:
        """Of what empties the buffer when it is asked for its number."""
        struct.Struct("ii").pack_into(o[1], 0, Asked(o[1], bytearray.clear, 7), 8)

    @step(PROCESS)
    def unpack_from(o: Any, v: str) -> Any:
        return o[0].unpack_from(o[1])

    @step(PROCESS)
    def iter_unpack(o: Any, v: str) -> Any:
        return list(o[0].iter_unpack(o[1]))

    @step(PROCESS, writes=True)
    def extend(o: Any, v: str) -> Any:
        o[1].extend(v.encode() * 20)

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step()
    def members(o: Any, v: str) -> Any:
        return o[0].size, o[0].format == "2s2s", o[0].__sizeof__() > 0

    @step()
    def module_cache(o: Any, v: str) -> Any:
        return struct.unpack("2s", struct.pack("2s", v.encode()))[0].decode(), struct.calcsize("2s")

    @step(writes=True)
    def clear_cache(o: Any, v: str) -> Any:
        struct._clearcache()  # type: ignore[attr-defined]

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return repr(o[0])


class StructMadeAgain(Attributes):
    """A compiled format that is given another format while it is used: deprecated since 3.15."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return struct.Struct("2s2s")

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        with suppress(DeprecationWarning, FutureWarning):
            o.__init__("2s" * 30 if v[0] == "a" else "2s")

    @step()
    def pack(o: Any, v: str) -> Any:
        return o.pack(v.encode(), v.encode())

    @step()
    def unpack(o: Any, v: str) -> Any:
        return o.unpack(b"x0x1")

    @step()
    def unpack_from(o: Any, v: str) -> Any:
        return o.unpack_from(bytes(60))

    @step()
    def iter_unpack(o: Any, v: str) -> Any:
        return list(o.iter_unpack(bytes(60)))


class UnpackIterator(Subject):
    """struct.iter_unpack's iterator: what threads share may come twice or not at all, but from the buffer."""

    said = "Python support for free threading, Thread safety of iterators"
    sizes = (1, 4)

    def fresh(self, size: int) -> Any:
        return struct.iter_unpack("2s", "".join(fresh_strings(size)).encode())

    def left(self, o: Any) -> Any:
        return [one.decode() for (one,) in o]

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o)[0].decode()

    @step()
    def length_hint(o: Any, v: str) -> Any:
        return 0 <= o.__length_hint__() <= 4

    @step(writes=True)
    def drain(o: Any, v: str) -> Any:
        return [one.decode() for (one,) in o]

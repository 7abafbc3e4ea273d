"""ctypes and mmap: memory that threads share without an object of Python's around it."""

from __future__ import annotations

import ctypes
import mmap
import pickle
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Asked, Attributes, Subject, fresh_strings, giving, step

SAID = "ctypes, Thread safety without the GIL"
"""Reads and writes of one object at once are safe."""


class _CData(Attributes):
    """What all objects of ctypes have."""

    said = SAID
    left_out: ClassVar[dict[str, str]] = {
        "__new__": "called once, by who makes it",
        "__buffer__": "called by memoryview",
        "__ctypes_from_outparam__": "called by functions of C's",
        "__ctype_be__": "a type",
        "__ctype_le__": "a type",
        "__delitem__": "raises only",
        "__setstate__": "driven by c_int",
        "from_param": "driven by c_int",
    }


class CInt(_CData):
    """A c_int, of whose value no half is seen."""

    def fresh(self, size: int) -> Any:
        return ctypes.c_int(0)

    def left(self, o: Any) -> Any:
        return CInt.whole(o.value)

    @staticmethod
    def whole(value: int) -> str:
        """Each value stored is one byte, four times."""
        return "" if value in (0, 0x0A0A0A0A, 0x0B0B0B0B) else "torn"

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.value = 0x0A0A0A0A if v[0] == "a" else 0x0B0B0B0B

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(0x0A0A0A0A)

    @step()
    def value(o: Any, v: str) -> Any:
        return CInt.whole(o.value)

    @step()
    def bool_(o: Any, v: str) -> Any:
        return bool(o)

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 3

    @step()
    def bytes_(o: Any, v: str) -> Any:
        return len(bytes(o)), ctypes.sizeof(o), ctypes.addressof(o) != 0, ctypes.alignment(o)

    @step(PROCESS)
    def byref(o: Any, v: str) -> Any:
        return ctypes.cast(ctypes.byref(o), ctypes.POINTER(ctypes.c_int))[0]

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)).value

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__(({}, b"\x0a\x0a\x0a\x0a"))

    @step(PROCESS, writes=True)
    def attribute(o: Any, v: str) -> Any:
        o.mark = v
        return o.mark

    @step(PROCESS)
    def from_buffer_copy(o: Any, v: str) -> Any:
        return CInt.whole(ctypes.c_int.from_buffer_copy(o).value)

    @step()
    def from_param(o: Any, v: str) -> Any:
        return ctypes.c_int.from_param(o) is o


class CObject(_CData):
    """A py_object, which holds what is stored into it."""

    def fresh(self, size: int) -> Any:
        return ctypes.py_object("x" + str(size - 3))

    def left(self, o: Any) -> Any:
        return o.value

    @step()
    def value(o: Any, v: str) -> Any:
        return o.value

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.value = "".join(v)

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 3

    @step()
    def bool_(o: Any, v: str) -> Any:
        return bool(o)


class CCharP(_CData):
    """A c_char_p, which keeps alive what it points to."""

    def fresh(self, size: int) -> Any:
        return ctypes.c_char_p(b"x" + str(size - 3).encode())

    def left(self, o: Any) -> Any:
        return o.value.decode()

    @step()
    def value(o: Any, v: str) -> Any:
        return o.value.decode()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.value = v.encode()

    @step(PROCESS)
    def objects(o: Any, v: str) -> Any:
        return o._objects

    @step()
    def bool_(o: Any, v: str) -> Any:
        return bool(o)


class CArray(_CData):
    """An array of numbers."""

    sizes = (3, 32)

    def fresh(self, size: int) -> Any:
        return (ctypes.c_ubyte * size)(*range(size))

    def left(self, o: Any) -> Any:
        return len(list(o))

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0] in (0, 97, 98)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0] = ord(v[0])

    @step()
    def slice_(o: Any, v: str) -> Any:
        return len(o[1:]), len(o[::2])

    @step(writes=True)
    def store_slice(o: Any, v: str) -> Any:
        o[:2] = v.encode()

    @step()
    def len_(o: Any, v: str) -> Any:
        return len(o), o._length_

    @step()
    def iterate(o: Any, v: str) -> Any:
        return len(list(o))

    @step()
    def bytes_(o: Any, v: str) -> Any:
        return len(bytes(o)), len(memoryview(o))

    @step()
    def from_buffer(o: Any, v: str) -> Any:
        return len((ctypes.c_ubyte * 3).from_buffer(o))

    @step(PROCESS, writes=True)
    def memset(o: Any, v: str) -> Any:
        ctypes.memset(o, 97, 3)

    @step(PROCESS)
    def string_at(o: Any, v: str) -> Any:
        return ctypes.string_at(o, 3)

    @step(PROCESS, writes=True)
    def memmove(o: Any, v: str) -> Any:
        ctypes.memmove(o, v.encode(), 2)

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.loads(pickle.dumps(o)))


class ResizedArray(_CData):
    """An array that is given more memory while it is read and written by its own operations, never by its address."""

    def fresh(self, size: int) -> Any:
        return (ctypes.c_ubyte * size)(*range(size))

    def left(self, o: Any) -> Any:
        return len(list(o))

    @step(writes=True)
    def resize(o: Any, v: str) -> Any:
        ctypes.resize(o, 64 * ord(v[0]))

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0] = ord(v[0])

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0] in (0, 97, 98)

    @step()
    def slice_(o: Any, v: str) -> Any:
        return len(o[1:])

    @step()
    def list_(o: Any, v: str) -> Any:
        return len(list(o))

    @step(PROCESS)
    def bytes_(o: Any, v: str) -> Any:
        return len(bytes(o)) >= 3, ctypes.sizeof(o)


class CharArray(_CData):
    """An array of characters: a buffer of ctypes'."""

    def fresh(self, size: int) -> Any:
        return ctypes.create_string_buffer(b"x0", 8)

    def left(self, o: Any) -> Any:
        return len(o)

    @step()
    def value(o: Any, v: str) -> Any:
        return len(o.value) <= 8

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.value = v.encode()

    @step(writes=True)
    def store_longer(o: Any, v: str) -> Any:
        o.value = v.encode() * 4

    @step()
    def raw(o: Any, v: str) -> Any:
        return len(o.raw)

    @step(writes=True)
    def store_raw(o: Any, v: str) -> Any:
        o.raw = v.encode() * 3

    @step(writes=True)
    def store_items(o: Any, v: str) -> Any:
        o[0] = v[0].encode()
        o[:2] = v.encode()

    @step()
    def slice_(o: Any, v: str) -> Any:
        return len(o[:4]), len(list(o))

    @step(PROCESS)
    def string_at(o: Any, v: str) -> Any:
        return len(ctypes.string_at(o, 8))

    @step(PROCESS)
    def c_string(o: Any, v: str) -> Any:
        return len(ctypes.string_at(o)) < 9


class WideArray(_CData):
    """An array of wide characters."""

    def fresh(self, size: int) -> Any:
        return ctypes.create_unicode_buffer("x0", 8)

    def left(self, o: Any) -> Any:
        return len(o)

    @step()
    def value(o: Any, v: str) -> Any:
        return len(o.value) <= 8

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o.value = v * 3

    @step(writes=True)
    def store_items(o: Any, v: str) -> Any:
        o[0] = v[0]
        o[:2] = v

    @step()
    def slice_(o: Any, v: str) -> Any:
        return len(o[:3]), len(list(o))

    @step()
    def item(o: Any, v: str) -> Any:
        return len(o[0])


class ObjectArray(_CData):
    """An array of py_objects, each with what it keeps alive."""

    def fresh(self, size: int) -> Any:
        return (ctypes.py_object * size)(*fresh_strings(size))  # type: ignore[misc]

    def left(self, o: Any) -> Any:
        return list(o)

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0] = "".join(v)

    @step(writes=True)
    def store_another(o: Any, v: str) -> Any:
        o[1] = "".join(v)

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o)

    @step()
    def slice_(o: Any, v: str) -> Any:
        return o[1:], len(o)

    @step(PROCESS)
    def objects(o: Any, v: str) -> Any:
        return dict(o._objects)


class _Inner(ctypes.Structure):
    _fields_ = (("number", ctypes.c_int), ("text", ctypes.c_char_p))


class _Outer(ctypes.Structure):
    _fields_ = (
        ("thing", ctypes.py_object),
        ("inner", _Inner),
        ("pointer", ctypes.POINTER(_Inner)),
        ("bits", ctypes.c_int, 4),
        ("rest", ctypes.c_int, 28),
        ("many", ctypes.c_int * 3),
    )


class CStructure(_CData):
    """A structure with an object, a structure, a pointer, bits and an array in it."""

    def fresh(self, size: int) -> Any:
        return _Outer("x" + str(size - 3), _Inner(1, b"x0"))

    def left(self, o: Any) -> Any:
        return o.thing, o.inner.text.decode()

    @step()
    def object_(o: Any, v: str) -> Any:
        return o.thing

    @step(PROCESS, writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__("".join(v), _Inner(98, v.encode()))

    @step(PROCESS, writes=True)
    def delete(o: Any, v: str) -> Any:
        del o.pointer

    @step(writes=True)
    def object_store(o: Any, v: str) -> Any:
        o.thing = "".join(v)

    @step()
    def inner(o: Any, v: str) -> Any:
        return o.inner.number in (1, 97, 98)

    @step(PROCESS, writes=True)
    def inner_number(o: Any, v: str) -> Any:
        o.inner.number = ord(v[0])

    @step(PROCESS, writes=True)
    def inner_text(o: Any, v: str) -> Any:
        o.inner.text = v.encode()
        return o.inner.text

    @step(PROCESS, writes=True, makes=True)
    def inner_store(o: Any, v: str) -> Any:
        o.inner = made = _Inner(97, b"x1")
        return made

    @step(PROCESS, writes=True, makes=True)
    def pointer_store(o: Any, v: str) -> Any:
        o.pointer = made = ctypes.pointer(_Inner(97, v.encode()))
        return made

    @step(PROCESS)
    def pointer(o: Any, v: str) -> Any:
        return bool(o.pointer)

    @step(writes=True)
    def bits_store(o: Any, v: str) -> Any:
        o.bits = int(v[1])

    @step(writes=True)
    def rest_store(o: Any, v: str) -> Any:
        o.rest = int(v[1])

    @step()
    def bits(o: Any, v: str) -> Any:
        return -9 < o.bits < 9, o.rest

    @step(PROCESS, writes=True)
    def many(o: Any, v: str) -> Any:
        o.many[0] = 1
        return list(o.many)

    @step(PROCESS, writes=True, makes=True)
    def many_store(o: Any, v: str) -> Any:
        o.many = made = (1, 2, 3)
        return made

    @step(PROCESS)
    def objects(o: Any, v: str) -> Any:
        return len(o._objects), o._b_needsfree_, o._b_base_

    @step(PROCESS)
    def sizes_(o: Any, v: str) -> Any:
        return ctypes.sizeof(o), len(bytes(o)), len(repr(o)) > 3

    @step(PROCESS)
    def byref(o: Any, v: str) -> Any:
        return ctypes.cast(ctypes.byref(o, _Outer.inner.offset), ctypes.POINTER(_Inner)).contents.number


class CPointer(_CData):
    """A pointer that threads share, to one of two numbers."""

    def fresh(self, size: int) -> Any:
        return ctypes.pointer(ctypes.c_int(7))

    def left(self, o: Any) -> Any:
        return o[0]

    @step()
    def contents(o: Any, v: str) -> Any:
        """Not what it points to: what was pointed to before is nobody's."""
        return o.contents is not None

    @step(writes=True, makes=True)
    def contents_store(o: Any, v: str) -> Any:
        o.contents = made = ctypes.c_int(ord(v[0]))
        return made

    @step(PROCESS, writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(ctypes.c_int(ord(v[0])))

    @step(PROCESS, writes=True)
    def contents_delete(o: Any, v: str) -> Any:
        del o.contents

    @step(PROCESS, writes=True)
    def item_delete(o: Any, v: str) -> Any:
        del o[0]

    @step(PROCESS)
    def item_asked(o: Any, v: str) -> Any:
        return o[Asked(o, lambda o: setattr(o, "contents", ctypes.c_int(3)), 0)]

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(writes=True)
    def item_store(o: Any, v: str) -> Any:
        o[0] = 9

    @step()
    def slice_(o: Any, v: str) -> Any:
        return o[:1]

    @step()
    def bool_(o: Any, v: str) -> Any:
        return bool(o)

    @step(PROCESS)
    def objects(o: Any, v: str) -> Any:
        return len(o._objects)

    @step(PROCESS)
    def cast(o: Any, v: str) -> Any:
        return ctypes.cast(o, ctypes.c_void_p).value != 0


class CFunction(_CData):
    """A function of C's that calls a function of Python's, with the types that it takes and gives."""

    def fresh(self, size: int) -> Any:
        prototype = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
        return prototype(lambda number: number + 1)

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS)
    def call(o: Any, v: str) -> Any:
        return o(1)

    @step(PROCESS, writes=True)
    def argtypes(o: Any, v: str) -> Any:
        o.argtypes = [ctypes.c_int]
        return o.argtypes

    @step(PROCESS, writes=True)
    def argtypes_of_name(o: Any, v: str) -> Any:
        """A pointer to what has only a name as yet."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecated
            o.argtypes = [ctypes.POINTER("Named")]  # type: ignore[call-overload]
        return o(1)

    @step(PROCESS, writes=True)
    def argtypes_delete(o: Any, v: str) -> Any:
        o.argtypes = None

    @step(PROCESS, writes=True)
    def restype(o: Any, v: str) -> Any:
        o.restype = ctypes.c_short
        return o.restype

    @step(PROCESS, writes=True)
    def restype_delete(o: Any, v: str) -> Any:
        del o.restype

    @step(PROCESS, writes=True, makes=True)
    def errcheck(o: Any, v: str) -> Any:
        o.errcheck = made = giving(1)
        return made

    @step(PROCESS)
    def errcheck_ask(o: Any, v: str) -> Any:
        return callable(o.errcheck)

    @step(PROCESS, writes=True)
    def restype_of_own(o: Any, v: str) -> Any:
        """What is called with each result, and nobody else holds."""
        for _ in range(3):
            o.restype = giving(1)
        return o.restype(1)

    @step(PROCESS, writes=True)
    def errcheck_delete(o: Any, v: str) -> Any:
        del o.errcheck

    @step(PROCESS, writes=True)
    def make_another(o: Any, v: str) -> Any:
        """A function of C's of its own, for one call."""
        return type(o)(lambda number: number + 2)(3)

    @step(PROCESS)
    def members(o: Any, v: str) -> Any:
        return bool(o), len(repr(o)) > 3, len(o._objects)


class CFunctionOfC(CFunction):
    """A function of the interpreter's own, with the types that it takes and gives."""

    def fresh(self, size: int) -> Any:
        return ctypes.pythonapi["Py_IsInitialized"]


class CType(Subject):
    """New types: of pointers, arrays, functions and structures, in the caches that all share."""

    said = SAID

    def fresh(self, size: int) -> Any:
        class Fresh(ctypes.Structure):
            pass

        return Fresh

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True, makes=True)
    def fields(o: Any, v: str) -> Any:
        o._fields_ = made = [(v, ctypes.c_int)]
        return made

    @step(writes=True)
    def pointer_type(o: Any, v: str) -> Any:
        """The same one for all."""
        return ctypes.POINTER(o) is ctypes.POINTER(o)

    @step(writes=True)
    def array_type(o: Any, v: str) -> Any:
        """Of a type that nobody has made one of: the same one for all."""
        return (o * 3) is (o * 3), (o * 3)._length_

    @step(writes=True)
    def function_type(o: Any, v: str) -> Any:
        return ctypes.CFUNCTYPE(o, ctypes.c_int) is not None

    @step(PROCESS)
    def instance(o: Any, v: str) -> Any:
        return ctypes.sizeof(o())

    @step(PROCESS)
    def pointer(o: Any, v: str) -> Any:
        return ctypes.pointer(o()).contents is not None

    @step(PROCESS)
    def subclass(o: Any, v: str) -> Any:
        return ctypes.sizeof(type("Sub", (o,), {"_fields_": [("x1", ctypes.c_int)]}))

    @step(PROCESS)
    def field(o: Any, v: str) -> Any:
        return o.a1.offset, o.a1.size

    @step(writes=True)
    def errno(o: Any, v: str) -> Any:
        ctypes.set_errno(int(v[1]))
        return ctypes.get_errno() == int(v[1])


GROWN = 40_000
"""Bytes that are more than there is room for where an array was."""


def _grow(thing: Any) -> None:
    ctypes.resize(thing, GROWN)


class _Asked(ctypes.Structure):
    """What it has is asked what it is worth, each in another way."""

    _fields_ = (
        ("number", ctypes.c_int),
        ("real", ctypes.c_double),
        ("true", ctypes.c_bool),
        ("bits", ctypes.c_int, 4),
        ("long", ctypes.c_longlong),
    )


KINDS = ctypes.c_int, ctypes.c_double, ctypes.c_bool, ctypes.c_ubyte, ctypes.c_longlong


class CDataGrowing(Subject):
    """An array and a structure that are given more memory by what is stored into them, when that is asked its worth.

    Beside them is noted which store into a thread's own was lost.
    """

    sizes = tuple(range(len(KINDS)))

    def fresh(self, size: int) -> Any:
        return (KINDS[size] * 3)(), _Asked(), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o[2])

    @step(PROCESS, writes=True)
    def store(o: Any, v: str) -> Any:
        o[0][0] = Asked(o[0], _grow, 1)

    @step(PROCESS, writes=True)
    def store_slice(o: Any, v: str) -> Any:
        o[0][:2] = [Asked(o[0], _grow, 1), 1]

    @step(PROCESS, writes=True)
    def store_at_asked(o: Any, v: str) -> Any:
        o[0][Asked(o[0], _grow, 0)] = 1

    @step(PROCESS, writes=True)
    def init(o: Any, v: str) -> Any:
        o[0].__init__(1, Asked(o[0], _grow, 1))

    @step(PROCESS)
    def item(o: Any, v: str) -> Any:
        return o[0][Asked(o[0], _grow, 0)], len(o[0][:])

    @step(PROCESS, writes=True)
    def store_fields(o: Any, v: str) -> Any:
        for name in ("number", "real", "true", "bits", "long"):
            setattr(o[1], name, Asked(o[1], _grow, 1))

    @step(PROCESS, writes=True)
    def init_fields(o: Any, v: str) -> Any:
        o[1].__init__(1, Asked(o[1], _grow, 1), Asked(o[1], _grow, 1))

    @step(PROCESS)
    def fields(o: Any, v: str) -> Any:
        return o[1].number, o[1].real, o[1].true, o[1].bits, o[1].long

    @step(writes=True)
    def store_own(o: Any, v: str) -> Any:
        """What nobody else stores into."""
        mine = type(o[0])()
        mine[1] = Asked(mine, _grow, 1)
        if mine[1] != 1:
            o[2].append(f"1 was stored into an array, and it holds {mine[1]}")

    @step(writes=True)
    def store_own_field(o: Any, v: str) -> Any:
        mine = _Asked()
        mine.long = Asked(mine, _grow, 1)
        if mine.long != 1:
            o[2].append(f"1 was stored into a structure, and it holds {mine.long}")

    @step(writes=True)
    def store_own_value(o: Any, v: str) -> Any:
        mine = type(o[0])._type_()
        mine.value = Asked(mine, _grow, 1)
        if mine.value != 1:
            o[2].append(f"1 was made its value, and it is {mine.value}")

    @step(writes=True)
    def view_own(o: Any, v: str) -> Any:
        """What is looked at through a view is there as long as the view is."""
        mine = (ctypes.c_ubyte * 3)(97, 97, 97)
        ctypes.resize(mine, 400)
        with memoryview(mine) as view:
            with suppress(BufferError):
                _grow(mine)
            others = [(ctypes.c_ubyte * 400)() for _ in range(9)]
            shown = view.tobytes()[:1]
            if shown != b"a":
                o[2].append(f"a was stored into an array, and a view shows {shown!r}")
        return len(others)


class _Parameter:
    """An argument that does something to the function that it is given to, when it is asked what to pass."""

    def __init__(self, function: Any, meddle: Callable[[Any], object]) -> None:
        self.function, self.meddle = function, meddle

    @property
    def _as_parameter_(self) -> int:
        self.meddle(self.function)
        return 1


class _Takes:
    """A type of arguments that does something to the function before it converts one."""

    def __init__(self, function: Any, meddle: Callable[[Any], object]) -> None:
        self.function, self.meddle = function, meddle

    def from_param(self, value: Any) -> Any:
        self.meddle(self.function)
        return ctypes.c_int(1)


FUNCTION_MEDDLES: tuple[Callable[[Any], object], ...] = (
    lambda function: setattr(function, "argtypes", None),
    lambda function: setattr(function, "argtypes", [ctypes.c_int]),
    lambda function: setattr(function, "restype", ctypes.c_short),
    lambda function: setattr(function, "errcheck", lambda result, called, arguments: result),
    lambda function: delattr(function, "restype"),
)
PROTOTYPE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
LIBRARY = ctypes.CDLL(None)


class CFunctionAsking(Subject):
    """A function of C's library whose arguments, and types of arguments, change it while they are converted.

    It has a name and a default for its argument.
    """

    most = PROCESS
    sizes = tuple(range(len(FUNCTION_MEDDLES)))

    def fresh(self, size: int) -> Any:
        return PROTOTYPE(("abs", LIBRARY), ((1, "x0", 7),)), FUNCTION_MEDDLES[size]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def call(o: Any, v: str) -> Any:
        return o[0](_Parameter(*o))

    @step(writes=True)
    def call_converting(o: Any, v: str) -> Any:
        o[0].argtypes = [_Takes(*o)]
        return o[0](-3)

    @step(writes=True)
    def call_converting_asked(o: Any, v: str) -> Any:
        o[0].argtypes = (_Takes(*o),)
        return o[0](x0=_Parameter(*o))

    @step(writes=True)
    def result_asked(o: Any, v: str) -> Any:
        """Who makes the result, and who checks it, change the function."""
        o[0].restype = lambda number: o[1](o[0]) or number
        o[0].errcheck = lambda result, called, arguments: o[1](called) or result
        return o[0](-3)

    @step()
    def call_plain(o: Any, v: str) -> Any:
        return o[0](), o[0](-3), o[0](x0=-5)

    @step(writes=True)
    def argtypes(o: Any, v: str) -> Any:
        for _ in range(3):
            o[0].argtypes = [ctypes.c_int]
        return o[0].argtypes

    @step(writes=True)
    def restype(o: Any, v: str) -> Any:
        o[0].restype = ctypes.c_int

    @step(writes=True)
    def errcheck(o: Any, v: str) -> Any:
        o[0].errcheck = lambda result, called, arguments: result
        del o[0].errcheck

    @step(writes=True)
    def make_asked(o: Any, v: str) -> Any:
        """With flags that a thread has no other hold of."""
        return PROTOTYPE(("abs", LIBRARY), tuple([(1, v), (1, v)][:1]))(-3)


class ArgumentTypesKept(Subject):
    """A function of C's library with a name for its argument, and the list of types of arguments that it was given,
    which others keep and change.
    """

    most = PROCESS

    def fresh(self, size: int) -> Any:
        function, types = PROTOTYPE(("abs", LIBRARY), ((1, "x0", 7),)), [ctypes.c_int]
        function.argtypes = types
        return function, types

    def left(self, o: Any) -> Any:
        return None

    @step()
    def call(o: Any, v: str) -> Any:
        return o[0](-3)

    @step()
    def call_by_name(o: Any, v: str) -> Any:
        return o[0](x0=-3), o[0]()

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[1].append(ctypes.c_int)

    @step(writes=True)
    def append_and_pop(o: Any, v: str) -> Any:
        for _ in range(9):
            o[1].append(ctypes.c_int)
            del o[1][1:]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].argtypes = o[1]

    @step()
    def argtypes(o: Any, v: str) -> Any:
        return len(o[0].argtypes)


class _Held(ctypes.Structure):
    _fields_ = (("thing", ctypes.py_object), ("text", ctypes.c_char_p))


class _Holder(ctypes.Structure):
    _fields_ = (("inner", _Held), ("things", ctypes.py_object * 2))


class ObjectsInside(Subject):
    """A structure with a structure and an array of objects in it: what is in those is reached through views, of which
    each thread makes its own. They are several objects of ctypes' in one memory: the process goes on.
    """

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = _Holder()
        o.inner.thing = "x" + str(size)
        o.inner.text = b"x" + str(size).encode()
        o.things[0], o.things[1] = fresh_strings(2)
        return o

    def left(self, o: Any) -> Any:
        return None

    @step()
    def thing(o: Any, v: str) -> Any:
        return o.inner.thing

    @step(writes=True)
    def thing_store(o: Any, v: str) -> Any:
        o.inner.thing = "".join(v)

    @step()
    def item(o: Any, v: str) -> Any:
        return o.things[0]

    @step(writes=True)
    def item_store(o: Any, v: str) -> Any:
        o.things[0] = "".join(v)

    @step()
    def items(o: Any, v: str) -> Any:
        return list(o.things), o.things[:]

    @step()
    def text(o: Any, v: str) -> Any:
        return o.inner.text.decode()

    @step(writes=True)
    def text_store(o: Any, v: str) -> Any:
        o.inner.text = v.encode()


TARGETS = ctypes.c_int * 3, ctypes.c_short


class PointerType(Subject):
    """A type of pointers that is told again and again what its pointers point to."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return type("Pointer", (ctypes._Pointer,), {"_type_": ctypes.c_int})

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def set_type(o: Any, v: str) -> Any:
        for _ in range(4):
            o.set_type(TARGETS[ord(v[0]) % 2])

    @step(writes=True)
    def set_another(o: Any, v: str) -> Any:
        o.set_type(ctypes.c_double)

    @step()
    def format_(o: Any, v: str) -> Any:
        return memoryview(o()).format

    @step()
    def pointer(o: Any, v: str) -> Any:
        return bool(o()), o._type_ is not None

    @step()
    def array(o: Any, v: str) -> Any:
        return memoryview((o * 2)()).format


class TextFromAnother(Subject):
    """A structure whose text is stored out of another one's, which others replace."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return _Inner(1, b"x0"), ctypes.c_char_p(b"x" + str(size).encode() * 9)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0].text = o[1]
        return o[0].text

    @step(writes=True)
    def store_own(o: Any, v: str) -> Any:
        """Into what nobody else has, and look at what keeps it alive."""
        mine: Any = _Inner()
        for _ in range(9):
            mine.text = o[1]
            [kept] = mine._objects.values()
            hash(kept)
        return len(kept) > 1

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        o[1].value = v.encode() * 9

    @step(writes=True)
    def replace_often(o: Any, v: str) -> Any:
        for _ in range(9):
            o[1].value = v.encode() * 9

    @step(writes=True)
    def store_array(o: Any, v: str) -> Any:
        made = (ctypes.c_char_p * 2)()
        made[0] = o[1]
        return made[0]

    @step()
    def objects(o: Any, v: str) -> Any:
        return o[0]._objects, o[1]._objects


class CFieldsTaken(Subject):
    """Lists of fields, and of names of what is anonymous, that types are made of while others change them."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        fields: list[Any] = [(name, ctypes.c_int) for name in fresh_strings(size)]
        inner = type("Inner", (ctypes.Structure,), {"_fields_": fields})
        return inner, fields, ["inner"]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def structure(o: Any, v: str) -> Any:
        return ctypes.sizeof(type("Fresh", (ctypes.Structure,), {"_fields_": o[1]})())

    @step(writes=True)
    def union(o: Any, v: str) -> Any:
        return ctypes.sizeof(type("Fresh", (ctypes.Union,), {"_fields_": o[1]})())

    @step(writes=True)
    def fields_later(o: Any, v: str) -> Any:
        made: Any = type("Fresh", (ctypes.Structure,), {})
        made._fields_ = o[1]
        return ctypes.sizeof(made())

    @step(writes=True)
    def anonymous(o: Any, v: str) -> Any:
        """The inner one's fields are its own, too."""
        made = type(
            "Fresh", (ctypes.Structure,), {"_anonymous_": ["inner"], "_fields_": [("inner", o[0]), (v, o[0])]}
        )
        return made().x0

    @step(writes=True)
    def anonymous_by_list(o: Any, v: str) -> Any:
        made = type("Fresh", (ctypes.Structure,), {"_anonymous_": o[2], "_fields_": [("inner", o[0])]})
        return made().x0

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

    @step(writes=True)
    def refill(o: Any, v: str) -> Any:
        """With fields that nobody else holds."""
        for _ in range(2):
            o[1][:] = [(name, ctypes.c_int) for name in fresh_strings(3)]

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        o[1].extend([(v + "z", ctypes.c_short)] * 20)

    @step(writes=True)
    def names_clear(o: Any, v: str) -> Any:
        o[2].clear()

    @step(writes=True)
    def names_refill(o: Any, v: str) -> Any:
        for _ in range(3):
            o[2][:] = ["".join(("in", "ner"))]

    @step()
    def instance(o: Any, v: str) -> Any:
        return o[0](1, 2).x0, len(o[0]._fields_)


class Mmap(Attributes):
    """Memory of the system's, of one page, which is closed and changes its size."""

    sizes = (4096,)
    left_out: ClassVar[dict[str, str]] = {
        "__init__": "called once, by who makes it",
        "__new__": "called once, by who makes it",
        "__delitem__": "raises only",
        "__buffer__": "called by memoryview",
        "__release_buffer__": "called by memoryview",
    }

    def fresh(self, size: int) -> Any:
        memory = mmap.mmap(-1, size)
        memory[:2] = b"x0"
        return memory

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    if sys.platform == "linux":  # elsewhere it raises SystemError, as documented

        @step(PROCESS, writes=True)
        def resize(o: Any, v: str) -> Any:
            o.resize(8192)

        @step(PROCESS, writes=True)
        def resize_smaller(o: Any, v: str) -> Any:
            o.resize(100)

    @step(PROCESS)
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(PROCESS, writes=True)
    def item_store(o: Any, v: str) -> Any:
        o[0] = ord(v[0])

    @step(PROCESS)
    def slice_(o: Any, v: str) -> Any:
        return len(o[:5000]), o[:4:2]

    @step(PROCESS, writes=True)
    def slice_store(o: Any, v: str) -> Any:
        o[:2] = v.encode()
        o[0:4:2] = v.encode()

    @step(PROCESS)
    def find(o: Any, v: str) -> Any:
        return o.find(v.encode()), o.rfind(b"x0")

    @step(PROCESS, writes=True)
    def move(o: Any, v: str) -> Any:
        o.move(100, 0, 900)

    @step(PROCESS, writes=True)
    def set_name(o: Any, v: str) -> Any:
        """Since 3.15."""
        o.set_name(v)

    @step(PROCESS, writes=True)
    def store_asked(o: Any, v: str) -> Any:
        """Of what closes it when it is asked for its number."""
        o[0] = Asked(o, mmap.mmap.close, 97)

    @step(PROCESS, writes=True)
    def slice_asked(o: Any, v: str) -> Any:
        return o[Asked(o, mmap.mmap.close, 0) : 9]

    @step(PROCESS, writes=True)
    def write_asked(o: Any, v: str) -> Any:
        return o.write(Asked(o, mmap.mmap.close, b"x0"))

    @step(PROCESS, writes=True)
    def read(o: Any, v: str) -> Any:
        return len(o.read()) <= 8192

    @step(PROCESS, writes=True)
    def read_some(o: Any, v: str) -> Any:
        return len(o.read(2))

    @step(PROCESS, writes=True)
    def read_byte(o: Any, v: str) -> Any:
        return o.read_byte()

    @step(PROCESS, writes=True)
    def readline(o: Any, v: str) -> Any:
        return len(o.readline()) <= 8192

    @step(PROCESS, writes=True)
    def write(o: Any, v: str) -> Any:
        return o.write(v.encode() * 500)

    @step(PROCESS, writes=True)
    def write_byte(o: Any, v: str) -> Any:
        o.write_byte(97)

    @step(PROCESS, writes=True)
    def seek(o: Any, v: str) -> Any:
        o.seek(0)

    @step(PROCESS, writes=True)
    def seek_end(o: Any, v: str) -> Any:
        o.seek(0, 2)

    @step(PROCESS)
    def tell(o: Any, v: str) -> Any:
        return o.tell(), o.size() if o.seekable() else None

    @step(PROCESS)
    def flush(o: Any, v: str) -> Any:
        return o.flush()

    @step(PROCESS)
    def madvise(o: Any, v: str) -> Any:
        return o.madvise(mmap.MADV_NORMAL)

    @step(PROCESS)
    def len_(o: Any, v: str) -> Any:
        return len(o), o.closed

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 9, o.__sizeof__() > 0

    @step(PROCESS)
    def memoryview_(o: Any, v: str) -> Any:
        with memoryview(o) as view:
            return view[0], len(view)

    @step(PROCESS)
    def contains(o: Any, v: str) -> Any:
        return b"x" in o

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        with o as entered:
            return entered is o

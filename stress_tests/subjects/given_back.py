"""What functions of Python's give to C that has called them: an object that others change before C has read it."""

from __future__ import annotations

import codecs
import copy
import io
import pickle
import threading
import warnings
from typing import Any, ClassVar
from xml.parsers import expat

from harness.kernel.pairs import PROCESS, Subject, fresh_items, step


class _Own(threading.local):
    """What this thread's calls are given: the object of its round."""

    given: Any = None


OWN = _Own()


class _Made:
    """What is pickled and copied by what it says of itself: an object that others change."""

    def __new__(cls, **named: Any) -> _Made:
        return super().__new__(cls)


class _State(_Made):
    def __getstate__(self) -> Any:
        return OWN.given


class _Arguments(_Made):
    def __getnewargs_ex__(self) -> Any:
        return (), OWN.given


class _Items(dict[str, Any]):
    def __reduce__(self) -> Any:
        return _Items, (), OWN.given, None, iter(OWN.given.items())


class DictGivenBack(Subject):
    """A dict that objects give as their state and their arguments, while others change it."""

    most = PROCESS
    may_raise = (RuntimeError, KeyError)
    sizes: ClassVar[tuple[int, ...]] = (1, 5)

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def state(o: Any, v: str) -> Any:
        OWN.given = o
        return vars(pickle.loads(pickle.dumps(_State()))), vars(copy.copy(_State()))

    @step()
    def arguments(o: Any, v: str) -> Any:
        OWN.given = o
        return copy.copy(_Arguments()), pickle.dumps(_Arguments(), 4)

    @step()
    def arguments_of_old(o: Any, v: str) -> Any:
        """In a protocol that knows no arguments by name: a partial is made of them."""
        OWN.given = o
        return pickle.dumps(_Arguments(), 2)

    @step()
    def items(o: Any, v: str) -> Any:
        OWN.given = o
        return dict(copy.copy(_Items())), len(pickle.dumps(_Items())) > 0

    @step()
    def namespace(o: Any, v: str) -> Any:
        OWN.given = o
        made: Any = _Prepared(v, (), {})
        return vars(made)

    @step()
    def body(o: Any, v: str) -> Any:
        OWN.given = o

        class Made(metaclass=_Prepared):
            x0 = v

        return vars(Made)

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o["x0"] = v

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update(dict.fromkeys((v, v[0] + "3", v[0] + "4", v[0] + "5", v[0] + "6", v[0] + "7"), v))

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x0"]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class _Named(pickle.Unpickler):
    """What loads objects, and is given the state of each by its name."""

    def persistent_load(self, name: Any) -> Any:
        return OWN.given

    def find_class(self, module: str, name: str) -> Any:
        return _Made


STATE = b"\x80\x02c_\n_\n)\x81Px0\nb."
"""An object, and the name of its state."""
STATES = b"\x80\x02c_\n_\n)\x81NPx0\n\x86b."
"""An object, and the name of the state of what it has in slots."""


class StateByName(Subject):
    """A dict that is the state of objects which are loaded, by its name in the pickle, while others change it."""

    most = PROCESS
    may_raise = (RuntimeError, KeyError)
    sizes: ClassVar[tuple[int, ...]] = (5, 1)

    def fresh(self, size: int) -> Any:
        return fresh_items(size)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def load(o: Any, v: str) -> Any:
        OWN.given = o
        return vars(_Named(io.BytesIO(STATE)).load())

    @step()
    def load_slots(o: Any, v: str) -> Any:
        OWN.given = o
        return vars(_Named(io.BytesIO(STATES)).load())

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        for _ in range(9):
            o["x0"] = "".join(v)

    @step(writes=True)
    def replace_keys(o: Any, v: str) -> Any:
        """By keys that are new, where those before are let go of."""
        for number in range(9):
            o[v + str(number)] = v + str(number)
            del o[v + str(number)]

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.update({v + str(number): v + str(number) for number in range(9)})

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o["x0"]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class _Prepared(type):
    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **named: Any) -> Any:
        return OWN.given


TEXT = b"<x0>" + b"y" * 30_000 + b"</x0>"
SHORT = b"<x0/>"


def _known(name: str) -> codecs.CodecInfo | None:
    if name != "ftstress_given":
        return None

    def encode(text: str, errors: str = "strict") -> tuple[bytes, int]:
        return OWN.given, len(text)

    def decode(data: Any, errors: str = "strict") -> tuple[str, int]:
        return str(data, "ascii"), len(data)

    return codecs.CodecInfo(encode, decode, name=name)


class _Reads(io.RawIOBase):
    """A stream that gives the same bytes for all that is read of it, once."""

    def __init__(self) -> None:
        self.left = [None, None]

    def read(self, size: int = -1) -> Any:
        self.left.pop()
        return OWN.given if self.left else b""

    read1 = read

    def readable(self) -> bool:
        return True


class BytesGivenBack(Subject):
    """A bytearray that codecs and streams give as what they made or read, while others change its size."""

    may_raise = (RuntimeError, BufferError, ValueError, EOFError, expat.ExpatError, pickle.UnpicklingError)

    def fresh(self, size: int) -> Any:
        return bytearray(TEXT)

    def left(self, o: Any) -> Any:
        return None

    @step()
    def encode(o: Any, v: str) -> Any:
        """CPython warns of a codec that gives a bytearray, and takes it."""
        OWN.given = o
        _register()
        return _strange("x".encode("ftstress_given"))

    @step()
    def parse(o: Any, v: str) -> Any:
        OWN.given = o
        return expat.ParserCreate().ParseFile(_Reads())

    @step()
    def read_text(o: Any, v: str) -> Any:
        OWN.given = o
        return _strange(io.TextIOWrapper(_Reads(), "latin-1").read().encode("latin-1"))  # type: ignore[type-var]

    @step()
    def read_line(o: Any, v: str) -> Any:
        OWN.given = o
        return _strange(io.TextIOWrapper(_Reads(), "latin-1").readline().encode("latin-1"))  # type: ignore[type-var]

    @step()
    def load(o: Any, v: str) -> Any:
        OWN.given = o
        return pickle.load(_Reads())

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def refill(o: Any, v: str) -> Any:
        o.clear()
        o.extend(TEXT)

    @step(writes=True)
    def shrink(o: Any, v: str) -> Any:
        o[:] = SHORT

    @step(writes=True)
    def grow(o: Any, v: str) -> Any:
        o.extend(TEXT)


def _strange(made: bytes) -> str:
    """What is in it that nobody put there."""
    rest = made.translate(None, TEXT + b"\0")
    return f"nobodys_{rest[:8].hex()}" if rest else ""


def _register() -> None:
    """Once is enough."""
    try:
        codecs.lookup("ftstress_given")
    except LookupError:
        codecs.register(_known)


warnings.filterwarnings("ignore", "encoder ftstress_given returned bytearray", RuntimeWarning)

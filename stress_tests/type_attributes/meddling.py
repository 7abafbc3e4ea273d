"""Code that an operation on a class runs in its middle: it looks, stores, or raises, and the operation goes on.

Keys that are instances of a ``str`` subclass are compared, a metaclass's ``mro`` is asked, hooks are called, what is
replaced is finalized. There is one thread, so each of these belongs to a place in the operation, and whatever it does
has been done when the operation goes on: afterwards everything must be as both have left it.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, ClassVar

from harness.kernel import (
    Knobs,
    Oracle,
    OwnWrite,
    Permitted,
    Scenario,
    Value,
    fresh_class,
    fresh_subclass,
    operation,
    prime,
)

ABSTRACT = 1 << 20
"""``Py_TPFLAGS_IS_ABSTRACT``."""


class Refused(Exception):
    """What is raised on purpose."""


class Meddling(str):
    """A key that has the hash of another name, and does something once when it is compared with that."""

    armed: list[Callable[[], None]]
    other: str

    def __eq__(self, other: object) -> bool:
        if self.armed and other == self.other:
            self.armed.pop()()
        return self is other

    def __hash__(self) -> int:
        return hash(self.other)


def meddling(other: str, armed: list[Callable[[], None]]) -> Meddling:
    """A key that calls and drops what ``armed`` holds when ``other`` is looked up beside it."""
    key = Meddling("key")
    key.other, key.armed = other, armed
    return key


def called(thing: object) -> None:
    """A ``__call__``."""


class Same(Oracle):
    """Two ways to ask the same give the same. Sound where nothing changes between the two."""

    name = "same"

    @staticmethod
    def judge(one: Any, other: Any) -> bool:
        return one is not other

    def explain(self, *seen: Any) -> str:
        return f"one way gives {seen[0]!r}, the other way {seen[1]!r}"


class _Meddled(Scenario):
    oracle: ClassVar[Oracle] = Same()
    needs_parallelism = False


class Moved(type):
    """A metaclass whose ``mro`` does something first."""

    armed: ClassVar[list[Callable[[], None]]] = []

    def mro(cls) -> Any:
        if Moved.armed:
            Moved.armed.pop()()
        return super().mro()


class _BasesAssigned(_Meddled):
    """The class ``moved`` is to get another base; its subclass ``below`` is asked for its ``mro`` then."""

    def prepare(self, knobs: Knobs) -> None:
        self.armed = Moved.armed
        self.one, self.other = fresh_class(x=Value(1, "one")), fresh_class(x=Value(1, "other"))
        self.moved = fresh_subclass(self.one)
        self.below: Any = Moved("D", (self.moved,), {})
        self.kept = vars(self.one)["x"]


class BasesRefused(_BasesAssigned):
    """A class whose ``__bases__`` could not be assigned gives what it gave before.

    Sound: the only thread. The assignment ends with what ``mro`` raises, and has no effect. ``mro`` has looked.
    """

    def look_and_raise(self) -> None:
        prime(self.moved)
        raise Refused

    @operation(actor="writer", stores=4)
    def assign(self) -> Any:
        self.armed.append(self.look_and_raise)
        with suppress(Refused):
            self.moved.__bases__ = (self.other,)
        return self.kept, self.moved.x


class BasesAssignedAndStored(_BasesAssigned):
    """In the middle of an assignment of ``__bases__`` a class gives what the old base holds, or what the new one does.

    Sound: the only thread. ``mro`` stores into the new base and looks then: what that held before is neither.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.found: list[Any] = [self.kept]
        # The cache may give a value that was dropped. Kept alive, it can be told; freed, it is a crash.
        self.dropped: list[Any] = []

    def look_and_store(self) -> None:
        prime(self.moved)
        self.dropped.append(self.other.x)
        self.other.x = Value(self.other.x.count + 1, "other")
        self.found[0] = self.moved.x

    @operation(actor="writer", stores=10)
    def assign(self) -> Any:
        self.moved.__bases__ = (self.one,)
        self.armed.append(self.look_and_store)
        self.moved.__bases__ = (self.other,)
        return self.found[0], (self.kept, self.other.x)


class _KeyMeddles(_Meddled):
    def prepare(self, knobs: Knobs) -> None:
        self.armed: list[Callable[[], None]] = []


class KeyStoresWhileCreating(_KeyMeddles):
    """An instance of a new class can be called if its base has a ``__call__``, whenever that was stored.

    Sound: the only thread. It is stored while the slots of the new class are looked for in its base.
    """

    @operation(actor="writer", stores=2)
    def create(self) -> Any:
        names: dict[str, object] = {meddling("__contains__", self.armed): None}
        base: Any = type("C", (), names)
        self.armed.append(lambda: setattr(base, "__call__", called))
        sub = fresh_subclass(base)
        self.armed.clear()
        return "__call__" in vars(base), callable(sub())


class KeyDeletesInStore(_KeyMeddles):
    """An instance can be called if its class has a ``__call__``, also if that was deleted in the middle of its store.

    Sound: the only thread. It is deleted while a subclass is asked whether it has one of its own.
    """

    @operation(actor="writer", stores=3)
    def store(self) -> Any:
        base = fresh_class()
        names: dict[str, object] = {meddling("__call__", self.armed): None}
        below = [type("D", (base,), names), fresh_subclass(base)]
        self.armed.append(lambda: delattr(base, "__call__"))
        base.__call__ = called
        self.armed.clear()
        return "__call__" in vars(base), any(callable(cls()) for cls in (base, *below))


class Making(Value):
    """Makes the class that it is dropped from one that is not abstract."""

    __slots__ = ("owner",)

    def __init__(self, count: int, owner: Any) -> None:
        super().__init__(count)
        self.owner = owner

    def __del__(self) -> None:
        self.owner.__abstractmethods__ = ()


class FinalizerMakesConcrete(_Meddled):
    """A class is abstract if its ``__abstractmethods__`` say so, also if a finalizer has set them in the middle.

    Sound: the only thread. What is replaced is finalized inside the store, or later (main): either way last.
    """

    @operation(actor="writer", stores=6)
    def store(self, n: int) -> Any:
        cls = fresh_class()
        cls.__abstractmethods__ = Making(n, cls)
        cls.__abstractmethods__ = frozenset({"missing"})
        return bool(cls.__abstractmethods__), bool(cls.__flags__ & ABSTRACT)


class AbstractOfTwoWriters(Scenario):
    """After two threads have set ``__abstractmethods__``, the class is abstract if they say so.

    Sound: asked when all are parked; the last store decides both.
    """

    threads: ClassVar[dict[str, int]] = {"writer": 2}
    oracle = OwnWrite()

    def prepare(self, knobs: Knobs) -> None:
        self.cls = fresh_class()
        self.values: tuple[frozenset[str], ...] = (frozenset({"missing"}), frozenset())

    @operation(actor="writer", stores=240)
    def store(self, me: int) -> Any:
        self.cls.__abstractmethods__ = self.values[me]
        return None, None

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        named = bool(vars(self.cls).get("__abstractmethods__"))
        yield "whether the class is abstract", bool(self.cls.__flags__ & ABSTRACT), named


class Looking(Value):
    """Reads the module of an instance."""

    __slots__ = ("thing",)

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __del__(self) -> None:
        prime(self.thing, names=("__module__",))


class FirstLineLooks(_Meddled):
    """The ``__module__`` that was stored is what an instance gives, whatever the finalizer of its first line has read.

    Sound: the only thread. To store the module drops the class's ``__firstlineno__``, and may finalize it.
    """

    oracle = OwnWrite()
    minimum_version = (3, 13)

    @operation(actor="writer", stores=4)
    def store(self, n: int) -> Any:
        cls = fresh_class()
        thing = cls()
        prime(thing, names=("__module__",))
        cls.__firstlineno__ = Looking(thing)
        value = Value(n, "module")
        cls.__module__ = value
        return value, thing.__module__


class Renaming(str):
    """A key that gives the class another name when its ``repr`` is asked for, and takes the memory of the last one."""

    owner: list[Any]

    def __repr__(self) -> str:
        self.owner[0].__name__ = "Third"
        self.owner.append([f"{number:03}".ljust(LONG, "z") for number in range(100)])
        return "key"


class RaisingOnName:
    """Gives the class that it is put into another name, and raises."""

    def __init__(self, owner: list[Any]) -> None:
        self.owner = owner

    def __set_name__(self, cls: Any, name: str) -> None:
        self.owner[:] = [cls]
        cls.__name__ = "Second".ljust(LONG, name)
        raise Refused


LONG = 41
"""Characters of a name that is not short."""


class NameInNote(_Meddled):
    """A message names a class by a name that it has, or has had.

    Sound: the only thread. The note on a ``__set_name__`` that raised names key and class.
    """

    minimum_version = (3, 12)

    @operation(actor="writer", stores=12)
    def fail(self) -> Any:
        owner: list[Any] = []
        key = Renaming("x")
        key.owner = owner
        names: dict[str, object] = {key: RaisingOnName(owner)}
        note = ""
        try:
            type("First", (), names)
        except Refused as error:
            note = str(error.__notes__)
        return any(name in note for name in ("First", "Second", "Third")), True


class HookRegisters(_Meddled):
    """What was registered with an abstract base class is its subclass, whenever it was registered.

    Sound: the only thread. It is registered in the middle of the question whether it is one; asked again, it is.
    """

    @operation(actor="writer", stores=12)
    def ask(self) -> Any:
        base, asked = ABCMeta("C", (), {}), fresh_class()
        sub = hooked(base, asked, fresh_class())
        issubclass(asked, base)
        return issubclass(sub, base), issubclass(asked, base)


def hooked(base: Any, asked: type, other: type) -> Any:
    """A class below ``base`` that registers ``asked`` with it when it is asked whether that is a subclass of its own,
    and asks about ``other``.
    """
    armed = [True]

    def hook(cls: type, subclass: type) -> Any:
        if subclass is asked and armed:
            armed.clear()
            base.register(asked)
            issubclass(other, base)
        return NotImplemented

    return ABCMeta("D", (base,), {"__subclasshook__": classmethod(hook)})

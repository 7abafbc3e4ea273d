"""Class attributes whose setters do not go through ``type.__setattr__``'s own path (gh-118362 repaired that one)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from harness.kernel import (
    Finalizer,
    Knobs,
    Oracle,
    Order,
    OwnWrite,
    Permitted,
    Scenario,
    Value,
    agree,
    dwell,
    fan_out,
    fresh_class,
    fresh_subclass,
    fresh_subclasses,
    operation,
    prime,
    readers,
)

CAPACITY = 1024
SPECIAL = ("__module__", "__doc__", "__annotations__", "__type_params__")


class Text(str):
    """A name that says which store made it: ``__name__`` and ``__qualname__`` take nothing but strings."""

    __slots__ = ("count",)
    count: Any
    tag = "name"


def text(count: int) -> Text:
    """The name of store number ``count``."""
    value = Text(f"name_{count}")
    value.count = count
    return value


class _Set(Scenario):
    """Stores one special name and reads it: from the class, through its getter, and from an instance."""

    oracle = Order()
    amplifiers = (readers, fan_out)
    special: ClassVar[str]

    def prepare(self, knobs: Knobs) -> None:
        state: dict[str, Any] = {self.special: Value(0)}
        self.base = fresh_class(**state)
        self.thing = self.instance()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        prime(self.base, *self.siblings)
        prime(self.thing, names=[self.special])

    def instance(self) -> Any:
        """Where readers look: an instance of a subclass, if a subclass gets no such name of its own."""
        return fresh_subclass(self.base)()

    def quiescence(self) -> Iterator[tuple[str, object, object]]:
        yield from agree(self.stored[self.special], self.special, self.base, self.thing)


class SetModule(_Set):
    """What is stored as ``__module__`` is what the class and its instance give from then on (gh-118362).

    Sound: one writer, and the order of two reads; once all are parked, everything agrees with the class's dict.
    """

    special = "__module__"

    def instance(self) -> Any:
        return self.base()

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__module__ = Value(n)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["__module__"], self.base.__module__

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__module__"], self.thing.__module__


class SetDoc(_Set):
    """What is stored as ``__doc__`` is what the class and its instance give from then on (gh-118362).

    Sound as for ``__module__``. A subclass has a ``__doc__`` of its own, so its instances are not asked.
    """

    special = "__doc__"

    def instance(self) -> Any:
        return self.base()

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__doc__ = Value(n)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["__doc__"], self.base.__doc__

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__doc__"], self.thing.__doc__


class SetAnnotations(_Set):
    """What is stored as ``__annotations__`` is what class and instance give from then on (gh-118362).

    Sound as for ``__module__``. The instance is a subclass's, which has no annotations of its own.
    """

    special = "__annotations__"

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__annotations__ = Value(n)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["__annotations__"], self.base.__annotations__

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__annotations__"], self.thing.__annotations__


class SetAbstractmethods(_Set):
    """What is stored as ``__abstractmethods__`` is what class and instance give from then on (gh-118362).

    Sound as for ``__module__``. The instance is a subclass's, made while the subclass was not abstract.
    """

    special = "__abstractmethods__"

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__abstractmethods__ = Value(n)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["__abstractmethods__"], self.base.__abstractmethods__

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__abstractmethods__"], self.thing.__abstractmethods__


class SetTypeParams(_Set):
    """What is stored as ``__type_params__`` is what class and instance give from then on (gh-118362).

    Sound as for ``__module__``.
    """

    special = "__type_params__"
    minimum_version = (3, 12)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__type_params__ = Value(n)

    @operation(actor="reader")
    def read_class(self) -> Any:
        return self.stored["__type_params__"], self.base.__type_params__

    @operation(actor="reader")
    def read_instance(self) -> Any:
        return self.stored["__type_params__"], self.thing.__type_params__


class SpecialNamesAlone(Scenario):
    """What is stored under a special name is what class and instance give, on the only thread (gh-118362).

    Sound: nothing runs beside it, and the values have no finalizer that could look in between.
    """

    oracle = OwnWrite()
    amplifiers = (fan_out,)
    needs_parallelism = False
    minimum_version = (3, 12)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class(__annotations__=None, __type_params__=None)
        self.thing = self.base()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)

    @operation(actor="writer", stores=len(SPECIAL))
    def store(self, n: int) -> Any:
        stored = found = None
        for special in SPECIAL:
            value = Value(n, special)
            prime(self.base, self.thing, names=[special])
            setattr(self.base, special, value)
            for holder in (self.base, self.thing):
                if found is stored:
                    stored, found = value, getattr(holder, special)
        return stored, found


class _SetText(Scenario):
    oracle: ClassVar[Oracle] = Order()
    amplifiers = (readers, fan_out)

    def prepare(self, knobs: Knobs) -> None:
        self.base = fresh_class()
        self.base.__name__ = text(0)
        self.base.__qualname__ = text(0)
        self.thing = self.base()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)


class SetName(_SetText):
    """Of two reads of ``__name__``, the second is never older, and neither crashes (gh-133467).

    Sound: one writer, whose counts go up.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__name__ = text(n)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.base.__name__, self.base.__name__


class SetQualname(_SetText):
    """Of two reads of ``__qualname__``, the second is never older, and neither crashes (gh-150858).

    Sound: one writer, whose counts go up.
    """

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__qualname__ = text(n)

    @operation(actor="reader")
    def read(self) -> Any:
        return self.base.__qualname__, self.base.__qualname__


class SetNameInMessages(_SetText):
    """An error message that names the class while its ``__name__`` is stored names it whole (gh-133467).

    Sound: every name that is ever stored starts with the same letters, and so does the message.
    """

    oracle = Permitted()

    def prepare(self, knobs: Knobs) -> None:
        super().prepare(knobs)
        self.whole = (True,)

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        self.base.__name__ = text(n)

    @operation(actor="reader")
    def use(self) -> Any:
        try:
            found = self.thing.missing
        except AttributeError as error:
            message = str(error)
            known = message.startswith("'name_") and message.endswith("' object has no attribute 'missing'")
            found = True if known else message
        return found, self.whole


class Watch:
    """What a finalizer compares with the class's dict, and what was refused."""

    def __init__(self, holder: Any, stored: Any, special: str, dwell: int) -> None:
        self.holder = holder
        self.stored = stored
        self.special = special
        self.turns = range(2 + dwell)
        self.looks = bytearray(CAPACITY)
        self.refusals: list[tuple[Any, Any]] = []


class Looking(Value):
    """Compares, while it is replaced, the instance's look-up with the class's dict."""

    __slots__ = ("watch",)

    def __init__(self, count: int, watch: Watch) -> None:
        super().__init__(count)
        self.watch = watch

    def __del__(self) -> None:
        watch = self.watch
        for _ in watch.turns:
            stored = watch.stored[watch.special]
            found = getattr(watch.holder, watch.special)
            if found is not stored:
                watch.refusals.append((stored, found))
        watch.looks[self.count] += len(watch.turns)


class _SetAndFinalize(Scenario):
    oracle = Finalizer()
    amplifiers = (fan_out, dwell)
    needs_parallelism = False
    special: ClassVar[str]

    def prepare(self, knobs: Knobs) -> None:
        state: dict[str, Any] = {self.special: Value(0)}
        self.base = fresh_class(**state)
        self.thing = self.base()
        self.siblings = fresh_subclasses(self.base, knobs.fan_out)
        self.stored = vars(self.base)
        self.watch = Watch(self.thing, self.stored, self.special, knobs.dwell)

    def observed(self) -> int:
        return sum(self.watch.looks)

    def refused(self) -> Iterable[tuple[str, tuple[Any, ...]]]:
        for seen in self.watch.refusals:
            yield "finalizer", seen

    @operation(actor="writer")
    def fill_cache(self) -> None:
        """The store has invalidated it, and what the next store replaces must be in it."""
        prime(self.thing, names=[self.special])

    @operation(actor="writer", stores=1)
    def store(self, n: int) -> None:
        setattr(self.base, self.special, Looking(n, self.watch))

    @operation(actor="writer", oracle=OwnWrite())
    def read_back(self) -> Any:
        # Compared here: what the judge held would not be released by the next store.
        return True, self.stored[self.special] is getattr(self.thing, self.special)


class SetModuleAndFinalize(_SetAndFinalize):
    """The finalizer of what ``__module__`` replaces finds the new value through an instance (gh-118492).

    Sound: the only thread, so what the dict holds is what a look-up must find, by identity, in the finalizer and after.
    """

    special = "__module__"


class SetDocAndFinalize(_SetAndFinalize):
    """The finalizer of what ``__doc__`` replaces finds the new value through an instance (gh-118492).

    Sound: the only thread, so what the dict holds is what a look-up must find, by identity, in the finalizer and after.
    """

    special = "__doc__"


class SetAnnotationsAndFinalize(_SetAndFinalize):
    """The finalizer of what ``__annotations__`` replaces finds the new value through an instance (gh-118492).

    Sound: the only thread, so what the dict holds is what a look-up must find, by identity, in the finalizer and after.
    """

    special = "__annotations__"


class SetAbstractmethodsAndFinalize(_SetAndFinalize):
    """The finalizer of what ``__abstractmethods__`` replaces finds the new value through an instance (gh-118492).

    Sound: the only thread, so what the dict holds is what a look-up must find, by identity, in the finalizer and after.
    """

    special = "__abstractmethods__"


class SetTypeParamsAndFinalize(_SetAndFinalize):
    """The finalizer of what ``__type_params__`` replaces finds the new value through an instance (gh-118492).

    Sound: the only thread, so what the dict holds is what a look-up must find, by identity, in the finalizer and after.
    """

    special = "__type_params__"
    minimum_version = (3, 12)

"""Stores into a buffer that is emptied and filled again while the store asks its arguments what they are worth."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from harness.kernel.pairs import Asked, Subject, step

BYTES = 384
"""Of a buffer that another one gets as soon as it is let go of."""
KINDS = "bBhHiIlLqQfd"
STORED = 63


class _Notes:
    """What is wrong with the buffers of one kind; ``none`` is one of them, all zero."""

    def __init__(self, none: Any) -> None:
        self.none = none
        self.wrong: list[str] = []

    def of(self, *values: int) -> Any:
        """A buffer of these."""
        made = self.none[:0]
        made.extend(values)
        return made


class _Refilled:
    """A buffer, or a view of it, and what makes arguments that empty and refill it. What is wrong at the end is
    noted: nothing was stored at ``place``, if any, or it was elsewhere.
    """

    def __init__(self, o: _Notes, place: int | None = 0, through: Callable[[Any], Any] | None = None) -> None:
        self.o, self.place = o, place
        self.mine = o.none[:]
        self.given: Any = self.mine if through is None else through(self.mine)
        self.kept: list[Any] = []

    def refill(self, _: Any) -> None:
        if self.given is not self.mine:
            self.given.release()
        with suppress(BufferError):
            del self.mine[:]
        self.kept += [self.o.none[:] for _ in range(2)]
        if not self.mine:
            self.mine.extend(self.o.none)

    def __enter__(self) -> tuple[Any, Callable[[Any], Any]]:
        return self.given, lambda worth: Asked(self, self.refill, worth)

    def __exit__(self, kind: Any, *_: object) -> bool:
        if any(one != self.o.none for one in self.kept):
            self.o.wrong.append("a store went into memory that is another buffer's by now")
        if kind is None and self.place is not None and self.mine[self.place] != STORED:
            self.o.wrong.append("a store went nowhere")
        return kind is not None and issubclass(kind, (BufferError, ValueError, IndexError))


class _Stores(Subject):
    """What threads noted that is wrong with buffers of their own. Each is emptied and filled again by an argument of a
    store, while that asks what the argument is worth: the store goes into what is there then, and not into what its
    memory has become.
    """

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "; ".join(o.wrong)

    @step(writes=True)
    def at_asked(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[asked(0)] = STORED

    @step(writes=True)
    def asked_stored(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[0] = asked(STORED)

    @step(writes=True)
    def both_asked(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[asked(0)] = asked(STORED)

    @step(writes=True)
    def set_slice(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[asked(0) : asked(1)] = o.of(STORED)

    @step(writes=True)
    def set_stride(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[0 : 4 : asked(2)] = o.of(STORED, 0)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        with _Refilled(o, None) as (mine, asked):
            del mine[asked(0)], mine[asked(0) : asked(9)], mine[0 : 9 : asked(2)]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine.insert(0, asked(STORED))

    @step(writes=True)
    def insert_at_asked(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine.insert(asked(0), STORED)

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        with _Refilled(o, -1) as (mine, asked):
            mine.append(asked(STORED))

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        with _Refilled(o, -1) as (mine, asked):
            mine.extend([asked(STORED)])

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        with _Refilled(o, None) as (mine, asked):
            mine.pop(asked(0))

    @step(writes=True)
    def through_view(o: Any, v: str) -> Any:
        """A view that is released by then."""
        with _Refilled(o, None, memoryview) as (view, asked):
            view[asked(0)] = STORED

    @step(writes=True)
    def through_view_asked(o: Any, v: str) -> Any:
        with _Refilled(o, None, memoryview) as (view, asked):
            view[0] = asked(STORED)


class ArrayStoresRefilled(_Stores):
    """Stores into arrays of numbers of each size, which are emptied and filled again by what a store asks."""

    sizes: ClassVar[tuple[int, ...]] = tuple(range(len(KINDS)))

    def fresh(self, size: int) -> Any:
        one = array(KINDS[size], [0])
        return _Notes(one * (BYTES // one.itemsize))

    @step(writes=True)
    def fromlist(o: Any, v: str) -> Any:
        """An array that changed its size by then is told with a RuntimeError, and put back."""
        with _Refilled(o, None) as (mine, asked), suppress(RuntimeError):
            mine.fromlist([asked(STORED), 0, asked(STORED)])


class StoresRefilled(_Stores):
    """Stores into bytearrays, and through views of them, which are emptied and filled again by what a store asks."""

    def fresh(self, size: int) -> Any:
        return _Notes(bytearray(BYTES))

    @step(writes=True)
    def set_slice_by_list(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[asked(0) : 1] = [STORED]

    @step(writes=True)
    def set_slice_by_asked(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[0:1] = [asked(STORED)]

    @step(writes=True)
    def set_stride_by_asked(o: Any, v: str) -> Any:
        with _Refilled(o) as (mine, asked):
            mine[0:4:2] = [asked(STORED), 0]

    @step(writes=True)
    def extend_by_iterator(o: Any, v: str) -> Any:
        with _Refilled(o, -1) as (mine, asked):
            mine.extend(asked(one) for one in [STORED])

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        with _Refilled(o, None) as (mine, asked):
            mine.remove(asked(0))

    @step(writes=True)
    def through_view_slice(o: Any, v: str) -> Any:
        with _Refilled(o, None, memoryview) as (view, asked):
            view[asked(0) : asked(1)] = bytes([STORED])

    @step(writes=True)
    def through_cast(o: Any, v: str) -> Any:
        _store_through_casts(o, "bhiq")

    @step(writes=True)
    def through_cast_unsigned(o: Any, v: str) -> Any:
        _store_through_casts(o, "HILQ")

    @step(writes=True)
    def through_cast_other(o: Any, v: str) -> Any:
        _store_through_casts(o, "fd?N")

    @step(writes=True)
    def packed(o: Any, v: str) -> Any:
        with _Refilled(o, None) as (mine, asked):
            struct.pack_into(">BBq", mine, asked(0), asked(STORED), asked(STORED), asked(STORED))

    @step(writes=True)
    def packed_by_struct(o: Any, v: str) -> Any:
        with _Refilled(o, None) as (mine, asked):
            struct.Struct("@bhd?").pack_into(mine, asked(0), 1, asked(STORED), asked(STORED), asked(STORED))


def _store_through_casts(o: _Notes, kinds: str) -> None:
    for kind in kinds:
        with _Refilled(o, None, partial(_cast, kind)) as (view, asked):
            view[0] = asked(STORED)


def _cast(kind: Any, mine: bytearray) -> memoryview:
    return memoryview(mine).cast(kind)

"""The iterators of the built-in types and functions, each shared by all threads; nothing else changes beside them."""

from __future__ import annotations

import copy
import itertools
import operator
import sys
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable
from importlib import import_module
from operator import length_hint
from typing import Any, ClassVar

from harness.kernel.pairs import (
    PROCESS,
    Iterating,
    Resumable,
    Subject,
    Tupled,
    arm,
    fresh_strings,
    named,
    nosy,
    refuse,
    step,
)

LONG = (3, 1, 300)
"""At the largest size both threads are under way for a while."""
MANY = 64


class _Placed(Resumable):
    """An iterator that can be told where to go on."""

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__(0)


class _OverTable(Resumable):
    """An iterator that says so when what it goes over has changed. In a race it is mistaken about that: the documents
    promise nothing of the kind.
    """

    sizes = LONG

    may_raise = (RuntimeError,)


class ListIterator(_Placed):
    """An iterator over a list."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return iter(fresh_strings(size))


class ListReverseIterator(_Placed):
    """An iterator over a list, backward."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return reversed(fresh_strings(size))


class TupleIterator(_Placed):
    """An iterator over a tuple."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return iter(tuple(fresh_strings(size)))


class Reversed(_Placed):
    """An iterator over a tuple, backward: any sequence without a way of its own is reversed like it."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return reversed(tuple(fresh_strings(size)))


class DictKeyIterator(_OverTable):
    """An iterator over a dict's keys."""

    def fresh(self, size: int) -> Any:
        return iter(dict.fromkeys(fresh_strings(size)))


class DictValueIterator(_OverTable):
    """An iterator over a dict's values."""

    def fresh(self, size: int) -> Any:
        return iter(dict(enumerate(fresh_strings(size))).values())


class DictItemIterator(Tupled, _OverTable):
    """An iterator over a dict's items."""

    def fresh(self, size: int) -> Any:
        return iter(dict(zip(fresh_strings(size), fresh_strings(size), strict=True)).items())


class DictReverseKeyIterator(_OverTable):
    """An iterator over a dict's keys, backward."""

    def fresh(self, size: int) -> Any:
        return reversed(dict.fromkeys(fresh_strings(size)))


class DictReverseValueIterator(_OverTable):
    """An iterator over a dict's values, backward."""

    def fresh(self, size: int) -> Any:
        return reversed(dict(enumerate(fresh_strings(size))).values())


class DictReverseItemIterator(Tupled, _OverTable):
    """An iterator over a dict's items, backward."""

    def fresh(self, size: int) -> Any:
        return reversed(dict(zip(fresh_strings(size), fresh_strings(size), strict=True)).items())


class OrderedDictIterator(Tupled, _OverTable):
    """An iterator over an OrderedDict's items."""

    def fresh(self, size: int) -> Any:
        return iter(OrderedDict(zip(fresh_strings(size), fresh_strings(size), strict=True)).items())


class SetIterator(_OverTable):
    """An iterator over a set."""

    def fresh(self, size: int) -> Any:
        return iter(set(fresh_strings(size)))


class DequeIterator(_OverTable):
    """An iterator over a deque."""

    def fresh(self, size: int) -> Any:
        return iter(deque(fresh_strings(size)))


class DequeReverseIterator(_OverTable):
    """An iterator over a deque, backward."""

    def fresh(self, size: int) -> Any:
        return reversed(deque(fresh_strings(size)))


class StrIterator(_Placed):
    """An iterator over a string of ASCII characters."""

    def fresh(self, size: int) -> Any:
        return iter("".join(fresh_strings(size)))


class WideStrIterator(_Placed):
    """An iterator over a string of other characters."""

    def fresh(self, size: int) -> Any:
        return iter("".join(fresh_strings(size)) + "\u20ac\U0001f40d")


class BytesIterator(_Placed):
    """An iterator over bytes."""

    def fresh(self, size: int) -> Any:
        return iter(bytes(range(1, size + 1)))


class BytearrayIterator(_Placed):
    """An iterator over a bytearray."""

    def fresh(self, size: int) -> Any:
        return iter(bytearray(range(1, size + 1)))


class MemoryviewIterator(Iterating):
    """An iterator over a memoryview."""

    def fresh(self, size: int) -> Any:
        return iter(memoryview(bytes(range(1, size + 1))))


class ArrayIterator(_Placed):
    """An iterator over an array."""

    def fresh(self, size: int) -> Any:
        return iter(array("q", range(size)))


class RangeIterator(_Placed):
    """An iterator over a range of numbers that fit a machine word."""

    def fresh(self, size: int) -> Any:
        return iter(range(size))


class LongRangeIterator(_Placed):
    """An iterator over a range of numbers that do not fit a machine word."""

    def fresh(self, size: int) -> Any:
        return iter(range(1 << 70, (1 << 70) + size))


class Enumerate(Tupled, Resumable):
    """enumerate over an iterator."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return enumerate(fresh_strings(size))


class EnumerateLong(Tupled, Resumable):
    """enumerate that goes on beyond what fits a machine word."""

    def fresh(self, size: int) -> Any:
        return enumerate(fresh_strings(size), sys.maxsize - 1)


class Zip(Tupled, _Placed):
    """zip of two lists."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return zip(fresh_strings(size), fresh_strings(size))


class ZipStrict(Tupled, _Placed):
    """zip of two lists that must be as long as each other. In a race they may seem not to be."""

    may_raise = (ValueError,)

    def fresh(self, size: int) -> Any:
        return zip(fresh_strings(size), fresh_strings(size), strict=True)


class Map(Resumable):
    """map of one function over two iterators."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return map(max, fresh_strings(size), fresh_strings(size))


class MapNosy(Iterating):
    """map whose function asks the map itself for the next element, and raises now and then."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        def asked(text: str) -> str:
            if text == "x1":
                raise ValueError
            return text + next(shared, "")

        shared = map(asked, fresh_strings(size))
        return shared


class Filter(Resumable):
    """filter that lets all through that are not empty."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return filter(None, fresh_strings(size))


class FilterNosy(Iterating):
    """filter whose function asks the filter itself for the next element."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        def asked(text: str) -> bool:
            return bool(next(shared, "") != text)

        shared: Any = filter(asked, fresh_strings(size))
        return shared


class CallableIterator(Resumable):
    """iter with a function, and the value at which it ends: in a race it may be called once more, and raise.

    The function is a list's own, and a list that changes while it is pickled may be refused (gh-149816).
    """

    may_raise = (IndexError, RuntimeError)

    def fresh(self, size: int) -> Any:
        return iter([*fresh_strings(size), "end"][::-1].pop, "end")


class CallableIteratorNosy(Iterating):
    """iter with a function whose values run Python code when they are compared with the last one."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        values: list[Any] = []
        shared = iter(values.pop, "end")
        values += nosy(shared, size, (next, refuse, lambda home: values.append("end")))
        arm(values)
        return shared


class _Sequence:
    """A sequence of the old kind: items by number, and a length."""

    def __init__(self, size: int) -> None:
        self.items = fresh_strings(size)

    def __getitem__(self, number: int) -> str:
        return self.items[number]

    def __len__(self) -> int:
        return len(self.items)


class SequenceIterator(_Placed):
    """An iterator over a sequence that has items by number only."""

    sizes = LONG

    def fresh(self, size: int) -> Any:
        return iter(_Sequence(size))


class SequenceReversed(_Placed):
    """An iterator over a sequence that has items by number only, backward."""

    def fresh(self, size: int) -> Any:
        return reversed(_Sequence(size))


class GenericAliasIterator(Iterating):
    """An iterator over ``list[int]``, which gives the alias, unpacked, once."""

    def fresh(self, size: int) -> Any:
        alias: Any = list[int]
        return iter(alias)

    def left(self, o: Any) -> Any:
        return len(list(o))

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o).__origin__ is list

    @step(text=True)
    def reduce(o: Any, v: str) -> Any:
        return repr(o.__reduce__()[1])


class TemplateIterator(Iterating):
    """An iterator over a template string, of what is put between its texts."""

    minimum_version = (3, 14)

    def fresh(self, size: int) -> Any:
        templatelib = import_module("string.templatelib")
        put = map(templatelib.Interpolation, fresh_strings(size))
        return map(operator.attrgetter("value"), templatelib.Template(*put))


class _EndsOneByOne(Subject):
    """Many iterators of one element each, or two, all of one type, which the size says: both threads come to many
    ends at once. What they are given was put there, whoever is given it.
    """

    said = 'How-to for free threading, "Iterators"; glossary, "iterator"'
    made: ClassVar[tuple[Callable[[], Any], ...]] = ()

    def fresh(self, size: int) -> Any:
        return [self.made[size]() for _ in range(MANY)]

    @step(writes=True)
    def nexts(o: Any, v: str) -> Any:
        return named([next(one, None) for one in o])

    @step(writes=True)
    def nexts_backward(o: Any, v: str) -> Any:
        return named([next(one, None) for one in reversed(o)])

    @step(writes=True)
    def nexts_twice(o: Any, v: str) -> Any:
        """The second is beyond the end, if nobody else was there before."""
        return named([next(one, None) for one in o for _ in "12"])


class EndsOfManyRepeats(_EndsOneByOne):
    """Repeats of one value, once or twice: of them there may be no end when the last one is given twice."""

    sizes = tuple(range(2))
    made = (lambda: itertools.repeat(_text(), 1), lambda: itertools.repeat(_text(), 2))

    def left(self, o: Any) -> Any:
        return named([list(itertools.islice(one, 3)) for one in o])

    def wrong(self, o: Any) -> str:
        most = max(length_hint(one, 3) for one in o)  # what has no end has no length
        return "" if most <= 2 else "more is left than there was, or one has no end"


class _Ends(_EndsOneByOne):
    """The same, where each surely has an end."""

    def left(self, o: Any) -> Any:
        return named([list(one) for one in o])

    @step(writes=True)
    def lists(o: Any, v: str) -> Any:
        return named([list(one) for one in o])

    @step(writes=True)
    def loops(o: Any, v: str) -> Any:
        return named([each for one in o for each in one])

    @step(writes=True)
    def chained(o: Any, v: str) -> Any:
        return named(list(itertools.chain.from_iterable(o)))

    @step()
    def hints(o: Any, v: str) -> Any:
        return [length_hint(one, 1) for one in o]


class _EndsCopied(_Ends):
    """Such that can be copied."""

    @step()
    def copies(o: Any, v: str) -> Any:
        return named([list(copy.copy(one)) for one in o])

    @step()
    def reduced(o: Any, v: str) -> Any:
        return [len(one.__reduce__()) for one in o] and None


def _text() -> str:
    return "x" + str(0)


class EndsOfMany(_EndsCopied):
    """Iterators of the built-in sequences and tables."""

    sizes = tuple(range(12))
    may_raise = (RuntimeError,)
    made = (
        lambda: iter([_text()]),
        lambda: reversed([_text()]),
        lambda: iter((_text(),)),
        lambda: reversed((_text(),)),
        lambda: iter({_text(): None}),
        lambda: iter({None: _text()}.values()),
        lambda: iter({_text(): _text()}.items()),
        lambda: iter({_text()}),
        lambda: iter(deque([_text()])),
        lambda: reversed(deque([_text()])),
        lambda: iter(range(1)),
        lambda: iter(range(1 << 70, (1 << 70) + 1)),
    )


class EndsOfManyTexts(_EndsCopied):
    """Iterators over texts, bytes and arrays."""

    sizes = tuple(range(6))
    made = (
        lambda: iter(_text()),
        lambda: iter(_text() + "\u20ac"),
        lambda: iter(_text().encode()),
        lambda: iter(bytearray(_text().encode())),
        lambda: iter(memoryview(_text().encode())),
        lambda: iter(array("q", [1])),
    )


class EndsOfManyCalls(_EndsCopied):
    """Iterators that call a function, or ask for items by number."""

    sizes = tuple(range(3))
    made = (
        lambda: iter(iter([_text(), "end"]).__next__, "end"),
        lambda: iter(_Sequence(1)),
        lambda: reversed(_Sequence(1)),
    )


class EndsOfManyWrapped(_EndsCopied):
    """Iterators of built-in functions, which go through another one."""

    sizes = tuple(range(5))
    made = (
        lambda: enumerate([_text()]),
        lambda: zip([_text()], (_text(),)),
        lambda: map(str, [_text()]),
        lambda: map(max, [_text()], (_text(),)),
        lambda: filter(None, [_text()]),
    )


class EndsOfManySlices(_Ends):
    """Iterators of itertools that count, or keep the element before."""

    sizes = tuple(range(3))
    made = (
        lambda: itertools.islice([_text()], 5),
        lambda: itertools.islice([_text(), _text()], 0, 2, 2),
        lambda: itertools.pairwise([_text(), _text()]),
    )


class EndsOfManyTools(_Ends):
    """Other iterators of itertools."""

    sizes = tuple(range(13))
    may_raise = (RuntimeError,)  # tee says so
    made = (
        lambda: itertools.chain([_text()]),
        lambda: itertools.chain((), [_text()], ()),
        lambda: itertools.chain.from_iterable([[_text()]]),
        lambda: itertools.batched([_text()], 2) if sys.version_info >= (3, 12) else iter(()),  # type: ignore[attr-defined]
        lambda: itertools.accumulate([_text()]),
        lambda: itertools.compress([_text()], [1]),
        lambda: itertools.zip_longest([_text()], ()),
        lambda: itertools.product([_text()]),
        lambda: itertools.permutations([_text()]),
        lambda: itertools.combinations([_text()], 1),
        lambda: itertools.combinations_with_replacement([_text()], 1),
        lambda: itertools.takewhile(bool, [_text(), ""]),
        lambda: itertools.tee([_text()])[0],
    )

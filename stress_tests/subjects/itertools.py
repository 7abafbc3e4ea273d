"""The iterators of itertools, each shared by all threads."""

from __future__ import annotations

import collections
import copy
import itertools
import operator
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from operator import length_hint
from typing import Any, ClassVar, Self

from harness.kernel.pairs import (
    MOST,
    PROCESS,
    Iterating,
    Subject,
    Tupled,
    arm,
    fresh_strings,
    nosy,
    refuse,
    step,
)

GONE = {
    "__reduce__": "deprecated; gone in 3.14",
    "__setstate__": "deprecated; gone in 3.14",
    "__copy__": "deprecated; gone in 3.14",
    "__deepcopy__": "deprecated; gone in 3.14",
}


class _Itertool(Iterating):
    """What all have in common."""

    left_out: ClassVar[dict[str, str]] = GONE


class _Sized(_Itertool):
    """What tells its size."""

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__()


class _Endless(_Itertool):
    """What has no end, or may have none when it is raced."""

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(itertools.islice(o, MOST))

    @step(writes=True)
    def exhaust(o: Any, v: str) -> Any:
        collections.deque(itertools.islice(o, MOST), 0)

    @step(writes=True)
    def unpack(o: Any, v: str) -> Any:
        first, second, third = itertools.islice(o, 3)
        return [first, second, third]

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return v in itertools.islice(o, MOST)


class Count(_Endless):
    """count from 0."""

    def fresh(self, size: int) -> Any:
        return itertools.count()

    def left(self, o: Any) -> Any:
        return len(repr(o)) > 0

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        seen = []
        for one in o:
            seen.append(one)
            if len(seen) == MOST:
                break
        return seen

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)


class CountBySteps(Count):
    """count by steps of 0.5: numbers are added as objects, not as machine words."""

    def fresh(self, size: int) -> Any:
        return itertools.count(0, 0.5)


class CountAskedBack(Count):
    """count by a step that takes the next number when it is added, and leaves the sum to what it is added to."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        shared: list[Any] = []
        step = _Step(shared)
        shared.append(itertools.count(1 << 100, step))
        step.armed = True
        return shared[0]


class _Step(int):
    """One, which takes the next number of a count whenever it is added; not again from in there."""

    armed = False

    def __new__(cls, shared: list[Any]) -> Self:
        return super().__new__(cls, 1)

    def __init__(self, shared: list[Any]) -> None:
        self.shared = shared

    def __radd__(self, other: int) -> Any:
        if self.armed:
            self.armed = False
            try:
                next(self.shared[0])
            finally:
                self.armed = True
        return NotImplemented


class NumbersTaken(Subject):
    """count, from 0 and from where machine words end, and the numbers that threads took: none comes twice.

    So it is since 3.13 (gh-117657): what names files or connections relies on it.
    """

    sizes = (0, 2)

    def fresh(self, size: int) -> Any:
        return itertools.count(size and sys.maxsize - size), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "" if len(o[1]) == len(set(o[1])) else f"a number came twice: {sorted(o[1])}"

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        o[1].append(next(o[0]))

    @step(writes=True)
    def several(o: Any, v: str) -> Any:
        o[1].extend(itertools.islice(o[0], 4))

    @step(writes=True)
    def zip_(o: Any, v: str) -> Any:
        o[1].extend(number for number, _ in zip(o[0], "xyz"))

    @step()
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o[0])) > 0


class Cycle(_Endless):
    """cycle over an iterator, which it still goes through for the first time."""

    def fresh(self, size: int) -> Any:
        return itertools.cycle(iter(fresh_strings(size)))

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, second, third = itertools.islice(o, 3)
        return [first, second, third]


class Repeat(_Endless):
    """repeat of one value, a number of times."""

    def fresh(self, size: int) -> Any:
        return itertools.repeat(fresh_strings(1)[0], size)

    def wrong(self, o: Any) -> str:
        most = max(self.sizes)
        left = length_hint(o, most + 1)  # what has no end has no length
        return "" if left <= most else "more is left than there was, or it has no end"

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, second, third = itertools.islice(o, 3)
        return [first, second, third]

    @step()
    def hint(o: Any, v: str) -> Any:
        return length_hint(o)

    @step(text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)


class Accumulate(_Itertool):
    """accumulate of tuples: what is so far is a new one each time, which nobody else keeps alive."""

    def fresh(self, size: int) -> Any:
        return itertools.accumulate(zip(fresh_strings(size)))


class AccumulateFrom(_Itertool):
    """accumulate with a function, that was given what to begin with."""

    def fresh(self, size: int) -> Any:
        return itertools.accumulate(zip(fresh_strings(size)), operator.concat, initial=("x0",))


class AccumulateOfLists(_Itertool):
    """accumulate of lists, whose sum so far has a lock of its own: who adds to it while it is copied waits for that."""

    sizes = (64, 8)

    def fresh(self, size: int) -> Any:
        return itertools.accumulate([[one] * 16 for one in fresh_strings(size)])

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def copy_each(o: Any, v: str) -> Any:
        for so_far in o:
            so_far.copy()

    @step(writes=True)
    def add_each(o: Any, v: str) -> Any:
        for so_far in o:
            so_far + so_far


class Batched(_Itertool):
    """batched by twos."""

    minimum_version = (3, 12)

    def fresh(self, size: int) -> Any:
        return itertools.batched(fresh_strings(size), 2)  # type: ignore[attr-defined]  # since 3.12


class BatchedStrict(_Itertool):
    """batched by twos, where one may be left over at the end: who comes to it says so."""

    minimum_version = (3, 13)
    sizes = (3, 1, 4)
    may_raise = (ValueError,)

    def fresh(self, size: int) -> Any:
        return itertools.batched(fresh_strings(size), 2, strict=True)  # type: ignore[attr-defined]  # since 3.13

    def left(self, o: Any) -> Any:
        try:
            return list(o)
        except ValueError:
            return None


class Chain(_Itertool):
    """chain of two iterators."""

    left_out: ClassVar[dict[str, str]] = GONE | {
        "from_iterable": "of the class: another subject comes from it"
    }

    def fresh(self, size: int) -> Any:
        return itertools.chain(fresh_strings(size)[:1], iter(fresh_strings(size)))


class ChainFromIterable(_Itertool):
    """chain of what an iterator gives."""

    def fresh(self, size: int) -> Any:
        return itertools.chain.from_iterable(iter([fresh_strings(size)[:1], fresh_strings(size)]))


class Combinations(Tupled, _Sized):
    """combinations of two."""

    def fresh(self, size: int) -> Any:
        return itertools.combinations(fresh_strings(size), 2)


class CombinationsWithReplacement(Tupled, _Sized):
    """combinations of two, also of one and itself."""

    def fresh(self, size: int) -> Any:
        return itertools.combinations_with_replacement(fresh_strings(size), 2)


class Permutations(Tupled, _Sized):
    """permutations of two."""

    def fresh(self, size: int) -> Any:
        return itertools.permutations(fresh_strings(size), 2)


class Product(Tupled, _Sized):
    """product of two lists."""

    def fresh(self, size: int) -> Any:
        return itertools.product(fresh_strings(size), fresh_strings(2))


class Compress(_Itertool):
    """compress by an iterator of selectors."""

    def fresh(self, size: int) -> Any:
        return itertools.compress(fresh_strings(size), itertools.cycle([1, 1, 0]))


class Dropwhile(_Itertool):
    """dropwhile that drops the first."""

    def fresh(self, size: int) -> Any:
        return itertools.dropwhile("x1".__gt__, fresh_strings(size))


class Takewhile(_Itertool):
    """takewhile that takes all but the last."""

    def fresh(self, size: int) -> Any:
        return itertools.takewhile("x2".__gt__, fresh_strings(size))


class Filterfalse(_Itertool):
    """filterfalse that leaves out one."""

    def fresh(self, size: int) -> Any:
        return itertools.filterfalse("x1".__eq__, fresh_strings(size))


class FilterfalseNosy(_Itertool):
    """filterfalse whose function asks it for the next element."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        shared = itertools.filterfalse(lambda text: next(shared, "") == text, fresh_strings(size))
        return shared


def shown(group: Any) -> Any:
    """A group as what is in it."""
    key, members = group
    return [key, list(members)]


class Groupby(_Itertool):
    """groupby of an element twice, then others; each group is gone through as it comes."""

    def fresh(self, size: int) -> Any:
        return itertools.groupby(fresh_strings(1) + fresh_strings(size))

    def left(self, o: Any) -> Any:
        return [shown(group) for group in o]

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return shown(next(o))

    @step(writes=True, may_raise=(StopIteration,))
    def next_key(o: Any, v: str) -> Any:
        return next(o)[0]

    @step(writes=True, may_raise=(StopIteration,))
    def two_groups(o: Any, v: str) -> Any:
        first, second = next(o), next(o)
        return shown(first), shown(second)

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        return [shown(group) for group in o]

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return [key for key, _ in list(o)]

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *_ = o
        return shown(first)


class GroupbyNosy(Groupby):
    """groupby of elements that ask it for more, or raise, whenever they are compared."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        values: list[Any] = []
        shared = itertools.groupby(values)
        values += nosy(shared, size + 1, (next, refuse, lambda home: [list(group) for _, group in home]))
        arm(values)
        return shared


class Group(Iterating):
    """A group of groupby's, which threads share, beside the groupby itself."""

    left_out: ClassVar[dict[str, str]] = GONE

    def fresh(self, size: int) -> Any:
        groups = itertools.groupby(["x0"] * size + fresh_strings(size))
        return next(groups)[1], groups

    def left(self, o: Any) -> Any:
        return list(o[0])

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o[0])

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o[0]]

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(o[0])

    @step(writes=True)
    def exhaust(o: Any, v: str) -> Any:
        collections.deque(o[0], 0)

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o[0]
        return [first, *rest]

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return v in o[0]

    @step(writes=True, may_raise=(StopIteration,))
    def next_group(o: Any, v: str) -> Any:
        return shown(next(o[1]))


class Islice(_Itertool):
    """islice of every second."""

    def fresh(self, size: int) -> Any:
        return itertools.islice(iter(fresh_strings(2 * size)), 0, None, 2)


class Pairwise(Tupled, _Itertool):
    """pairwise."""

    def fresh(self, size: int) -> Any:
        return itertools.pairwise(fresh_strings(size))


class PairwiseNosy(_Itertool):
    """pairwise over an iterator that asks the pairwise for the next pair."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        def asking() -> Iterator[Any]:
            for text in fresh_strings(size):
                yield text, next(shared, text)

        shared: Any = itertools.pairwise(asking())
        return shared


class AskedBack(_Itertool):
    """An iterator whose source, or whose function, asks it for the next one, or goes through it to its end."""

    most = PROCESS
    sizes: ClassVar[tuple[int, ...]] = tuple(range(14))

    def fresh(self, size: int) -> Any:
        def asking() -> Iterator[Any]:
            for number, text in enumerate(fresh_strings(4)):
                yield text, text
                if number == size % 3:
                    list(itertools.islice(shared[0], MOST))
                else:
                    next(shared[0], text)

        def asked(*values: Any) -> Any:
            return next(shared[0], values[0])

        shared = [_BACK[size](asking, asked)]
        return shared[0]


_BACK: tuple[Callable[[Callable[[], Iterator[Any]], Callable[..., Any]], Any], ...] = (
    lambda source, function: itertools.accumulate(source()),
    lambda source, function: itertools.accumulate(source(), function),
    lambda source, function: itertools.starmap(function, source()),
    lambda source, function: itertools.takewhile(function, source()),
    lambda source, function: itertools.dropwhile(lambda value: not function(value), source()),
    lambda source, function: zip(source(), source(), strict=True),
    lambda source, function: itertools.zip_longest(source(), "x", source()),
    lambda source, function: itertools.chain.from_iterable(source()),
    lambda source, function: itertools.chain(source(), "x", source()),
    lambda source, function: itertools.compress(source(), source()),
    lambda source, function: enumerate(source()),
    lambda source, function: itertools.islice(source(), 0, 9, 2),
    lambda source, function: itertools.batched(source(), 2) if sys.version_info >= (3, 12) else source(),  # type: ignore[attr-defined]
    lambda source, function: itertools.tee(source())[0],
)
"""Of a source that asks back, and of a function that does."""


class OfWhatRaises(_Itertool):
    """An iterator over values that are looked up: one that is not there raises, and it goes on behind that."""

    may_raise = (KeyError,)
    sizes: ClassVar[tuple[int, ...]] = tuple(range(6, 18))

    def fresh(self, size: int) -> Any:
        return _RAISING[size - 6](_looked_up)

    def left(self, o: Any) -> Any:
        seen: list[Any] = []
        for _ in range(MOST):
            with suppress(KeyError):
                seen += itertools.islice(o, MOST)
        return seen


def _looked_up() -> Iterator[Any]:
    there = {one: one for one in fresh_strings(6)}
    return map(there.__getitem__, ["x0", "nobody", *there, "nobody", "x1"])


_RAISING: tuple[Callable[[Callable[[], Iterator[Any]]], Any], ...] = (  # without islice and pairwise
    lambda source: itertools.batched(source(), 2) if sys.version_info >= (3, 12) else source(),  # type: ignore[attr-defined]
    lambda source: itertools.accumulate(source(), max),
    lambda source: itertools.chain(source(), source()),
    lambda source: itertools.chain.from_iterable(zip(source())),
    lambda source: itertools.compress(source(), itertools.cycle([1, 1, 0])),
    lambda source: itertools.starmap(max, zip(source(), source())),
    lambda source: itertools.takewhile("x4".__ne__, source()),
    lambda source: itertools.dropwhile("x1".__gt__, source()),
    lambda source: itertools.filterfalse("x2".__eq__, source()),
    lambda source: itertools.zip_longest(source(), ["x0"], fillvalue="x1"),
    lambda source: zip(source(), source()),
    lambda source: enumerate(source()),
)


class Starmap(_Itertool):
    """starmap of a function of two."""

    def fresh(self, size: int) -> Any:
        return itertools.starmap(max, zip(fresh_strings(size), fresh_strings(size)))


class ZipLongest(Tupled, _Itertool):
    """zip_longest of two lists, one of them shorter."""

    def fresh(self, size: int) -> Any:
        return itertools.zip_longest(fresh_strings(size), fresh_strings(size - 1), fillvalue="x0")


class Tee(Iterating):
    """Two iterators that tee made of one. Documents: not threadsafe, RuntimeError may be raised."""

    said = "itertools.tee: not threadsafe, RuntimeError may be raised"
    may_raise = (RuntimeError,)

    def fresh(self, size: int) -> Any:
        return itertools.tee(iter(fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return list(itertools.islice(o[0], MOST)), list(itertools.islice(o[1], MOST))

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o[0])

    @step(writes=True, may_raise=(StopIteration,))
    def next_other(o: Any, v: str) -> Any:
        return next(o[1])

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        return [str(one) for one in o[0]]

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return list(o[1])

    @step(writes=True)
    def exhaust(o: Any, v: str) -> Any:
        collections.deque(o[1], 0)

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o[0]
        return [first, *rest]

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return v in o[1]

    @step()
    def copy_(o: Any, v: str) -> Any:
        return list(copy.copy(o[0]))

    @step()
    def again(o: Any, v: str) -> Any:
        return [list(one) for one in itertools.tee(o[1])]

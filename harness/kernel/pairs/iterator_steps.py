"""What Python programs do with any iterator: the operations that all subjects of that kind share."""

from __future__ import annotations

import copy
import pickle
from collections import deque
from itertools import islice
from operator import length_hint
from typing import Any, ClassVar

from harness.kernel.pairs.subject import Subject, step

MOST = 24
"""Elements taken at once: more than there are, where there is an end."""
LOOKS = range(20)
"""How often a thread looks again at what it was given: as long as another one is about to give it, too."""


def named(thing: Any) -> Any:
    """A number, or a list of them, as the strings that are known to be there: ``x2`` for 2."""
    if type(thing) is int:
        return "x" + str(thing)
    return [named(one) for one in thing] if type(thing) is list else thing


class Iterating(Subject):
    """An iterator. Its elements are ``x0``, ``x1`` … or 0, 1 …, or tuples that hold the former.

    The documents say of one that threads share that elements may be missing, or come twice. So what comes must
    still be one of its elements, and it may come to its end earlier or later than in any order. Where there is one
    element, both threads come to the end at once.
    """

    said = 'How-to for free threading, "Iterators"; glossary, "iterator"'
    sizes: ClassVar[tuple[int, ...]] = (3, 1)

    def left(self, o: Any) -> Any:
        return named(list(islice(o, MOST)))

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return named(next(o))

    @step(writes=True)
    def loop(o: Any, v: str) -> Any:
        seen = []
        for one in o:
            seen.append(one)
            if len(seen) == MOST:
                break
        return named(seen)

    @step(writes=True)
    def list_(o: Any, v: str) -> Any:
        return named(list(o))

    @step(writes=True)
    def exhaust(o: Any, v: str) -> Any:
        """What it gives nobody keeps."""
        deque(o, 0)

    @step(writes=True, may_raise=(ValueError,))
    def unpack(o: Any, v: str) -> Any:
        first, *rest = o
        return named([first, *rest])

    @step(writes=True)
    def contains(o: Any, v: str) -> Any:
        return v in o

    @step()
    def iter_(o: Any, v: str) -> Any:
        return iter(o) is o


class Resumable(Iterating):
    """An iterator that can be copied, and tells about how much is left of it."""

    @step()
    def hint(o: Any, v: str) -> Any:
        return length_hint(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return named(list(copy.copy(o)))

    @step()
    def pickle_(o: Any, v: str) -> Any:
        return named(list(pickle.loads(pickle.dumps(o))))


class Tupled(Subject):
    """An iterator that gives tuples, and makes the next one of the last, where nobody has that any more (gh-121464)."""

    @step(writes=True, may_raise=(StopIteration,))
    def look(o: Any, v: str) -> Any:
        """A tuple that somebody has never changes."""
        given = next(o)
        then = [*given]
        for _ in LOOKS:
            if [*given] != then:
                return "changed"  # a word of its own, as whatever is put there: a written program looks for words
        return given

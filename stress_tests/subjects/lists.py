"""list, and what iterates over it."""

from __future__ import annotations

from typing import Any

from harness.kernel.pairs import ATOMIC, PROCESS, VALUES, Subject, fresh_strings, step


class List(Subject):
    """A list of strings."""

    said = "Thread safety for list objects"
    sizes = (3, 8)

    def fresh(self, size: int) -> list[str]:
        return fresh_strings(size)

    def wrong(self, o: list[str]) -> str:
        return "" if len(o) == len(list(o)) else "len disagrees with what iteration gives"

    @step(ATOMIC, lock="free")
    def item(o: Any, v: str) -> Any:
        return o[0]

    @step(lock="free")
    def contains(o: Any, v: str) -> Any:
        return "x1" in o

    @step(ATOMIC, writes=True, lock="holds")
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(ATOMIC, writes=True, lock="holds")
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(ATOMIC, writes=True, lock="holds")
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(ATOMIC, lock="holds")
    def copy(o: Any, v: str) -> Any:
        return o.copy()

    @step(VALUES, writes=True, lock="holds", may_raise=(ValueError,), lets_raise=(IndexError,))
    def sort(o: Any, v: str) -> Any:
        o.sort()

    @step(PROCESS, lock="free", text=True)
    def repr_(o: Any, v: str) -> Any:
        return repr(o)


class ListIterator(Subject):
    """An iterator over a list, which threads share."""

    sizes = (3,)

    def fresh(self, size: int) -> Any:
        return iter(fresh_strings(size))

    def left(self, o: Any) -> Any:
        return list(o)

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step()
    def length_hint(o: Any, v: str) -> Any:
        return o.__length_hint__()

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__(0)

    @step()
    def reduce(o: Any, v: str) -> Any:
        return o.__reduce__()[0] is iter

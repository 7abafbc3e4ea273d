"""heapq and bisect: functions on one list that keep it in an order."""

from __future__ import annotations

import bisect
import heapq
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Subject, fresh_strings, nosy_list, step


class _Heap(Subject):
    """What heapq's functions do."""

    sizes: ClassVar[tuple[int, ...]] = (3, 8)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step(writes=True)
    def heappush(o: Any, v: str) -> Any:
        heapq.heappush(o, v)

    @step(writes=True)
    def heappop(o: Any, v: str) -> Any:
        return heapq.heappop(o)

    @step(writes=True)
    def heappushpop(o: Any, v: str) -> Any:
        return heapq.heappushpop(o, v)

    @step(writes=True)
    def heapreplace(o: Any, v: str) -> Any:
        return heapq.heapreplace(o, v)

    @step(writes=True)
    def heapify(o: Any, v: str) -> Any:
        heapq.heapify(o)

    @step()
    def nsmallest(o: Any, v: str) -> Any:
        return heapq.nsmallest(2, o)

    @step()
    def nlargest(o: Any, v: str) -> Any:
        return heapq.nlargest(2, o, key=len)

    @step()
    def merge(o: Any, v: str) -> Any:
        return list(heapq.merge(o, [v]))

    @step()
    def first(o: Any, v: str) -> Any:
        return o[0]


class Heap(_Heap):
    """A list that heapq's functions alone change: it stays a heap, of what was put there."""

    def wrong(self, o: Any) -> str:
        late = [at for at in range(1, len(o)) if o[at] < o[(at - 1) // 2]]
        return f"it is no heap: {o}" if late else ""


class HeapTaken(Subject):
    """A heap, what was put on it, and what was taken from it: nothing is lost or comes twice."""

    minimum_version = (3, 14)
    sizes = (3, 8)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size), fresh_strings(size), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        heap, put, taken = o
        return (
            "" if sorted([*heap, *taken]) == sorted(put) else f"{put} was put, {taken} taken, {heap} is left"
        )

    @step(writes=True)
    def heappush(o: Any, v: str) -> Any:
        o[1].append(v)
        heapq.heappush(o[0], v)

    @step(writes=True, may_raise=(IndexError,))
    def heappop(o: Any, v: str) -> Any:
        o[2].append(heapq.heappop(o[0]))

    @step(writes=True)
    def heappushpop(o: Any, v: str) -> Any:
        o[1].append(v)
        o[2].append(heapq.heappushpop(o[0], v))

    @step(writes=True)
    def heapify(o: Any, v: str) -> Any:
        heapq.heapify(o[0])


class MaxHeap(Subject):
    """A list that heapq's functions for the largest alone change."""

    minimum_version = (3, 14)
    sizes = (3, 8)

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)[::-1]

    def wrong(self, o: Any) -> str:
        late = [at for at in range(1, len(o)) if o[at] > o[(at - 1) // 2]]
        return f"it is no heap: {o}" if late else ""

    @step(writes=True)
    def heappush_max(o: Any, v: str) -> Any:
        heapq.heappush_max(o, v)  # type: ignore[attr-defined]

    @step(writes=True)
    def heappop_max(o: Any, v: str) -> Any:
        return heapq.heappop_max(o)  # type: ignore[attr-defined]

    @step(writes=True)
    def heappushpop_max(o: Any, v: str) -> Any:
        return heapq.heappushpop_max(o, v)  # type: ignore[attr-defined]

    @step(writes=True)
    def heapreplace_max(o: Any, v: str) -> Any:
        return heapq.heapreplace_max(o, v)  # type: ignore[attr-defined]

    @step(writes=True)
    def heapify_max(o: Any, v: str) -> Any:
        heapq.heapify_max(o)  # type: ignore[attr-defined]


class HeapAndList(_Heap):
    """A heap that others change as a list, so that it is none any more."""

    most = PROCESS

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(v)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0] = v

    @step(writes=True)
    def sort(o: Any, v: str) -> Any:
        o.sort()

    @step(writes=True)
    def double(o: Any, v: str) -> Any:
        o *= 3


class HeapNosy(HeapAndList):
    """A heap whose elements look into it, change it, or raise, whenever they are compared."""

    sizes = (3, 6)

    def fresh(self, size: int) -> Any:
        return nosy_list(size)

    def left(self, o: Any) -> Any:
        return len(o)


class SortedList(Subject):
    """A list that is kept sorted with bisect, which is said not to be thread-safe."""

    said = "bisect, note on thread safety"
    sizes = (3, 8)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return fresh_strings(size)

    @step()
    def bisect_left(o: Any, v: str) -> Any:
        return bisect.bisect_left(o, "x1")

    @step()
    def bisect_right(o: Any, v: str) -> Any:
        return bisect.bisect_right(o, v)

    @step()
    def bisect_key(o: Any, v: str) -> Any:
        return bisect.bisect(o, 2, key=len)

    @step(writes=True)
    def insort_left(o: Any, v: str) -> Any:
        bisect.insort_left(o, v)

    @step(writes=True)
    def insort_right(o: Any, v: str) -> Any:
        bisect.insort_right(o, v)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(writes=True)
    def pop(o: Any, v: str) -> Any:
        return o.pop()


class SortedListNosy(SortedList):
    """A sorted list whose elements look into it, change it, or raise, whenever they are compared."""

    sizes = (3, 6)

    def fresh(self, size: int) -> Any:
        return nosy_list(size)

    def left(self, o: Any) -> Any:
        return len(o)

"""ftstress-0002: after `C.__doc__ = v`, `obj.__doc__` stays at the value before, until C is changed again.

`type_set_doc` (Objects/typeobject.c) ends the cached entries and then stores: a look-up in between caches the old
value under the new version. One thread stores; others read the class's dict first and the instance, which goes
through the type cache, after that. Counts only go up. Measured on CPython 3.13.5, free-threaded: 10 of 10 runs with
-X gil=0 (in 1 to 10 s on a crowded machine), 0 of 5 with -X gil=1.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
from typing import Any

STORES = 900  # a class is cached for its first 1,000 versions only


class Value:
    def __init__(self, count: int) -> None:
        self.count = count


def race(readers: int) -> tuple[list[tuple[int, int]], int, list[int]]:
    cls: Any = type("C", (), {"__doc__": Value(0)})
    obj = cls()
    held = vars(cls)
    done: list[bool] = []
    stale: list[tuple[int, int]] = []

    def read() -> None:
        while not done:
            earlier = held["__doc__"]
            later = obj.__doc__
            if later.count < earlier.count:
                stale.append((earlier.count, later.count))

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for number in range(1, STORES):
        cls.__doc__ = Value(number)
        if stale:
            break
    done.append(True)
    for thread in threads:
        thread.join()
    return stale, held["__doc__"].count, [obj.__doc__.count for _ in range(3)]


deadline = time.monotonic() + 18
rounds = 0
while time.monotonic() < deadline:
    stale, holds, gives = race(readers=1 + rounds % 3)
    rounds += 1
    if stale:
        print(f"the dict held #{stale[0][0]}, the look-up after that gave #{stale[0][1]}, {len(stale)} times")
        print(f"nobody stores any more: the dict holds #{holds}, the instance gives {gives}")
        sys.exit(1)
print(f"not seen in {rounds} rounds")

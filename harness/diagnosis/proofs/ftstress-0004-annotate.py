"""ftstress-0004 in one more setter: after `C.__annotate__ = f`, `obj.__annotate_func__` gives the old function.

`type_set_annotate` (Objects/typeobject.c, from 3.14 on) stores first, under the name `__annotate_func__`, and ends the
cached entries after that: another thread that has read the new function from the dict gets the old one from the cache.
Each thread compares counts, which only go up.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
from typing import Any

STORES = 450  # a class is cached for its first 1,000 versions only, and a store takes two


class Annotate:
    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, format: int) -> dict[str, object]:
        return {}


def race(readers: int) -> list[tuple[int, int]]:
    cls: Any = type("C", (), {})
    cls.__annotate__ = Annotate(0)
    obj = type("D", (cls,), {})()
    held = vars(cls)
    done: list[bool] = []
    stale: list[tuple[int, int]] = []

    def read() -> None:
        while not done:
            earlier = held["__annotate_func__"]
            later = obj.__annotate_func__
            if later.count < earlier.count:
                stale.append((earlier.count, later.count))

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for number in range(1, STORES):
        cls.__annotate__ = Annotate(number)
    done.append(True)
    for thread in threads:
        thread.join()
    return stale


deadline = time.monotonic() + 18
rounds = 0
while time.monotonic() < deadline:
    stale = race(readers=1 + rounds % 3)
    rounds += 1
    if stale:
        print(f"the dict held #{stale[0][0]}, the look-up after that gave #{stale[0][1]}, {len(stale)} times")
        sys.exit(1)
print(f"not seen in {rounds} rounds")

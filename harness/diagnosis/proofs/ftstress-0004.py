"""ftstress-0004: `C.__annotations__ = v` is in the class's dict, and `obj.__annotations__` still gives the old value.

`type_set_annotations`, `type_set_abstractmethods` and `type_set_type_params` (Objects/typeobject.c) store first and
end the cached entries after that: another thread that has read the new value from the dict gets the old one from the
cache. `C.x = v` cannot do this. Each thread compares counts, which only go up. Measured on CPython 3.13.5,
free-threaded: 10 of 10 runs with -X gil=0, 0 of 5 with -X gil=1.
Exit status 1: each of the three showed it. Exit status 0: not within 20 s.
"""

import sys
import threading
import time

STORES = 900  # a class is cached for its first 1,000 versions only


class Value:
    def __init__(self, count: int) -> None:
        self.count = count


def race(name: str, readers: int) -> list[tuple[int, int]]:
    cls = type("C", (), {name: Value(0)})
    obj = type("D", (cls,), {})()
    held = vars(cls)
    done: list[bool] = []
    stale: list[tuple[int, int]] = []

    def read() -> None:
        while not done:
            earlier = held[name]
            later = getattr(obj, name)
            if later.count < earlier.count:
                stale.append((earlier.count, later.count))

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for number in range(1, STORES):
        setattr(cls, name, Value(number))
    done.append(True)
    for thread in threads:
        thread.join()
    return stale


deadline = time.monotonic() + 18
left = {"__annotations__", "__abstractmethods__", "__type_params__"}
while left and time.monotonic() < deadline:
    for name in sorted(left):
        if stale := race(name, readers=2):
            print(f"{name}: the dict held #{stale[0][0]}, the look-up after that gave #{stale[0][1]}")
            left.discard(name)
print(f"not seen: {sorted(left)}" if left else "all three")
sys.exit(0 if left else 1)

"""ftstress-0001: after `C.__module__ = v`, `obj.__module__` stays what it was, until C is changed again.

The setter ends the cached entries first and stores into the class's dict afterwards: a look-up in between
caches the old value again, for good. One thread stores and reads back what it has just stored; others read
all the time, and one copies the class's dict, for which the store has to wait. Exit status 1: it showed. Exit
status 0: not within 20 s. It takes a free-threaded build; `-X gil=1` shows whether it takes parallelism.
"""

import sys
import threading
import time

STORES = 900  # a class is cached for its first 1,000 versions only


def race(cls: type) -> list[tuple[str, str]]:
    obj = cls()
    done: list[bool] = []
    stale: list[tuple[str, str]] = []

    def read() -> None:
        while not done:
            _ = obj.__module__, obj.__module__

    def copy() -> None:
        while not done:
            cls.__dict__.copy()

    threads = [threading.Thread(target=target) for target in (read, read, copy)]
    for thread in threads:
        thread.start()
    for number in range(STORES):
        cls.__module__ = new = f"module {number}"
        seen = [obj.__module__ for _ in range(4)]
        if seen[2:] != [new] * 2:
            stale.append((seen[-1], cls.__dict__["__module__"]))
    done.append(True)
    for thread in threads:
        thread.join()
    return stale


deadline = time.monotonic() + 20
rounds = 0
while time.monotonic() < deadline:
    stale = race(type("C", (), dict.fromkeys(f"name_{number}" for number in range(300))))
    rounds += 1
    if stale:
        gave, held = stale[0]
        print(f"round {rounds}: the class holds {held!r}, its instance gives {gave!r}")
        print(f"{len(stale)} of {STORES} stores")
        sys.exit(1)
print(f"not seen in {rounds} rounds")

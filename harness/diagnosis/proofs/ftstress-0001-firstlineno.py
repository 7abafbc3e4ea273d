"""ftstress-0001 with another name: `C.__module__ = v` removes `C.__firstlineno__`, and `obj.__firstlineno__` stays.

`type_set_module` (Objects/typeobject.c, from 3.13 on) ends the cached entries first, and then takes the first line
number, which belonged to the old module's source, out of the class's dict: a look-up in between caches it again, for
good. One thread stores and looks; others read, and one copies the class's dict, for which the store has to wait.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
from typing import Any

STORES = 450  # a class is cached for its first 1,000 versions only, and a turn takes two


def race(cls: Any, readers: int) -> tuple[int, list[object]] | None:
    obj = cls()
    done: list[bool] = []
    wrong = None

    def read() -> None:
        while not done:
            getattr(obj, "__firstlineno__", None)

    def copy() -> None:
        while not done:
            cls.__dict__.copy()

    threads = [threading.Thread(target=target) for target in (*[read] * readers, copy)]
    for thread in threads:
        thread.start()
    for number in range(STORES):
        cls.__firstlineno__ = number
        cls.__module__ = "elsewhere"
        if getattr(obj, "__firstlineno__", None) is not None:
            wrong = number, [getattr(obj, "__firstlineno__", None) for _ in range(3)]
            break
    done.append(True)
    for thread in threads:
        thread.join()
    return wrong


deadline = time.monotonic() + 18
rounds = 0
while time.monotonic() < deadline:
    cls = type("C", (), dict.fromkeys(f"name_{number}" for number in range(300)))
    wrong = race(cls, readers=1 + rounds % 3)
    rounds += 1
    if wrong:
        there = "__firstlineno__" in cls.__dict__
        print(f"store {wrong[0]}: the class has {'one' if there else 'none'}, its instance gives {wrong[1]}")
        sys.exit(not there)
print(f"not seen in {rounds} rounds")

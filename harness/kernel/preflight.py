"""What a sanitizer must report, and how slow its build is: run by path in a target, ``python preflight.py WHAT``.

``race`` is two threads that store into the same byte through views of their own. Nothing in memoryview orders such
stores, nor promises to: whose buffer it is has to see to that. ``overflow`` stores one byte behind a block of the C
library's own. Both stores are made by C code of the interpreter, so a report says that it is instrumented, too.
"""

from __future__ import annotations

import os
import sys
import threading
import time

TURNS = 2000
LOOPS = 7


def race() -> None:
    shared = bytearray(8)
    meet = threading.Barrier(2)

    def store(value: int) -> None:
        with memoryview(shared) as view:
            meet.wait()
            for _ in range(TURNS):
                view[0] = value

    threads = [threading.Thread(target=store, args=(value,), name=f"writer-{value}") for value in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def overflow() -> None:
    import ctypes

    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    size = 16
    block = library.malloc(ctypes.c_size_t(size))
    memoryview((ctypes.c_ubyte * (size + 1)).from_address(block))[size] = 1


class _Kept:
    def __init__(self) -> None:
        self.count = 0
        self.items: list[object] = []
        self.table: dict[object, object] = {}

    def take(self, number: int) -> object:
        self.count += 1
        self.items.append((number, str(number)))
        self.table[number] = self.items[-1]
        return self.table.pop(number)


def speed() -> float:
    """Seconds of a loop of calls, attributes, lists and dicts: the quickest of some."""
    best = 1e9
    for _ in range(LOOPS):
        kept = _Kept()
        began = time.perf_counter()
        for number in range(TURNS):
            kept.take(number)
        best = min(best, time.perf_counter() - began)
    return best


def main(what: str) -> None:
    if what == "speed":
        print(f"{speed():.9f}", flush=True)
    else:
        (race if what == "race" else overflow)()
        print("done", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])

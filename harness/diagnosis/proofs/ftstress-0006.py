"""ftstress-0006: `C.e` gives the value of `C.f`: the type cache hands out memory that was freed and used again.

Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
import weakref


class Value:
    def __init__(self, name):
        self.name = name
        weakref.ref(self)  # from now on other threads may take a reference without a lock


def fresh():
    return type("C", (), {name: Value(name) for name in "abcdef"})


def store():
    while not SEEN and time.monotonic() < deadline:
        base = CLASS[0] = fresh()
        for n in range(900):  # a class is cached for its first 1,000 versions only
            name = "abcdef"[n % 6]
            setattr(base, name, Value(name))


def read():
    while not SEEN and time.monotonic() < deadline:
        base = CLASS[0]
        for name in "abcdef" * 20:
            if (value := getattr(base, name)).name != name:
                SEEN.append(f"C.{name} gave the value of C.{value.name}")


CLASS, SEEN, deadline = [fresh()], [], time.monotonic() + 20
threads = [threading.Thread(target=target) for target in (store, *[read] * 6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

"""ftstress-0006: `C.e` gives the value of `C.f`: the type cache hands out memory that was freed and used again.

`_PyType_LookupRef` (Objects/typeobject.c, 3.13) finds its entry, takes the value's pointer, and then a reference, if
the count is not zero. Between the two a store can drop the value and the writer's next one can move into the same
memory: the count is not zero, the entry's sequence has not changed, and the reader gets a value that never was that
name's. Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
import weakref

READERS = 6
STORES = 900  # a class is cached for its first 1,000 versions only
NAMES = "abcdef"


class Value:
    def __init__(self, name: str) -> None:
        self.name = name
        weakref.ref(self)  # from now on other threads may take a reference without a lock


def fresh() -> type:
    return type("C", (), {name: Value(name) for name in NAMES})


current = fresh()
done: list[bool] = []
wrong: list[str] = []


def store() -> None:
    global current
    while not done:
        cls = current = fresh()
        for number in range(STORES):
            name = NAMES[number % len(NAMES)]
            setattr(cls, name, Value(name))


def read() -> None:
    while not done:
        cls = current
        for name in NAMES * 20:
            value = getattr(cls, name)
            if value.name != name:
                wrong.append(f"C.{name} gave the value of C.{value.name}")


threads = [threading.Thread(target=store), *(threading.Thread(target=read) for _ in range(READERS))]
for thread in threads:
    thread.start()
began = time.monotonic()
while not wrong and time.monotonic() - began < 20:
    time.sleep(0.02)
done.append(True)
for thread in threads:
    thread.join()
gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: {wrong[0] if wrong else 'nothing in 20 s'}")
sys.exit(bool(wrong))

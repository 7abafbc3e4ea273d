"""ftstress-0006 in a metaclass: a class gives its own attribute, although a data descriptor on its metaclass hides it.

The look-up on the metaclass is ftstress-0006's: the descriptor is freed between the reader's taking its address and
its taking a reference, the writer's next object, which is no descriptor, moves into the same memory, and the reader
gets that one: no data descriptor, so the class's own attribute comes next, and is given.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
import weakref

READERS = 3
STORES = 900  # a class is cached for its first 1,000 versions only
HIDDEN = "ace"
PLAIN = "bdf"


class Value:
    def __init__(self) -> None:
        weakref.ref(self)  # from now on other threads may take a reference without a lock


class Descriptor(Value):
    def __get__(self, thing: object, owner: object = None) -> str:
        return "the descriptor's"

    def __set__(self, thing: object, value: object) -> None:
        raise AttributeError


def fresh() -> type:
    names = {name: Descriptor() for name in HIDDEN} | {name: Value() for name in PLAIN}
    return type("M", (type,), names)("C", (), dict.fromkeys(HIDDEN, "the class's own"))


current = fresh()
done: list[bool] = []
wrong: list[str] = []


def store() -> None:
    global current
    while not done:
        cls = current = fresh()
        meta = type(cls)
        for _ in range(0, STORES, 6):
            for hidden, plain in zip(HIDDEN, PLAIN):
                setattr(meta, hidden, Descriptor())
                setattr(meta, plain, Value())


def read() -> None:
    while not done:
        cls = current
        for name in HIDDEN * 40:
            value = getattr(cls, name)
            if value != "the descriptor's":
                wrong.append(f"C.{name} gave {value}")


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

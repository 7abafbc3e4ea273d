"""ftstress-0006 with class methods: C.x is what was never stored in C, where a class method of C was in memory before.

The look-up is ftstress-0006's: the class method is freed between the reader's taking its address and its taking a
reference, and the writer's next object, which is as large, moves into its memory. The reader gets that, and calls it.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time
import weakref
from typing import Any

READERS = 6
STORES = 900  # a class is cached for its first 1,000 versions only


class Method(classmethod):  # type: ignore[type-arg]
    """A class method that can be referenced weakly."""


class Next:
    """As large as a class method of that kind, and nothing that can be called."""

    __slots__ = ("__weakref__", "a", "b")


def answer(cls: type) -> None:
    """What each class method calls."""


def fresh() -> tuple[Any, Any]:
    base = type("C", (), {"x": Method(answer)})
    return base, type("D", (base,), {})


current = fresh()
done: list[bool] = []
wrong: list[str] = []


def store() -> None:
    global current
    while not done:
        base, _ = current = fresh()
        for _ in range(STORES):
            method = Method(answer)
            weakref.ref(method)  # from now on other threads may take a reference without a lock
            base.x = method
            del method
            following = Next()
            weakref.ref(following)
            for _ in range(500):  # in which a reader that has it has what is no class method
                pass
            del following


def read() -> None:
    while not done:
        _, cls = current
        for _ in range(100):
            try:
                cls.x()
            except TypeError as error:
                wrong.append(f"D.x() of a class method: {error}")


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

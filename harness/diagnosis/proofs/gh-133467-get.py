"""gh-133467: a class whose `__get__` has just been set ignores it, for good: its instances are given as they are.

`slot_tp_descr_get` (Objects/typeobject.c) looks `__get__` up, finds nothing, and then takes the slot away, so that it
need not look again; what a thread that sets `__get__` in between has stored is overwritten. Many subclasses make the
lock be held for long, so that it is handed over. Measured on CPython 3.13.5, free-threaded: 10 of 10 runs with
-X gil=0, within 2 s; 0 of 6 with -X gil=1.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time


def answer(value: object, obj: object, cls: type) -> int:
    return 42


class C:
    __get__ = answer


class D(C): ...


class Holder:
    x = D()


def read() -> None:
    while not done:
        Holder.x  # noqa: B018


siblings = [type("S", (C,), {}) for _ in range(300)]
done: list[bool] = []
threads = [threading.Thread(target=read) for _ in range(6)]
for thread in threads:
    thread.start()
deadline = time.monotonic() + 18
stores = 0
wrong = None
while wrong is None and time.monotonic() < deadline:
    del C.__get__
    C.__get__ = answer
    stores += 1
    time.sleep(0.0001)
    if Holder.x != 42:
        time.sleep(0.01)
        seen = [Holder.x for _ in range(3)]
        wrong = seen if seen != [42] * 3 else None
done.append(True)
for thread in threads:
    thread.join()
if wrong:
    print(
        f"store {stores}: the value's class has __get__, nobody changes it, and the attribute gives {wrong}"
    )
    sys.exit(1)
print(f"not seen in {stores} stores")

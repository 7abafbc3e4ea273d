"""gh-133467: a class whose `__getattr__` has just been set ignores it, for good.

`_Py_slot_tp_getattr_hook` (Objects/typeobject.c) looks `__getattr__` up, finds nothing, and then stores the simpler
slot; what a thread that sets `__getattr__` in between has stored is overwritten. Many subclasses make the lock be
held for long, so that it is handed over. Measured on CPython 3.13.5, free-threaded:
9 of 10 runs with -X gil=0 (in 3 to 9 s on a crowded machine, 0.5 s on an idle one), 0 of 5 with -X gil=1.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time


def answer(obj: object, name: str) -> int:
    return 42


class C:
    __getattr__ = answer


class D(C): ...


def read() -> None:
    while not done:
        getattr(obj, "missing", None)


siblings = [type("S", (C,), {}) for _ in range(300)]
obj = D()
done: list[bool] = []
threads = [threading.Thread(target=read) for _ in range(6)]
for thread in threads:
    thread.start()
deadline = time.monotonic() + 18
stores = 0
wrong = None
while wrong is None and time.monotonic() < deadline:
    del C.__getattr__
    C.__getattr__ = answer
    stores += 1
    time.sleep(0.0001)
    if getattr(obj, "missing", None) != 42:
        time.sleep(0.01)
        seen = [getattr(obj, "missing", None) for _ in range(3)]
        wrong = seen if seen != [42] * 3 else None
done.append(True)
for thread in threads:
    thread.join()
if wrong:
    print(f"store {stores}: the class has __getattr__, nobody changes it, and a missing name gives {wrong}")
    sys.exit(1)
print(f"not seen in {stores} stores")

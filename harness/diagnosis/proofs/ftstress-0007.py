"""ftstress-0007: what is stored into a class is not what it, its subclasses or instances give. One thread.

`_PyType_Modified_Unlocked` (Objects/typeobject.c) drops the cache of each subclass, then the class's own, and each goes
into the thread's queue of delayed frees, which may run finalizers on the spot: `free_delayed` (Objects/obmalloc.c).
They are of values that have nothing to do with the class. One that looks up the name caches the old value again, under
a version that the store has behind it already; it stays, and dangles once the old value is freed.
Measured: every run on 3.16.0a0, 2 to 3 % of the stores, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Looking:
    """Reads the classes when it is finalized."""

    def __del__(self) -> None:
        for cls in classes:
            cls.x


class Unrelated:
    y: object = None


classes: list = []
stale = stores = 0
for _ in range(200):
    base = type("C", (), {"x": -1})
    classes = [base, *(type("D", (base,), {}) for _ in range(5))]
    for count in range(20):
        for cls in classes:
            cls.x
        Unrelated.y = Looking()  # the last one goes into the queue
        base.x = count
        stores += 1
        stale += any(cls.x != base.__dict__["x"] for cls in classes)
print(f"{sys.version.split()[0]}: {stale} of {stores} stores were not found in all classes")
sys.exit(bool(stale))

"""ftstress-0009: a class that was just made has the attribute of another one. One thread.

A look-up that makes a class's cache grow frees the old one, which may run finalizers on the spot (`cache_resize` in
Python/typecache.c, `free_delayed` in Objects/obmalloc.c). One that stores into the class drops the new cache as well:
what `_PyTypeCache_Insert` finds then is the empty one that all classes share, and it writes its entry into that, with
room for 4,294,967,295 more. From then on every class without a version gives it; once there are eight, whoever looks
for a ninth name hangs.
Measured: every run on 3.16.0a0, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import os
import sys


class Storing:
    """Stores into the class that is looked at when it is finalized."""

    def __del__(self) -> None:
        target.other = None


class Unrelated:
    y: object = None


target = type("C", (), {})
names = [sys.intern(f"name_{number}") for number in range(49)]
for turn in range(300):
    cls = target = type("C", (), {"other": None} | {name: name for name in names})
    for name in names:
        Unrelated.y = Storing()  # the last one goes into the queue of delayed frees
        getattr(cls, name)
        fresh = type("Fresh", (), {})
        if hasattr(fresh, name):
            print(
                f"{sys.version.split()[0]}: a class that was just made has the attribute {getattr(fresh, name)}"
            )
            sys.stdout.flush()
            os._exit(1)  # nothing in this process can be relied on any more
print(f"{sys.version.split()[0]}: nothing")

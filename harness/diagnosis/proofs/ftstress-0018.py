"""ftstress-0018: a class attribute of the class's own kind has become a descriptor, and is not asked. One thread.

`specialize_class_load_attr` (Python/specialize.c) takes such an attribute (a member of an enum is one) for guarded by
the version of the class, which is its class, too. But it can be given another class, and then no version changes.
Measured: every run on 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.13.5, 3.14.7+, nor 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class C:
    x: object


class Getting(C):
    def __get__(self, obj: object, cls: object = None) -> str:
        return "what the descriptor gives"


def read() -> object:
    return C.x


C.x = C()
for _ in range(1000):
    read()
C.__dict__["x"].__class__ = Getting
print(f"{sys.version.split()[0]}: C.x gives {read()}, getattr gives {getattr(C, 'x')}")
sys.exit(read() != getattr(C, "x"))

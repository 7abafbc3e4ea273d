"""ftstress-0016: a property that was given another getter runs the old one. One thread.

`LOAD_ATTR_PROPERTY` (Python/bytecodes.c) carries the getter, and guards it by the version of the class; `__init__` of a
property changes the getter and no version.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.13.5 free-threaded, nor 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


def old(self: object) -> str:
    return "old"


def new(self: object) -> str:
    return "new"


class C:
    x = property(old)


def read() -> str:
    return obj.x


obj = C()
for _ in range(100):
    read()
C.__dict__["x"].__init__(new)
print(f"{sys.version.split()[0]}: obj.x runs the {read()} getter, getattr the {getattr(obj, 'x')} one")
sys.exit(read() != getattr(obj, "x"))

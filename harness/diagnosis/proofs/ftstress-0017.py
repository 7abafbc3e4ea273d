"""ftstress-0017: a module that is a class attribute has become a descriptor, and is not asked. One thread.

What is of an immutable type is taken for something that stays as it is (`classify_descriptor` in Python/specialize.c):
the instruction carries it and guards the class's version only. The type of modules is immutable, and a module can be
given another class.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.13.5 free-threaded, nor 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
from types import ModuleType


class Getting(ModuleType):
    def __get__(self, obj: object, cls: object = None) -> str:
        return "what the descriptor gives"


class C:
    x = module = ModuleType("module")


def read() -> object:
    return C.x


for _ in range(1000):
    read()
C.__dict__["module"].__class__ = Getting
print(f"{sys.version.split()[0]}: C.x gives {read()}, getattr gives {getattr(C, 'x')}")
sys.exit(read() != getattr(C, "x"))

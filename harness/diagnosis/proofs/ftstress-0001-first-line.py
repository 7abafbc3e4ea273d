"""ftstress-0001 with one thread: an instance gives the old `__module__` once a new one is stored, for good.

`type_set_module` (Objects/typeobject.c) ends the cached entries, takes `__firstlineno__` out of the dict, and stores
after that. What it has taken out is finalized in between; a finalizer that looks caches the old module again.
Measured: every run on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil; not on 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Looking:
    """Reads the module of an instance when it is finalized."""

    def __del__(self) -> None:
        _ = [obj.__module__ for _ in range(2)]


class C:
    pass


obj = C()
C.__firstlineno__ = Looking()
C.__module__ = "new"
print(f"{sys.version.split()[0]}: C.__module__ is {C.__module__}, obj.__module__ is {obj.__module__}")
sys.exit(obj.__module__ != "new")

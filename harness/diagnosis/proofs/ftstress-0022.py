"""ftstress-0022: a class whose `__abstractmethods__` are empty makes no instances. One thread.

`type_set_abstractmethods` (Objects/typeobject.c) stores into the class's dict, and then sets or clears the type's flag,
by what it was called with. What it replaces may be finalized in between; a finalizer that sets them, too, leaves a dict
that says one thing and a flag that says the other, for good. So do two threads.
Measured: every run on 3.11.7, and on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Concrete:
    """Makes the class one that is not abstract when it is finalized."""

    def __del__(self) -> None:
        C.__abstractmethods__ = frozenset()


class C:
    pass


C.__abstractmethods__ = Concrete()
C.__abstractmethods__ = frozenset({"missing"})  # and then the finalizer's, which is the last
try:
    made = str(C())
except TypeError as error:
    made = str(error)
print(f"{sys.version.split()[0]}: C.__abstractmethods__ is {C.__abstractmethods__}, C() gives {made!r}")
sys.exit(not C.__abstractmethods__ and "instantiate" in made)

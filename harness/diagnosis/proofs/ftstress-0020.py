"""ftstress-0020: a class whose `__bases__` could not be assigned gives what the refused base holds. One thread.

`type_set_bases` (Objects/typeobject.c; `type_set_bases_unlocked` from 3.15 on) gives the class its new method
resolution order, then its subclasses theirs. If one of them refuses, the old orders are put back, and the entries that
were cached under the new one stay. Here a subclass's `mro` looks and refuses; a look-up in another thread does as well.
Measured: every run on 3.11.7, and on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Meta(type):
    def mro(cls) -> list:
        if refusing:
            _ = [Moved.x for _ in range(2)]
            raise ValueError
        return super().mro()


class Kept:
    x = "kept"


class New:
    x = "refused"


class Moved(Kept):
    pass


refusing = False
Below = Meta("Below", (Moved,), {})
refusing = True
try:
    Moved.__bases__ = (New,)
except ValueError:
    print(f"{sys.version.split()[0]}: the bases are {Moved.__bases__}, and Moved.x gives what is {Moved.x}")
sys.exit(Moved.x != "kept")

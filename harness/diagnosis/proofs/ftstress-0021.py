"""ftstress-0021: a class gives what its new base held before a store, and what may be freed memory by now. One thread.

`__bases__` of a class are assigned (`type_set_bases` in Objects/typeobject.c; `type_set_bases_unlocked` from 3.15 on):
it has the new method resolution order, and a look-up caches by it, before it is among its new base's subclasses. A
store into that base in between does not reach it. Its subclasses' `mro` runs there; this one looks, stores, looks. What
was cached is only borrowed: where nothing else holds it, it is freed (here `held` does).
Measured: every run on 3.11.7, and on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Meta(type):
    def mro(cls) -> list:
        if asked:
            _ = [Moved.x for _ in range(2)]
            New.x = "stored"
            asked[0] = Moved.x
        return super().mro()


class Old:
    x = "old"


class New:
    x = held = "replaced"


class Moved(Old):
    pass


asked: list[str] = []
Below = Meta("Below", (Moved,), {})
asked.append("")
Moved.__bases__ = (New,)
print(f"{sys.version.split()[0]}: the old base held 'old', the new one 'stored'; Moved.x gave {asked[0]!r}")
sys.exit(asked[0] == "replaced")

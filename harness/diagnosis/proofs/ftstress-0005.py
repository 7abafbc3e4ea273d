"""ftstress-0005: a store through a key whose `__eq__` reads the class leaves the old value in the type cache, for good.

The class's dict holds a key of a str subclass. `type.__setattr__` ends the cached entries and then stores; the store
compares the keys, and an `__eq__` that reads the attribute fills the cache with the value that is about to be
replaced (`type_update_dict` in Objects/typeobject.c, 3.13). Up to 3.12 the entries are ended after the store. One
thread; the GIL makes no difference. Exit status 1: it showed. Exit status 0: it did not.
"""

import sys

STORES = 900  # a class is cached for its first 1,000 versions only
VALUES = list(
    range(1000, 1000 + STORES + 1)
)  # kept: the cache borrows them, and a freed one would be a crash


class Key(str):
    looking = False

    def __eq__(self, other: object) -> bool:
        if Key.looking:
            Key.looking = False  # the look-ups compare keys, too
            C.x, C.x  # twice: the first miss after a change fills the wrong slot
            Key.looking = True
        return str.__eq__(self, other)

    __hash__ = str.__hash__


C = type("C", (), {Key("x"): VALUES[0]})
stale = 0
C.x
for value in VALUES[1:]:
    Key.looking = True  # only what the store itself compares looks
    C.x = value
    Key.looking = False
    stale += [C.x, C.x, C.x] != [value] * 3

gil = getattr(sys, "_is_gil_enabled", lambda: True)()
print(
    f"{sys.version.split()[0]}, GIL {'on' if gil else 'off'}: C.x stayed old after {stale} of {STORES} stores"
)
sys.exit(stale > 0)

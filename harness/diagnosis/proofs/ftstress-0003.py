"""ftstress-0003: a finalizer sees the old `__annotations__`, `__abstractmethods__` and `__type_params__`. One thread.

`type_set_annotations`, `type_set_abstractmethods` and `type_set_type_params` (Objects/typeobject.c) store first, which
finalizes the old value, and end the cached entries after that: gh-118492 once more, in setters that its repair did
not touch. The class has the name from the start: from 3.14 on, `C.__annotations__ = v` goes elsewhere where it has
not. Measured: every run on 3.10.13, 3.11.7, 3.12.1 and 3.13.0, and free-threaded, with either -X gil, on 3.13.5,
3.14.7+, 3.15.0rc1+ and 3.16.0a0.
Exit status 1: each setter that this version has showed it. Exit status 0: not.
"""

import sys


class Value:
    """Looks, while it is being replaced, at what replaced it."""

    def __init__(self, cls: type, name: str, stale: list[str]) -> None:
        self.seen_by = cls, cls(), name, stale

    def __del__(self) -> None:
        cls, obj, name, stale = self.seen_by
        for _ in range(2):
            if getattr(obj, name) is not cls.__dict__[name]:
                stale.append(name)


def stale_finalizers(name: str) -> int:
    stale: list[str] = []
    cls = type("C", (), {name: ()})
    obj = cls()
    # An abstract class makes no instances: take one value's instance before the class becomes abstract.
    first, second = Value(cls, name, stale), Value(cls, name, [])
    setattr(cls, name, first)
    del first
    _ = [hasattr(obj, name) for _ in range(2)]  # fill the cache: what is in it is about to be replaced
    setattr(cls, name, second)
    return len(stale)


names = ["__annotations__", "__abstractmethods__"] + ["__type_params__"] * (sys.version_info >= (3, 12))
counts = {name: stale_finalizers(name) for name in names}
print(f"stale look-ups, of 2 each: {counts}")
sys.exit(1 if all(counts.values()) else 0)

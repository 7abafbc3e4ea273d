"""ftstress-0025: an instance can be called whose class has no `__call__`. One thread.

`update_slot_after_setattr` (Objects/typeobject.c) first looks in all subclasses what their slots must be, and notes it;
what it has noted is applied after that, whatever has come in between. To look compares the keys of the subclass's dict,
and this one's `__eq__` deletes the method; so can a thread that comes in where the type lock is given up.
Measured: every run on 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil; not on 3.11.7, 3.13.5 and 3.14.7+.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Key(str):
    """Has the hash of `__call__`, and is another name."""

    def __eq__(self, other: object) -> bool:
        if other == "__call__" and storing:
            storing.clear()
            del Base.__call__
        return self is other

    def __hash__(self) -> int:
        return hash("__call__")


class Base:
    pass


storing: list[bool] = []
Sub = type("Sub", (Base,), {Key("key"): None})
storing.append(True)
Base.__call__ = lambda self: None
found = "__call__" in Base.__dict__
print(
    f"{sys.version.split()[0]}: Base has a __call__: {found}; an instance of it can be called: {callable(Base())}"
)
sys.exit(not found and callable(Base()))

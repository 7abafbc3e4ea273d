"""ftstress-0024: a new class ignores a special method that its base was given while it was made. One thread.

`type_ready_publish` (Objects/typeobject.c) sets the slots of the new class by what its bases hold, and enters it among
their subclasses after that: a special method stored into a base in between reaches it in no way. To look for one
compares the keys of the base's dict, and this one's `__eq__` stores `__call__`; so can a thread that comes in where the
type lock is given up.
Measured: every run on 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.11.7, 3.13.5 and 3.14.7+.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Key(str):
    """Has the hash of a name that is looked for late, and is another one."""

    def __eq__(self, other: object) -> bool:
        if other == "__contains__" and making:
            making.clear()
            Base.__call__ = lambda self: None
        return self is other

    def __hash__(self) -> int:
        return hash("__contains__")


making: list[bool] = []
Base = type("Base", (), {Key("key"): None})
making.append(True)
Sub = type("Sub", (Base,), {})
found = "__call__" in Base.__dict__
print(
    f"{sys.version.split()[0]}: Base has a __call__: {found}; an instance of Sub can be called: {callable(Sub())}"
)
sys.exit(found and not callable(Sub()))

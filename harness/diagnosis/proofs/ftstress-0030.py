"""ftstress-0030: a message names a class by a name that it never had: it reads a string that was freed. One thread.

`type_new_set_names` (Objects/typeobject.c) makes the note on a `__set_name__` that raised (before 3.12: the exception)
from the key and the class's `tp_name`; that pointer is taken first, and then the key's `__repr__` runs, which gives the
class another name and so frees what the pointer is to.
Measured: every run on 3.11.7, and on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Key(str):
    def __repr__(self) -> str:
        owner[0].__name__ = "Third"
        others.extend(f"{number:03}".ljust(LONG, "z") for number in range(1000))
        return "key"


class Raising:
    def __set_name__(self, cls: type, name: str) -> None:
        owner.append(cls)
        cls.__name__ = "Second".ljust(LONG, name)
        raise ValueError


LONG = 41
owner: list[type] = []
others: list[str] = []
try:
    type("First", (), {Key("x"): Raising()})
except (ValueError, RuntimeError) as error:
    message = str(getattr(error, "__notes__", error))
print(f"{sys.version.split()[0]}: {message}")
sys.exit(not any(name in message for name in ("First", "Second", "Third")))

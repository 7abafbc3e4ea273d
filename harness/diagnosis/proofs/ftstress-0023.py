"""ftstress-0023: a class that is registered with an abstract base class is not its subclass, for good. One thread.

`_abc__abc_subclasscheck_impl` (Modules/_abc.c) ends the cache of classes that are none if something was registered
since; then it asks hooks and subclasses, and enters the class that it was asked about at the end, whatever has come in
between. Here that is its registration, and a second question, which ends the cache and gives it the new number. Two
other threads can do that as well. `_py_abc` has it, too.
Measured: every run on 3.11.7, and on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
from abc import ABC


class Asked:
    pass


class Base(ABC):
    pass


class Below(Base):
    @classmethod
    def __subclasshook__(cls, other: type) -> object:
        if not registered:
            registered.append(Asked)
            Base.register(Asked)
            issubclass(int, Base)
        return NotImplemented


registered: list[type] = []
issubclass(Asked, Base)
answers = [issubclass(Asked, Base) for _ in range(3)]
print(f"{sys.version.split()[0]}: {Asked.__name__} has been registered, and issubclass says {answers}")
sys.exit(not all(answers))

"""ftstress-0003: in the finalizer of what `C.__annotations__` was before, `obj.__annotations__` is that again.

The same with `__abstractmethods__` and `__type_params__`. One thread.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Old:
    def __del__(self):
        SEEN.append((vars(C)["__annotations__"], obj.__annotations__))


class C:
    pass


SEEN = []
obj = C()
C.__annotations__ = Old()
obj.__annotations__, obj.__annotations__  # the first look-up after a store may cache it where nobody looks
C.__annotations__ = "new"
((stored, found),) = SEEN
print(f"{'not ' if found == stored else ''}seen: vars(C) has {stored!r}, obj.__annotations__ is {found!r}")
sys.exit(found != stored)

"""ftstress-0003: in the finalizer of what `C.__abstractmethods__` was before, `obj.__abstractmethods__` is that again.

The same with `__annotations__` and `__type_params__`. One thread.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Old:
    def __del__(self):
        SEEN.append((vars(C)["__abstractmethods__"], obj.__abstractmethods__))


class C:
    pass


SEEN = []
obj = C()
C.__abstractmethods__ = Old()
(
    obj.__abstractmethods__,
    obj.__abstractmethods__,
)  # the first look-up after a store may cache it where nobody looks
C.__abstractmethods__ = "new"
((stored, found),) = SEEN
print(
    f"{'not ' if found == stored else ''}seen: vars(C) has {stored!r}, obj.__abstractmethods__ is {found!r}"
)
sys.exit(found != stored)

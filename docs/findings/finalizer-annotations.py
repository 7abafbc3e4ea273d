"""ftstress-0003: A finalizer sees the old __annotations__, __abstractmethods__ or __type_params__: the setter stores
before it ends the cached entries.
Seen: in the finalizer of what was stored before, obj.__annotations__ is that again.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.02 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not."""
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
(stored, found), = SEEN
print(f"{'not ' if found == stored else ''}seen: vars(C) has {stored!r}, obj.__annotations__ is {found!r}")
sys.exit(found != stored)

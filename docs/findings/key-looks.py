"""ftstress-0005: A store through a str-subclass key whose __eq__ reads the class leaves the old value in the
type cache, for good.
Seen: after C.x = 'new' C.x is 'old' and vars(C)['x'] is 'new'.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.02 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not."""
import sys

class Key(str):
    looking = False
    __hash__ = str.__hash__
    def __eq__(self, other):
        if not Key.looking:
            Key.looking = True
            C.x, C.x  # look-ups in the middle of the store; the first one may be cached where nobody looks
            Key.looking = False
        return str.__eq__(self, other)

C = type("C", (), {Key("x"): "old"})
C.x = "new"
seen = C.x != vars(C)["x"]
print(f"{'' if seen else 'not '}seen: C.x is {C.x!r}, vars(C)['x'] is {vars(C)['x']!r}")
sys.exit(seen)

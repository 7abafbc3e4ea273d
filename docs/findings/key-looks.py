"""ftstress-0005: A store through a str-subclass key whose __eq__ reads the class leaves the old value in the
type cache, for good.
Seen: the only writer stored x#1 and read back x#0.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0, linux-x86_64; configured --disable-gil --without-ensurepip
'CFLAGS=-O2 -g1'
Measured: 100 of 100 runs of at most 60 s, 0.04 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s.
"""
import sys, threading, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')
class Inside(threading.local):
    looking = False
class Looking(str):
    inside = Inside()
    def __eq__(self, other):
        if not self.inside.looking:
            self.inside.looking = True
            for cls in self.watched:
                for holder in (cls,) * 2: getattr(holder, 'x', None)
            self.inside.looking = False
        return str.__eq__(self, str(other))
    __hash__ = str.__hash__
def writer(base, kept):
    for n in range(1, 961):
        value = Value(n)
        kept.append(value)
        base.x = value
        found = base.x
        if found is not value:
            SEEN.append(f'the only writer stored {value!r} and read back {found!r}')
            return
def race():
    key_ = str('x')
    watched = []
    key = Looking('x')
    key.watched = watched
    names = {key: Value(0)}
    cls = type('C', (), names)
    watched.append(cls)
    base = cls
    sub = type(base)('D', (base,), {})
    stored = vars(base)
    for holder in (base, sub) * 2: getattr(holder, key_, None)
    kept = [stored['x']]
    writer(base, kept)
SEEN, rounds, deadline = [], 0, time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
    rounds += 1
print(f"seen in round {rounds}: {SEEN[0]}" if SEEN else f"not seen in {rounds} rounds")
sys.exit(1 if SEEN else 0)

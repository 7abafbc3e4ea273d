"""type_attributes.bases_lookup: A look-up through a class whose ``__bases__`` are assigned gives what one of the
two bases holds (gh-118362).
Seen: the only writer stored x#0 and read back x#1.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.03 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

def fresh_chain(base, depth):
    chain = []
    for number in range(depth):
        chain.append(type(base)(f'D{number}', (chain[-1] if chain else base,), {}))
    return chain

def writer(values, bases, moving):
    for n in range(1, 241):
        moving.__bases__ = bases[n % 2]
        stored, found = (values[n % 2], moving.x)
        if found is not stored:
            SEEN.append(f'the only writer stored {stored!r} and read back {found!r}')
            return

def race():
    values = (Value(0), Value(1))
    parents = tuple((type('C', (), {'x': value}) for value in values))
    bases = tuple(((parent,) for parent in parents))
    moving = type('C', (*bases[1],), {})
    moving.__bases__ = bases[0]
    deepest = fresh_chain(moving, 1)[-1]
    which = [-1]
    for holder in (moving, deepest) * 2:
        getattr(holder, 'x', None)
    writer(values, bases, moving)

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

"""type_attributes.finalizer_of_deleted: The finalizer of a deleted value finds nothing, neither in the dict nor
through a subclass (gh-118492).
Seen: inside the finalizer __dict__ held None and the look-up gave x#53.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.02 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

class Looking(Value):
    __slots__ = ('watch',)
    def __init__(self, count, watch):
        super().__init__(count)
        self.watch = watch
    def __del__(self):
        watch = self.watch
        for _ in watch.turns:
            stored = watch.stored.get('x')
            found = getattr(watch.holder, 'x', None)
            if found is not stored: watch.refusals.append((stored, found))
        watch.looks[self.count] += len(watch.turns)

class Watch:
    def __init__(self, holder, stored, dwell):
        self.holder, self.stored = (holder, stored)
        self.turns = range(2 + dwell)
        self.looks = bytearray(1024)
        self.refusals = []

def writer(base, read_from, watch):
    for n in range(1, 481):
        base.x = Looking(n, watch)
        for holder in (read_from,) * 2: getattr(holder, 'x', None)
        del base.x

def race():
    base = type('C', (), {'x': Value(0)})
    sub = type(base)('D', (base,), {})
    stored = vars(base)
    read_from = sub()
    watch = Watch(read_from, stored, 0)
    for holder in (base, sub) * 2: getattr(holder, 'x', None)
    writer(base, read_from, watch)
    for seen in watch.refusals: SEEN.append(f'saw {seen[0]!r}, {seen[1]!r}')

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline: race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

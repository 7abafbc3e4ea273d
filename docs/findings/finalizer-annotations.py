"""ftstress-0003: A finalizer sees the old __annotations__, __abstractmethods__ or __type_params__: the setter
stores before it ends the cached entries.
Seen: inside the finalizer __dict__ held x#2 and the look-up gave x#1.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0, linux-x86_64; configured --disable-gil --without-ensurepip
'CFLAGS=-O2 -g1'
Measured: 100 of 100 runs of at most 60 s, 0.04 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s.
"""
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
            stored = watch.stored[watch.special]
            found = getattr(watch.holder, watch.special)
            if found is not stored:
                watch.refusals.append((stored, found))
        watch.looks[self.count] += len(watch.turns)

class Watch:
    def __init__(self, holder, stored, special, dwell):
        self.holder, self.stored, self.special = (holder, stored, special)
        self.turns = range(2 + dwell)
        self.looks = bytearray(1024)
        self.refusals = []

def writer(base, thing, watch):
    for n in range(1, 961):
        for holder in (thing,) * 2:
            getattr(holder, '__annotations__', None)
        setattr(base, '__annotations__', Looking(n, watch))

def race():
    state = {'__annotations__': Value(0)}
    base = type('C', (), state)
    thing = base()
    watch = Watch(thing, vars(base), '__annotations__', 0)
    writer(base, thing, watch)
    for seen in watch.refusals:
        SEEN.append(f'saw {seen[0]!r}, {seen[1]!r}')

SEEN, rounds, deadline = [], 0, time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
    rounds += 1
print(f"seen in round {rounds}: {SEEN[0]}" if SEEN else f"not seen in {rounds} rounds")
sys.exit(1 if SEEN else 0)

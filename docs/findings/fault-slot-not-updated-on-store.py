"""type_attributes.call_of_partial: A ``__call__`` stored into a class is what a call of its instances runs, also
below ``partial`` (gh-93274).
Seen: the only writer stored x#1 and read back 0.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.02 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, time
from functools import partial

def fresh_chain(base, depth):
    chain = []
    for number in range(depth):
        chain.append(type(base)(f'D{number}', (chain[-1] if chain else base,), {}))
    return chain

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

class Answer(Value):
    __slots__ = ()
    def __call__(self, *_):
        return self
    def __next__(self):
        return self

def writer(depth):
    for n in range(1, 241):
        base = type('C', (partial,), {})
        thing = fresh_chain(base, depth)[-1](int)
        thing()
        answer = Answer(n)
        base.__call__ = answer
        found = thing()
        if found is not answer:
            SEEN.append(f'the only writer stored {answer!r} and read back {found!r}')
            return

def race():
    depth = 1
    writer(depth)

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

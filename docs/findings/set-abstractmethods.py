"""ftstress-0004: A new __annotations__, __abstractmethods__ or __type_params__ is in the class's dict before the
cached entries end.
Seen: first read gave x#1, the read after it gave the older x#0.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0, linux-x86_64; configured --disable-gil --without-ensurepip
'CFLAGS=-O2 -g1'
Measured: 100 of 100 runs of at most 60 s, 0.16 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s.
"""
import sys, threading, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

def writer(base):
    for n in range(1, 961):
        base.__abstractmethods__ = Value(n)

def reader(thing, stored, done):
    while not done:
        earlier, later = (stored['__abstractmethods__'], thing.__abstractmethods__)
        if later is not earlier and (later.count < earlier.count or later.tag != earlier.tag):
            SEEN.append(f'first read gave {earlier!r}, the read after it gave the older {later!r}')
            return

def race():
    state = {'__abstractmethods__': Value(0)}
    base = type('C', (), state)
    thing = type(base)('D', (base,), {})()
    siblings = [type(base)(f'S{number}', (base,), {}) for number in range(300)]
    stored = vars(base)
    for holder in (base, *siblings) * 2:
        getattr(holder, 'x', None)
    for holder in (thing,) * 2:
        getattr(holder, '__abstractmethods__', None)
    done = []
    threads = [threading.Thread(target=reader, args=(thing, stored, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    writer(base)
    done.append(True)
    for thread in threads:
        thread.join()

SEEN, rounds, deadline = [], 0, time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
    rounds += 1
print(f"seen in round {rounds}: {SEEN[0]}" if SEEN else f"not seen in {rounds} rounds")
sys.exit(1 if SEEN else 0)

"""type_attributes.colliding_names: Names that share a slot of the type cache give their own values, in order,
while they evict one another.
Seen: first read gave colliding_802#95, the read after it gave the older colliding_802#63.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.10 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, threading, time
from itertools import count

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')
def colliding_names(wanted):
    by_slot = {}
    for number in count():
        name = sys.intern(f'colliding_{number}')
        names = by_slot.setdefault((id(name) >> 3) % 4096, [])
        names.append(name)
        if len(names) == wanted: return tuple(names)
    raise AssertionError('count() does not end')
COLLIDING = colliding_names(6)
def writer(names, many, base):
    for n in range(1, 961):
        name = names[n % many]
        value = Value(n, name)
        setattr(base, name, value)
def reader(names, many, base, stored, done, me):
    n = 0
    while not done:
        n += 1
        name = names[((n >> 4) + me) % many]
        earlier, later = (stored[name], getattr(base, name))
        if later is not earlier and (later.count < earlier.count or later.tag != earlier.tag):
            SEEN.append(f'first read gave {earlier!r}, the read after it gave the older {later!r}')
            return
def race():
    names = COLLIDING[:2]
    many = len(names)
    held = {name: Value(0, name) for name in names}
    base = type('C', (), held)
    sub = type(base)('D', (base,), {})
    stored = vars(base)
    for value in held.values(): pass
    for holder in (base, sub) * 2:
        for each in names: getattr(holder, each, None)
    done = []
    threads = [threading.Thread(target=reader, args=(names, many, base, stored, done, me)) for me in range(2)]
    for thread in threads: thread.start()
    writer(names, many, base)
    done.append(True)
    for thread in threads: thread.join()
SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline: race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

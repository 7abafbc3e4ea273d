"""type_attributes.deleted_under_instance: A name deleted from a class is not found again through an instance,
and one that is there is found.
Seen: #328 had been deleted, and x#328 was read after that.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 1.25 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, threading, time

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

def writer(base, there, deleted):
    for n in range(1, 321):
        value = Value(2 * n - 1)
        base.x = value
        there[0] = 2 * n - 1
        value = Value(2 * n)
        base.x = value
        there[0] = 0
        del base.x
        deleted[0] = 2 * n

def reader(thing, deleted, done):
    while not done:
        deleted_, value_ = (deleted[0], getattr(thing, 'x', None))
        if value_ is not None and value_.count <= deleted_:
            SEEN.append(f'#{deleted_} had been deleted, and {value_!r} was read after that')
            return

def race():
    base = type('C', (), {})
    leaf = fresh_chain(base, 1)[-1]
    thing = leaf()
    there = [0]
    deleted = [0]
    for holder in (base, leaf) * 2: getattr(holder, 'x', None)
    done = []
    threads = [threading.Thread(target=reader, args=(thing, deleted, done))]
    for thread in threads: thread.start()
    writer(base, there, deleted)
    done.append(True)
    for thread in threads: thread.join()

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline: race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

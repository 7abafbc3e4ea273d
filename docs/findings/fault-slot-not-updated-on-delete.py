"""type_attributes.slot_deleted: Once ``__call__`` has been deleted from a class, an instance of its subclass
cannot be called (gh-127266).
Seen: #1 had been deleted and nothing was stored since, and it was found.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.10 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, threading, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

class Callable(Value):
    __slots__ = ()
    def __call__(self):
        raise AssertionError('nobody calls it')

def writer(base, gone):
    for n in range(1, 481):
        gone[0] = 0
        base.__call__ = Callable(n)
        del base.__call__
        gone[0] = n

def reader(far, gone, done):
    while not done:
        before = gone[0]
        found = callable(far)
        after = gone[0]
        if found and before == after and (before != 0):
            SEEN.append(f'#{before} had been deleted and nothing was stored since, and it was found')
            return

def race():
    base = type('C', (), {'__call__': Callable(0)})
    sub = type(base)('D', (base,), {})
    far = sub()
    gone = [0]
    done = []
    threads = [threading.Thread(target=reader, args=(far, gone, done))]
    for thread in threads:
        thread.start()
    writer(base, gone)
    done.append(True)
    for thread in threads:
        thread.join()

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

"""type_attributes.slot_len: While ``__len__`` is in a class, ``len()`` of an instance of its subclass finds it
(gh-127266).
Seen: #8 was there all the time, and the look-up gave x#0.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.09 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, threading, time

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

class Number(Value):
    __slots__ = ()
    def __call__(self, *_):
        return self.count

def writer(base, there):
    for n in range(1, 961):
        setattr(base, '__len__', Number(n))
        there[0] = n

def reader(far, there, done):
    while not done:
        before = there[0]
        try:
            value = Value(len(far))
        except (TypeError, AttributeError):
            value = None
        after = there[0]
        if before == after and before != 0 and (value is None or value.count < before):
            SEEN.append(f'#{before} was there all the time, and the look-up gave {value!r}')
            return

def race():
    state = {'__len__': Number(0), '__exit__': Number(0)}
    base = type('C', (), state)
    sub = type(base)('D', (base,), {})
    siblings = [type(base)(f'S{number}', (base,), {}) for number in range(30)]
    far = sub()
    there = [0]
    done = []
    threads = [threading.Thread(target=reader, args=(far, there, done))]
    for thread in threads:
        thread.start()
    writer(base, there)
    done.append(True)
    for thread in threads:
        thread.join()

SEEN, deadline = [], time.monotonic() + 60
while not SEEN and time.monotonic() < deadline:
    race()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

"""gh-133467: C.__name__ stored while it is read frees the string that is being read: a crash, an exception out
of nowhere, a string never stored, a hang.
Seen: read "'�\\t\\n�b\\x04' object has no attribute 'missing'", which was never stored there; only (True,) were.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0, linux-x86_64; configured --disable-gil --without-ensurepip
'CFLAGS=-O2 -g1'
Measured: 100 of 100 runs of at most 60 s, 0.48 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s.
"""
import sys, threading, time

class Text(str):
    __slots__ = ('count',)
    tag = 'name'

def text(count):
    value = Text(f'name_{count}')
    value.count = count
    return value

def writer(base):
    for n in range(1, 961):
        base.__name__ = text(n)

def reader(thing, whole, done):
    while not done:
        try:
            found = thing.missing
        except AttributeError as error:
            message = str(error)
            known = message.startswith("'name_") and message.endswith("' object has no attribute 'missing'")
            found = True if known else message
        if all((found is not one for one in whole)):
            SEEN.append(f'read {found!r}, which was never stored there; only {whole!r} were')
            return

def race():
    base = type('C', (), {})
    base.__name__ = text(0)
    base.__qualname__ = text(0)
    thing = base()
    whole = (True,)
    done = []
    threads = [threading.Thread(target=reader, args=(thing, whole, done))]
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

"""ftstress-0006: The type cache hands out memory that was freed and used again: C.e gives the value of C.f.
Seen: C.c gave the value of C.d.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 1.02 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import sys, threading, time, weakref

class Value:
    def __init__(self, name):
        self.name = name
        weakref.ref(self)  # from now on other threads may take a reference without a lock

def fresh():
    return type("C", (), {name: Value(name) for name in "abcdef"})

def store():
    while not SEEN and time.monotonic() < deadline:
        base = CLASS[0] = fresh()
        for n in range(900):  # a class is cached for its first 1,000 versions only
            name = "abcdef"[n % 6]
            setattr(base, name, Value(name))

def read():
    while not SEEN and time.monotonic() < deadline:
        base = CLASS[0]
        for name in "abcdef" * 20:
            if (value := getattr(base, name)).name != name:
                SEEN.append(f"C.{name} gave the value of C.{value.name}")

CLASS, SEEN, deadline = [fresh()], [], time.monotonic() + 60
threads = [threading.Thread(target=target) for target in (store, *[read] * 6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"seen: {SEEN[0]}" if SEEN else "not seen")
sys.exit(1 if SEEN else 0)

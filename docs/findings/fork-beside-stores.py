"""A child forked beside threads that store into a class and read from it hangs at its first look-ups.
Seen: a child was still at its 50 look-ups after 5 s.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 29 of 30 runs of at most 60 s, 19.19 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 3 runs of at most 58 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import os, signal, sys, threading, time, warnings

class Base:
    pass

class Below(Base):
    pass

def store():
    while True:
        for name in NAMES:
            setattr(Base, name, object())

def read():
    while True:
        look_up()

def look_up():
    for name in NAMES:
        getattr(Below, name)

def hangs():
    child = os.fork()
    if child == 0:
        look_up()
        os._exit(0)
    limit = time.monotonic() + 5
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > limit:
            os.kill(child, signal.SIGKILL)
            return os.waitpid(child, 0)
        time.sleep(0.0005)

warnings.simplefilter("ignore")  # a fork beside threads is warned of
NAMES = [f"name_{number}" for number in range(50)]
for name in NAMES:
    setattr(Base, name, object())
for target in (read, read, store):
    threading.Thread(target=target, daemon=True).start()
seen, forks, deadline = None, 0, time.monotonic() + 60
while not seen and time.monotonic() < deadline:
    seen = hangs()
    forks += 1
print(f"seen: child {forks} hangs" if seen else f"not seen in {forks} children", flush=True)
os._exit(1 if seen else 0)  # the threads run on

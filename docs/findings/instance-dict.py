"""gh-124470: threads that replace one object's __dict__ release the same dict twice.
Seen: the target dies of SIGABRT or SIGSEGV.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.10 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import subprocess, sys, threading, time

class C:
    pass

def replace(thing):
    for n in range(20_000):
        thing.__dict__ = {"n": n}

def race():
    thing = C()
    threads = [threading.Thread(target=replace, args=(thing,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

if "child" in sys.argv:
    threading.excepthook = lambda args: None  # what else goes wrong in its threads is not what is looked for
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        race()
    sys.exit(0)
try:  # a crash is seen from outside
    status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"], timeout=90).returncode
except subprocess.TimeoutExpired:
    status = "none: it hangs"
print(f"seen: the child's exit status is {status}" if status not in (0, 1) else f"not seen: {status}")
sys.exit({0: 0, 1: 2}.get(status, 1))

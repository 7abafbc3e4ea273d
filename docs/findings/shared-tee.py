"""gh-153062: threads that take from one itertools.tee pass each other's link of values, which is freed.
Seen: the target dies of SIGSEGV.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 1.26 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import itertools, subprocess, sys, threading, time

def take(iterator):
    for _ in range(100_000):
        try:
            next(iterator)
        except RuntimeError:  # allowed: it is in use
            pass
        except StopIteration:
            return

def race():
    one, other = itertools.tee(iter(range(60_000)))
    threads = [threading.Thread(target=take, args=(iterator,)) for iterator in (one, other, one)]
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

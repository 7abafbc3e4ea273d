"""gh-154043: threads that take from one iter(list[int]) both release the alias that it holds.
Seen: the target dies of SIGSEGV.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.50 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import subprocess, sys, threading, time

def take(iterators):
    for iterator in iterators:
        next(iterator, None)

def race():
    iterators = [iter(list[int]) for _ in range(2_000)]
    threads = [threading.Thread(target=take, args=(iterators,)) for _ in range(3)]
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

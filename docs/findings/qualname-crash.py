"""gh-150858: C.__qualname__ stored while it is read frees the string that is being read: a crash, an exception
out of nowhere, a string never stored, a hang.
Seen: the target died of SIGSEGV in trial 17 of type_attributes.set_qualname.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 7 of 7 runs of at most 40 s, 5.75 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 3 runs of at most 17 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import subprocess, sys, threading, time

class Text(str):
    __slots__ = ('count',)

def text(count):
    value = Text(f'name_{count}')
    value.count = count
    return value

def writer(base):
    for n in range(1, 20_001):
        base.__qualname__ = text(n)

def reader(base, done):
    while not done:
        try:
            base.__qualname__.count
        except AttributeError:  # of whatever is in its memory by now
            pass

def race():
    base = type('C', (), {})
    base.__name__ = text(0)
    base.__qualname__ = text(0)
    done = []
    threads = [threading.Thread(target=reader, args=(base, done)) for _ in range(3)]
    for thread in threads:
        thread.start()
    writer(base)
    done.append(True)
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

"""gh-133467: C.__name__ stored while it is read frees the string that is being read: a crash, an exception out
of nowhere, a string never stored, a hang.
Seen: AttributeError in reader: 'ftstress_scenarios.type_attributes.setters.Text' object has no attribute
'count'.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 3 of 3 runs of at most 5 s, 2.53 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 0 of 3 runs of at most 8 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import subprocess, sys, threading, time

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

def reader(base, done):
    try:
        while not done:
            (base.__name__, base.__name__)
    except AttributeError as error:
        SEEN.append(f'{type(error).__name__}: {error}')

def race():
    base = type('C', (), {})
    base.__name__ = text(0)
    base.__qualname__ = text(0)
    done = []
    threads = [threading.Thread(target=reader, args=(base, done)) for _ in range(2)]
    for thread in threads:
        thread.start()
    writer(base)
    done.append(True)
    for thread in threads:
        thread.join()

if "child" in sys.argv:
    threading.excepthook = lambda args: None  # what else goes wrong in its threads is not what is looked for
    SEEN, deadline = [], time.monotonic() + 60
    while not SEEN and time.monotonic() < deadline:
        race()
    print(*SEEN[:1])
    sys.exit(3 if SEEN else 0)
try:  # a crash is seen from outside
    status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"], timeout=90).returncode
except subprocess.TimeoutExpired:
    status = "none: it hangs"
print(f"seen: the child's exit status is {status}" if status not in (0, 1) else f"not seen: {status}")
sys.exit({0: 0, 1: 2}.get(status, 1))

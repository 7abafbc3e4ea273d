"""gh-153297: `f.__defaults__` stored while another thread calls `f` frees the defaults that the call is taking.

`initialize_locals` (Python/ceval.c) reads `func->func_defaults` and its items without a lock and without a reference;
`func_set_defaults` (Objects/funcobject.c) releases them. CPython 3.13.5, free-threaded.
Exit status 1: it showed, by a crash. Exit status 0: not within 20 s.
"""

import subprocess
import sys
import threading
import time

LIMIT_S = 20


def f(a=0, b=1):
    return b


def store():
    for _ in range(20_000):
        f.__defaults__ = (object(), object())


def call(done):
    while not done:
        f(), f(), f(), f(), f(), f(), f(), f()


def race():
    done = []
    caller, storer = threading.Thread(target=call, args=(done,)), threading.Thread(target=store)
    caller.start()
    storer.start()
    storer.join()
    done.append(True)
    caller.join()


if "child" in sys.argv:
    threading.excepthook = lambda args: None
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        race()
    sys.exit(0)
status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"], timeout=5 * LIMIT_S).returncode
print(f"the child's exit status is {status}")
sys.exit(status not in (0, 1))

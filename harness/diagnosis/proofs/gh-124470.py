"""gh-124470: two threads that replace an instance's `__dict__` release one of the dicts too often.

`_PyObject_SetManagedDict` and `_PyObject_MaterializeManagedDict` (Objects/dictobject.c) take and drop the dict that
the instance holds, and a reader takes a reference to what it finds there. CPython 3.13.5, free-threaded.
Exit status 1: it showed, by a crash. Exit status 0: not within 20 s.
"""

import subprocess
import sys
import threading
import time

LIMIT_S = 20


class C:
    pass


def replace(thing):
    for number in range(20_000):
        thing.__dict__ = {"x": [number]}
        thing.x  # noqa: B018


def race():
    thing = C()
    threads = [threading.Thread(target=replace, args=(thing,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if "child" in sys.argv:
    threading.excepthook = lambda args: None
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        race()
    sys.exit(0)
status = subprocess.run([sys.executable, *sys.orig_argv[1:], "child"], timeout=5 * LIMIT_S).returncode
print(f"the child's exit status is {status}")
sys.exit(status not in (0, 1))

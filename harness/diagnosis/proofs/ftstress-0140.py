"""ftstress-0140: an object is read out of a structure within a structure when its finalizer has run already.

`PyCField_get` and `PyCField_set` (Modules/_ctypes/cfield.c) hold the lock of the view of the inner structure, which
each thread has made for itself: nothing keeps the one from taking what the other one is letting go of.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import ctypes
import sys
import threading
import time

deadline = time.monotonic() + 20
seen = []


class Thing:
    ended = False

    def __del__(self):
        self.ended = True
        sum(range(200))  # who takes it now keeps it


class Inner(ctypes.Structure):
    _fields_ = [("thing", ctypes.py_object)]


class Outer(ctypes.Structure):
    _fields_ = [("inner", Inner)]


def store():
    while not seen and time.monotonic() < deadline:
        for _ in range(100):
            shared.inner.thing = Thing()


def read():
    while not seen and time.monotonic() < deadline:
        for _ in range(100):
            if shared.inner.thing.ended:
                seen.append("an object that was finalized is given")


shared = Outer()
shared.inner.thing = Thing()
threads = [threading.Thread(target=one) for one in (store, read)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(seen[0] if seen else "not seen")
sys.exit(1 if seen else 0)

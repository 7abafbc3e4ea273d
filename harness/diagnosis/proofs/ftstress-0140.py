"""ftstress-0140: a structure within a structure points to an object that was let go of, after two threads stored one.

`PyCField_set` (Modules/_ctypes/cfield.c) stores the pointer, and after that what keeps the object alive, under the lock
of the view of the inner structure, which each thread has made for itself: the pointer stays of one thread's object,
and the other one's is kept. What is let go of is kept here by its finalizer, so that nothing dies of it.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import ctypes
import os
import threading
import time

ROUNDS = 2_000


class Thing:
    ended = False

    def __del__(self):
        self.ended = True
        kept.append(self)


class Inner(ctypes.Structure):
    _fields_ = [("thing", ctypes.py_object)]


class Outer(ctypes.Structure):
    _fields_ = [("inner", Inner)]


def store(me):
    for number, shared in enumerate(objects):
        there[me] = number
        while there[1 - me] < number:
            pass
        shared.inner.thing = Thing()


deadline = time.monotonic() + 20
wrong = 0
while not wrong and time.monotonic() < deadline:
    kept, there = [], [-1, -1]
    objects = [Outer() for _ in range(ROUNDS)]
    threads = [threading.Thread(target=store, args=[me]) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = sum(shared.inner.thing.ended for shared in objects)
print(
    f"{wrong} of {ROUNDS} structures point to an object that was let go of" if wrong else "not seen",
    flush=True,
)
os._exit(1 if wrong else 0)  # no finalizer of what is left needs to run

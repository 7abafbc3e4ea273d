"""ftstress-0106: two threads store a property's `__name__`: a name is released more often, or less, than it was taken.

`property_set__name__` (Objects/descrobject.c) takes out what was there, stores, and releases what it took out,
without a lock: two threads take out the same one and release it twice, and of what they stored one is never released.
Each name is held a million times besides, so that nothing dies of it: what is wrong is how often it is held.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import os
import sys
import threading
import time

deadline = time.monotonic() + 20
names = ["".join(["the name that ", which]) for which in ("one stores", "the other one stores")]
held = [names * 1_000_000]


def counts():
    return [sys.getrefcount(name) for name in names]


def store(name):
    for _ in range(100_000):
        shared.__name__ = name


at_first = counts()
wrong = []
while not wrong and time.monotonic() < deadline:
    shared = property()
    threads = [threading.Thread(target=store, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.__name__ = ""
    wrong = [now - then for now, then in zip(counts(), at_first) if now != then]
print(f"held more often than taken, by {wrong}" if wrong else "not seen", flush=True)
os._exit(1 if wrong else 0)  # `held` must not be released

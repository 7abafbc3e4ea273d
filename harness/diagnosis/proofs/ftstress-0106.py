"""ftstress-0106: two threads store a property's `__name__`: some of what they stored is never released.

`property_set__name__` (Objects/descrobject.c) takes out what was there, stores, and releases what it took out,
without a lock: two threads take out the same one, and of what they store one is lost.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import sys
import threading
import time

deadline = time.monotonic() + 20
ended = {}  # how many, by who released the last reference: each thread counts for itself


class Name(str):
    def __del__(self):
        me = threading.get_ident()
        ended[me] = ended.get(me, 0) + 1


def store():
    for _ in range(100_000):
        shared.__name__ = Name("name")


lost, stored = 0, 0
while not lost and time.monotonic() < deadline:
    shared = property()
    threads = [threading.Thread(target=store) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shared.__name__ = ""
    stored += 200_000
    lost = stored - sum(ended.values())
print(f"{lost} of {stored} names were never released" if lost else "not seen")
sys.exit(1 if lost else 0)

"""ftstress-0155: an lru_cache of three arguments holds four of them, and more, for good.

`bounded_lru_cache_update_lock_held` (Modules/_functoolsmodule.c) finds the cache full and takes the oldest one out.
To find that in the dict it is compared with others of the same hash; a comparison that waits lets another thread in,
which finds the cache full no more, or full once more.
Exit status 1: it showed. Exit status 0: not within 20 s.
"""

import functools
import random
import sys
import threading
import time


class Argument:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return 0

    def __eq__(self, other):
        time.sleep(0.000_01)
        return self.number == other.number


def call():
    for _ in range(40):
        cached(Argument(random.randrange(6)))


deadline = time.monotonic() + 20
most = 3
while most <= 3 and time.monotonic() < deadline:
    cached = functools.lru_cache(3)(lambda argument: None)
    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    most = cached.cache_info().currsize
print(f"a cache of 3 holds {most}" if most > 3 else "not seen")
sys.exit(1 if most > 3 else 0)

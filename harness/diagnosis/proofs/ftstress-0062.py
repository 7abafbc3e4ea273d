"""ftstress-0062: who goes over a dict while its table is made anew may find it empty.

`dictresize` (Objects/dictobject.c) stores the new table before it has stored how many entries that has; an iterator
takes no lock, reads 0, and is at its end. Each dict here has five keys and is given two of another kind, which need
another kind of table; it is never empty, and yet one thread finds nothing in it, without an exception.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
import threading
import time

END = time.monotonic() + 15
seen = made = 0


def change(dicts: list[dict[object, int]], at: list[int]) -> None:
    """Give each dict its other keys when the reader has come to it."""
    for number, one in enumerate(dicts):
        while at[0] < number:
            time.sleep(0)
        one.update({7: 1, 0.5: 2})


def read(dicts: list[dict[object, int]], at: list[int]) -> None:
    """Go over each dict until it has changed."""
    global seen
    for number, one in enumerate(dicts):
        at[0] = number
        while len(one) == 5:
            try:
                seen += not list(iter(one))
            except RuntimeError:  # it has changed its size meanwhile
                pass


while not seen and time.monotonic() < END:
    some: list[dict[object, int]] = [{f"x{key}": key for key in range(5)} for _ in range(200)]
    place = [-1]
    threads = [threading.Thread(target=one, args=(some, place)) for one in (change, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made += len(some)
print(f"{sys.version.split()[0]}: {seen} times nothing in a dict of five keys, of {made} dicts")
sys.exit(bool(seen))

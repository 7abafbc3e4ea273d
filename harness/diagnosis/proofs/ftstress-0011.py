"""ftstress-0011: a finalizer finds a dict of 85 entries empty. One thread.

`dictresize` (Objects/dictobject.c) frees the old table before it has counted the entries of the new one, and that may
run finalizers on the spot: the old table goes into the thread's queue of delayed frees, which the 254th entry empties
(`free_delayed` in Objects/obmalloc.c). What goes through the dict there finds nothing, list(d) gives a list of null
pointers, and an insertion overwrites the first entry. A dict is freed like that once another thread has read it; here
one does, and is gone.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
import threading


class Counting:
    """Counts the entries of the dict, one by one, when it is finalized."""

    def __del__(self) -> None:
        if (found := sum(1 for _ in counted)) != len(counted):
            wrong.append((len(counted), found))


class Holder:
    """What its __dict__ was goes into the queue when it is replaced."""


holder, wrong, counted = Holder(), [], {}
for place in range(254):  # in the queue
    counted = {-1: None}
    reader = threading.Thread(target=lambda read=counted: read[-1])
    reader.start()
    reader.join()
    for number in range(84):
        counted[number] = None
    for _ in range(place):
        holder.__dict__ = {"counting": Counting()}
    counted[84] = None  # makes it grow
print(f"{sys.version.split()[0]}: {len(wrong)} finalizers counted wrong: length and count {wrong[:1]}")
sys.exit(bool(wrong))

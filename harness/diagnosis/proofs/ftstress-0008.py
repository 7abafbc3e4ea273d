"""ftstress-0008: a name is stored into a class for the first time, and the class does not have it. One thread.

`type_update_dict` (Objects/typeobject.c) ends the cached entries and inserts. If the class's dict has to grow, its old
table goes into the thread's queue of delayed frees in between, and that may run finalizers: `free_delayed`
(Objects/obmalloc.c). One that looks for the name caches that there is none. A dict is freed like that once another
thread has read it; here one does, and is gone.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
import threading


class Looking:
    """Looks for the name that is being stored when it is finalized."""

    def __del__(self) -> None:
        for _ in range(2):
            getattr(cls, name, None)


class Holder:
    """What its __dict__ was goes into the queue when it is replaced."""


def stored_and_missing(room: int, place: int) -> bool:
    """Whether a class lacks the name that makes its dict grow beyond ``room``."""
    global cls, name
    cls, name = type("C", (), {}), "none"
    reader = threading.Thread(target=lambda: cls.__dict__["__module__"])
    reader.start()
    reader.join()
    number = 0
    while len(cls.__dict__) < room:
        number += 1
        setattr(cls, f"name_{number}", number)
    name = sys.intern("the_name")
    for _ in range(place):
        holder.__dict__ = {"looking": Looking()}
    setattr(cls, name, number)
    return name in cls.__dict__ and not hasattr(cls, name)


holder = Holder()
missing = 0
for room in (10, 21, 42, 85):
    for place in range(254):  # in the queue
        missing += stored_and_missing(room, place)
print(f"{sys.version.split()[0]}: {missing} of 1016 classes do not have what is in their dict")
sys.exit(bool(missing))

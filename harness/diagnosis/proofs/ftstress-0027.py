"""ftstress-0027: what is stored as `C.__annotations__` is undone by somebody who reads them. Two threads.

`type_get_annotations` (Objects/typeobject.c) finds none, calls `__annotate__`, and stores what that gives, whatever has
been stored meanwhile; a new `__annotate__` that came in between is undone like that as well. So do the getters of
functions and of modules.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
import threading


class C:
    pass


def annotate(form: int) -> dict:
    computing.set()
    stored.wait(5)
    return {"computed": int}


computing, stored = threading.Event(), threading.Event()
C.__annotate__ = annotate
reader = threading.Thread(target=lambda: C.__annotations__)
reader.start()
computing.wait(5)
C.__annotations__ = {"stored": int}
before = C.__annotations__
stored.set()
reader.join()
print(
    f"{sys.version.split()[0]}: C.__annotations__ was {before}, and is {C.__annotations__} once the reader is done"
)
sys.exit(before != C.__annotations__)

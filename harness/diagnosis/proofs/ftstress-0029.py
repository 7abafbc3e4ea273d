"""ftstress-0029: a function that is being called has lost its global names: NameError. One thread.

A specialised call pushes a frame that holds the function by a deferred reference. `gc_visit_thread_stacks`
(Python/gc_free_threading.c) keeps alive what such references on stacks and in frames are to, the frame's function left
out: if its last counted reference goes while it runs, and the collector comes, it is cleared, its dict of globals too.
Measured: every run, 90 and more of 100 calls, on 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil;
not on 3.13.5, which does not specialise, nor with -X tlbc=0.
Exit status 1: it showed. Exit status 0: not.
"""

import gc
import sys
from types import FunctionType


class Holder:
    """Holds the only reference to a function, and drops it."""

    __slots__ = ("function",)

    def drop(self) -> None:
        del self.function


def call(holder: Holder) -> object:
    return holder.function(holder)


code = eval("lambda holder: (holder.drop(), collect(), value)").__code__
lost = 0
for _ in range(100):
    holder = Holder()
    holder.function = FunctionType(code, {"value": "a global name", "collect": gc.collect})
    try:
        call(holder)
    except NameError as error:
        lost += 1
        message = error
print(f"{sys.version.split()[0]}: {lost} of 100 calls ended with NameError{f': {message}' if lost else ''}")
sys.exit(bool(lost))

"""ftstress-0015: an abstract class makes instances once the call is warm. One thread.

`CALL_ALLOC_AND_ENTER_INIT` (Python/bytecodes.c) makes the instance itself and calls `__init__`; that the class is
abstract is known to `object_new` (Objects/typeobject.c) alone, and `specialize_class_call` (Python/specialize.c) does
not ask. The metaclass must be `type`: with `ABCMeta` the call is not specialised.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.13.5 free-threaded, nor 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Abstract:
    def __init__(self) -> None:
        pass


Abstract.__abstractmethods__ = frozenset({"missing"})
made = 0
for _ in range(1000):
    try:
        Abstract()
        made += 1
    except TypeError:
        pass
print(f"{sys.version.split()[0]}: an abstract class has made {made} instances in 1000 calls")
sys.exit(bool(made))

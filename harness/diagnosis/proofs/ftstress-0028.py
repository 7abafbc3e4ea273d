"""ftstress-0028: a class gives what its base holds, and has something else in its dict. One thread.

Who asks a class without annotations for `__annotate__` stores None into its dict, as `__annotate_func__`, and ends no
cached entry: `type_get_annotate` (Objects/typeobject.c).
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0 free-threaded, with either -X gil.
Exit status 1: it showed. Exit status 0: not.
"""

import sys


class Base:
    x: int


class C(Base):
    pass


_ = [getattr(C, "__annotate_func__", None) for _ in range(2)]
getattr(C, "__annotate__", None)
held = C.__dict__.get("__annotate_func__", "nothing")
given = getattr(C, "__annotate_func__", "nothing")
print(f"{sys.version.split()[0]}: C.__annotate_func__ gives {given}, the dict holds {held}")
sys.exit(given is not held)

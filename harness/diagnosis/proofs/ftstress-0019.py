"""ftstress-0019: module.__class__ gives what lies under that name in the module's dict. One thread.

`LOAD_ATTR_MODULE` reads the module's dict and asks nobody whether the type has a data descriptor of that name:
`specialize_module_load_attr` (Python/specialize.c). `object` has one for `__class__`.
Measured: every run on 3.11.7, and on 3.14.7+, 3.15.0rc1+ and 3.16.0a0 with either -X gil; not on 3.13.5 free-threaded,
which does not specialise.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
from types import ModuleType


def read() -> object:
    return module.__class__


module = ModuleType("module")
module.__dict__["__class__"] = "an entry of the dict"
for _ in range(100):
    read()
print(
    f"{sys.version.split()[0]}: module.__class__ gives {read()}, getattr gives {getattr(module, '__class__')}"
)
sys.exit(read() != getattr(module, "__class__"))

"""gh-156399: a module gives what its dict holds, and not what a property of its class says. One thread.

`_Py_Specialize_LoadAttr` (Python/specialize.c) takes whatever has the module type's `tp_getattro` for a module, and
neither it nor `LOAD_ATTR_MODULE` asks whether the class has a data descriptor of that name. A module can be given
another class at any time, too.
Measured: every run on 3.14.7+, 3.15.0rc1+ and 3.16.0a0, with either -X gil; not on 3.13.5 free-threaded, nor 3.11.7.
Exit status 1: it showed. Exit status 0: not.
"""

import sys
from types import ModuleType


class Module(ModuleType):
    @property
    def x(self) -> str:
        return "property"


def read() -> str:
    return module.x


module = ModuleType("module")
module.x = "dict"
for _ in range(100):
    read()
module.__class__ = Module
print(f"{sys.version.split()[0]}: module.x gives the {read()}'s, getattr the {getattr(module, 'x')}'s")
sys.exit(read() != getattr(module, "x"))

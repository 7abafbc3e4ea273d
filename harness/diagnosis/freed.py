"""Who freed the memory that somebody used: from a sanitizer's report, or from the stacks when the target died.

Where a process dies says who used it. The freeing stack is exact in a report of the address sanitizer. A debug
allocator (``PYTHONMALLOC=debug``) fills what is freed with 0xDD: that proves that freed memory was used. By whom it was
freed it does not record; that is told only where the thread that does it is still at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

FREED_BY = re.compile(r"^(?:previously )?freed by thread T\d+.* here:\n((?: +#\d+ .*\n)+)", re.MULTILINE)
FRAME = re.compile(r"#\d+ 0x[0-9a-f]+ in (?P<function>\S+)")
ALLOCATOR = re.compile(
    r"_?_?(interceptor_)?(free|cfree|realloc)$|_?mi_|_?Py(Mem|Object)_(Debug|Mi)?\w*Free|_PyMem_"
)
"""Functions that free, whatever it is."""
FREES = re.compile(r"[Dd]ealloc|[Ff]ree|DECREF|DecRef|Py_CLEAR|_clear$")
MOST = 6
"""Functions that are named, from the one that frees outwards."""


def of_sanitizer(text: str) -> str:
    """The stack that an address sanitizer's report says has freed it; empty where it has none."""
    found = FREED_BY.search(text)
    return of_functions(FRAME.findall(found[1])) if found else ""


def of_functions(names: Iterable[str]) -> str:
    """A freeing stack in words, the innermost first, without the allocator's own functions."""
    kept: list[str] = []
    for name in names:
        if not ALLOCATOR.match(name) and name not in kept[-1:]:
            kept.append(name)
    return " < ".join(kept[:MOST])


def of_stack(functions: Sequence[str]) -> str:
    """The same of a thread's stack in which the freed block's address lies; empty where none of it frees anything."""
    inner = [number for number, name in enumerate(functions) if ALLOCATOR.match(name) or FREES.search(name)]
    return of_functions(functions[inner[0] :]) if inner else ""

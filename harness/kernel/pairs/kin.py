"""Which operations touch the same thing of an object: what they race on is read and written at once only by these."""

from __future__ import annotations

import builtins
from types import CodeType, FunctionType, ModuleType

from harness.kernel.pairs.subject import JOIN, Step


def kin_first(pairs: list[str], declared: dict[str, Step]) -> tuple[list[str], int]:
    """The pairs, those first whose operations touch the same, and how many these are."""
    touched = {name: _touched(one) for name, one in declared.items()}
    kin: list[str] = []
    others: list[str] = []
    for pair in pairs:
        one, _, other = pair.partition(JOIN)
        alike = one == other or not touched[one].isdisjoint(touched[other])
        (kin if alike else others).append(pair)
    return kin + others, len(kin)


def _touched(one: Step) -> frozenset[str]:
    """Attributes and keys that the operation's own code names; of several that one function makes, what tells them
    apart.
    """
    do = one.do
    if not isinstance(do, FunctionType):
        return frozenset()
    cells = [cell.cell_contents for cell in do.__closure__ or () if isinstance(cell.cell_contents, str)]
    return frozenset(
        name
        for name in (*named_in(one), *cells)
        if not hasattr(builtins, name) and not isinstance(do.__globals__.get(name), ModuleType | FunctionType)
    )


def named_in(one: Step) -> list[str]:
    """Names and strings of the operation's own code."""
    return _named(one.do.__code__) if isinstance(one.do, FunctionType) else []


def _named(code: CodeType) -> list[str]:
    """Names and strings of a function's code, and of the functions in it."""
    found = [*code.co_names]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += _named(constant)
        elif isinstance(constant, str) and constant != code.co_qualname:
            found.append(constant)
    return found

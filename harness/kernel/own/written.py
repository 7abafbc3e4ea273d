"""The source of a file of subjects, from what was found of somebody's own type and tried."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.kernel.own.arguments import ANOTHER
from harness.kernel.own.tried import GIVES, MODULES, TIMES, Tried, Trier
from harness.kernel.pairs.subject import ATOMIC, JOIN, VALUES, Promise, Subject

TAKEN = {*dir(Subject), *dir(builtins), *MODULES, "islice", "suppress", "step", "look", "MOST"}
LOOK = '''
def look(**asked):
    """What each gives, or raises."""
    seen = {}
    for name, one in asked.items():
        try:
            seen[name] = HIDDEN
        except Exception as error:
            seen[name] = type(error).__name__.encode()
    return seen
'''
HIDE = """

def hidden(thing):
    if type(thing) is str:
        return thing.encode("utf-8", "backslashreplace")
    if type(thing) is dict:
        return {hidden(key): hidden(value) for key, value in thing.items()}
    return type(thing)(map(hidden, thing)) if type(thing) in (list, tuple, set, frozenset) else thing
"""
WRONG = """
    def wrong(self, o):
        said = len(o)
        there = len(list(islice(o, said + 9)))
        return "" if said == there else f"len() says {said}, and iterating gives {there}"
"""


@dataclass(frozen=True)
class Origin:
    """Where an object comes from, as it stands in a file of subjects."""

    spelled: str
    """``mypackage:make_counter``, or with a file for the package."""
    imports: str
    """What makes ``called`` a name, and that of the author's own operations."""
    called: str
    """What makes an object."""
    base: str = ""
    """The class of the author's own operations; empty: there is none."""

    @property
    def class_name(self) -> str:
        """Of the subject: of the package, or the file, and of what is called."""
        where = (
            re.split(r"[\\\\/]", self.spelled.rpartition(":")[0])[-1].removesuffix(".py").partition(".")[0]
        )
        name = re.sub(r"\W", "_", f"{where}_{self.spelled.rpartition(':')[2]}").lstrip("_")
        return name if name.isidentifier() else f"own_{name}"


def written(
    origin: Origin,
    trier: Trier,
    promise: Promise,
    declared: Mapping[str, object],
    own_left: bool,
    own_wrong: bool,
) -> str:
    """A module with one subject. ``declared`` are names that the author's own operations have; ``own_left`` and
    ``own_wrong``: the author says what is left of an object, and what is wrong with it.
    """
    operations = [one for one in trier.operations if one.name not in declared]
    left = [] if own_left else list(_left(trier, promise))
    asks = not own_wrong and trier.counts_itself and len(trier.lengths) > 1
    body = "".join(_operation(one, promise, trier.complete) for one in operations)
    body = (left[0] if left else "") + (WRONG if asks else "") + body
    body = re.sub(rf"(?<![\w.]){re.escape(ANOTHER)}", f"{origin.called}()", body)
    used = [name for name in MODULES if f"{name}." in body]
    imports = "".join(f"import {name}\n" for name in used)
    islice = "from itertools import islice\n" if "islice(" in body else ""
    kernel = sorted(
        {"Subject", "step"} | {name for name in ("ATOMIC", "MOST", "PROCESS", "VALUES") if name in body}
    )
    return (
        f'"""What there is to do on what {origin.spelled} makes. To change it, change a copy."""\n\n'
        f"{imports}from contextlib import suppress\n{islice}\n"
        f"from harness.kernel.pairs import {', '.join(kernel)}\n\n"
        f"with suppress(Exception):  # whoever only reads this may lack what it imports\n{origin.imports}"
        f"{_look(promise) if left else ''}\n\n"
        f"class {origin.class_name}({origin.base or 'Subject'}):\n"
        f'    """What {origin.spelled} makes."""\n\n'
        f"    made_by = {origin.spelled!r}\n"
        f"    left_out = {trier.undriven | _apart(trier)!r}\n\n"
        f"    def fresh(self, size):\n        return {origin.called}()\n"
        f"{body}"
    )


def _operation(one: Tried, promise: Promise, complete: bool) -> str:
    of_it: Promise = (
        VALUES if one.defined.inside else promise
    )  # what is not done at once takes effect at no moment
    told = [of_it.upper()]
    told += ["writes=True"] if one.writes else []
    told += [
        f"{keyword_}=({_errors(errors)})"
        for keyword_, errors in (("may_raise", one.may_raise), ("lets_raise", one.lets_raise))
        if errors
    ]
    told += ["text=True"] if one.text or not complete else []
    form = one.form
    if not (one.plain and one.steady) and form.startswith(GIVES):
        form = form.removeprefix(GIVES)  # what it gives cannot be compared
    return f"\n    @step({', '.join(told)})\n    def {_free(one.name)}(o, v):\n        {form}\n"


def _free(name: str) -> str:
    """The name, as one that means nothing else."""
    return name + "_" if name in TAKEN or keyword.iskeyword(name) else name


def _look(promise: Promise) -> str:
    """Text that is made of what is seen is hidden from who asks whether somebody put it there."""
    if promise == ATOMIC:
        return LOOK.replace("HIDDEN", "hidden(one())") + HIDE
    return LOOK.replace("HIDDEN", "one()")


def _errors(names: Iterable[str]) -> str:
    """Classes of that name; whoever defined them, it is the name that is compared."""
    return "".join(
        f"{name}, "
        if isinstance(getattr(builtins, name, None), type)
        else f"type({name!r}, (Exception,), {{}}), "
        for name in sorted(names)
    )


def _left(trier: Trier, promise: Promise) -> Iterator[str]:
    looks, changes = trier.looking()
    # Where no order is promised, only what was put there is asked for.
    asked = [*looks, *changes * TIMES] if promise == ATOMIC else [one for one in looks if not one.text]
    if asked:
        lines = ""
        for number, one in enumerate(asked):
            again = asked[:number].count(one)
            name = f"{one.name}__{again + 1}" if again else _free(one.name)
            lines += f"            {name}=lambda: {one.form.removeprefix(GIVES)},\n"
        yield f"\n    def left(self, o):\n        return look(\n{lines}        )\n"


def _apart(trier: Trier) -> dict[str, str]:
    """Pairs that are not raced, with the reason."""
    names = [one.name for one in trier.operations]
    return {
        pair: reason
        for pair, reason in trier.left_out.items()
        if JOIN in pair and all(name in names for name in pair.split(JOIN))
    }

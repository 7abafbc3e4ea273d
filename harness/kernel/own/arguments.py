"""Expressions for the arguments of an operation: from signatures, annotations and names, the likeliest first.

Which of them the operation takes is tried (``tried.py``); nothing else can tell for code whose types are not written
down. ``v`` is the thread's own fresh string, ``another()`` makes one more object as the shared one was made.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

Choices = tuple[list[str], ...]
"""For each argument in turn, what it could be."""

ANOTHER = "another()"
NUMBER, REAL, CALLED, ITEMS, TABLE, BYTES = "1", "1.0", "(lambda *given: None)", "[v]", "{v: v}", "v.encode()"
HELD = "'x0'"
"""What the author may have put there, as all subjects do."""
ANY = ["v", HELD, NUMBER, ITEMS, TABLE, BYTES, CALLED, ANOTHER, "None"]
OPERAND = [ANOTHER, *ANY]
"""For what an operator takes."""
KEYED = ["0", HELD, "v", *ANY[2:]]
"""For a key or an index: both threads are to come to the same."""
NAMES = (
    (KEYED, "key k index i idx pos position name slot"),
    ([NUMBER, *ANY], "n count size amount delta step number num limit"),
    (["0.001", *ANY], "timeout seconds delay interval"),
    ([ITEMS, *ANY], "items values iterable seq sequence"),
    ([CALLED, *ANY], "func function callback fn f predicate factory"),
    ([BYTES, *ANY], "data buf buffer payload"),
    (OPERAND, "other"),
)
NAMED = {name: texts for texts, names in NAMES for name in names.split()}
"""By a parameter's name."""
TYPES = (
    (NUMBER, "int"),
    (REAL, "float complex"),
    ("True", "bool"),
    ("v", "str"),
    (BYTES, "bytes Buffer memoryview"),
    (f"bytearray({BYTES})", "bytearray"),
    (ITEMS, "list Iterable Sequence Collection"),
    ("(v,)", "tuple"),
    ("{v}", "set"),
    (TABLE, "dict Mapping MutableMapping"),
    (CALLED, "Callable"),
    ("None", "None"),
)
TYPED = {name: text for text, names in TYPES for name in names.split()}
"""By an annotation's name, without what stands in its brackets."""
OF_VALUE = {int: NUMBER, float: REAL, bool: "False", str: "v", bytes: BYTES, list: ITEMS, dict: TABLE}
MOST_TRIED = 60
"""Lists of arguments."""
MOST_UNTOLD = 3
"""Arguments that are tried where nothing says how many there are."""
POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def of_signature(call: Any) -> Choices | None:
    """For what has no default in the signature of something bound; None: it has no signature."""
    try:
        signature = inspect.signature(call)
    except (ValueError, TypeError):
        return None
    choices = []
    for one in signature.parameters.values():
        if one.default is not inspect.Parameter.empty:
            continue
        if one.kind in POSITIONAL:
            choices.append(of_parameter(one))
        elif one.kind is inspect.Parameter.KEYWORD_ONLY:
            choices.append([f"{one.name}={text}" for text in of_parameter(one)])
    return tuple(choices)


def of_parameter(parameter: inspect.Parameter) -> list[str]:
    """What a parameter could be given."""
    first = _of_annotation(parameter.annotation)
    return list(dict.fromkeys([*first, *NAMED.get(parameter.name, ANY)]))


def of_setter(o: Any, name: str) -> list[str]:
    """What an attribute could be set to: something of the kind that it is."""
    try:
        now = getattr(o, name)
    except Exception:  # noqa: BLE001  # it has no value yet
        return ANY
    kind = OF_VALUE.get(type(now))
    return list(dict.fromkeys([*([kind] if kind else []), *ANY]))


def lists(choices: Choices | None) -> Iterator[str]:
    """Lists of arguments, as they stand in a call; where nothing says how many there are, from none on."""
    if choices is not None:
        yield from islice(map(", ".join, product(*choices)), MOST_TRIED)
        return
    for count in range(MOST_UNTOLD + 1):
        yield from islice(map(", ".join, product(*[ANY] * count)), MOST_TRIED)


def forms(form: str, choices: Choices | None) -> Iterator[str]:
    """The form with each list of arguments in turn."""
    if "ARGUMENTS" in form:
        yield from (form.replace("ARGUMENTS", arguments) for arguments in lists(choices))
        return
    for each in islice(product(*(choices or ())), MOST_TRIED):
        filled = form
        for number, text in enumerate(each):
            filled = filled.replace(f"A{number}", text)
        yield filled


def _of_annotation(annotation: Any) -> list[str]:
    if annotation is inspect.Parameter.empty:
        return []
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    if annotation is not None and not isinstance(annotation, str | type):
        text = str(annotation)
    found: list[str] = []
    for part in text.split("|"):
        name = part.partition("[")[0].strip().rpartition(".")[2]
        found += [TYPED[name]] if name in TYPED else []
    return found or ([ANOTHER] if "Self" in text else [])

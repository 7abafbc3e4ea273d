"""The child that is asked what there is to do on somebody's own type: see ``harness/campaign/own.py``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.kernel.events import describe_error
from harness.kernel.loader import import_file
from harness.kernel.own.defined import defined
from harness.kernel.own.tried import Trier, without_input
from harness.kernel.own.written import Origin, written
from harness.kernel.pairs.kin import named_in
from harness.kernel.pairs.subject import Subject, steps
from harness.kernel.scenario import ScenarioError

if TYPE_CHECKING:
    from harness.kernel.events import Emit
    from harness.kernel.spec_types import OwnSpec

IMPORTING, MAKING = "importing it", "making one"
"""What is tried before any operation."""


def run_own(spec: OwnSpec, emit: Emit) -> None:
    """Find, try and write down. Raises ScenarioError, in one sentence, where there is nothing to be driven."""

    def tell(what: str) -> None:
        emit({"event": "trying", "operation": what})

    without_input()
    tell(IMPORTING)
    factory, imports, called = _named(spec["factory"], spec["path"])
    base, base_name = Subject, ""
    if spec["operations"]:
        base, more, base_name = _named(spec["operations"], spec["path"])
        imports += more
        if not (isinstance(base, type) and issubclass(base, Subject)):
            raise ScenarioError(
                f"{spec['operations']} is no class of operations: derive it from harness.kernel.pairs.Subject"
            )
    tell(MAKING)
    make = _maker(spec["factory"], factory)
    declared = steps(base) if base_name and base is not Subject else {}
    driven = {name for one in declared.values() for name in named_in(one)}
    driven |= {name.rstrip("_") for name in driven}
    found, undriven = defined(make(), spec["attributes"])
    found = [one for one in found if one.name not in declared and one.name not in driven]
    trier = Trier(make, tell, spec["left_out"])
    trier.undriven = {name: reason for name, reason in undriven.items() if name not in driven}
    trier.run(found)
    if not trier.operations and not declared:
        raise ScenarioError(_nothing(spec["factory"], trier.undriven, type(make())))
    origin = Origin(spec["factory"], imports, called, base_name)
    own_left = base.left is not Subject.left
    own_wrong = base.wrong is not Subject.wrong
    source = written(origin, trier, spec["promise"], declared, own_left, own_wrong)
    emit({"event": "own", "name": origin.class_name, "source": source})


def _named(spelled: str, path: list[str]) -> tuple[Any, str, str]:
    """What is meant by MODULE:NAME or FILE:NAME, how a file of subjects imports it, and what it calls it then."""
    where, _, name = spelled.rpartition(":")
    first = name.partition(".")[0]
    if where.endswith(".py"):
        folder = str(Path(where).parent)
        lines = ["import sys", "from pathlib import Path", "from harness.kernel.loader import import_file"]
        lines += [f"sys.path.append({folder!r})", f"{first} = import_file(Path({where!r})).{first}"]
        sys.path.append(folder)
        module: Any = import_file(Path(where))
    else:
        lines = []
        try:
            module = importlib.import_module(where)
        except ModuleNotFoundError as error:
            if error.name != where.partition(".")[0] or not path:
                raise _not_imported(where, error) from error
            lines = ["import sys", f"sys.path += {path!r}"]
            sys.path += path
            try:
                module = importlib.import_module(where)
            except BaseException as again:  # whatever it does, it is told in one sentence
                raise _not_imported(where, again) from again
        except BaseException as error:
            raise _not_imported(where, error) from error
        lines += [f"from {where} import {first}"]
    thing = module
    for part in name.split("."):
        if not hasattr(thing, part):
            raise ScenarioError(f"{where} has no {name}: name what makes a fresh object, as {where}:NAME")
        thing = getattr(thing, part)
    return thing, "".join(f"    {line}\n" for line in lines), name


def _not_imported(where: str, error: BaseException) -> ScenarioError:
    said = f"{type(error).__name__}: {describe_error(error)}"
    return ScenarioError(
        f"{where} cannot be imported by {sys.executable}: {said}; install it there, or name another --target"
    )


def _maker(spelled: str, factory: Any) -> Callable[[], Any]:
    """What makes a fresh object, tried. Raises ScenarioError in one sentence where it does not."""
    if not callable(factory):
        raise ScenarioError(
            f"{spelled} cannot be called: it must make a fresh object each time, with no argument"
        )
    try:
        one, other = factory(), factory()
    except BaseException as error:  # a constructor may raise anything
        said = f"{type(error).__name__}: {describe_error(error)}"
        raise ScenarioError(
            f"{spelled} cannot make an object: it raised {said}; give a function that does, with no argument"
        ) from error
    if one is other:
        raise ScenarioError(
            f"{spelled} gives the same object each time: give a function that makes a fresh one for each round"
        )
    with suppress(Exception):
        del one, other
    return factory  # type: ignore[no-any-return]  # it was called


def _nothing(spelled: str, undriven: dict[str, str], kind: type) -> str:
    if undriven:
        why = "; ".join(f"{name}: {reason}" for name, reason in undriven.items())
        return f"{spelled}: none of its operations can be driven: {why}"
    return (
        f"{spelled} makes a {kind.__module__}.{kind.__qualname__}, which defines no public method, property or operator"
        " of its own: name another type, or give its operations in a file of subjects"
    )

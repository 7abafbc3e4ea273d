"""Turns what went wrong in a trial into events: one a finding, however often it is seen."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from harness.kernel.columns import columns
from harness.kernel.compiler import Violation, oracle_of
from harness.kernel.events import EmitOfTrial, describe, describe_error
from harness.kernel.linearizability import Contradiction
from harness.kernel.rounds import Role
from harness.kernel.scenario import Scenario, operations

if TYPE_CHECKING:
    from harness.kernel.event_types import Details, Kind


class Recorder:
    """Emits each finding once. ``total`` counts all of them.

    ``unraisable`` and ``escaped`` run on any thread, in the middle of a race: they keep text and nothing else, and
    what they kept is emitted with the next finding or round by the trial's own thread.
    """

    def __init__(
        self,
        emit: EmitOfTrial,
        began: float,
        scenario: type[Scenario],
        last_operations: Callable[[str, int], str] = lambda kind, number: "",
    ) -> None:
        self.emit = emit
        self.began = began
        self.scenario = scenario
        self.last_operations = last_operations
        self.total = 0
        self._told: set[tuple[str, ...]] = set()
        self._operations = {declared.name: declared for declared in operations(scenario)}
        self.kept: list[tuple[str, str, str]] = []

    def finding(
        self, kind: Kind, oracle: str, where: str, message: str, details: Details, number: int
    ) -> None:
        """Emit a finding unless it has been told in this trial."""
        self.total += 1
        same = (kind, oracle, where, str(details.get("exception", "")))
        if same in self._told:
            return
        self._told.add(same)
        if last := self.last_operations(kind, number):
            details = details | {"last_operations": last}
        self.emit(
            {
                "event": "finding",
                "kind": kind,
                "oracle": oracle,
                "where": where,
                "message": message,
                "details": details,
                "round": number,
                "elapsed_s": round(time.monotonic() - self.began, 4),
            }
        )

    def forget(self) -> None:
        """From here on what has been told is told again."""
        self._told.clear()

    def violation(self, role: Role, error: Violation, number: int) -> None:
        name, seen, turn = error.args
        oracle = oracle_of(self.scenario, self._operations[name])
        assert oracle is not None
        details: Details = {
            "actor": role.actor,
            "thread": role.me,
            "operation": turn,
            "seen": [describe(thing) for thing in seen],
        }
        self.finding("violation", oracle.name, name, describe_text(oracle.explain, seen), details, number)

    def contradiction(self, found: Contradiction, number: int) -> None:
        """A round's history that no order explains."""
        details: Details = {"history": "\n".join(columns(found))}
        self.finding("violation", "linearizability", found.register, found.reason, details, number)

    def refused(self, where: str, seen: tuple[Any, ...], number: int) -> None:
        oracle = self.scenario.oracle
        name = oracle.name if oracle else "scenario"
        message = describe_text(oracle.explain, seen) if oracle else describe(seen)
        self.finding("violation", name, where, message, {"seen": [describe(thing) for thing in seen]}, number)

    def disagreement(self, what: str, found: object, expected: object, number: int) -> None:
        message = f"with all actors parked, {what} gave {describe(found)} where {describe(expected)} was due"
        where = what.rsplit(", read ", 1)[0]
        self.finding("violation", "quiescence", where, message, {"read": what}, number)

    def exception(self, where: str, error: BaseException, details: Details, number: int) -> None:
        name = type(error).__name__
        message = f"{name} in {where}: {describe_error(error)}"
        self.finding("exception", "process", where, message, {"exception": name} | details, number)

    def unraisable(self, unraisable: Any) -> None:
        """For ``sys.unraisablehook``: an exception in a finalizer."""
        if unraisable.exc_type is not None and issubclass(
            unraisable.exc_type, self.scenario.finalizers_raise
        ):
            return
        name = getattr(unraisable.exc_type, "__name__", "an exception")
        self.kept.append(("finalizer", name, describe_error(unraisable.exc_value)))

    def escaped(self, args: threading.ExceptHookArgs) -> None:
        """For ``threading.excepthook``: an exception that left an actor's thread."""
        thread = args.thread.name if args.thread is not None else "a thread"
        self.kept.append((thread, args.exc_type.__name__, describe_error(args.exc_value)))

    def flush(self, number: int) -> None:
        """Emit what the hooks kept."""
        kept, self.kept = self.kept, []
        for where, name, text in kept:
            self.finding(
                "exception", "process", where, f"{name} in {where}: {text}", {"exception": name}, number
            )


def describe_text(explain: Any, seen: tuple[Any, ...]) -> str:
    """The oracle's sentence; what was seen may be half dead, and must not take the finding with it."""
    try:
        return str(explain(*seen))[:1000]
    except Exception as error:  # noqa: BLE001  # see above
        print(f"explaining a violation raised {type(error).__name__}", file=sys.stderr)
        return f"saw {', '.join(describe(thing) for thing in seen)}"

"""Decides what a round of a pair may have given and left, as far as its operations promise anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.kernel.events import describe, describe_error
from harness.kernel.pairs.frozen import RAISED, Raised, strings
from harness.kernel.pairs.orders import Orders, Outcome, frozen_outcome, of_a_fresh_one
from harness.kernel.pairs.race import DIGITS, LETTERS
from harness.kernel.pairs.subject import ATOMIC, PROCESS, Step, Subject, promised

if TYPE_CHECKING:
    from harness.kernel.event_types import Details, FindingEvent, Kind

NEVER = frozenset({"SystemError", "MemoryError"})
"""What no operation may raise, whatever it promises: the interpreter's own word for a state that cannot be."""


@dataclass(frozen=True)
class Refusal:
    """What a judge says of a round."""

    kind: Kind
    oracle: str
    message: str
    exception: str = ""

    def told(self, where: str, details: Details, number: int, elapsed_s: float) -> FindingEvent:
        """The finding that it is, of the pair ``where``, in the round ``number``."""
        return {
            "event": "finding",
            "kind": self.kind,
            "oracle": self.oracle,
            "where": where,
            "message": self.message,
            "details": {"exception": self.exception} | details if self.exception else details,
            "round": number,
            "elapsed_s": round(elapsed_s, 4),
        }


UNSEEN = "looking at it raised"
BROKEN = "to look at it raised what nothing may:"


def disagreement(subject: Subject, o: Any) -> str:
    """What the subject finds that does not agree with itself in the object, or that it cannot even look."""
    try:
        return subject.wrong(o)
    except Exception as error:  # noqa: BLE001  # it is no longer what it was, or cannot be looked at
        name = type(error).__name__
        return f"{BROKEN if name in NEVER else UNSEEN} {name}: {describe_error(error)}"


class Judge:
    """Of one pair at one size. What it has allowed once it does not look at again."""

    def __init__(self, subject: Subject, size: int, steps: Sequence[Sequence[Step]], orders: Orders) -> None:
        self.subject = subject
        self.steps = steps
        self.orders = orders
        self.promise = promised([list(thread) for thread in steps])
        if orders.varied and self.promise == ATOMIC:
            self.promise = "values"
        self.let = {name for thread in steps for one in thread for name in one.lets_raise}
        self.allowed: set[Outcome] = {one for one in orders.outcomes if not raises_what_none_may(one)}
        self.seen: set[Outcome] = set()
        self.asks = type(subject).wrong is not Subject.wrong
        known = [letter + digit for letter in LETTERS for digit in DIGITS]
        self.known = (
            orders.strings
            | set(known)
            | of_a_fresh_one(subject, size)
            | {f"x{number}" for number in range(size)}
        )

    def refusal(self, o: Any, given: Sequence[Sequence[Any]]) -> Refusal | None:
        """Why a round is not allowed, or None."""
        wrong = disagreement(self.subject, o) if self.asks and self.promise != PROCESS else ""
        return self.refusal_of(given, frozen_outcome(self.subject, o, given), wrong)

    def refusal_of(self, given: Sequence[Sequence[Any]], outcome: Outcome, wrong: str) -> Refusal | None:
        """The same, of an object that was looked at already: what it left may be drained."""
        self.seen.add(outcome)
        if wrong and not (wrong.startswith(UNSEEN) and self._is_left_by_an_order(outcome)):
            return Refusal("violation", "structure", f"{self._told(outcome)}: {wrong}")
        if outcome in self.allowed:
            return None
        refused = self._raised(given) or self._strange(outcome) or self._out_of_order(outcome)
        if refused is None:
            self.allowed.add(outcome)
        return refused

    def _is_left_by_an_order(self, outcome: Outcome) -> bool:
        """Whether some order leaves the object so, too: one that is cleared for good cannot be looked at."""
        return any(one[-1] == outcome[-1] for one in self.orders.outcomes)

    def _raised(self, given: Sequence[Sequence[Any]]) -> Refusal | None:
        for thread, results in enumerate(given):
            for number, result in enumerate(results):
                if type(result) is not Raised:
                    continue
                one = self.steps[thread][number]
                expected = result.name in (*self.orders.raised[thread][number], *one.may_raise, *self.let)
                never = result.name in NEVER
                if never or not (expected or self.promise == PROCESS):
                    why = "no operation may" if never else "in no order of these operations it does"
                    message = f"{one.name} raised {result.name}: {result.text}; {why}"
                    return Refusal("exception", "process", message, result.name)
        return None

    def _strange(self, outcome: Outcome) -> Refusal | None:
        """A value that nobody put there."""
        if self.promise == PROCESS:
            return None
        shown = [
            frozen
            for thread, results in enumerate(outcome[:-1])
            for number, frozen in enumerate(results)
            if not self.steps[thread][number].text
        ]
        for text in (text for frozen in (*shown, outcome[-1]) for text in strings(frozen)):
            if text not in self.known:
                return Refusal(
                    "violation", "permitted", f"{self._told(outcome)}: nobody put {describe(text)} there"
                )
        return None

    def _out_of_order(self, outcome: Outcome) -> Refusal | None:
        if self.promise != ATOMIC:
            return None
        orders = "; ".join(f"{order}: {self._told(one)}" for one, order in self.orders.outcomes.items())
        return Refusal("violation", "outcomes", f"{self._told(outcome)}; the orders give: {orders}"[:1500])

    def _told(self, outcome: Outcome) -> str:
        parts = [
            f"{LETTERS[thread]}.{one.name} {_shown(frozen)}"
            for thread, results in enumerate(outcome[:-1])
            for one, frozen in zip(self.steps[thread], results, strict=True)
        ]
        return f"{', '.join(parts)}, left {_plain(outcome[-1])}"


def raises_what_none_may(outcome: Outcome) -> bool:
    """Whether one of the operations raised what is wrong in whatever order."""
    return any((RAISED, name) in results for results in outcome[:-1] for name in NEVER)


def _shown(frozen: Any) -> str:
    raised = isinstance(frozen, tuple) and frozen and frozen[0] == RAISED
    return f"raised {frozen[1]}" if raised else f"gave {_plain(frozen)}"


def _plain(frozen: Any) -> str:
    """Something frozen as a person would write it."""
    if isinstance(frozen, frozenset):
        return "{" + ", ".join(sorted(map(_plain, frozen))) + "}"
    if isinstance(frozen, tuple) and frozen and isinstance(frozen[0], str):
        name, *rest = frozen
        if name == "item":
            return ": ".join(map(_plain, rest))
        if name in ("list", "tuple", "set", "frozenset", "deque", "dict"):
            inner = ", ".join(map(_plain, rest))
            return f"[{inner}]" if name == "list" else f"{name}({inner})"
        return f"{name}({', '.join(map(_plain, rest))})"
    if isinstance(frozen, tuple):
        return "(" + ", ".join(map(_plain, frozen)) + ")"
    return describe(frozen, 80)

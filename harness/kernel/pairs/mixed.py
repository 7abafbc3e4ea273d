"""Mixed rows: each round is of another pair of the subject, so that in a moment all of them have come.

What a row shows is judged by what takes no order to know; only where that is not enough, or where a promise is about
orders, the orders of that pair are tried, once.
"""

from __future__ import annotations

import mmap
import random
import sys
from collections.abc import Collection, Sequence
from time import perf_counter
from typing import Any

from harness.kernel.pairs.durations import Durations
from harness.kernel.pairs.frozen import Raised, strings
from harness.kernel.pairs.judge import NEVER, Judge, Refusal, disagreement, raises_what_none_may
from harness.kernel.pairs.kin import kin_first
from harness.kernel.pairs.lifetime import ROWS as HELD_ROWS
from harness.kernel.pairs.orders import Outcome, explored, frozen_outcome, of_a_fresh_one
from harness.kernel.pairs.race import LETTERS, Play, Racers, Row, mixed_player
from harness.kernel.pairs.subject import ATOMIC, JOIN, PROCESS, Step, Subject, pairs_of, promised

LENGTH, SHORTEST = 128, 16
"""Rounds of a row; fewer, as far as the second, where it would take more than ``MADE_S`` to make their objects."""
MADE_S = 0.1
TURNS = 4
"""In every other row each thread does its operation as often, in one round: narrow windows are met sooner. What may
come of it no order says: only the process and the structure are asked for. What doubles doubles so often, and not more.
"""
KIN = 2
"""Of as many rounds of pairs in which an operation writes, one more is given to kin: theirs are the narrow windows. And
where both write, a pair comes twice as often: in the same rounds it shows twice as much as one of which one writes, and
more than ten times as much as one of which none does (``python -m measure.classes``).
"""
LONGEST_NS = 200_000
"""Of a round in turns: where operations take long, there are fewer."""
NOTE_BYTES = 4
PAIR_BITS = 16
"""Of a note; above these is the number of the round in its row."""
OWN = {letter + "1" for letter in LETTERS[:2]}
"""What each thread's operation is told to put there."""
NONE = (1 << 8 * NOTE_BYTES) - 1
"""The note of a thread that has come to none."""


class Mixed:
    """The rows of one subject at one of its sizes after the other, and their judge."""

    def __init__(
        self,
        subject: Subject,
        declared: dict[str, Step],
        seed: str,
        file: str | None,
        left_out: Collection[str] = (),
    ) -> None:
        self.subject = subject
        writing, reading = pairs_of(declared, subject.left_out)
        writing, kin = kin_first(writing, declared)
        self.names = writing + reading
        """The pairs, by the number that a note has of each."""
        self.numbers = [number for number, name in enumerate(self.names) if name not in left_out]
        """Of those that come."""
        self.kin = [number for number in self.numbers if number < kin]
        """Those whose operations touch the same."""
        writers = {name for name, one in declared.items() if one.writes}
        self.both_write = [n for n in self.numbers if writers.issuperset(self.names[n].split(JOIN))]
        self.last = [number for number in self.numbers if number >= len(writing)]
        """Where both read: what is worked out once and kept is all that they may race on."""
        self.steps = [[declared[name] for name in pair.split(JOIN)] for pair in self.names]
        self.asked = [all(one.promise != PROCESS for one in pair) for pair in self.steps]
        """Of each pair, whether more is asked than that the process goes on."""
        self.asks = type(subject).wrong is not Subject.wrong
        self.draw = random.Random(seed)
        self.left: list[int] = []
        self.rows = 0
        self.turns = 1
        self.durations = Durations(random.Random(f"{seed}:durations"))
        self.timed: set[int] = set()
        """The sizes at which a row has been timed."""
        self.held_at = (1 + self.draw.randrange(2, HELD_ROWS)) % HELD_ROWS
        """Never the first two, which are all of a glance: what is held is not freed under anybody's hands."""
        self.size = subject.sizes[0]
        noted = bytearray(NOTE_BYTES * 2)
        self.notes = [memoryview(noted).cast("I") for _ in range(2)]
        if file is not None:
            with open(file, "w+b") as opened:
                opened.write(b"\xff" * (NOTE_BYTES * 2) + "\n".join(self.names).encode())
                opened.flush()
                mapped = mmap.mmap(opened.fileno(), NOTE_BYTES * 2)
            # Each thread's own: reference counts that two threads change would have them wait for one another.
            self.notes = [memoryview(mapped).cast("I") for _ in range(2)]
        self.rounds, self.overlapped = [0] * len(self.names), [0] * len(self.names)
        """Of each pair."""
        self.quick: dict[tuple[int, int], _Quick] = {}
        began = perf_counter()
        self.known = {
            size: of_a_fresh_one(subject, size) | {f"x{number}" for number in range(size)} | OWN
            for size in subject.sizes
        }
        """By size: the strings that are known to be put there, before anything is raced."""
        made_s = (perf_counter() - began) / len(subject.sizes)
        self.length = max(SHORTEST, min(LENGTH, int(MADE_S / max(made_s, MADE_S / LENGTH))))
        self.judges: dict[tuple[int, int], Judge] = {}

    def row(self) -> Row:
        """The next one: pairs that have not come yet, where both read at last; then all again in another order."""
        sizes = self.subject.sizes
        self.size = sizes[self.rows % len(sizes)]
        # The second row is in turns, for a glance has few: and each size comes both ways.
        in_turns = (self.rows + self.rows // len(sizes) * (len(sizes) % 2 == 0)) % 2
        self.rows += 1
        while len(self.left) < self.length:
            first = self.numbers[: len(self.numbers) - len(self.last)]
            again = first + self.both_write + self.kin * (len(first) // max(1, KIN * len(self.kin)))
            for some in (again, self.last):
                self.draw.shuffle(some)
                self.left += some
        pairs, self.left = self.left[: self.length], self.left[self.length :]
        made = self.row_of(pairs)
        if self.rows > 1 and self.rows % HELD_ROWS == 1:
            self.held_at = self.draw.randrange(HELD_ROWS)  # else some sizes would never come but held
        if self.rows % HELD_ROWS == self.held_at:
            made.hold()
        elif in_turns and self.turns > 1:
            made.turns = self.turns
        elif self.size not in self.timed:
            self.timed.add(self.size)
            made.time()
        else:
            for me, other in ((0, 1), (1, 0)):
                each = [(self.steps[pair][me].name, self.steps[pair][other].name) for pair in pairs]
                made.begin_late(me, [self.durations.pause(*names, self.size) for names in each])
        return made

    def row_of(self, pairs: Sequence[int]) -> Row:
        """One whose rounds are of these pairs, by number."""
        made = Row(len(pairs), 2)
        made.pairs, made.notes = [i << PAIR_BITS | pair for i, pair in enumerate(pairs)], self.notes
        made.steps = [[self.steps[pair][me] for pair in pairs] for me in (0, 1)]
        return made

    def play(self, row: Row) -> Sequence[Play]:
        """What each thread runs in it."""
        return [mixed_player(row.is_timed)] * 2

    def learn(self, row: Row) -> None:
        """How long rounds take says how many turns there may be."""
        if row.turns == 1:
            self.turns = max(1, min(TURNS, LONGEST_NS * row.ended() // max(1, row.took_ns)))
        if row.is_timed:
            for steps, took in zip(row.steps, row.took, strict=True):
                timed = [(one.name, ns) for one, ns in zip(steps, took, strict=True) if ns]
                self.durations.learn(self.size, timed)

    def was_cut(self, row: Row, i: int) -> None:
        """Of a row that was ended before its time: what comes behind its round ``i`` comes in the next one."""
        self.left[:0] = [self.pair_of(row, later) for later in row.numbers[i + 1 :]]

    def pair_of(self, row: Row, i: int) -> int:
        """The number of the pair that the row's round ``i`` is of."""
        return row.pairs[i] & (1 << PAIR_BITS) - 1

    def names_in(self, row: Row) -> list[str]:
        """The pair of each round of the row."""
        return [self.names[self.pair_of(row, i)] for i in row.numbers]

    def raced(self) -> list[tuple[str, int, int]]:
        """Each pair that has come: its name, its rounds, and those in which both were at it at once."""
        counted = zip(self.names, self.rounds, self.overlapped, strict=True)
        return [(name, rounds, overlapped) for name, rounds, overlapped in counted if rounds]

    def come_to(self) -> str:
        """The name of the pair that the threads have come to: that of the one that is behind."""
        return self.names[min(self.notes[0]) & (1 << PAIR_BITS) - 1]

    def _note(self, number: int) -> None:
        """No thread is at it now: what dies from here on dies of this pair."""
        self.notes[0][0] = self.notes[0][1] = number

    def refusal(self, row: Row, i: int, given: Sequence[Sequence[Any]], racers: Racers) -> Refusal | None:
        """Why the row's round ``i`` is not allowed, or None."""
        number, o = self.pair_of(row, i), row.objects[i]
        self._note(number)
        wrong = disagreement(self.subject, o) if self.asks else ""
        if not self.asked[number]:
            wrong = ""  # only that the process goes on was asked: what is corrupt may take it along when looked at
        outcome = frozen_outcome(self.subject, o, given)
        in_turns = row.turns > 1
        allowed = not raises_what_none_may(outcome) if in_turns else self._is_allowed(number, outcome, given)
        if allowed and not wrong:
            return None
        refused = self._judge(number, racers).refusal_of(given, outcome, wrong)
        if allowed and in_turns and refused is not None and refused.oracle != "structure":
            return None  # nobody could look at it, as some order leaves it: the rest is not asked in turns
        return refused

    def _is_allowed(self, number: int, outcome: Outcome, given: Sequence[Sequence[Any]]) -> bool:
        """Whether what promises no order, or the two orders, tried on this one thread, say so; else the judge of the
        pair has the word.
        """
        key = (number, self.size)
        quick = self.quick.get(key)
        if quick is None:
            quick = self.quick[key] = _Quick(self.steps[number], self.known[self.size])
        if quick.allows(outcome, given):
            return True
        if quick.tried:
            return False
        quick.try_orders(self.subject, self.size)
        return quick.allows(outcome, given)

    def _judge(self, number: int, racers: Racers) -> Judge:
        if (number, self.size) not in self.judges:
            steps = [[one] for one in self.steps[number]]
            orders = explored(racers, self.subject, self.size, steps)
            self.judges[number, self.size] = Judge(self.subject, self.size, steps, orders)
        return self.judges[number, self.size]


class _Quick:
    """What a pair may give at one size: what says itself that nothing is wrong with it, and what both orders give when
    one thread tries them. They are tried once, and only where it takes them to know.
    """

    def __init__(self, steps: Sequence[Step], known: set[str]) -> None:
        self.steps = steps
        self.known = known
        self.outcomes: set[Outcome] = set()
        self.raised: list[set[str]] = [set(one.may_raise) for one in steps]
        self.promise = promised([[one] for one in steps])
        self.tried = False

    def try_orders(self, subject: Subject, size: int) -> None:
        """Note what each order gives, and raises."""
        self.tried = True
        for order in ((0, 1), (1, 0)):
            o = subject.fresh(size)
            given: list[list[Any]] = [[], []]
            for thread in order:
                try:
                    given[thread].append(self.steps[thread].result(o, LETTERS[thread] + "1"))
                except BaseException as error:  # noqa: BLE001  # it is what the operation gives
                    given[thread].append(Raised(error))
                    self.raised[thread].add(type(error).__name__)
            outcome = frozen_outcome(subject, o, given)
            if not raises_what_none_may(outcome):
                self.outcomes.add(outcome)
            self.known = self.known.union(
                text for results in (*outcome[:-1], outcome[-1:]) for one in results for text in strings(one)
            )

    def allows(self, outcome: Outcome, given: Sequence[Sequence[Any]]) -> bool:
        if outcome in self.outcomes:
            return True
        if self.promise == ATOMIC:
            return False
        for results, raised in zip(given, self.raised, strict=True):
            name = results[0].name if type(results[0]) is Raised else ""
            if name in NEVER or (name and self.promise != PROCESS and name not in raised):
                return False
        shown = [results[0] for one, results in zip(self.steps, outcome[:-1], strict=True) if not one.text]
        if self.promise != PROCESS and not all(
            text in self.known for frozen in (*shown, outcome[-1]) for text in strings(frozen)
        ):
            return False
        self.outcomes.add(outcome)
        return True


def noted(content: bytes) -> str | None:
    """The pair that a file of notes says was at it; None where none had begun.

    Of two threads the one that is behind is inside an operation, and the other waits for it, at the next one's.
    """
    head, names = content[: NOTE_BYTES * 2], content[NOTE_BYTES * 2 :].decode().split("\n")
    notes = [int.from_bytes(head[at : at + NOTE_BYTES], sys.byteorder) for at in (0, NOTE_BYTES)]
    number = min(notes) & (1 << PAIR_BITS) - 1
    return names[number] if min(notes) != NONE and names != [""] and number < len(names) else None

"""The stride loop means what the operations say, and refuses what it cannot mean."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from harness.kernel.compiler import Violation, compile_actor, compile_operation
from harness.kernel.loader import describe_file, find_scenario
from harness.kernel.scenario import Scenario, ScenarioError, operations
from tests.kernel.conftest import Write


def load(path: Path) -> type[Scenario]:
    return find_scenario(str(path), "sample.sample")


NOTES = """
class Sample(Scenario):
    "Counts."
    def prepare(self, knobs):
        self.seen = []
    @operation(actor="writer", stores=1)
    def note(self, n, me):
        self.seen.append((n, me))
"""


def turn(scenario: type[Scenario], actor: str, turns: int = 1) -> tuple[Scenario, list[int]]:
    """Run the actor's loop alone for some turns; the state it worked on, and its tally."""
    state = scenario()
    state.prepare(None)  # type: ignore[arg-type]
    loop = compile_actor(scenario, actor, alone=True)
    tally = [0, 0]
    loop.run(state, 7, turns, 3, [True], [], [True], [], tally, loop.memory(), [False], lambda: None)
    return state, tally


def test_an_operation_runs_once_a_turn_with_its_number_and_its_threads_index(scenario_file: Write) -> None:
    path = scenario_file(NOTES)
    state, tally = turn(load(path), "writer", 5)
    assert state.seen == [(n, 7) for n in range(1, 6)]  # type: ignore[attr-defined]
    assert tally[0] == 5


def test_an_operation_has_bytecode_of_its_own_each_time_that_it_is_asked_for(scenario_file: Write) -> None:
    path = scenario_file(NOTES)
    scenario = load(path)
    (declared,) = operations(scenario)
    state = scenario()
    state.prepare(None)  # type: ignore[arg-type]
    first, second = (compile_operation(scenario, declared)(state) for _ in range(2))
    first(1, 7)
    second(2, 8)
    assert state.seen == [(1, 7), (2, 8)]  # type: ignore[attr-defined]
    assert first.__code__ is not second.__code__


def test_two_operations_of_one_actor_keep_their_local_names_apart(scenario_file: Write) -> None:
    path = scenario_file(
        """
        class Sample(Scenario):
            "Two operations, the same names."
            def prepare(self, knobs):
                self.log = []
            @operation(actor="writer", stores=1)
            def first(self, n):
                value = n
                try:
                    raise KeyError(value)
                except KeyError as error:
                    self.log.append(error.args[0])
            @operation(actor="writer")
            def second(self):
                value = [name for name in ("a", "b")]
                self.log.append(value)
        """
    )
    state, _ = turn(load(path), "writer", 2)
    assert state.log == [1, ["a", "b"], 2, ["a", "b"]]  # type: ignore[attr-defined]


def test_what_the_judge_refuses_is_raised_with_the_observation(scenario_file: Write) -> None:
    path = scenario_file(
        """
        class Sample(Scenario):
            "The second read is older on purpose."
            oracle = Order()
            def prepare(self, knobs):
                self.new, self.old = Value(2), Value(1)
            @operation(actor="reader")
            def read(self, n):
                return self.new, self.old
        """
    )
    with pytest.raises(Violation) as caught:
        turn(load(path), "reader")
    name, seen, number = caught.value.args
    assert (name, [value.count for value in seen], number) == ("read", [2, 1], 1)


def test_a_judges_memory_lasts_through_the_round(scenario_file: Write) -> None:
    path = scenario_file(
        """
        class Sample(Scenario):
            "Counts of one writer go down in the third read."
            oracle = PerWriterOrder()
            def prepare(self, knobs):
                self.values = iter([Value(5), Value(9, writer=1), Value(4), Value(1)])
            @operation(actor="reader")
            def read(self):
                return next(self.values)
        """
    )
    with pytest.raises(Violation) as caught:
        turn(load(path), "reader", 4)
    assert caught.value.args[1][0].count == 4


def test_what_an_operation_may_raise_is_not_counted_as_an_observation(scenario_file: Write) -> None:
    path = scenario_file(
        """
        class Sample(Scenario):
            "Every other read finds nothing."
            oracle = OwnWrite()
            def prepare(self, knobs):
                self.numbers = iter(range(10))
            @operation(actor="reader", may_raise=(LookupError,))
            def read(self):
                number = next(self.numbers)
                if number % 2:
                    raise LookupError(number)
                return number, number
        """
    )
    _, tally = turn(load(path), "reader", 10)
    assert tally == [10, 5]


def test_a_traceback_points_into_the_scenario_file(scenario_file: Write) -> None:
    path = scenario_file(
        """
        class Sample(Scenario):
            "Fails."
            @operation(actor="reader")
            def read(self):
                return 1 / 0
        """
    )
    with pytest.raises(ZeroDivisionError) as caught:
        turn(load(path), "reader")
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.line) == (str(path), "return 1 / 0")


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        ("def step(self):\n        self.x = 1", "binds self.x: state is bound in prepare()"),
        ("def step(self):\n        if self: return 1\n        return 2", "may only return in its last line"),
        ("def step(self, other):\n        pass", "it may take self, n and me"),
        ("def step(self):\n        undefined_name()", "uses the name undefined_name"),
        ("def step(self):\n        yield 1", "uses yield"),
        ("def step(self):\n        return 1, 2, 3", "must return earlier, later"),
    ],
)
def test_an_operation_that_cannot_be_a_loop_is_refused_in_one_sentence(
    scenario_file: Write, operation: str, complaint: str
) -> None:
    head = 'class Sample(Scenario):\n    "Wrong."\n    oracle = Order()\n'
    path = scenario_file(f'{head}    @operation(actor="reader")\n    {operation}\n')
    with pytest.raises(ScenarioError) as caught:
        describe_file(str(path))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)

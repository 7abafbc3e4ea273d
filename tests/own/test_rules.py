"""Rules by which somebody's own type becomes a subject, each on a small class, in this process."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.campaign import own
from harness.campaign.options import CampaignError
from harness.campaign.own import OwnType, own_subject
from harness.campaign.watch import Limits
from harness.cli import pairs as command
from harness.cli.errors import Stop
from harness.diagnosis.ending import Ending
from harness.kernel.own import tried
from harness.kernel.own.defined import NO_NAME, Defined, defined
from harness.kernel.own.tried import COUNTED, UNTRIED, Trier
from harness.kernel.own.written import Origin, written
from harness.kernel.pairs import PROCESS, VALUES, ftstress_pairs
from harness.kernel.pairs.subject import Promise, steps
from harness.record.target import Target


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What would have been slept."""
    slept: list[float] = []
    monkeypatch.setattr(tried, "sleep", slept.append)
    return slept


def trier_of(make: Callable[[], Any], left_out: dict[str, str] | None = None) -> tuple[Trier, list[str]]:
    """Who has tried all of it, and what it said it was at."""
    told: list[str] = []
    trier = Trier(make, told.append, left_out or {})
    trier.run(defined(make(), False)[0])
    return trier, told


def source_of(trier: Trier, promise: Promise = VALUES) -> str:
    return written(Origin("m:Made", "    from m import Made\n", "Made"), trier, promise, {}, False, False)


class Places:
    """Gives the last of what was put there, from the third one on."""

    def __init__(self) -> None:
        self._held: list[str] = []

    def put(self, item: str) -> None:
        self._held.append(item)

    def third(self) -> str | None:
        return self._held[-1] if len(self._held) > 2 else None


def test_each_string_that_is_put_there_in_a_row_is_known_again() -> None:
    trier, _ = trier_of(Places)
    third = next(one for one in trier.operations if one.name == "third")
    assert third.gave_put and not third.text


def test_what_depends_on_the_time_in_seconds_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]

    class Aged:
        def __init__(self) -> None:
            self._made = now[0]

        def age(self) -> int:
            return int(now[0] - self._made)

        def clock(self) -> int:
            return int(now[0])

        def same(self) -> int:
            return 7

    def later(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(tried, "sleep", later)
    trier, _ = trier_of(Aged)
    assert {one.name: one.steady for one in trier.operations} == {"age": False, "clock": False, "same": True}


class Named:
    """Methods that are called as slots are, or as nothing can be."""

    def __add__(self, other: object) -> int:
        return 1

    def add(self, item: object) -> None: ...

    def and_(self) -> None: ...

    def __and__(self, other: object) -> int:
        return 2


setattr(Named, "from", lambda self: None)


def test_a_method_and_a_slot_of_one_name_are_both_driven() -> None:
    found, undriven = defined(Named(), False)
    forms = {one.name: one.form for one in found}
    assert forms == {
        "add": "return o.add(ARGUMENTS)",
        "add_2": "return o + A0",
        "and": "return o.and_(ARGUMENTS)",
        "and_2": "return o & A0",
    }
    assert undriven == {"from": NO_NAME}
    trier, _ = trier_of(Named)
    names: dict[str, Any] = {}
    exec(source_of(trier), names)
    assert set(steps(names["m_Made"])) == set(forms)


def test_what_only_the_instance_has_is_driven_once() -> None:
    one = Named()
    vars(one).update({"kept": 1, "two words": 2})
    found, undriven = defined(one, True)
    assert {"kept", "set_kept"} <= {each.name for each in found} and undriven["two words"] == NO_NAME


def test_a_base_that_only_says_it_is_of_builtins_is_no_part_of_the_library() -> None:
    base = type("Base", (), {"__module__": "builtins", "pop": lambda self: 1})
    found, _ = defined(type("Derived", (base, dict), {})(), False)
    assert [one.name for one in found] == ["pop"]


class Endless:
    """Counting it would take for ever."""

    gone_through = 0

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[int]:
        Endless.gone_through += 1
        return iter([1])

    def put(self, item: object) -> None: ...


@pytest.mark.parametrize("left_out", ["iter", "iter+put", COUNTED])
def test_what_is_not_to_be_iterated_is_not_counted(left_out: str) -> None:
    trier, told = trier_of(Endless, {left_out: "it does not come back"})
    assert not trier.counts_itself and COUNTED not in told
    if left_out == "iter":
        Endless.gone_through = 0
        trier_of(Endless, {left_out: "it does not come back"})
        assert not Endless.gone_through


def test_counting_is_told_as_such() -> None:
    trier, told = trier_of(Endless)
    assert trier.counts_itself and COUNTED in told


def test_pairs_that_were_not_tried_in_time_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tried, "PATIENCE_S", -1.0)
    trier, _ = trier_of(Places)
    names: dict[str, Any] = {}
    exec(source_of(trier), names)
    pairs = names["m_Made"].left_out
    assert set(pairs) >= {"put+put", "put+third", "third+third"} and set(pairs.values()) == {UNTRIED}
    monkeypatch.setattr(tried, "PATIENCE_S", 20.0)
    assert not trier_of(Places)[0].left_out


class Many:
    """Its ``another`` is no object of the harness's."""

    def another(self) -> int:
        return 1

    def make_another(self) -> int:
        return 2

    def joined(self, other: object) -> int:
        if not isinstance(other, Many):
            raise TypeError(other)
        return 3


def test_only_the_argument_becomes_the_factory() -> None:
    source = source_of(trier_of(Many)[0])
    assert "return o.another()" in source and "return o.make_another()" in source
    assert "return o.joined(Made())" in source


def test_each_promise_is_imported() -> None:
    exec(source_of(trier_of(Many)[0], PROCESS), {})


def test_a_marked_test_that_is_only_called_does_not_pass() -> None:
    @ftstress_pairs(Many)
    def test() -> None: ...

    with pytest.raises(RuntimeError, match="nothing was raced"):
        test()
    with pytest.raises(TypeError, match="marks a function"):
        ftstress_pairs(Many)(Many)


NOWHERE = cast(Target, SimpleNamespace(stretch=3.0))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (OwnType("m:Counter", "mine:Counter"), "m:Counter and mine:Counter are both called Counter"),
        (OwnType("m:Counter", promise=cast(Promise, "much")), "'much' is no promise"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(asked: OwnType, says: str) -> None:
    with pytest.raises(CampaignError, match=says):
        own_subject(NOWHERE, asked)


def test_a_slow_target_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Limits] = []

    def watch(make: object, limits: Limits, hear: object, stop: object) -> Ending:
        asked.append(limits)
        return cast(Ending, SimpleNamespace(how="timeout"))

    monkeypatch.setattr(own, "watch", watch)
    with pytest.raises(CampaignError, match="took more than 360 s: name a factory"):
        own_subject(NOWHERE, OwnType("m:Counter"))
    assert (asked[0].time_s, asked[0].silence_s) == (own.LONGEST_S * 3, own.STARTING_S * 3)


def test_an_import_may_take_longer_than_an_operation(
    free_threaded: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(own, "SILENT_S", 1.5)
    file = tmp_path / "slow.py"
    file.write_text("import time\ntime.sleep(3)\nclass Made:\n    def one(self): return 1\n")
    assert own_subject(free_threaded, OwnType(f"{file}:Made")).pairs == ("one+one",)


def test_what_another_process_has_staged_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = own._kept("made", "text")
    file.unlink()
    file.with_suffix(".new").write_text("half")
    assert own._kept("made", "text") == file and file.with_suffix(".new").read_text() == "half"


def test_two_subjects_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "own_subject", lambda target, asked: SimpleNamespace(name="pairs.make_one"))
    arguments = argparse.Namespace(operations=None, promise=None, attributes=False)
    with pytest.raises(Stop, match=r"two subjects are called pairs.make_one"):
        command._chosen(arguments, NOWHERE, ["a.make:one", "b.make:one"])


def test_each_try_with_other_arguments_is_told() -> None:
    class Picky:
        def take(self, item: object) -> None:
            raise TypeError

    told: list[str] = []
    Trier(Picky, told.append, {}).run([Defined("take", "o.take(ARGUMENTS)", (["1", "2", "3"],))])
    assert told.count("take") == 3

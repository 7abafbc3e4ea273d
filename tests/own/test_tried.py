"""What a class defines is found, with arguments that it takes; what is trouble is told, and the rest is driven."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.campaign import own
from harness.campaign.options import CampaignError
from harness.campaign.own import OwnType, coverage, own_subject
from harness.kernel.pairs.subject import ATOMIC, Step, load_subjects, steps
from harness.record.target import Target

FILE = Path(__file__).with_name("_types.py")


def operations(target: Target, name: str, attributes: bool = False) -> dict[str, Step]:
    """Of a type of the file, as the source says that was written of it."""
    found = own_subject(target, OwnType(f"{FILE}:{name}", promise=ATOMIC, attributes=attributes))
    (subject,) = load_subjects(found.file).values()
    return steps(subject)


@pytest.fixture(autouse=True)
def _kept_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.targets
def test_what_the_class_defines_is_found_and_nothing_else(free_threaded: Target) -> None:
    found = operations(free_threaded, "Counter")
    assert {name: one.writes for name, one in found.items()} == {"add": True, "value": False}
    assert found["add"].promise == ATOMIC
    inherited = operations(free_threaded, "LockedCounter")
    assert set(inherited) == {"add", "value"}


def test_instance_attributes_are_driven_where_that_is_asked_for(free_threaded: Target) -> None:
    assert set(operations(free_threaded, "Counter", attributes=True)) == {
        "add",
        "value",
        "total",
        "set_total",
    }


def test_what_an_operation_gives_is_learnt_from_what_it_gave(free_threaded: Target) -> None:
    found = operations(free_threaded, "Shelf")
    assert set(found) == {"put", "status", "first", "len", "iter"}
    assert not found["first"].text  # it gives what was put there
    assert found["status"].text  # it makes text of it
    assert found["iter"].promise != ATOMIC  # it is not done at once, whatever is promised
    assert "RuntimeError" in found["iter"].may_raise


def test_what_is_trouble_is_told_and_the_rest_is_driven(free_threaded: Target) -> None:
    found = own_subject(free_threaded, OwnType(f"{FILE}:Trouble"))
    told = dict(found.left_out)
    assert found.pairs == ("fine+fine",)
    assert told["blocks"] == "it does not come back"
    assert told["asks"] == "it waits for input"
    assert told["ends"] == "it ends the process (exit status 3)"
    assert told["exits"] == "it ends the program: it raises SystemExit"
    assert told["eats"].startswith("it takes more memory than it may (")
    assert told["refuses"] == "it raised TypeError: not that, whatever it was given"
    assert told["takes_long"].endswith("too long to be raced")
    assert told["later"] == "it is awaited: only an event loop drives it"
    assert told["__get__"] == "it is a descriptor's: only a class that holds the object drives it"
    assert told["sub"].startswith("it raised TypeError: unsupported operand")
    assert coverage([found]) == (1, 11)


def test_what_waits_for_what_another_has_done_is_not_raced_with_it(free_threaded: Target) -> None:
    found = own_subject(free_threaded, OwnType(f"{FILE}:Gate"))
    told = dict(found.left_out)
    assert told == {
        "take": "it does not come back when it is done again",
        "close+through": "through does not come back where close has been",
    }
    assert set(found.pairs) == {"close+close", "close+open", "open+open", "open+through", "through+through"}
    assert coverage([found]) == (3, 4)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("make_one", "gives the same object each time"),
        ("raises", "cannot make an object: it raised LookupError: none today"),
        ("hangs", "making one does not come back"),
        ("ends", "making one ends the process (exit status 7)"),
        ("FILE", "has no FILE"),
        ("time", "cannot be called"),
        ("object", "has no object"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(
    free_threaded: Target, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "STARTING_S", 4.0)
    with pytest.raises(CampaignError) as raised:
        own_subject(free_threaded, OwnType(f"{FILE}:{name}"))
    assert says in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("factory", "says"),
    [
        ("no_such_package:make", "cannot be imported by"),
        ("there/is/none.py:make", "there is no file"),
        ("builtins:open", "cannot make an object: it raised TypeError"),
        ("builtins:object", "defines no public method"),
    ],
)
def test_what_is_not_there_is_one_sentence(free_threaded: Target, factory: str, says: str) -> None:
    with pytest.raises(CampaignError) as raised:
        own_subject(free_threaded, OwnType(factory))
    assert says in str(raised.value) and "\n" not in str(raised.value)


def test_what_is_refused_while_a_result_is_held_is_no_finding(free_threaded: Target) -> None:
    found = operations(free_threaded, "Lent")
    assert found["view"].lets_raise == ("BufferError",)

"""A type's own table is compared with the dicts: an entry that is wrong is seen, one that is right is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.kernel import Value, agree, fresh_class, fresh_subclass, tables
from harness.record.target import Target

ROOT = Path(__file__).resolve().parents[2]

STALE = """
import gc, sys, _testinternalcapi
sys.path.insert(0, sys.argv[1])
from harness.kernel import agree, fresh_class, fresh_subclass, prime, tables

def wrong(expected, *classes):
    return [what for what, found, right in agree(expected, "x", *classes) if found is not right]

base = fresh_class(x=1)
sub = fresh_subclass(base)
empty = fresh_subclass(sub)
missing = fresh_class()
prime(base, sub, missing)
assert tables.held(base, "x") == 1 and tables.held(empty, "x") == tables.NOT_HELD, "looking fills nothing"
assert tables.held(missing, "x") is None, "a miss is held too"
assert wrong(1, base, sub, empty) == wrong(None, missing) == []
(names,) = (one for one in gc.get_referents(vars(base)) if type(one) is dict)
names["x"] = 2  # nobody is told
print("; ".join(wrong(1, base, sub, empty)))
for cls in (base, sub, empty):
    _testinternalcapi.type_cache_invalidate(cls)
print("; ".join(wrong(2, base, sub, empty)))
"""


@pytest.mark.targets("main")
def test_an_entry_that_the_dicts_no_longer_hold_is_seen(free_threaded: Target) -> None:
    command = [free_threaded.executable, "-c", STALE, str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [
        "x in a class's table; x in a class's table; x in a class's table",
        "",
    ]


@pytest.mark.skipif(sys.version_info >= (3, 16), reason="this interpreter has tables of its own")
def test_without_tables_nothing_is_asked() -> None:
    assert list(tables.agree("x", fresh_class())) == []


def test_the_empty_table_of_all_types_must_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    value = Value(1)
    cls = fresh_class(x=value)
    monkeypatch.setattr(tables, "type_cache_lookup", lambda cls, name: (1, value, 0))
    wrong = [what for what, found, expected in agree(value, "x", cls, cls()) if found is not expected]
    assert wrong == ["x in the empty table of all types"]


def test_what_is_hidden_by_no_base_is_what_the_table_must_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = Value(1), Value(2)
    base = fresh_class(x=far)
    sub = fresh_subclass(base, x=near)
    held = {base: far, sub: near}
    monkeypatch.setattr(tables, "type_cache_lookup", lambda cls, name: (cls in held, held.get(cls), 0))
    assert [found is expected for _, found, expected in tables.agree("x", base, sub)] == [True] * 3
    held[sub] = far
    assert [found is expected for _, found, expected in tables.agree("x", base, sub)] == [True, True, False]

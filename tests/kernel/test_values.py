"""Values note their own death, and the ledger tells a missing one from one finalized twice."""

from __future__ import annotations

import gc

from harness.kernel import Ledger, MortalValue, Value, agree, fresh_class


def test_a_value_says_which_store_made_it() -> None:
    assert repr(Value(7, "name")) == "name#7"
    assert repr(Value(7, "name", 2)) == "name#7 of writer 2"


def test_the_ledger_counts_each_death_once() -> None:
    ledger = Ledger(3)
    values = [MortalValue(count, ledger) for count in range(3)]
    assert ledger.missing(3, current=None) == [0, 1, 2]
    kept = values.pop()
    del values
    gc.collect()
    assert ledger.missing(3, current=2) == []
    assert ledger.twice() == []
    assert kept.alive
    kept.__del__()
    kept.__del__()
    assert ledger.twice() == [2]
    assert not kept.alive


def test_agreement_reads_every_holder_several_times() -> None:
    value = Value(1)
    cls = fresh_class(x=value)
    asked = list(agree(value, "x", cls, cls()))
    assert sum("read" in what for what, _, _ in asked) == 6
    assert all(found is expected is value for _, found, expected in asked)

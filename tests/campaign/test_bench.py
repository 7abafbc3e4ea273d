"""The bench measures both loops in one child of the target. No test asserts a ratio: noise is noise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.campaign import bench
from harness.campaign.bench import BenchError, Pair, measure
from harness.kernel.rings import Every
from harness.record.target import Target


@pytest.mark.parametrize("ring", ["off", "stride", "operation"])
@pytest.mark.parametrize("oracle", bench.ORACLES)
def test_each_pair_is_measured_in_the_target_and_told_as_it_comes(
    free_threaded: Target, monkeypatch: pytest.MonkeyPatch, oracle: str, ring: Every
) -> None:
    monkeypatch.setattr(bench, "PAIRS", 2)
    monkeypatch.setattr(bench, "SECONDS", 0.3)
    heard: list[Pair] = []
    pairs = measure(free_threaded, oracle, 1, heard.append, ring)
    assert pairs == heard and len(pairs) == 2
    assert all(pair.harness > 0 and pair.beside > 0 and pair.readers == 1 for pair in pairs)


def test_a_child_that_dies_is_one_sentence(free_threaded: Target) -> None:
    with pytest.raises(BenchError, match="the bench could not be measured"):
        measure(replace(free_threaded, executable="/bin/false"), "order", 1, lambda pair: None)

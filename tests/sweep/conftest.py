"""Scenes on real targets, in this process: the tracer is the test itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.kernel.spec_types import SceneSpec
from harness.record.coverage import OFF
from harness.record.target import Target
from harness.sweep import ptrace
from harness.sweep.jobs import Job, jobs_of
from harness.sweep.scene import Scene, has_specializer
from harness.sweep.sweeper import Sweeper
from harness.sweep.worker import code_of

HEADER = "import ctypes, os, signal, time\nfrom harness.kernel import *\n"
SUITES = Path(__file__).resolve().parent.parent.parent / "stress_tests"
MakeScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def symbols(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder in which what is read of a binary is kept from test to test."""
    return str(tmp_path_factory.mktemp("symbols"))


@pytest.fixture
def scene(free_threaded: Target, symbols: str, tmp_path: Path) -> Iterator[MakeScene]:
    """Makes scenes: of a scenario ``Sample`` that is written here, or of one of the suites; closes them."""
    made: list[Scene] = []
    cores = os.sched_getaffinity(0)

    def make(
        body: str = "",
        *,
        file: str = "",
        name: str = "sample.sample",
        target: Target | None = None,
        functions: str | None = None,
        limit_s: float = 10.0,
        stepping: bool = False,
    ) -> Scene:
        path = SUITES / file if file else tmp_path / "sample.py"
        if not file:
            path.write_text(HEADER + body)
        spec: SceneSpec = {
            "file": str(path),
            "scenario": name,
            "knobs": {},
            "stepping": stepping,
            "limit_s": limit_s,
        }
        os.sched_setaffinity(0, {min(cores)})
        made.append(Scene(target or free_threaded, spec, code_of(symbols, functions)))
        return made[-1]

    try:
        yield make
    finally:
        for one in made:
            one.close()
        ptrace.quiet(False)
        os.sched_setaffinity(0, cores)


def job_of(scene: Scene, a: str, b: str, turns: int = 1, warm: bool = True, specialized: str = OFF) -> Job:
    """The job of two operations in one variant."""
    found = [
        job
        for job in jobs_of(scene.stage.pairs, has_specializer(scene.target))
        if (job.a, job.b, job.turns, job.warm, job.specialized) == (a, b, turns, warm, specialized)
    ]
    assert len(found) == 1, found
    return found[0]


def swept(scene: Scene, most: int = 100_000) -> tuple[Sweeper, list[Any], list[Any]]:
    """Sweep everything, at most so many stops: the sweeper, what it told, what became of each job."""
    told: list[Any] = []
    sweeper = Sweeper(scene, told.append, lambda counts: counts.rounds < most)
    return sweeper, told, sweeper.sweep()

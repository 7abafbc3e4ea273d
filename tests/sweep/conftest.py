"""Scenes on real targets, in this process: the tracer is the test itself."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.kernel.spec_types import SceneSpec
from harness.record.coverage import OFF
from harness.record.target import Target
from harness.sweep import ptrace
from harness.sweep.jobs import Job
from harness.sweep.scene import Scene
from harness.sweep.sweeper import Sweeper
from harness.sweep.worker import code_of, pattern_of

HEADER = "import ctypes, os, signal, time\nfrom harness.kernel import *\n"
SUBJECTS = "import os\nfrom harness.kernel.pairs import *\n"
SUITES = Path(__file__).resolve().parent.parent.parent / "stress_tests"
MakeScene = Callable[..., Scene]
CHILDREN = 6
"""So many are asked, one after another, where one operation must not wait for the other.

Up to 3.15 either may miss the shared cache, by where in memory the process keeps its names and types. In three
processes of ten the reader does, and waits for the type's lock then; in one of a hundred the writer
does, and stops while it fills the entry that the reader looks at.
"""


@pytest.fixture(scope="session")
def symbols(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder in which what is read of a binary is kept from test to test."""
    return str(tmp_path_factory.mktemp("symbols"))


@pytest.fixture
def scene(free_threaded: Target, symbols: str, tmp_path: Path) -> Iterator[MakeScene]:
    """Makes scenes: of a scenario ``Sample`` that is written here, or of one of the suites; closes them. With ``pairs``
    it is a subject.
    """
    made: list[Scene] = []
    cores = os.sched_getaffinity(0)

    def make(
        body: str = "",
        *,
        file: str = "",
        name: str = "sample.sample",
        pairs: Sequence[str] = (),
        target: Target | None = None,
        functions: str | None = None,
        limit_s: float = 10.0,
        stepping: bool = False,
        by_ptrace: bool = False,
    ) -> Scene:
        path = SUITES / file if file else tmp_path / "sample.py"
        if not file:
            path.write_text((SUBJECTS if pairs else HEADER) + body)
        spec: SceneSpec = {
            "file": str(path),
            "scenario": "pairs.sample" if pairs and not file else name,
            "pairs": list(pairs),
            "knobs": {},
            "stepping": stepping,
            "by_ptrace": by_ptrace,
            "limit_s": limit_s,
        }
        os.sched_setaffinity(0, {min(cores)})
        code = code_of(symbols, pattern_of(functions, pairs))
        made.append(Scene(target or free_threaded, spec, code))
        return made[-1]

    try:
        yield make
    finally:
        for one in made:
            one.close()
        ptrace.quiet(False)
        os.sched_setaffinity(0, cores)


both_ways = pytest.mark.parametrize("by_ptrace", [False, True], ids=["within", "ptrace"])
"""For what is to be the same whether a thread stops within itself or a tracer stops it."""


def job_of(scene: Scene, a: str, b: str, turns: int = 1, warm: bool = True, specialized: str = OFF) -> Job:
    """The job of two operations in one variant; of a subject that with its first size, and objects that A makes."""
    wanted = (a, b, turns, warm, specialized, next(iter(scene.stage.sizes), None), "A")
    found = [job for job in scene.jobs if job.variant == wanted]
    assert len(found) == 1, found
    return found[0]


def swept(scene: Scene, most: int = 100_000) -> tuple[Sweeper, list[Any], list[Any]]:
    """Sweep everything, at most so many stops: the sweeper, what it told, what became of each job."""
    told: list[Any] = []
    sweeper = Sweeper(scene, told.append, lambda counts: counts.rounds < most)
    return sweeper, told, sweeper.sweep()

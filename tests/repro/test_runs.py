"""What counts as seen when a script is run, and for how long it must look in vain."""

from __future__ import annotations

import math
import random
import signal
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from harness.builds.fingerprint import probe
from harness.record.target import Target
from harness.repro.runs import LEAST_S, Rate, Run, Turns, run

TRIES = 20_000
EATER = "import time; kept = bytearray(b'x') * (128 << 20); time.sleep(99)"


@pytest.fixture(scope="module")
def here() -> Target:
    return probe(sys.executable)


def ran(folder: Path, text: str, here: Target, limit_s: float = 20) -> Run:
    script = folder / "script.py"
    script.write_text(text)
    return run(here, script, limit_s=limit_s)


def test_exit_status_1_counts_only_with_the_line_that_says_so(tmp_path: Path, here: Target) -> None:
    assert ran(tmp_path, "print('seen in round 1')\nraise SystemExit(1)", here).seen
    dying = "import sys\nsys.stderr.write('The pad bytes are ')\nsys.exit('seen: the child\\'s exit status is -11')"
    assert ran(tmp_path, dying, here).seen, "behind what the child had begun to say"
    done = ran(tmp_path, "raise LookupError('no state')", here)
    assert (done.seen, done.failure) == (False, "exit status 1: LookupError: no state")
    for number, died in ((signal.SIGABRT, True), (signal.SIGKILL, False)):
        done = ran(tmp_path, f"import os\nos.kill(os.getpid(), {number:d})", here)
        assert (done.seen, done.died) == (False, died)
    assert ran(tmp_path, "print('not seen')", here).failure is None


def test_a_script_that_looks_for_too_long_is_ended_with_its_children(tmp_path: Path, here: Target) -> None:
    sleeper = (
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {'import time; time.sleep(99)'!r}])"
    )
    done = ran(tmp_path, sleeper, here, limit_s=1)
    assert (done.seen, done.failure) == (False, None)


def test_a_script_that_holds_too_much_memory_is_ended_with_its_children(
    tmp_path: Path, here: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.repro.runs.MEMORY_BYTES", 64 << 20)
    eater = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {EATER!r}])"
    done = ran(tmp_path, eater, here)
    assert (done.seen, done.failure) == (False, "it held over 64 MiB and was ended")
    assert done.took_s < 20


SLEEPS = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(3)'])"
SPINS = "import time\nend = time.monotonic() + 3\nwhile time.monotonic() < end: pass"


@pytest.mark.parametrize(("text", "waits"), [(SLEEPS, True), (SPINS, False)])
def test_a_script_that_only_waits_gives_its_turn_on(
    text: str, waits: bool, tmp_path: Path, here: Target
) -> None:
    script = tmp_path / "script.py"
    script.write_text(text)
    turns, took = Turns(1), Event()

    def next_one() -> None:
        with turns.one():
            took.set()

    with turns.one() as rests:
        other = Thread(target=next_one)
        other.start()
        run(here, script, limit_s=20, rests=rests)
        took.wait(0.1 if not waits else 20)
        assert took.is_set() is waits
    other.join()
    assert took.is_set()


def test_a_turn_that_is_given_on_twice_is_one_turn() -> None:
    turns, order = Turns(1), list[str]()

    def wait() -> None:
        with turns.one():
            order.append("in")

    with turns.one() as give_on:
        give_on()
        give_on()
        with turns.one():
            other = Thread(target=wait)
            other.start()
            other.join(0.2)
            assert order == []
    other.join()
    assert order == ["in"]


def test_the_header_line_is_read_as_it_was_written() -> None:
    rate = Rate(hits=9, runs=10, limit_s=60.0, mean_s=1.25)
    assert Rate.from_text(f'"""What.\n{rate.said()}; Linux, 2 cores.\n"""') == rate
    assert Rate.from_text("a script of somebody's own") is None


def test_what_shows_less_often_is_looked_for_longer() -> None:
    often, seldom = Rate(10, 10, 60, 2.0), Rate(2, 10, 60, 50.0)
    assert often.needed_s(0.99) is not None and seldom.needed_s(0.99) is not None
    assert (often.needed_s(0.9) or 0) < (often.needed_s(0.99) or 0) < (seldom.needed_s(0.99) or 0)
    assert Rate(10, 10, 60, 0.01).needed_s(0.99) == LEAST_S
    assert Rate(0, 10, 60, 60.0).needed_s(0.99) is None


@pytest.mark.parametrize("hits", [1, 3, 10])
def test_a_look_that_long_is_in_vain_as_seldom_as_it_says(hits: int) -> None:
    """Whatever the true rate is: measured until so many hits, then looked for."""
    draw = random.Random(hits)
    missed = 0.0
    for _ in range(TRIES):
        took_s = sum(draw.expovariate(0.01) for _ in range(hits))
        missed += math.exp(-0.01 * (Rate(hits, hits, 1e9, took_s / hits).needed_s(0.9) or 0))
    assert math.isclose(missed / TRIES, 0.1, rel_tol=0.05)


def test_runs_that_end_in_vain_count_whatever_the_time_within_them_is_like() -> None:
    # For 10 of 10 the next is in vain with a chance of 1/12, the one after with 2/13, then 3/14.
    always, seldom = Rate(10, 10, 60, 50.0), Rate(2, 10, 60, 50.0)
    assert [always.needed_runs(sure) for sure in (0.9, 0.98, 0.99, 0.999)] == [1, 2, 3, 4]
    assert (always.needed_runs(0.99) or 0) < (seldom.needed_runs(0.99) or 0)
    assert Rate(0, 10, 60, 60.0).needed_runs(0.99) is None

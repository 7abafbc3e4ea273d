"""What threads noted is there when their process is killed, in a column each, oldest first."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.kernel.amplifiers import settings
from harness.kernel.bench import OrderOfReads
from harness.kernel.rings import ENTRIES, LEAST_OF_EACH, ROWS, STRIDE, Rings, shown
from harness.kernel.rounds import roles

THREADS = [("writer-0", ["store"]), ("reader-0", ["read", "read_below"])]
ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, signal, sys
from pathlib import Path
from harness.kernel.amplifiers import settings
from harness.kernel.bench import OrderOfReads
from harness.kernel.rings import Rings
note = Rings(Path(sys.argv[1]), [("writer-0", ["store"])]).start(0, 7)
for turn in range(1, 4):
    note(turn * 256)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def rings(tmp_path: Path) -> Rings:
    return Rings(tmp_path / "rings", THREADS)


def cells(text: str) -> list[str]:
    """What stands in the lines below the head, without the times."""
    return [line[10:] for line in text.splitlines()[1:]]


def test_notes_stand_in_their_threads_columns_oldest_first(rings: Rings) -> None:
    write, read = rings.start(0, 1), rings.start(1, 1)
    for note, word in ((write, 1 * 256), (read, 9 * 256 + 1), (write, 2 * 256), (read, 9 * 256 + STRIDE)):
        note(word)
    head, *lines = rings.shown(1).splitlines()
    assert head.split() == ["µs", "writer-0", "reader-0"]
    assert [line.split(maxsplit=1)[1] for line in lines] == [
        "store 1",
        "read_below 9",
        "store 2",
        "from turn 10",
    ]
    column = head.index("reader-0")
    assert [line[column:] for line in lines] == ["", "read_below 9", "", "from turn 10"]
    assert lines[-1].split()[0] in ("0.0", "-0.0")


def test_only_the_round_that_is_asked_for_is_shown(rings: Rings) -> None:
    for number in (1, 2):
        rings.start(0, number)(number * 256)
    assert cells(rings.shown(2)) == ["store 2"]
    assert cells(rings.shown(None)) == ["store 1", "store 2"]
    assert rings.shown(3) == ""


def test_what_was_kept_is_shown_as_it_was(rings: Rings) -> None:
    note = rings.start(0, 1)
    note(1 * 256)
    rings.keep(1)
    note(2 * 256)
    assert cells(rings.shown(1)) == ["store 1"]
    rings.forget()
    assert cells(rings.shown(1)) == ["store 1", "store 2"]


def test_a_full_ring_lets_go_of_the_oldest(rings: Rings) -> None:
    note = rings.start(0, 1)
    for turn in range(1, ENTRIES + 11):
        note(turn * 256)
    assert cells(rings.shown(1)) == [f"store {turn}" for turn in range(ENTRIES + 11 - ROWS, ENTRIES + 11)]


def test_a_thread_that_has_been_silent_for_long_is_shown_too(rings: Rings) -> None:
    write, read = rings.start(0, 1), rings.start(1, 1)
    for turn in range(1, 21):
        write(turn * 256)
    for turn in range(1, ENTRIES):
        read(turn * 256)
    text = rings.shown(None)
    assert text.count("store ") == LEAST_OF_EACH and "store 20" in text
    assert text.count("read ") == ROWS


def test_a_process_that_is_killed_leaves_what_it_noted(tmp_path: Path) -> None:
    file = tmp_path / "rings"
    done = subprocess.run([sys.executable, "-c", KILLED, str(file)], cwd=ROOT, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert cells(shown(file.read_bytes())) == ["store 1", "store 2", "store 3"]


def test_a_file_that_nobody_got_round_to_shows_nothing(tmp_path: Path) -> None:
    assert shown(b"") == ""
    Rings(tmp_path / "rings", THREADS)
    assert shown((tmp_path / "rings").read_bytes()) == ""


def test_a_trial_whose_file_cannot_be_made_notes_nothing(tmp_path: Path) -> None:
    knobs = settings(OrderOfReads.amplifiers, {})
    assert roles(OrderOfReads, knobs, None, "stride", tmp_path / "rings")[0].rings is not None
    without = roles(OrderOfReads, knobs, None, "stride", tmp_path / "nowhere" / "rings")
    assert without[0].rings is None and without[0].loop.run.__code__.co_names.count("trace") == 0


def test_threads_that_have_no_room_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="are more than"):
        Rings(tmp_path / "rings", THREADS * 1000)
    with pytest.raises(FileNotFoundError):
        Rings(tmp_path / "nowhere" / "rings", THREADS)

"""Fixes are undone three ways, and counted by what the tip does not show."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.builds.fault import read
from harness.record.calibration import BASE, Hit, Run, recorded
from measure.fixes.corpus import CORPUS, SHOWN, corpus
from measure.fixes.table import TIP, Tried, calibration, table
from measure.fixes.undo import CannotUndo, as_fault, patch

BEFORE = "".join(f"line {number}\n" for number in range(60))
WHO = ["-c", "user.name=toy", "-c", "user.email=toy@localhost"]


def commit(folder: Path, text: str, name: str) -> None:
    (folder / "Objects" / "toy.c").write_text(text)
    for arguments in (["add", "-A"], [*WHO, "commit", "-qm", name], ["tag", name]):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A file that was mended in its 10th line, and changed in its 50th since."""
    folder = tmp_path / "clone"
    (folder / "Objects").mkdir(parents=True)
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    mended = BEFORE.replace("line 10\n", "mended\n")
    commit(folder, BEFORE, "broken")
    commit(folder, mended, "mended")
    commit(folder, mended.replace("line 50\n", "changed\n"), "since")
    return folder


def test_a_fix_is_undone_and_what_came_since_stays(clone: Path, tmp_path: Path) -> None:
    diff = patch(clone, "since", "mended").diff
    assert "-mended\n+line 10\n" in diff
    assert "changed" not in diff
    file = tmp_path / "undone.patch"
    file.write_text(as_fault(diff, "gh-1", "main"))
    assert read(file).issue == "gh-1"


def test_what_changed_the_same_lines_since_is_undone_first(clone: Path) -> None:
    mended = BEFORE.replace("line 10\n", "mended\n")
    commit(clone, mended.replace("mended\n", "mended\ntwice\n").replace("line 50\n", "changed\n"), "again")
    undone = patch(clone, "again", "mended")
    assert "-mended\n-twice\n+line 10\n" in undone.diff
    assert (len(undone.later), undone.left) == (1, 0)


def test_where_too_much_came_since_the_rest_of_the_fix_is_undone(clone: Path) -> None:
    two = BEFORE.replace("line 20\n", "mended 20\n").replace("line 40\n", "mended 40\n")
    commit(clone, two, "both")
    for number in range(6):
        two = two.replace("mended 20\n", f"mended 20\nagain {number}\n")
        commit(clone, two, f"again-{number}")
    undone = patch(clone, "again-5", "both")
    assert "-mended 40\n+line 40\n" in undone.diff
    assert (undone.later, undone.left) == ((), 1)


CLINIC = """\
import sys
from pathlib import Path

file = Path(sys.argv[-1])
lines = file.read_text().splitlines()
if "refused" in lines:
    sys.exit("no such directive")
header = file.parent / "clinic" / f"{file.name}.h"
header.write_text("".join(f"lock for {line[1:]}\\n" for line in lines if line.startswith("@")))
"""


def with_a_tool(clone: Path) -> None:
    """A clone in which a header is made of a C file, which a fix has changed, and another method's lock since."""
    tool = clone / "Tools" / "clinic" / "clinic.py"
    tool.parent.mkdir(parents=True)
    tool.write_text(CLINIC)
    header = clone / "Objects" / "clinic" / "toy.c.h"
    header.parent.mkdir()
    header.write_text("")
    commit(clone, BEFORE, "without-locks")
    for text, name in (("line 10\n", "fix"), ("line 30\n", "later")):
        before = (clone / "Objects" / "toy.c").read_text()
        header.write_text(header.read_text() + f"lock for {text}")
        commit(clone, before.replace(text, f"@{text}"), name)


def test_a_header_is_made_anew_where_its_lines_have_changed_since(clone: Path) -> None:
    with_a_tool(clone)
    undone = patch(clone, "later", "fix")
    assert (undone.later, undone.left) == ((), 0)
    assert "-@line 10\n+line 10\n" in undone.diff
    assert "-lock for line 10\n lock for line 30\n" in undone.diff


def test_a_header_stays_where_the_tool_does_not_take_what_was_before(clone: Path) -> None:
    with_a_tool(clone)
    commit(clone, (clone / "Objects" / "toy.c").read_text().replace("line 40\n", "refused\n"), "worse")
    commit(clone, (clone / "Objects" / "toy.c").read_text().replace("refused\n", "line 40\n"), "better")
    undone = patch(clone, "better", "better")
    assert "-line 40\n+refused\n" in undone.diff
    assert undone.left == 1
    assert "lock for" not in undone.diff


def test_a_fix_of_which_nothing_is_left_cannot_be_undone(clone: Path) -> None:
    commit(clone, BEFORE.replace("line 10\n", "otherwise\n"), "otherwise")
    for number in range(6):
        commit(clone, BEFORE.replace("line 10\n", f"otherwise {number}\n"), f"otherwise-{number}")
    with pytest.raises(CannotUndo, match=r"nothing of it is left|changed in 1 of the places"):
        patch(clone, "otherwise-5", "mended")
    with pytest.raises(CannotUndo, match="nothing of it is left"):
        patch(clone, "broken", "mended")


LATER = CORPUS.with_name("corpus_2026.tsv")


def test_the_corpora_are_facts_about_commits() -> None:
    fixes, later = corpus(), corpus(path=LATER)
    assert len({one.commit for one in (*fixes, *later)}) == len(fixes) + len(later)
    assert len(fixes) > 200 and len(later) == 65
    assert max(one.date for one in fixes) < "2026" < min(one.date for one in later)
    assert all(one.effect in (*SHOWN, "low", "none") for one in (*fixes, *later))
    assert len(corpus("^gh-120321\t")) == sum(one.issue == "gh-120321" for one in fixes)
    assert CORPUS.read_text(encoding="utf-8").startswith("issue\tcommit\tdate\tarea\tkind\teffect\n")


def test_what_was_tried_is_kept_and_counted(tmp_path: Path) -> None:
    one, other, third = corpus()[:3]
    tried = Tried(tmp_path / "fixes.jsonl")
    hit = Hit("pairs.list", "process", "crash | process | pairs.list | a+b", {}, 2.5)
    tried.add("pairs", Run(one.name, 1, 1, 3.0, 10, 10, 10, (hit.signature,), hit, ()))
    tried.add("pairs", Run(other.name, 1, 0, 60.0, 10, 10, 10, (), None, ()))
    tried.cannot(third.name, "Objects/toy.c is gone")
    tried.how(other.name, "its parent")
    again = Tried(tmp_path / "fixes.jsonl")
    assert again.has(one.name, "pairs", 1)
    assert not again.has(one.name, "run", 1)
    assert again.signatures(one.name) == {hit.signature}
    text = table([one, other, third], again, ["pairs", "run"])
    assert "1 of 1, 2.5 s | -" in text
    assert "Objects/toy.c is gone" in text
    assert "| (its parent) |" in text or " (its parent) |" in text
    assert text.endswith("all: 1 of 2")


def test_the_runs_make_a_calibration(tmp_path: Path) -> None:
    one, other, third = corpus()[:3]
    tried = Tried(tmp_path / "fixes.jsonl")
    hit = Hit("pairs.list", "process", "crash | process | pairs.list | a+b", {}, 2.5)
    tried.add("pairs", Run(TIP, 1, 0, 60.0, 10, 11, 12, (), None, ()))
    tried.add("pairs", Run(one.name, 1, 1, 3.0, 10, 10, 10, (hit.signature,), hit, ()))
    tried.add("pairs", Run(other.name, 1, 0, 60.0, 10, 10, 10, (), None, ()))
    made = calibration([one, other, third], tried, "a tip", 60.0, 1)
    assert made.missed() == [other.name]
    assert made.detections(one.name)[0].scenario == "pairs.list"
    assert [run.samples for run in made.of(BASE)] == [11]
    assert sum(every for every, _ in made.per_area().values()) == 2
    made.write(tmp_path)
    assert recorded(tmp_path) == made

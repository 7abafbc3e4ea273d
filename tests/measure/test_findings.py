"""The page of findings is what the known-issue list says, and no program is stored whose point is a crash or a hang."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.diagnosis.proof import program
from harness.kernel.known import Change, load
from harness.record.severity import SEVERITIES
from measure.findings import BEGIN, END, PAGE, causes, page, table

ISSUES = load()
ENTRY = replace(
    ISSUES[0], id="ftstress-9999", link="", where="`f`: a|b", shown=(), mended=(), free_threaded=None
)


def test_the_page_is_what_the_list_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text, ISSUES) == text, "run python -m measure.findings"


def test_each_entry_has_its_cause_and_its_severity() -> None:
    assert sum(map(len, causes(ISSUES))) == len(ISSUES)
    assert {issue.severity for issue in ISSUES} <= set(SEVERITIES)
    assert not [issue.where for issue in ISSUES if re.search(r"\blines? \d", issue.where)], "lines move"


def test_every_stored_program_is_an_entry_s_and_ends_by_itself() -> None:
    kept = {issue.proof for issue in ISSUES if issue.proof}
    folder = program(replace(ENTRY, proof="none.py")).parent
    assert {path.name for path in folder.glob("*.py")} == kept
    for name in kept:
        assert "subprocess" not in (folder / name).read_text(), "what looks from outside is a crash or a hang"


def test_a_face_without_a_where_belongs_to_the_last_cause_of_its_id() -> None:
    other = replace(ENTRY, where="`g`")
    face = replace(ENTRY, where="")
    assert causes([ENTRY, other, face]) == [[ENTRY], [other, face]]
    with pytest.raises(ValueError, match="says nowhere"):
        causes([face])


CELLS = [
    ({}, ["ever", "shows", "shows", "shows", "shows"]),
    ({"free_threaded": False}, ["ever, only with the GIL", "-", "-", "-", "-"]),
    (
        {
            "shown": (Change("3.14", "3.14.0a3", "bf542f8"),),
            "mended": (Change("3.15", "3.15.0b4", "5125584"),),
        },
        ["3.14.0a3 (bf542f8)", "-", "shows", "mended: 3.15.0b4 (5125584)", "mended: 3.15.0b4 (5125584)"],
    ),
    (
        {"mended": (Change("3.14", "3.14.7", "bf542f8"), Change("3.16", "3.16.0a0", "5125584"))},
        ["ever", "shows", "mended: 3.14.7 (bf542f8)", "shows", "mended: 3.16.0a0 (5125584)"],
    ),
]


@pytest.mark.parametrize(("changed", "said"), CELLS)
def test_a_row_says_since_when_and_on_what(changed: dict[str, object], said: list[str]) -> None:
    _, _, row = table([replace(ENTRY, **changed)]).splitlines()  # type: ignore[arg-type]
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    assert [cells[3], *cells[5:9]] == said
    assert cells[2] == r"`f`: a\|b"


def test_a_page_without_its_marks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        page("# Findings\n", [])
    assert page(f"a\n{BEGIN}\nold\n{END}\nb\n", []) == f"a\n{BEGIN}\n\n{table([])}\n\n{END}\nb\n"

"""The page of ``measure/``: every measurement has its row, and what it links is there."""

from __future__ import annotations

import re
from pathlib import Path

MEASURE = Path(__file__).resolve().parents[2] / "measure"
PAGE = (MEASURE / "README.md").read_text(encoding="utf-8")


def anchor(heading: str) -> str:
    """As GitHub makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_every_measurement_has_a_row_of_four_cells() -> None:
    rows = [re.split(r" \| ", line.strip("| \n")) for line in PAGE.splitlines() if line.startswith("| `")]
    named = [cells[0].strip("`").split()[0] for cells in rows[1:]]
    modules = {path.stem for path in MEASURE.glob("[!_]*.py")}
    packages = {path.parent.name for path in MEASURE.glob("*/__main__.py")}
    assert named == sorted(modules | packages)
    assert all(len(cells) == 4 and all(cells) for cells in rows)


def test_what_the_page_links_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#([^)]+))?\)", PAGE)
    assert len(links) > 10
    for path, part in links:
        file = MEASURE / path
        assert file.exists(), path
        if part:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), (path, part)

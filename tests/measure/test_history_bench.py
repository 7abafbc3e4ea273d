"""The measurement of the history checker: a table that lines up, and a plot that is well-formed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

SCRIPT = Path(__file__).resolve().parents[2] / "measure" / "history_bench.py"


def test_it_prints_a_line_each_size_and_draws_as_many_points(tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), "800", "8000", "--svg", str(plot)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    _, heading, *lines = done.stdout.splitlines()
    assert heading.split() == ["operations", "seconds", "operations/s", "peak", "MiB"]
    assert [line.split()[0] for line in lines] == ["800", "8,000"]
    assert {len(line) for line in lines} == {len(heading)}
    drawn = ElementTree.parse(plot).getroot()
    assert len(drawn.findall("{http://www.w3.org/2000/svg}circle")) == 2

"""A run's findings by cause: which is whose face, and why. Writes the table into ``docs/causes.md``.

    python -m measure.causes DIR

The journal is graded anew, with the known-issue list of today: nothing is run.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from harness.campaign.causes import ALONE, Cause
from harness.campaign.gather import Report, gather
from harness.report.markdown import cause_line, code, table_row
from harness.report.numbers import counted, duration

PAGE = Path(__file__).resolve().parents[1] / "docs" / "causes.md"
BEGIN, END = "<!-- causes: python -m measure.causes DIR -->", "<!-- end of causes -->"
HEADER = ("| | severity | cause | known as | findings | one because |", "|---|---|---|---|---|---|")
MOST = 600
"""Characters of a cell."""


def table(report: Report) -> str:
    """What was run in a sentence, then a row a cause."""
    (one,) = report.campaigns
    new = sum(found.known is None for found in report.findings)
    said = (
        f"{one.result.target.title} ({one.result.target.commit or 'as released'}), seed {one.result.seed},"
        f" {duration(one.result.elapsed_s)}: {counted(len(report.findings), 'finding')}, {new} of them new,"
        f" of {counted(len(report.causes), 'cause')}."
    )
    rows = [_row(number, cause) for number, cause in enumerate(report.causes, 1)]
    return "\n".join([said, "", *HEADER, *rows])


def _row(number: int, cause: Cause) -> str:
    why = cause.why if len(cause.faces) > 1 else ""
    return table_row(
        str(number),
        cause.severity,
        cause_line(cause, MOST),
        ", ".join(map(code, cause.known)) or "new",
        "; ".join(_faces(cause)),
        "" if why == ALONE else why,
    )


def _faces(cause: Cause) -> Iterator[str]:
    """A scenario, and what shows of the cause there, by id."""
    by_scenario: dict[str, list[str]] = defaultdict(list)
    for face in cause.faces:
        where = face.signature.split(" | ")[3]
        said = face.oracle if face.kind == "violation" else face.kind
        by_scenario[face.scenario].append(f"{said} in {code(where)} ({face.id})")
    for scenario, faces in by_scenario.items():
        yield f"{code(scenario)}: {', '.join(faces)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("directory", type=Path, metavar="DIR", help="a directory with a campaign's journal")
    made = table(gather([parser.parse_args().directory]))
    page = PAGE.read_text(encoding="utf-8")
    found = re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{made}\n{END}", page, flags=re.DOTALL)
    PAGE.write_text(found, encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()

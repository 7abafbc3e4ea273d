"""The table in ``docs/findings.md``: what is known to be wrong, by cause and by target, made from the known-issue list.

python -m measure.findings
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.kernel.known import Change, KnownIssue, load
from harness.kernel.versions import branch

PAGE = Path(__file__).resolve().parents[1] / "docs" / "findings.md"
BEGIN, END = "<!-- made by: python -m measure.findings -->", "<!-- end of what is made -->"
HEAD = (
    "id", "what is seen", "where, and between what", "since", "severity",
    "3.13.5", "3.14.7+", "3.15.0rc1+", "3.16.0a0", "how often", "GIL on", "its program",
)  # fmt: skip


@dataclass(frozen=True)
class Tip:
    """A build of a branch, as far as an entry asks: its version tells what it has."""

    version: str
    free_threaded: bool = True
    history: Mapping[str, bool] = field(default_factory=dict)


TIPS = [Tip(version) for version in HEAD if version.startswith("3.")]


def causes(issues: Sequence[KnownIssue]) -> list[list[KnownIssue]]:
    """The entries, those of one cause together: an entry without a ``where`` is a face of the last of its id with one.

    Raises ValueError where there is none.
    """
    found: list[list[KnownIssue]] = []
    last: dict[str, list[KnownIssue]] = {}
    for issue in issues:
        if issue.where:
            found.append([])
            last[issue.id] = found[-1]
        elif issue.id not in last:
            raise ValueError(f"{issue.id} for {issue.scenario} says nowhere where it is")
        last[issue.id].append(issue)
    return found


def table(issues: Sequence[KnownIssue]) -> str:
    """A row a face, those of one cause below each other."""
    lines = [HEAD, ["---"] * len(HEAD)]
    lines += [_row(issue, n == 0) for faces in causes(issues) for n, issue in enumerate(faces)]
    return "\n".join("| " + " | ".join(one.replace("|", r"\|") for one in line) + " |" for line in lines)


def _row(issue: KnownIssue, first: bool) -> list[str]:
    number = f"[{issue.id}]({issue.link})" if issue.link else issue.id
    return [
        number,
        issue.title,
        issue.where if first else "the same cause",
        _since(issue),
        issue.severity,
        *(_on(issue, tip) for tip in TIPS),
        issue.seen,
        "too" if issue.with_gil else "not",
        f"`ftstress known {issue.id} --script`",
    ]


def _since(issue: KnownIssue) -> str:
    came = ", ".join(_told(change) for change in issue.shown) or "ever"
    return came if issue.free_threaded is not False else f"{came}, only with the GIL"


def _told(change: Change) -> str:
    words = change.version or change.branch
    return f"{words} ({change.commit})" if change.commit else words


def _on(issue: KnownIssue, tip: Tip) -> str:
    if not issue.concerns(tip):
        return "-"
    if issue.applies_to(tip):
        return "shows"
    here = [change for change in issue.mended if branch(change.branch) <= branch(tip.version[:4])]
    return f"mended: {_told(max(here, key=lambda change: branch(change.branch)))}"


def page(text: str, issues: Sequence[KnownIssue]) -> str:
    """``docs/findings.md`` with its table made anew. Raises ValueError where its marks are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table(issues)}\n\n{END}{after}"


def main() -> int:
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), load()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What CPython's documents promise of objects that threads share, and what was seen: ``docs/guarantees.md``.

    python -m measure.guarantees DIR [DIR ...] > docs/guarantees.md

Each DIR holds a campaign of ``ftstress pairs`` on one target; nothing is run. A row is what the documents say of some
operations of one subject, a column a target: kept, in so many rounds of so many pairs; broken, and by which pairs; or
not asked. That anything is atomic, 3.13 does not promise, and its column says so.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.campaign.gather import gather
from harness.kernel.pairs.subject import ATOMIC, JOIN, VALUES, Promise, Step, Subject, load_subjects, steps
from harness.kernel.suite import subject_files
from harness.record.journal import read_journal
from harness.report.markdown import code, table_row
from harness.report.numbers import counted

PROMISES: tuple[Promise, ...] = (ATOMIC, VALUES)
SAID = {ATOMIC: "atomic", VALUES: "not corrupted"}
FIRST = (3, 14)
"""The version whose documents promise something first."""
BROKEN_SHOWN = 3


@dataclass
class Seen:
    """What the campaigns on one target have shown."""

    title: str
    version: tuple[int, ...]
    rounds: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    """By subject and promise that was judged."""
    pairs: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    broken: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By subject: what its pairs broke, by pair."""


def seen_in(folder: Path) -> Seen:
    """What the campaign in ``folder`` has shown."""
    report = gather([folder])
    target = report.campaigns[0].result.target
    seen = Seen(target.title, tuple(target.version_info))
    for event in read_journal(folder):
        if event["event"] == "pair_end":
            key = event["scenario"], event["promise"]
            seen.rounds[key] += event["rounds"]
            seen.pairs[key].add(event["pair"])
    for found in report.findings:
        pair = found.signature.split(" | ")[3]
        seen.broken[found.scenario][pair] = found.oracle if found.kind == "violation" else found.kind
    return seen


def page(targets: Sequence[Seen], subjects: dict[str, type[Subject]]) -> str:
    """The whole page, in Markdown."""
    head = ["subject", "where it is said", "operations", "promise", *(one.title for one in targets)]
    lines = [*HEADER, table_row(*head), "|---" * len(head) + "|"]
    for name, subject in sorted(subjects.items()):
        if not subject.said:
            continue
        atomic = {one.name for one in steps(subject).values() if one.promise == ATOMIC}
        for promise, declared in _promises(subject):
            names = ", ".join(code(one.name) for one in declared)
            cells = [_cell(one, name, promise, atomic) for one in targets]
            lines.append(table_row(name.removeprefix("pairs."), subject.said, names, SAID[promise], *cells))
    return "\n".join(lines) + "\n"


HEADER = [
    "# What is promised, and what was seen",
    "",
    "Made by `python -m measure.guarantees DIR …` from campaigns of `ftstress pairs SUBJECT --out DIR`, one a target.",
    "*Kept* is not proven: none of so many rounds showed otherwise. *Broken* names pairs; `ftstress report DIR` how.",
    "Atomicity is asked of pairs whose operations both promise it, unless one reads without the other's lock.",
    "",
]


def _promises(subject: type[Subject]) -> Iterator[tuple[Promise, list[Step]]]:
    for promise in PROMISES:
        declared = [one for one in steps(subject).values() if one.promise == promise]
        if declared:
            yield promise, declared


def _cell(seen: Seen, name: str, promise: Promise, atomic: set[str]) -> str:
    if promise == ATOMIC and seen.version[:2] < FIRST:
        return "not promised"
    broken = {
        pair: how
        for pair, how in seen.broken.get(name, {}).items()
        # A pair keeps what the weaker of its operations promises.
        if (set(pair.split(JOIN)) <= atomic) is (promise == ATOMIC)
    }
    if broken:
        shown = ", ".join(f"{code(pair)} ({how})" for pair, how in list(broken.items())[:BROKEN_SHOWN])
        more = len(broken) - BROKEN_SHOWN
        return f"**broken**: {shown}" + (f" and {counted(more, 'more pair')}" if more > 0 else "")
    key = (name, promise)
    if not seen.rounds[key]:
        return "not asked: no pair of these came"
    return f"kept in {counted(seen.rounds[key], 'round')} of {counted(len(seen.pairs[key]), 'pair')}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.guarantees", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    told = parser.parse_args(arguments)
    subjects = {name: one for file in subject_files() for name, one in load_subjects(str(file)).items()}
    sys.stdout.write(page([seen_in(folder) for folder in told.folders], subjects))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

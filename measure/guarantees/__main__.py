"""What CPython's documents promise of objects that threads share, and what was seen: ``docs/guarantees.md``.

    python -m measure.guarantees DIR [DIR ...] > docs/guarantees.md
    python -m measure.guarantees --subjects                                  # those of which something is promised

Each DIR holds a campaign of ``ftstress pairs`` on one target; nothing is run. Several of one target are added up. A row
is a promise, a column a target: kept, in so many rounds of so many pairs; broken, by which known issue; or not asked,
and why. 3.13 promises none of it.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.campaign.gather import gather
from harness.kernel.known import KnownIssue, load
from harness.kernel.pairs.subject import (
    ATOMIC,
    JOIN,
    PREFIX,
    VALUES,
    Promise,
    Subject,
    load_subjects,
    promised,
    sequences,
    steps,
)
from harness.kernel.scenario import ScenarioError
from harness.kernel.suite import subject_files
from harness.record.journal import read_journal
from harness.record.raced import of_mixed
from harness.report.markdown import code, table_row
from harness.report.numbers import counted
from measure.guarantees.promises import SAID, Said

FIRST = (3, 14)
"""The version whose documents promise something first."""
FEW = 30
"""Rounds, of which no bound is told."""
SHOWN = 3
"""Pairs that are named where several show the same."""
HERE = "Thread safety for "
"""How a subject begins that says where the two documents speak of it: its promises have rows of their own."""


@dataclass(frozen=True)
class Asked:
    """Rounds of one pair that were judged by one promise."""

    pair: str
    promise: Promise
    rounds: int


@dataclass(frozen=True)
class Found:
    """A finding of a pair."""

    pair: str
    how: str
    known: str | None


@dataclass
class Seen:
    """What the campaigns on one target have shown, by subject."""

    title: str
    version: tuple[int, ...]
    has: frozenset[str] = frozenset()
    """Ids of the known issues that the list says it has."""
    asked: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    found: dict[str, list[Found]] = field(default_factory=lambda: defaultdict(list))
    rounds: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """All of a subject's, whatever was asked of them."""


def seen_in(
    folders: Iterable[Path], subjects: Mapping[str, type[Subject]], issues: Sequence[KnownIssue]
) -> list[Seen]:
    """What the campaigns have shown, a target after the other."""
    declared = {name: steps(subject) for name, subject in subjects.items()}
    targets: dict[str, Seen] = {}
    for folder in folders:
        report = gather([folder])
        result = report.campaigns[0].result
        target = result.target
        has = frozenset(issue.id for issue in issues if issue.applies_to(target))
        seen = targets.setdefault(target.title, Seen(target.title, tuple(target.version_info), has))
        for scenario in result.scenarios:
            seen.rounds[scenario.name] += scenario.rounds
        for event in read_journal(folder):
            if event["event"] == "pair_end" and event["promise"] in (ATOMIC, VALUES):
                seen.asked[event["scenario"]].append(Asked(event["pair"], event["promise"], event["rounds"]))
            elif event["event"] == "mixed":
                for pair, rounds, _ in of_mixed(event):
                    with suppress(KeyError, ScenarioError):  # what this Python has no operation for
                        promise = promised(sequences(declared[event["scenario"]], pair), seen.version)
                        seen.asked[event["scenario"]].append(Asked(pair, promise, rounds))
        for found in report.findings:
            pair = found.signature.split(" | ")[3]
            how = found.oracle if found.kind == "violation" else found.kind
            seen.found[found.scenario].append(Found(pair, how, found.known))
    return list(targets.values())


def page(targets: Sequence[Seen], subjects: Mapping[str, type[Subject]], issues: Sequence[KnownIssue]) -> str:
    """The whole page, in Markdown."""
    links = {issue.id: f"[{issue.id}]({issue.link})" if issue.link else issue.id for issue in issues}
    titles = [one.title for one in targets]
    lines = [HEADER, table_row("of", "promise", *titles), "|---" * (2 + len(titles)) + "|"]
    lines += [
        table_row(one.where, one.words, *(verdict(one, seen, links) for seen in targets)) for one in SAID
    ]
    lines += [ELSEWHERE, table_row("subject", "where it is said", *titles), "|---" * (2 + len(titles)) + "|"]
    for name, subject in sorted(subjects.items()):
        if subject.said and not subject.said.startswith(HERE):
            cells = (_elsewhere(name, seen, links) for seen in targets)
            lines.append(table_row(name.removeprefix(PREFIX), subject.said, *cells))
    return "\n".join(lines) + "\n"


HEADER = """\
# What is promised, and what was seen

CPython promises something of threads that share an object, since 3.14: `Doc/library/threadsafety.rst`, and for C
functions `Doc/data/threadsafety.dat`. Each promise has a row, in own words; each cell says what pairs of
operations have shown.

    ftstress pairs --target PY --budget 80s --out DIR          # for each target, and
    ftstress pairs $(python -m measure.guarantees --subjects) --target PY --budget 2m --out OTHER
    python -m measure.guarantees DIR OTHER … > docs/guarantees.md

*Kept* is not proven: none of so many rounds showed otherwise, and below the bound, at 95 %, a round may break it
all the same. Atomicity is asked of pairs of which both operations promise it, unless one reads without the lock
that the other holds; where none of a row's pairs is such, it is asked whether what is seen was put there, and what
is left agrees with itself. Of mixed rows, one round is counted a pair. *Broken* names the known issue, and pairs
that showed it here: `ftstress known ID --script` prints its program, `docs/findings.md` has the place in CPython's
source.
"""
ELSEWHERE = """
## What is said elsewhere

What other documents say of one class, mostly less: that a lock is there, or that who shares it must bring one.
*Seen* is what a correct interpreter would not do all the same: a crash, a hang, an exception or a value out of
nowhere.
"""


def verdict(said: Said, seen: Seen, links: Mapping[str, str]) -> str:
    """A promise's cell."""
    if seen.version[:2] < FIRST:
        return "not promised"
    if said.why:
        return f"not asked: {said.why}"
    names = {PREFIX + subject: set(operations.split()) for subject, operations in said.asked.items()}
    shown = [
        found
        for subject, operations in names.items()
        for found in seen.found[subject]
        if operations & set(found.pair.split(JOIN))
    ]
    asked = [
        one
        for subject, operations in names.items()
        for one in seen.asked[subject]
        if operations & set(one.pair.split(JOIN))
    ]
    against = [found for found in shown if found.known is None or found.known in said.against]
    listed = [issue for issue in said.against if issue in seen.has - {found.known for found in against}]
    if against or listed:
        told = [*([_told(against, links)] if against else []), *(links[issue] for issue in listed)]
        return f"**broken**: {'; '.join(told)}"
    asked = [one for one in asked if one.promise in (ATOMIC, VALUES)]
    atomic = [one for one in asked if one.promise == ATOMIC]
    if said.level == ATOMIC and atomic:
        return _kept(atomic)
    if not asked:
        return "not asked: no pair of these came"
    return _kept(asked) + (", asked as not corrupted" if said.level == ATOMIC else "")


def _kept(asked: Sequence[Asked]) -> str:
    rounds, pairs = sum(one.rounds for one in asked), {one.pair for one in asked}
    bound = f" (below {3 / rounds:.2g} a round)" if rounds > FEW else ""
    return f"kept in {counted(rounds, 'round')} of {counted(len(pairs), 'pair')}{bound}"


def _told(found: Sequence[Found], links: Mapping[str, str]) -> str:
    """By known issue: which pairs show it, and how."""
    by_issue: dict[str, list[Found]] = defaultdict(list)
    for one in found:
        by_issue[one.known or ""].append(one)
    return "; ".join(
        f"{links.get(issue, '**not known**')} by {', '.join(_pairs(some))}"
        for issue, some in by_issue.items()
    )


def _pairs(found: Sequence[Found]) -> Iterator[str]:
    for one in found[:SHOWN]:
        yield f"{code(one.pair)} ({one.how})"
    if len(found) > SHOWN:
        yield f"{counted(len(found) - SHOWN, 'more pair')}"


def _elsewhere(name: str, seen: Seen, links: Mapping[str, str]) -> str:
    if seen.found[name]:
        return f"seen: {_told(seen.found[name], links)}"
    if not seen.rounds[name]:
        return "not raced"
    return f"nothing in {counted(seen.rounds[name], 'round')}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m measure.guarantees", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("folders", nargs="*", default=[], type=Path, metavar="DIR")
    what.add_argument(
        "--subjects",
        action="store_true",
        help="print patterns of the subjects of which something is promised",
    )
    told = parser.parse_args(arguments)
    if told.subjects:
        print(*dict.fromkeys(f"*.{subject}" for said in SAID for subject in said.asked))
        return 0
    subjects = {name: one for file in subject_files() for name, one in load_subjects(str(file)).items()}
    issues = load()
    sys.stdout.write(page(seen_in(told.folders, subjects, issues), subjects, issues))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

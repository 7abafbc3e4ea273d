"""Which pairs show most for what they are raced: one operation beside itself, two that write, one that does, none.

    python -m measure.classes DIR …

takes a second a campaign. DIR are what ``ftstress pairs`` wrote: its journals say how often each pair came in mixed
rows, and what it showed. Prints a table: rounds, pairs that showed something (each once a campaign), and those a 10,000
rounds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.campaign.select import ScenarioInfo
from harness.kernel.pairs.subject import JOIN
from harness.record.journal import JournalError, read_journal
from harness.record.raced import of_mixed, width

CLASSES = ("an operation beside itself", "two that write", "one that writes", "none that writes")


def class_of(pair: str, writing: frozenset[str]) -> str:
    """Of a pair of a subject, ``writing``: the pairs of it in which an operation writes."""
    names = pair.split(JOIN)
    writers = sum(name + JOIN + name in writing for name in names)
    if names[0] == names[1] and writers:
        return CLASSES[0]
    return CLASSES[3 - writers]


def count(out: Path, rounds: Counter[str], shown: Counter[str]) -> None:
    """Add one campaign to what there is, by class. Raises JournalError."""
    writing: Mapping[str, frozenset[str]] = {}
    seen: set[tuple[str, str]] = set()
    for event in read_journal(out):
        if event["event"] == "campaign":
            infos = [ScenarioInfo.from_json(data) for data in event["scenarios"]]
            writing = {one.name: frozenset(one.pairs[: one.writing_pairs]) for one in infos}
        elif event["event"] == "mixed":
            for pair, times, _ in of_mixed(event):
                rounds[class_of(pair, writing[event["scenario"]])] += times
        elif event["event"] == "finding" and width(event["where"]) == 2:
            face = event["scenario"], event["where"]
            if face not in seen:
                seen.add(face)
                shown[class_of(event["where"], writing[event["scenario"]])] += 1


def table(rounds: Counter[str], shown: Counter[str]) -> Iterator[str]:
    """Lines of markdown."""
    yield "| pairs of | rounds | showed something | a 10,000 rounds |"
    yield "|---|---|---|---|"
    for name in CLASSES:
        yield f"| {name} | {rounds[name]:,} | {shown[name]} | {shown[name] * 1e4 / max(1, rounds[name]):.1f} |"


def main(arguments: list[str]) -> int:
    if not arguments:
        print("usage: python -m measure.classes DIR …, of ftstress pairs", file=sys.stderr)
        return 2
    rounds, shown = Counter[str](), Counter[str]()
    try:
        for one in arguments:
            count(Path(one), rounds, shown)
    except JournalError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(table(rounds, shown)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

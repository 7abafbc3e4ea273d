"""What was tried, line by line in a file, and the table of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from harness.campaign.calibrate import machine
from harness.campaign.plan import cores
from harness.record.calibration import BASE, Calibration, Hit, Run
from measure.fixes.corpus import Fix

TIP = "(tip)"
"""The build in which nothing is undone."""


@dataclass(frozen=True)
class Line:
    """One run: what it was made with, and its first finding that the tip does not show."""

    command: str
    seed: int
    hit: str
    at_s: float
    signatures: tuple[str, ...] = ()
    samples: int = 0
    stores: int = 0

    @property
    def subject(self) -> str:
        return self.hit.split(" | ")[2]


class Shown(frozenset[str]):
    """Signatures; a crash or a hang is among them where one of the same scenario or subject is: where a process dies
    differs from run to run.
    """

    def __contains__(self, signature: object) -> bool:
        return super().__contains__(signature) or _dead(str(signature)) in {_dead(one) for one in self} - {""}


def _dead(signature: str) -> str:
    kind, *rest = signature.split(" | ")
    return rest[1] if kind in ("crash", "hang") and len(rest) > 1 else ""


class Tried:
    """All runs so far; each is appended to the file when it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.why_not: dict[str, str] = {}
        self.made_how: dict[str, str] = {}
        self.runs: dict[str, list[Line]] = {}
        self.shown: dict[str, set[str]] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            self._take(json.loads(line))

    def add(self, command: str, run: Run) -> None:
        self._note(
            {
                "build": run.build,
                "command": command,
                "seed": run.seed,
                "hit": run.hit.signature if run.hit else "",
                "at_s": run.hit.at_s if run.hit else 0.0,
                "signatures": list(run.signatures),
                "samples": run.samples,
                "stores": run.stores,
            }
        )

    def also(self, name: str, signature: str) -> None:
        """Note that a build shows something that its runs had not come to."""
        self._note({"build": name, "signatures": [signature]})

    def cannot(self, name: str, why: str) -> None:
        """Note that a fix could not be undone."""
        self._note({"build": name, "why_not": why})

    def how(self, name: str, made: str) -> None:
        """Note how a build lacks its fix, where that is not the whole fix and nothing else."""
        if self.made_how.get(name) != made:
            self._note({"build": name, "how": made})

    def has(self, name: str, command: str, seed: int) -> bool:
        return any((one.command, one.seed) == (command, seed) for one in self.runs.get(name, ()))

    def hits(self, name: str, command: str) -> list[Line]:
        """The runs of a build that have hit something."""
        return [one for one in self.runs.get(name, ()) if one.command == command and one.hit]

    def forget(self, name: str, command: str, seed: int) -> None:
        """Take a run back, as if it had not been made; it is to be made again."""
        self.runs[name] = [one for one in self.runs[name] if (one.command, one.seed) != (command, seed)]

    def signatures(self, name: str) -> frozenset[str]:
        """Everything that a build has shown."""
        return Shown(self.shown.get(name, ()))

    def _note(self, entry: dict[str, object]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        self._take(entry)

    def _take(self, entry: dict[str, object]) -> None:
        name = str(entry["build"])
        if "why_not" in entry:
            self.why_not[name] = str(entry["why_not"])
            return
        if "how" in entry:
            self.made_how[name] = str(entry["how"])
            return
        signatures = entry["signatures"]
        assert isinstance(signatures, list)
        self.shown.setdefault(name, set()).update(signatures)
        if "seed" not in entry:
            return
        line = Line(
            str(entry["command"]),
            int(str(entry["seed"])),
            str(entry["hit"]),
            float(str(entry["at_s"])),
            tuple(map(str, signatures)),
            *(int(str(entry.get(count, 0))) for count in ("samples", "stores")),
        )
        kept = [
            one for one in self.runs.get(name, ()) if (one.command, one.seed) != (line.command, line.seed)
        ]
        self.runs[name] = [*kept, line]  # made again, because the tip showed what it had shown


def calibration(fixes: Sequence[Fix], tried: Tried, base: str, limit_s: float, repeat: int) -> Calibration:
    """The same runs as a calibration, which ``ftstress report`` makes a page of: an undone fix is a fault, the tip its
    base.
    """
    names = {fix.name: fix for fix in fixes if tried.runs.get(fix.name)}
    builds = {TIP: BASE} | {name: name for name in names}
    return Calibration(
        machine=machine(),
        limit_s=limit_s,
        repeat=repeat,
        cores=cores(),
        guarantees={name: f"{fix.area}: {fix.kind}" for name, fix in names.items()},
        invisible={},
        runs=tuple(_run(build, line) for name, build in builds.items() for line in tried.runs.get(name, ())),
        base=base,
        not_applicable={fix.name: why for fix in fixes if (why := tried.why_not.get(fix.name))},
        areas={name: fix.area for name, fix in names.items()},
    )


def _run(build: str, line: Line) -> Run:
    hit = Hit(line.subject, line.hit.split(" | ")[1], line.hit, {}, line.at_s) if line.hit else None
    return Run(
        build,
        line.seed,
        exit_status=int(bool(hit)),
        elapsed_s=line.at_s,
        rounds=0,
        samples=line.samples,
        stores=line.stores,
        signatures=line.signatures,
        hit=hit,
        trials=(),
        command=line.command,
    )


def table(fixes: Sequence[Fix], tried: Tried, commands: Sequence[str]) -> str:
    """A row a fix, in Markdown, then the sums by area."""
    lines = [
        "| issue | area | kind | effect | " + " | ".join(commands) + " | by |",
        "|---" * (5 + len(commands)) + "|",
    ]
    found: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for fix in fixes:
        runs = tried.runs.get(fix.name, [])
        hits = [one for one in runs if one.hit]
        if runs:
            every[fix.area] += 1
            found[fix.area] += bool(hits)
        cells = [_cell([one for one in runs if one.command == command]) for command in commands]
        by = Counter(" | ".join(one.hit.split(" | ")[:4]) for one in hits).most_common(1)
        why = by[0][0].replace("|", "·") if by else tried.why_not.get(fix.name, "")
        how = f" ({tried.made_how[fix.name]})" if fix.name in tried.made_how else ""
        lines.append(
            f"| {fix.issue} {fix.commit} | {fix.area} | {fix.kind} | {fix.effect} | {' | '.join(cells)} | {why}{how} |"
        )
    lines += ["", *(f"{area}: {found[area]} of {every[area]}" for area in sorted(every))]
    lines.append(f"all: {found.total()} of {every.total()}")
    return "\n".join(lines)


def _cell(runs: Sequence[Line]) -> str:
    hits = [one.at_s for one in runs if one.hit]
    return (
        f"{len(hits)} of {len(runs)}, {median(hits):.1f} s" if hits else f"0 of {len(runs)}" if runs else "-"
    )

"""The known-issue list: what real interpreters are known to get wrong, each entry with its proof.

In the kernel because the suite in one process, with no manager to grade it, must tell what is new from what is not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from fnmatch import fnmatchcase
from itertools import permutations
from pathlib import Path
from typing import Any, Protocol

from harness.kernel.amplifiers import Setting
from harness.kernel.pairs.program import is_program, pairs_in
from harness.kernel.versions import branch, version

LIST = Path(__file__).with_name("known_issues.toml")
KINDS = ("violation", "crash", "hang", "leak", "sanitizer", "exception")
OF_PAIR = re.compile(r"([\w|]+) of ([\w|]+|\*)\+([\w|]+|\*)")
"""How findings of pairs look, for short: ``crash|permitted of close+next|loop``."""


class Build(Protocol):
    """What an entry asks of a target."""

    @property
    def version(self) -> str: ...
    @property
    def free_threaded(self) -> bool: ...
    @property
    def history(self) -> Mapping[str, bool]:
        """Of the commits on the list, whether the build has each: as far as somebody has looked."""


class KnownIssuesError(Exception):
    """The list cannot be used; the message is one sentence that names the file and the entry."""


@dataclass(frozen=True)
class Change:
    """Where a branch came to show an issue, or to be rid of it."""

    branch: str
    """``3.14``; of main the branch that it will become."""
    version: str = ""
    """The first that has the change: a tag, or the last tag before it and a ``+``. Empty: the whole branch has it."""
    commit: str = ""


@dataclass(frozen=True)
class KnownIssue:
    """One entry. It says for which versions it was shown, and how it looks in a finding.

    A cause that shows by more than one program has an entry for each, under the same id; so has one number under which
    two causes were reported.
    """

    id: str
    """``gh-118492``, or ``ftstress-0001`` for what nobody has reported yet."""
    title: str
    scenario: str
    """A glob on the scenario's dotted name."""
    signature: str
    """A regular expression that fits the beginning of a finding's signature, which is the finding's kind; of pairs what
    ``OF_PAIR`` shows: kinds, oracles or exceptions, of these operations beside those, in either order."""
    with_gil: bool
    """Whether the proof shows it with ``-X gil=1`` on the same binary (on a build with a GIL: always)."""
    seen: str
    """How often, in words."""
    written: tuple[str, ...] = ()
    """Beginnings of findings' signatures: the scenario of each is written out as a program that looks for just that,
    and they are run in turn, for a race may show by one pair on one branch and by another on the next."""
    knobs: Mapping[str, Setting] = field(default_factory=dict)
    """What that scenario's amplifiers are set to."""
    proof: str = ""
    """Instead of that, where it is shorter and clearer: a program in ``harness/diagnosis/proofs/``. Either shows it
    without the harness, with exit status 1."""
    also: tuple[tuple[str, str], ...] = ()
    """Other scenarios that show the same: for each glob how it looks there."""
    where: str = ""
    """The function in CPython's source, and the two accesses between which it happens; empty: as in the entry of that
    id before it, of which it is another face."""
    severity: str = ""
    """How bad the worst is that it does: one of ``harness/record/severity.py``."""
    mend: str = ""
    """What would mend it, in words; empty where nobody has said."""
    link: str = ""
    shown: tuple[Change, ...] = ()
    """Where it came from; empty: it was there from ever."""
    mended: tuple[Change, ...] = ()
    """Where it went, or has ceased to show by any program; empty: nowhere yet."""
    free_threaded: bool | None = None
    """True or False: only on builds that are, or are not; None: on any."""

    def concerns(self, target: Build) -> bool:
        """Whether the target is a build that has it, or is rid of it; False: it can never have had it."""
        return self.free_threaded in (None, target.free_threaded) and (
            not self.shown or has(target, self.shown)
        )

    def applies_to(self, target: Build) -> bool:
        """Whether the target is one of the builds that the entry says have it."""
        return self.concerns(target) and not has(target, self.mended)

    def covers(self, scenario: str) -> bool:
        """Whether it may show in that scenario."""
        return any(fnmatchcase(scenario, glob) for glob, _ in self.looks)

    def matches(self, scenario: str, signature: str) -> bool:
        """Whether a finding looks like this; one of a random program, whether one of the pairs in it does."""
        faces = in_program(signature) if is_program(signature) else [(scenario, signature)]
        return any(
            fnmatchcase(name, glob) and fits(looks, text)
            for name, text in faces
            for glob, looks in self.looks
        )

    @property
    def looks(self) -> tuple[tuple[str, str], ...]:
        """In which scenarios it shows, and how it looks there."""
        return ((self.scenario, self.signature), *self.also)


def fits(looks: str, signature: str) -> bool:
    """Whether a signature looks so.

    What is said of a pair also fits more operations two of which are that pair, and what is said of all pairs a finding
    of which nobody knows the pair.
    """
    pair = OF_PAIR.fullmatch(looks)
    if pair is None:
        return re.match(looks, signature) is not None
    words, *sides = [part.split("|") for part in pair.groups()]
    kind, oracle, _, where, *raised = signature.split(" | ")
    if not {kind, oracle, *raised} & set(words):
        return False
    operations = where.split("+")
    if len(operations) == 1:
        return sides == [["*"], ["*"]]
    return any(
        all("*" in side or name in side for side, name in zip(sides, names, strict=True))
        for names in permutations(operations, 2)
    )


def in_program(signature: str) -> list[tuple[str, str]]:
    """What a finding of a random program would look like as one of the pairs in it, each with its subject: operations
    that different threads do to the same object, and each operation beside any other.
    """
    kind, oracle, _, where, *raised = signature.split(" | ")
    return [
        (subject, " | ".join((kind, oracle, subject, pair, *raised))) for subject, pair in pairs_in(where)
    ]


def has(target: Build, changes: Sequence[Change]) -> bool:
    """Whether the target has one of the changes, which are one change, made on several branches.

    Its history decides where it is known. Where it is not: the target's own branch, or else the newest of the older
    branches named, since what is on a branch when the next one starts is on that one too; and there its full version.
    What came to an older branch after its first beta, and to a newer one by a line of its own, came to each by itself:
    a branch between the two that is not named had not got it.
    """
    if any(target.history.get(change.commit) for change in changes):
        return True
    now = version(target.version)
    before = [change for change in changes if branch(change.branch) <= now[:2]]
    if not before:
        return False
    last = max(before, key=lambda change: branch(change.branch))
    if last.commit in target.history:
        return False
    came_late = bool(last.version) and version(last.version) > version(f"{last.branch}.0b1")
    if branch(last.branch) != now[:2] and came_late and len(before) < len(changes):
        return False
    return not last.version or now >= version(last.version)


def load(path: Path = LIST) -> list[KnownIssue]:
    """Read the list. Raises KnownIssuesError for whatever is wrong with it."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KnownIssuesError(f"{path} cannot be read: {error}") from error
    entries = data.get("issue", [])
    if not isinstance(entries, list) or set(data) - {"issue"}:
        raise KnownIssuesError(f"{path}: every entry is an [[issue]] table, and there is nothing beside them")
    issues = [_entry(path, number, entry) for number, entry in enumerate(entries, 1)]
    looks = [
        (issue.id, glob, looks if OF_PAIR.fullmatch(looks) else "")
        for issue in issues
        for glob, looks in issue.looks
    ]
    for look in looks:
        if looks.count(look) > 1:
            raise KnownIssuesError(f"{path}: {look[0]} is listed twice for {look[1]}")
    return issues


def entry(issues: Sequence[KnownIssue], target: Build, scenario: str, signature: str) -> KnownIssue | None:
    """The first entry that applies to the target and looks like the finding; None: it is new."""
    for issue in issues:
        if issue.matches(scenario, signature) and issue.applies_to(target):  # the version is what takes long
            return issue
    return None


def find(issues: Sequence[KnownIssue], target: Build, scenario: str, signature: str) -> str | None:
    """The id of the entry that ``entry`` gives; None: it is new."""
    found = entry(issues, target, scenario, signature)
    return found.id if found else None


def deadly(issues: Sequence[KnownIssue], target: Build, scenario: str) -> str | None:
    """The id of an entry by which the scenario is known to crash the target, or to hang in it; else None."""
    for kind in ("crash", "hang"):
        issue = find(issues, target, scenario, f"{kind} | process | {scenario} | ")
        if issue is not None:
            return issue
    return None


def breaks(issues: Sequence[KnownIssue], target: Build, scenario: str, pairs: Iterable[str]) -> bool:
    """Whether some of these pairs of the scenario are known to crash the target, or to leave the process broken: that
    may be noticed later, while others are at it.
    """
    concerned = [issue for issue in issues if issue.covers(scenario) and issue.applies_to(target)]
    ways = [f"{kind} | process | {scenario} | " for kind in ("crash", "violation")]
    return any(issue.matches(scenario, way + pair) for pair in pairs for issue in concerned for way in ways)


def _entry(path: Path, number: int, entry: Any) -> KnownIssue:
    where = f"{path}: issue {number}"
    if not isinstance(entry, dict):
        raise KnownIssuesError(f"{where} is not a table")
    where += f" ({entry.get('id', 'no id')})"
    known = {one.name: one for one in fields(KnownIssue)}
    needed = {
        name for name, one in known.items() if one.default is MISSING and one.default_factory is MISSING
    }
    if missing := sorted(needed - set(entry)):
        raise KnownIssuesError(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(set(entry) - set(known)):
        raise KnownIssuesError(f"{where} has no field named {', '.join(unknown)}")
    for name, value in entry.items():
        if isinstance(value, _TYPES.get(name, (str, ""))[0]):
            continue
        raise KnownIssuesError(f"{where}: {name} must be {_TYPES.get(name, (str, 'a text'))[1]}")
    issue = KnownIssue(
        **entry
        | {name: _changes(where, name, entry.get(name, ())) for name in ("shown", "mended")}
        | {"also": _pairs(where, entry.get("also", ())), "written": _written(where, entry.get("written", ()))}
    )
    _check(where, issue)
    return issue


_LINES = (list, 'a list of ["branch", "first version", "commit"]')
_PAIRS = (list, 'a list of ["scenario", "signature"]')
_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("with_gil", "free_threaded"), (bool, "true or false")),
    **dict.fromkeys(("shown", "mended"), _LINES),
    "also": _PAIRS,
    "written": ((str, list), "a text, or a list of texts"),
    "knobs": (dict, "a table of settings"),
}
"""Of the fields that are no texts: what they must be, and how that is said."""


def _changes(where: str, name: str, lines: Sequence[Any]) -> tuple[Change, ...]:
    for line in lines:
        if not (isinstance(line, list) and 1 <= len(line) <= 3 and all(isinstance(one, str) for one in line)):
            raise KnownIssuesError(f"{where}: {name} must be {_LINES[1]}")
    return tuple(Change(*line) for line in lines)


def _pairs(where: str, pairs: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(one, str) for one in pair)):
            raise KnownIssuesError(f"{where}: also must be {_PAIRS[1]}")
    return tuple((glob, looks) for glob, looks in pairs)


def _written(where: str, written: str | Sequence[Any]) -> tuple[str, ...]:
    lines = (written,) if isinstance(written, str) else tuple(written)
    if not all(isinstance(line, str) for line in lines):
        raise KnownIssuesError(f"{where}: written must be {_TYPES['written'][1]}")
    return lines


def _check(where: str, issue: KnownIssue) -> None:
    if not re.fullmatch(r"gh-\d+|ftstress-\d{4}", issue.id):
        raise KnownIssuesError(f"{where}: an id is gh-NUMBER or ftstress-NNNN")
    for _, signature in issue.looks:
        if not OF_PAIR.fullmatch(signature) and not re.match(rf"\(?({'|'.join(KINDS)})\b", signature):
            raise KnownIssuesError(f"{where}: a signature begins with one of {', '.join(KINDS)}")
    try:
        for _, signature in issue.looks:
            if not OF_PAIR.fullmatch(signature):
                re.compile(signature)
        for change in (*issue.shown, *issue.mended):
            _check_change(change)
    except (re.error, ValueError) as error:
        raise KnownIssuesError(f"{where}: {error}") from error
    if issue.proof and (not issue.proof.endswith(".py") or "/" in issue.proof):
        raise KnownIssuesError(f"{where}: a proof is the name of a program in harness/diagnosis/proofs")
    if bool(issue.proof) == bool(issue.written):
        raise KnownIssuesError(f"{where} needs either a finding to be written as a program, or a proof")
    for line in issue.written:
        if line.count(" | ") not in (3, 4) or not issue.matches(line.split(" | ")[2], line):
            raise KnownIssuesError(
                f"{where}: written is 'kind | oracle | scenario | where', behind it ' | ' and what was raised, of a"
                f" finding that the entry fits, and {line!r} is not"
            )


def _check_change(change: Change) -> None:
    own = branch(change.branch)
    if change.version and version(change.version)[:2] != own:
        raise ValueError(f"{change.version} is no version of {change.branch}")
    if change.commit and not re.fullmatch(r"[0-9a-f]{7,40}", change.commit):
        raise ValueError(f"{change.commit!r} is no commit: give at least 7 of its hexadecimal digits")

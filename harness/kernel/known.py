"""The known-issue list: what real interpreters are known to get wrong, each entry with its proof.

In the kernel because the suite in one process, with no manager to grade it, must tell what is new from what is not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

LIST = Path(__file__).with_name("known_issues.toml")
KINDS = ("violation", "crash", "hang", "leak", "sanitizer", "exception")


class Build(Protocol):
    """What an entry asks of a target."""

    @property
    def version_info(self) -> tuple[int, int, int]: ...
    @property
    def free_threaded(self) -> bool: ...


class KnownIssuesError(Exception):
    """The list cannot be used; the message is one sentence that names the file and the entry."""


@dataclass(frozen=True)
class KnownIssue:
    """One entry. It says for which versions it was shown, and how it looks in a finding.

    An issue that shows in more than one scenario, by more than one program, has an entry for each, under the same id.
    """

    id: str
    """``gh-118492``, or ``ftstress-0001`` for what nobody has reported yet."""
    title: str
    scenario: str
    """A glob on the scenario's dotted name."""
    signature: str
    """A regular expression that fits the beginning of a finding's signature, which is the finding's kind."""
    proof: str
    """A program in ``harness/diagnosis/proofs/`` that shows it without the harness: exit status 1 when it does."""
    with_gil: bool
    """Whether the proof shows it with ``-X gil=1`` on the same binary (on a build with a GIL: always)."""
    seen: str
    """How often, in words."""
    link: str = ""
    oldest: str = ""
    """The first version it applies to; empty: from ever."""
    fixed: str = ""
    """The first version it does not apply to; empty: none yet."""
    free_threaded: bool | None = None
    """True or False: only on builds that are, or are not; None: on any."""

    def applies_to(self, target: Build) -> bool:
        """Whether the target is one of the builds that the entry names."""
        if self.free_threaded is not None and self.free_threaded != target.free_threaded:
            return False
        if self.oldest and target.version_info < _version(self.oldest):
            return False
        return not (self.fixed and target.version_info >= _version(self.fixed))

    def covers(self, scenario: str) -> bool:
        """Whether it may show in that scenario."""
        return fnmatchcase(scenario, self.scenario)

    def matches(self, scenario: str, signature: str) -> bool:
        """Whether a finding looks like this."""
        return self.covers(scenario) and re.match(self.signature, signature) is not None


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
    looks = [(issue.id, issue.scenario) for issue in issues]
    for look in looks:
        if looks.count(look) > 1:
            raise KnownIssuesError(f"{path}: {look[0]} is listed twice for {look[1]}")
    return issues


def entry(issues: Sequence[KnownIssue], target: Build, scenario: str, signature: str) -> KnownIssue | None:
    """The first entry that applies to the target and looks like the finding; None: it is new."""
    for issue in issues:
        if issue.applies_to(target) and issue.matches(scenario, signature):
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


def _entry(path: Path, number: int, entry: Any) -> KnownIssue:
    where = f"{path}: issue {number}"
    if not isinstance(entry, dict):
        raise KnownIssuesError(f"{where} is not a table")
    where += f" ({entry.get('id', 'no id')})"
    known = {field.name: field for field in fields(KnownIssue)}
    needed = {name for name, field in known.items() if field.default is MISSING}
    if missing := sorted(needed - set(entry)):
        raise KnownIssuesError(f"{where} lacks {', '.join(missing)}")
    if unknown := sorted(set(entry) - set(known)):
        raise KnownIssuesError(f"{where} has no field named {', '.join(unknown)}")
    for name, value in entry.items():
        wanted = bool if name in ("with_gil", "free_threaded") else str
        if not isinstance(value, wanted):
            raise KnownIssuesError(
                f"{where}: {name} must be {'true or false' if wanted is bool else 'a text'}"
            )
    issue = KnownIssue(**entry)
    _check(where, issue)
    return issue


def _check(where: str, issue: KnownIssue) -> None:
    if not re.fullmatch(r"gh-\d+|ftstress-\d{4}", issue.id):
        raise KnownIssuesError(f"{where}: an id is gh-NUMBER or ftstress-NNNN")
    if not re.match(rf"\(?({'|'.join(KINDS)})\b", issue.signature):
        raise KnownIssuesError(f"{where}: a signature begins with one of {', '.join(KINDS)}")
    try:
        re.compile(issue.signature)
        for version in filter(None, (issue.oldest, issue.fixed)):
            _version(version)
    except (re.error, ValueError) as error:
        raise KnownIssuesError(f"{where}: {error}") from error
    if not issue.proof.endswith(".py") or "/" in issue.proof:
        raise KnownIssuesError(f"{where}: a proof is the name of a program in harness/diagnosis/proofs")


def _version(text: str) -> tuple[int, int, int]:
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", text):
        raise ValueError(f"{text!r} is not a version such as 3.13 or 3.13.5")
    major, minor, micro = [*map(int, text.split(".")), 0][:3]
    return major, minor, micro

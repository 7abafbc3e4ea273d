"""Which findings are faces of one cause. Where a process dies is not where it broke, so looks alone join nothing.

Two findings have one cause only where something that was found out says so: both show in the same windows (function and
the two accesses, without line numbers), the same cycle of holders and waiters hung both, the same stack had freed what
both used, or entries of the known-issue list that name the same place match both. Whatever has none of these is a cause
of its own that is not told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.kernel.known import KnownIssue
from harness.kernel.signature import beginning
from harness.record.coverage import Window
from harness.record.result import Finding
from harness.record.severity import SEVERITIES, Severity, gravity

NOT_LOCATED = "not located"
"""Said of a cause that is not told."""
ALONE = "the only finding that shows it"

Evidence = tuple[str, str]
"""What it is, as the predicate of "these are one because of …"; and what two must have in common."""
WHY = {
    "known": "the known-issue list names one place for all of them",
    "window": "all show in the same windows",
    "cycle": "the same threads wait for one another",
    "freed": "the same stack had freed what all of them used",
    "race": "the sanitizer reports the same two places",
}
"""By the kind of evidence; the first that a group has tells what its cause is."""


@dataclass(frozen=True)
class Cause:
    """What broke, and the findings that are its faces: one row of a report."""

    text: str | None
    """In words; None: not told yet."""
    why: str
    """Why its faces are one."""
    faces: tuple[Finding, ...]
    """As the report sorts them."""
    issues: tuple[KnownIssue, ...] = ()
    """The entries of the known-issue list that match them."""

    @property
    def title(self) -> str:
        """What a row is headed by."""
        return self.text or NOT_LOCATED

    @property
    def severity(self) -> Severity:
        """Of its gravest face."""
        return min((face.severity for face in self.faces), key=gravity)

    @property
    def worst(self) -> Severity:
        """The same, with what the known-issue list says that it does at worst."""
        listed = [one for one in SEVERITIES if any(issue.severity == one for issue in self.issues)]
        return min((self.severity, *listed), key=gravity)

    @property
    def known(self) -> tuple[str, ...]:
        """Ids of the known issues among its faces; one issue may have several causes, and one cause several issues."""
        return tuple(sorted({face.known for face in self.faces if face.known}))


def causes(
    findings: Sequence[Finding],
    windows: Callable[[Finding], Iterable[Window]],
    issues: Sequence[KnownIssue],
) -> tuple[Cause, ...]:
    """The findings in groups, each in the order in which they come, and so are the groups.

    ``windows`` gives those in which a campaign's sweeps saw a finding; those that ``ftstress locate`` found are in its
    details.
    """
    found = [dict(_evidence(finding, windows(finding), issues)) for finding in findings]
    groups: list[int] = list(range(len(findings)))
    by: dict[Evidence, list[int]] = defaultdict(list)
    for number, evidence in enumerate(found):
        for one in evidence.items():
            by[one].append(number)
    for same in by.values():
        joined = {groups[number] for number in same}
        groups = [min(joined) if group in joined else group for group in groups]
    made: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(groups):
        made[group].append(number)
    return tuple(
        _cause([findings[n] for n in group], [found[n] for n in group], issues) for group in made.values()
    )


def told(groups: Iterable[Cause]) -> dict[str, str | None]:
    """By a finding's id what its cause is, where that is told."""
    return {face.id: cause.text for cause in groups for face in cause.faces}


def shows(window: Window, finding: Finding) -> bool:
    """Whether a sweep's window is one in which the finding shows: what it keeps is a signature without the scenario,
    and without the frames of a crash.
    """
    kind, _, rest = window.symptom.partition(" | ")
    oracle, _, where = rest.partition(" | ")
    begins = beginning(finding.scenario, kind, oracle, where)
    return finding.signature == begins or finding.signature.startswith(f"{begins} | ")


def _evidence(
    finding: Finding, windows: Iterable[Window], issues: Sequence[KnownIssue]
) -> Iterator[Evidence]:
    if issue := entry_of(finding, issues):
        yield "known", place(issue, issues)
    # All of them: of two that a finding shows in, either may be another cause's.
    names = {window.name for window in windows} | set(finding.details.get("windows", ()))
    if names and "" not in names:
        yield "window", "; or ".join(sorted(names))
    if cycle := finding.details.get("cycle"):
        yield "cycle", cycle
    if finding.details.get("stacks"):
        yield "race", f"{finding.oracle}: {finding.where}"
    if freed := finding.details.get("freed"):
        yield "freed", f"used after it was freed by {freed}"


def _cause(faces: list[Finding], evidence: list[dict[str, str]], issues: Sequence[KnownIssue]) -> Cause:
    listed = tuple({id(one): one for face in faces if (one := entry_of(face, issues))}.values())
    text = next((one[kind] for kind in WHY for one in evidence if kind in one), None)
    if len(faces) == 1:
        return Cause(text, ALONE, tuple(faces), listed)
    why = [
        f"{said}{'' if all(kind in one for one in evidence) else ', as far as it is known'}"
        for kind, said in WHY.items()
        if _joins(kind, evidence)
    ]
    return Cause(text, "; ".join(why), tuple(faces), listed)


def _joins(kind: str, evidence: list[dict[str, str]]) -> bool:
    """Whether some of a group's faces have this in common."""
    seen = [one[kind] for one in evidence if kind in one]
    return len(set(seen)) < len(seen)


def entry_of(finding: Finding, issues: Sequence[KnownIssue]) -> KnownIssue | None:
    """The entry of the known-issue list that a known finding matches."""
    for issue in issues:
        if issue.id == finding.known and issue.matches(finding.scenario, finding.signature):
            return issue
    return None


def place(issue: KnownIssue, issues: Sequence[KnownIssue]) -> str:
    """What an entry says is broken, or the entry of its id before it: of one id there may be several, and several ids
    may say the same. Where none says it, the entry's title stands for it.
    """
    before = [one for one in issues[: list(issues).index(issue) + 1] if one.id == issue.id and one.where]
    return before[-1].where if before else f"{issue.id}: {issue.title}"

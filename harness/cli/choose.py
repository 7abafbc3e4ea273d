"""From PATTERN and FILE arguments to scenarios, as the target describes them."""

from __future__ import annotations

from collections.abc import Sequence

from harness.campaign.select import Catalogue, ScenarioInfo, describe, select, split
from harness.cli.errors import Stop
from harness.kernel.suite import subject_files, suite_files
from harness.record.target import Target


def refuse_missing(arguments: Sequence[str]) -> None:
    """Raise Stop for a FILE that is not there, before a target is even looked for."""
    for missing in (argument for argument in split(arguments)[1] if argument.endswith(".py")):
        raise Stop(f"there is no file {missing}")


def choose_subjects(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The subjects that ``arguments`` mean, of the files named or of the catalogue. Raises Stop as ``choose`` does."""
    files, patterns = split(arguments)
    return _chosen(describe(target, files or subject_files(), "subjects"), patterns)


def choose(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The scenarios that ``arguments`` mean: those of the files named, and those that match a pattern.

    Patterns are looked for in the files named, or in the suites where none is. Raises Stop: 2 for a file that
    cannot be loaded, 3 where nothing matches.
    """
    files, patterns = split(arguments)
    return _chosen(describe(target, files or suite_files()), patterns)


def _chosen(catalogue: Catalogue, patterns: Sequence[str]) -> list[ScenarioInfo]:
    if catalogue.errors:
        raise Stop("\n".join(catalogue.errors))
    chosen = select(catalogue, patterns)
    if not chosen:
        raise Stop(_nothing(catalogue, patterns), 3)
    return chosen


def _nothing(catalogue: Catalogue, patterns: Sequence[str]) -> str:
    wanted = " or ".join(patterns) or "anything"
    return f"no scenario matches {wanted}: none of {len(catalogue.scenarios)} (see ftstress list)"

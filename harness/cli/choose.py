"""From PATTERN and FILE arguments to scenarios, as the target describes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from harness.campaign.select import Catalogue, ScenarioInfo, describe, select, split
from harness.cli.errors import Stop, say
from harness.kernel.pairs.subject import JOIN
from harness.kernel.suite import selects, subject_files, suite_files
from harness.record.target import Target


def refuse_missing(arguments: Sequence[str]) -> None:
    """Raise Stop for a FILE that is not there, before a target is even looked for."""
    for missing in (argument for argument in split(arguments)[1] if argument.endswith(".py")):
        raise Stop(f"there is no file {missing}")


def choose_subjects(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The subjects that ``arguments`` mean, of the files named or of the catalogue. Raises Stop as ``choose`` does."""
    files, patterns = split(arguments)
    return _chosen(describe(target, files or subject_files(), "subjects"), patterns, named=bool(files))


def choose_pairs(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The subjects that ``arguments`` mean, each with its pairs that a PATTERN with a ``+`` selects, whichever of the
    two operations is named first; with all of them where there is no such PATTERN. Raises Stop as ``choose`` does.
    """
    wanted = [argument for argument in arguments if JOIN in argument and not Path(argument).exists()]
    subjects = choose_subjects(target, [argument for argument in arguments if argument not in wanted])
    chosen = [one for one in (only(subject, wanted) for subject in subjects) if one.pairs or not wanted]
    if not chosen:
        raise Stop(f"no pair matches {' or '.join(wanted)}: a pair is A{JOIN}B, or pairs.SUBJECT.A{JOIN}B", 3)
    return chosen


def only(subject: ScenarioInfo, wanted: Sequence[str]) -> ScenarioInfo:
    """The subject with those of its pairs that any of the patterns ``wanted`` selects; all where there is none."""
    if not wanted:
        return subject
    kept = [
        any(selects(one, name) for one in wanted for name in _names(subject, pair)) for pair in subject.pairs
    ]
    return replace(
        subject,
        pairs=tuple(pair for pair, keeps in zip(subject.pairs, kept, strict=True) if keeps),
        writing_pairs=sum(kept[: subject.writing_pairs]),
    )


def _names(subject: ScenarioInfo, pair: str) -> list[str]:
    """A pair's names, in full."""
    one, _, other = pair.partition(JOIN)
    return [f"{subject.name}.{one}{JOIN}{other}", f"{subject.name}.{other}{JOIN}{one}"]


def choose(target: Target, arguments: Sequence[str]) -> list[ScenarioInfo]:
    """The scenarios that ``arguments`` mean: those of the files named, and those that match a pattern.

    Patterns are looked for in the files named, or in the suites where none is. Raises Stop: 2 for a file that
    cannot be loaded, 3 where nothing matches.
    """
    files, patterns = split(arguments)
    return _chosen(describe(target, files or suite_files()), patterns, named=bool(files))


def _chosen(catalogue: Catalogue, patterns: Sequence[str], named: bool) -> list[ScenarioInfo]:
    """What was asked for. Files of ours that the target lacks a module for are left out, and told; files that were
    named are an error.
    """
    if errors := catalogue.errors + (catalogue.lacking if named else []):
        raise Stop("\n".join(errors))
    for one in catalogue.lacking:
        say(f"left out: {one}")
    chosen = select(catalogue, patterns)
    if not chosen:
        raise Stop(_nothing(catalogue, patterns), 3)
    return chosen


def _nothing(catalogue: Catalogue, patterns: Sequence[str]) -> str:
    wanted = " or ".join(patterns) or "anything"
    return f"no scenario matches {wanted}: none of {len(catalogue.scenarios)} (see ftstress list)"

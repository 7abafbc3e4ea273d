"""A finding, told to a person: the same text in the terminal, in a report and in a failing pytest item."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from textwrap import indent, wrap
from typing import Any

from harness.campaign.causes import NOT_LOCATED
from harness.kernel.event_types import StopData
from harness.record.coverage import PairCoverage, Window
from harness.record.result import Finding
from harness.report.escape import escape
from harness.report.numbers import counted, duration
from harness.report.stop import stop_columns, stop_facts, stop_of

MAX_LINES = 60
"""Lines of one detail that are shown; the journal has the rest."""
MAX_CHARACTERS = 8000
"""Of one detail that are shown."""


def headline(finding: Finding) -> str:
    """One line: whether it is new, what it is, where, and the id that other commands take."""
    status = f"known ({escape(finding.known)})" if finding.known else "NEW"
    return f"{status} {finding.kind} in {escape(finding.scenario)} [{escape(finding.id)}]"


def finding_text(
    finding: Finding, width: int = 100, windows: Sequence[tuple[PairCoverage, Window]] = ()
) -> str:
    """Everything that is recorded about ``finding``, escaped, ready to be printed; ``windows`` are a sweep's."""
    hit = f"{finding.trials_hit} of {counted(finding.trials_run, 'trial')}"
    facts = (
        f"oracle: {escape(finding.oracle)} · seen in {hit}, first after {duration(finding.first_seen_s)}"
        f" · with the GIL: {finding.with_gil}"
    )
    parts = [headline(finding), f"  severity: {finding.severity}"]
    parts += [*wrap(facts, width - 2, initial_indent="  ", subsequent_indent="  ")]
    parts += _message(finding.message, width)
    told = f"cause: {escape(finding.cause or NOT_LOCATED)}"
    parts += wrap(told, width - 2, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    parts.append(f"  signature: {escape(finding.signature)}")
    stop = stop_of(finding)
    if stop:
        parts += _stop(stop, windows)
    hidden = {"stacks", *(["sweep"] if stop else [])}  # the report has them, and its own table
    parts += [
        _detail(name, value)
        for name, value in finding.details.items()
        if value not in (None, "", [], {}) and name not in hidden
    ]
    return "\n".join(parts)


def again_command(source: str, finding: Finding) -> str:
    """The command that shows a finding of the campaign in the directory ``source`` again."""
    return shlex.join(["ftstress", "repro", f"{source}#{finding.id}"])


def _message(message: str, width: int) -> list[str]:
    """A sentence is wrapped, anything of several lines is left as it is."""
    text = escape(message, lines=True).strip("\n")
    if "\n" in text:
        return [indent(text, "  ")]
    return wrap(text, width - 2, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _stop(stop: StopData, windows: Sequence[tuple[PairCoverage, Window]]) -> Iterator[str]:
    for label, text in stop_facts(stop, windows):
        yield _labelled(label, excerpt(text))
    if history := stop_columns(stop):
        yield _labelled("what each read", history)


def _detail(name: str, value: Any) -> str:
    label = escape(name).replace("_", " ")
    return _labelled(
        label, excerpt(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    )


def _labelled(label: str, text: str) -> str:
    if "\n" not in text:
        return f"  {label}: {text}"
    return f"  {label}:\n" + indent(text, "    ")


def excerpt(text: str, max_lines: int = MAX_LINES, max_characters: int = MAX_CHARACTERS) -> str:
    """What is shown of a text from the target: escaped, and of a long one both ends, with what is left out."""
    lines = text.replace("\r\n", "\n").strip("\n").split("\n")
    if len(lines) > max_lines:
        left_out = counted(len(lines) - max_lines, "line")
        lines[max_lines // 2 : -max_lines // 2] = [f"... {left_out} left out; the journal has them ..."]
    text = "\n".join(lines)
    if len(text) > max_characters:
        half, left_out = max_characters // 2, counted(len(text) - max_characters, "character")
        text = f"{text[:half]}\n... {left_out} left out; the journal has them ...\n{text[-half:]}"
    return escape(text, lines=True)

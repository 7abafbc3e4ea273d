"""The formats that a report comes in, by the names that ``--format`` takes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from harness.campaign.gather import Report

FORMATS = ("text", "html", "junit", "regrtest", "markdown", "sarif", "json")


def renderer(name: str) -> Callable[[Report], str]:
    """The function that makes a report of this format, or ``umbrella``. Only its own module is imported: each has its
    library.
    """
    render: Callable[[Report], str] = import_module(f"harness.report.{name}").render
    return render

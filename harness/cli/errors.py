"""What a command says when it cannot go on."""

from __future__ import annotations

import sys

from harness.builds.progress import Step
from harness.report.escape import escape


class Stop(Exception):
    """End the command with ``status``; the message is one sentence for the user."""

    def __init__(self, message: str, status: int = 2) -> None:
        super().__init__(message)
        self.status = status


def say(message: str) -> None:
    """Say something to the user on stderr, where no redirected output swallows it."""
    try:
        print(f"ftstress: {escape(message, lines=True)}", file=sys.stderr, flush=True)
    except OSError:  # nobody reads stderr; the exit status still tells
        pass


def tell(step: Step) -> None:
    """Say a step of finding a target to the user."""
    say(step.text)

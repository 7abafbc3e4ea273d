"""What every detector has: something to prepare, a child to run again and again, and a rule for how it ended."""

from __future__ import annotations

import shutil
import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from measure.comparison.child import Ended

HANG_S = 30
"""After this each tool's own watchdog speaks; a test takes seconds at most, also on a busy machine."""
NOT_A_CRASH = (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP)
"""Somebody ended the child: this says nothing about the build."""


About = Literal["types", "shared"]
"""What is tested: the type object, or the other objects that threads share."""
SCENARIOS: dict[About, str] = {"types": "scenario.py", "shared": "shared.py"}


class CannotRun(Exception):
    """The tool does not work here; the message says exactly why. Never to be read as "not detected"."""


@dataclass(frozen=True)
class Detection:
    """What a user of the tool would have seen."""

    how: str
    detail: str


@dataclass(frozen=True)
class Ready:
    """Where a detector's children run, what they import from, and the versions of what they run."""

    folder: Path
    path: tuple[Path, ...]
    uses: tuple[str, ...]


class Detector(ABC):
    """One column of the table."""

    name: str
    title: str

    def __init__(self, about: About = "types", tests: str | None = None) -> None:
        self.about = about
        self.tests = tests
        """Where CPython's own tests are taken from, ``REPO@REV``; None: from the release's source."""

    @abstractmethod
    def prepare(self, version: str, folder: Path) -> Ready:
        """Get what is needed for targets of ``version`` into ``folder``, which is empty.

        Raises CannotRun when the tool cannot be had, Missing when a person has to do something first.
        """

    @property
    @abstractmethod
    def rehearsal(self) -> list[str]:
        """Arguments with which a target shows that the tool works in it, without a race; it must exit with 0."""

    @property
    @abstractmethod
    def arguments(self) -> list[str]:
        """Arguments with which a target runs the tool once."""

    @abstractmethod
    def judge(self, ended: Ended) -> Detection | None:
        """What the tool's user would call detected. The child ended by itself, and not by a signal."""

    def judge_any(self, ended: Ended) -> Detection | None:
        """The same, crashes included: they count for every tool."""
        if ended.status in NOT_A_CRASH:
            return None
        if ended.status < 0:
            return Detection("crash", signal.Signals(-ended.status).name)
        return self.judge(ended)


def copy_scenario(about: About, runner: str, folder: Path) -> None:
    """Put a scenario into ``folder``, as ``scenario.py``, and what runs it with some tool."""
    here = Path(__file__).parent
    shutil.copy(here / SCENARIOS[about], folder / SCENARIOS["types"])
    shutil.copy(here / runner, folder)


def hang(ended: Ended) -> Detection | None:
    """What faulthandler's watchdog has ended, whichever tool had set it."""
    if ended.status == 1 and "Timeout (" in ended.tail:
        return Detection("hang", f"nothing for {HANG_S} s")
    return None


def last_line(text: str, *beginnings: str) -> str:
    """The last line that begins with one of ``beginnings``; with none given, or none found, the last of all."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    chosen = [line for line in lines if line.startswith(beginnings)] if beginnings else []
    return (chosen or lines or ["it printed nothing"])[-1][:200]

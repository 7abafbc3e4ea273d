"""The journal: the append-only record of a campaign, one JSON event a line, flushed as it happens.

Everything that is shown is derived from it, so a campaign killed at any moment can be reported on and resumed.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, cast

from harness.record.bisection import Begun
from harness.record.events import Event

JOURNAL = "journal.jsonl"


class JournalError(Exception):
    """The journal could not be written or read; the message is one sentence for the user."""


class Journal:
    """Appends events to ``directory/journal.jsonl``. Safe to call from several threads of the manager."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / JOURNAL
        self._lock = Lock()
        try:
            self._file = self.path.open("a+b")
            self._end_torn_line()
        except OSError as error:
            raise JournalError(
                f"cannot write {self.path}: {error.strerror or error}; choose another --out"
            ) from error

    def _end_torn_line(self) -> None:
        # A manager killed in the middle of a write leaves half a line: the next event must not be glued to it.
        size = self._file.seek(0, 2)
        if size:
            self._file.seek(size - 1)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")
                self._file.flush()

    def append(self, event: Mapping[str, object]) -> None:
        """Write one event and flush it. Raises JournalError when the disk is full or gone."""
        line = json.dumps(event, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        with self._lock:
            try:
                self._file.write(line)
                self._file.flush()
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or error
                raise JournalError(
                    f"cannot write {self.path}: {reason}; make room and run again with --resume"
                ) from error

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise JournalError(f"cannot write {self.path}: {error.strerror or error}") from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:  # the first failure is the one to tell; a second one at close would hide it
            try:
                self.close()
            except JournalError:
                pass


def read_journal(directory: Path) -> Iterator[Event]:
    """Yield the events of the campaign recorded in ``directory``. Raises as ``read_lines``.

    That they are what their definitions say is believed: a harness wrote them. What a newer one wrote may have another
    name than any of these. Raises JournalError also where a search for a commit is recorded there.
    """
    for line in read_lines(directory):
        if line["event"] == Begun.event:
            again = shlex.join(
                ["ftstress", *Begun.from_event(line).command, "--out", str(directory), "--resume"]
            )
            raise JournalError(
                f"{directory} holds a search for a commit, and no campaign: `{again}` goes on with it, or tells what"
                " it has found"
            )
        yield cast(Event, line)


def read_lines(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield what is recorded in ``directory``, of a campaign or of whatever else keeps a journal there: its name is in
    ``event``. Lines torn by a killed manager are passed over.

    Raises JournalError when there is no journal in it.
    """
    path = directory / JOURNAL
    try:
        lines = path.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise JournalError(
            f"{directory} holds no campaign: {path.name} cannot be read ({error.strerror or error})"
        ) from error
    decode = json.JSONDecoder().raw_decode  # half the time of json.loads, which looks around each line
    with lines:
        for line in lines:
            try:
                event, end = decode(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event and not line[end:].strip():
                yield event

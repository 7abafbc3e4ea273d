"""The command line: ``ftstress COMMAND``. One module a command; here what goes wrong becomes an exit status.

Statuses are the contract's: 2 bad arguments or a file that cannot be loaded, 3 nothing to exercise, 4 the
harness itself failed, 130 interrupted. Nothing exits above 130.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

from harness import __version__
from harness.cli.errors import Stop, say
from harness.cli.output import NotShown, drop_output, write

COMMANDS = {
    "list": "listing",
    "run": "run",
    "pairs": "pairs",
    "fuzz": "fuzz",
    "sweep": "sweep",
    "locate": "locate",
    "repro": "repro",
    "script": "script",
    "report": "report",
    "builds": "builds",
    "build": "build",
    "known": "known",
    "calibrate": "calibrate",
    "bench": "bench",
    "bisect": "bisect",
    "bisect-step": "bisect_step",
}
"""Each command's module in this package."""


class Parser(argparse.ArgumentParser):
    """Bad arguments are told in one sentence, without the usage text, and exit 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser(first: str = "") -> Parser:
    """The command line, one subparser a command; of a ``first`` word that needs no other command, that one alone: what
    the others import takes longer than most of them.
    """
    top = Parser(prog="ftstress", description="Stress tests for free-threaded CPython.", allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"ftstress {__version__}")
    subparsers = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [] if first == "--version" else [first] if first in COMMANDS else COMMANDS
    for name in wanted:
        import_module(f"harness.cli.{COMMANDS[name]}").add_parser(subparsers)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status, what went wrong is a sentence on stderr. Never raises."""
    _end_like_ctrl_c()
    _make_streams_safe()
    arguments = argparse.Namespace()
    try:
        try:
            given = sys.argv[1:] if argv is None else argv
            parser(*given[:1]).parse_args(given, arguments)
        except SystemExit as asked:  # argparse's own: --help, --version, an error that it has told already
            return int(asked.code or 0)
        status: int = arguments.run(arguments)
        with suppress(KeyboardInterrupt):  # too late: there is a status
            write("")  # what is still buffered must be out before success is claimed
        return status
    except BrokenPipeError:
        drop_output()  # whoever read it has seen enough
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  # whatever it is: a sentence and a status, not a traceback
        expected = _expected(error)
        if expected is None:
            _tell_failure(error, getattr(arguments, "out", None))
            return 4
        say(str(error))
        return expected


def _expected(error: Exception) -> int | None:
    """The exit status that goes with a sentence for the user; None where nobody has foreseen it. Imported only where
    something has been raised: whoever raised it has loaded these.
    """
    from harness.builds.find import NoTarget
    from harness.builds.fingerprint import NotATarget
    from harness.campaign.options import CampaignError
    from harness.record.journal import JournalError

    if isinstance(error, Stop):
        return error.status
    if isinstance(error, (NoTarget, NotATarget)):
        return 3
    if isinstance(error, CampaignError):
        return 2
    return 4 if isinstance(error, (JournalError, NotShown)) else None


def _make_streams_safe() -> None:
    """Nothing printed raises because of where it goes: a terminal that lacks a character, no stream at all."""
    if sys.stdout is None:  # started with it closed
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _end_like_ctrl_c() -> None:
    """SIGTERM and SIGHUP end a command as Ctrl-C does: all is kept, status 130 (a signal's own is above)."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)


def _tell_failure(error: Exception, out: Path | None) -> None:
    """A sentence on stderr; the traceback goes into the campaign's directory, or behind the sentence."""
    what = f"the harness itself failed: {type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error))
    if out is not None:
        path = out / "harness-failure.txt"
        try:
            path.write_text(trace, encoding="utf-8", errors="backslashreplace")
        except OSError:
            pass
        else:
            say(f"{what}; its traceback is in {path}")
            return
    say(f"{what}\n{trace}")

"""``python -m harness.kernel [PATTERN ...] [--budget TIME] [--seed N] [--strict] [--journal DIR]``.

The suite in this process only, as CPython's test bed for iOS starts a module. Exit status, the contract's: 0 nothing
new, 1 a finding that counts, 2 bad arguments or a file that cannot be loaded, 3 nothing was exercised, 4 the harness
itself failed, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from harness.kernel.events import describe, describe_error
from harness.kernel.scenario import ScenarioError

if TYPE_CHECKING:
    from harness.kernel.journal_types import SuiteEvent
    from harness.kernel.suite import Record

MISUSED, FAILED, NOTHING = 2, 4, 3
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(MISUSED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def seconds(text: str) -> float:
    """``30s``, ``2m``, ``1h``, or a number of seconds. Raises ArgumentTypeError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text)
    if not found or float(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: give 30s, 2m or 1h")
    return float(found[1]) * UNITS[found[2]]


@contextmanager
def journal(folder: Path | None) -> Iterator[Record]:
    """Writes each event as a line of ``folder/journal.jsonl``, flushed; or nowhere. Raises OSError."""
    if folder is None:
        yield lambda event: None
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "journal.jsonl").open("x", encoding="ascii") as lines:

        def emit(event: SuiteEvent) -> None:
            lines.write(json.dumps(event, default=describe) + "\n")
            lines.flush()

        yield emit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; what went wrong is one sentence on stderr."""
    parser = Parser(prog="python -m harness.kernel", description="Run the suite in this process.")
    parser.add_argument(
        "patterns", nargs="*", metavar="PATTERN", help="a glob on dotted names, or a part of one"
    )
    parser.add_argument("--budget", type=seconds, default=120.0, metavar="TIME", help="default: 2m")
    parser.add_argument("--seed", type=int, metavar="N", help="default: drawn and printed")
    parser.add_argument("--strict", action="store_true", help="known findings count too")
    parser.add_argument("--journal", type=Path, metavar="DIR", help="for ftstress report DIR, on any machine")
    given = parser.parse_args(arguments)
    if not _has_threads():
        return _say("this platform has no threads: nothing can race here", NOTHING)
    seed = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    try:
        with journal(given.journal) as emit:
            from harness.kernel.suite import Suite

            return Suite(given.patterns, given.budget, seed, given.strict, emit).run()
    except FileExistsError:
        return _say(f"{given.journal} holds a journal already: choose another --journal", MISUSED)
    except ScenarioError as error:
        return _say(str(error), MISUSED)
    except OSError as error:
        return _say(f"the journal cannot be written: {error}", FAILED)
    except Exception as error:  # noqa: BLE001  # whatever it is: the harness's own failure, and a status of its own
        traceback.print_exc()
        return _say(f"the harness itself failed: {type(error).__name__}: {describe_error(error)}", FAILED)


def _has_threads() -> bool:
    """Whether a thread can be started: on WASI none can."""
    try:
        from threading import Thread

        thread = Thread(target=int)
        thread.start()
    except (ImportError, RuntimeError):
        return False
    thread.join()
    return True


def _say(sentence: str, status: int) -> int:
    sys.stderr.write(f"python -m harness.kernel: {sentence}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())

"""Scenario files for tests of the faces, and the command as a user types it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_HEAD = """\
from harness.kernel import Order, Scenario, Value, agree, fresh_class, operation

"""

QUIET = (
    _HEAD
    + '''\
class Quiet(Scenario):
    """What is stored into a class is read back from it (gh-118362)."""

    oracle = Order()

    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))
        self.stored = vars(self.cls)

    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = Value(n)

    @operation(actor="reader")
    def read(self):
        return self.stored["x"], self.cls.x

    def quiescence(self):
        yield from agree(self.stored["x"], "x", self.cls)
'''
)

FINDS = QUIET.replace("class Quiet", "class Finds").replace(
    'return self.stored["x"], self.cls.x', "return Value(2), Value(1)"
)
"""Wrong every time, on every interpreter."""

ALONE = QUIET.replace("class Quiet", "class Alone").replace(
    "oracle = ", "needs_parallelism = False\n    oracle = "
)

SETUP_RAISES = QUIET.replace("class Quiet", "class Unprepared").replace(
    "self.cls = fresh_class(x=Value(0))", 'raise LookupError("no [bold]state\\x1b[2J today")'
)

NEVER_RETURNS = QUIET.replace("class Quiet", "class Stays").replace(
    'return self.stored["x"], self.cls.x', "while True:\n            pass"
)

CRASHES = "import signal\n" + QUIET.replace("class Quiet", "class Crashes").replace(
    'return self.stored["x"], self.cls.x', "signal.raise_signal(signal.SIGSEGV)"
)
"""In the reader itself: a signal to the process goes to whichever thread the system takes."""

LOADS_ONCE = (
    "from pathlib import Path\n"
    "seen = Path(__file__ + '.seen')\n"
    "assert not seen.exists(), 'loaded twice'\n"
    "seen.touch()\n"
) + QUIET
"""Described without a complaint, and then the kernel cannot find it: a failure that is nobody's finding."""

SYNTAX_ERROR = _HEAD + "class Broken(Scenario:\n    pass\n"
NO_SCENARIO = _HEAD + "x = 1\n"
IMPORTS_PYTEST = "import pytest\n" + QUIET


def write(folder: Path, name: str, text: str) -> Path:
    """A scenario file in ``folder``."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def environment(**changes: str) -> dict[str, str]:
    """The environment a user has in a checkout, without what decides how output looks."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "FTSTRESS_TARGET")
        and not name.startswith(("PYTEST_", "COV_"))
    }
    return kept | {"PYTHONPATH": str(ROOT)} | changes


def ftstress(
    *arguments: object, cwd: Path, timeout: float = 60, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "harness", *map(str, arguments)],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )

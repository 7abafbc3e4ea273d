"""How a target is compiled: plain, with CPython's own assertions, or with a sanitizer's checks in all of its code."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from harness.builds.errors import NotBuilt

Sanitizer = Literal["thread", "address"]
SANITIZERS: tuple[Sanitizer, ...] = get_args(Sanitizer)

LIBRARIES = {"thread": "libtsan", "address": "libasan"}
"""What gcc links for each; clang brings its own with compiler-rt."""
RECOVERS = {"address": " -fsanitize-recover=address"}
"""So that it can go on after an error: it cannot decide when it runs, as the thread sanitizer does."""


@dataclass(frozen=True)
class Flavour:
    """What a build is configured with, beside being free-threaded."""

    debug: bool = False
    sanitizer: Sanitizer | None = None

    def configure(self) -> tuple[str, ...]:
        """Configure's arguments. Line tables are kept (-g1): a finding is to name the C line."""
        # ensurepip would fail where zlib's headers are missing, and nothing in a target needs pip.
        common = ["--disable-gil", "--without-ensurepip"]
        if self.debug:
            common.append("--with-pydebug")
        if self.sanitizer is None:
            return (*common, "CFLAGS=-Og -g1" if self.debug else "CFLAGS=-O2 -g1")
        # Stacks need frames: above -O1 compilers turn a call at a function's end into a jump. One compiler's runtime is
        # not another's, so its name is a part of what is kept.
        return (
            *common,
            f"--with-{self.sanitizer}-sanitizer",
            f"CFLAGS=-O1 -g1 -fno-omit-frame-pointer{RECOVERS.get(self.sanitizer, '')}",
            f"CC={compiler() or 'cc'}",
        )

    def check(self) -> None:
        """Raises NotBuilt where the compiler cannot link a program with the sanitizer's library in it."""
        if self.sanitizer is None:
            return
        chosen = compiler()
        if chosen is None:
            return  # compile.check_tools says so
        with tempfile.TemporaryDirectory(prefix="ftstress-compiler-") as folder:
            source = Path(folder, "main.c")
            source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
            try:
                done = subprocess.run(
                    [
                        *chosen.split(),
                        f"-fsanitize={self.sanitizer}",
                        str(source),
                        "-o",
                        str(source.with_suffix("")),
                    ],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=60,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise NotBuilt(f"{chosen} cannot be run: {error}") from error
        if done.returncode:
            said = " ".join(done.stderr.split())[:200]
            raise NotBuilt(
                f"{chosen} cannot link with -fsanitize={self.sanitizer} ({said}): install its library (gcc:"
                f" {LIBRARIES[self.sanitizer]}; clang: compiler-rt), or name another compiler in CC"
            )


PLAIN = Flavour()
QUIET = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "report_bugs=0"}
"""For what is run for something else than a sanitizer's reports: it neither tells nor fails of them."""


def compiler() -> str | None:
    """The one that sanitizer builds are made with: ``$CC``, or the first there is; None where there is none."""
    return os.environ.get("CC") or next(filter(shutil.which, ("gcc", "clang", "cc")), None)

"""CPython's own tests of the free-threaded build, looped, judged by exit status as most of its builders judge them."""

from __future__ import annotations

from pathlib import Path

from measure.comparison import sources
from measure.comparison.child import Ended
from measure.comparison.detector import HANG_S, Detection, Detector, Ready, hang, last_line

BAD_TEST = 2
ENV_CHANGED = 3


class CPythonTests(Detector):
    """``python -m test test_free_threading``, of types the type tests only.

    The readers of these tests are bare threads: an assertion that fails in one is printed and lost.
    """

    name = "cpython_tests"
    title = "CPython's tests"
    options: tuple[str, ...] = ()

    @property
    def selection(self) -> tuple[str, ...]:
        only = ("-m", "test.test_free_threading.test_type.*") if self.about == "types" else ()
        return "test_free_threading", *only

    def prepare(self, version: str, folder: Path) -> Ready:
        library = sources.unpack_tests(version, folder, self.tests)
        empty = folder / "empty"
        empty.mkdir()
        return Ready(empty, (library,), (f"Lib/test of {self.tests or version}",))

    @property
    def rehearsal(self) -> list[str]:
        return ["-m", "test", "--list-cases", *self.selection]

    @property
    def arguments(self) -> list[str]:
        return ["-m", "test", "--timeout", str(HANG_S), *self.options, *self.selection]

    def judge(self, ended: Ended) -> Detection | None:
        if ended.status == 0:
            return None
        if ended.status == ENV_CHANGED:
            return Detection("env changed", last_line(ended.tail, "AssertionError", "Warning -- Uncaught"))
        how = "failed assertion" if ended.status == BAD_TEST else f"exit status {ended.status}"
        return hang(ended) or Detection(how, last_line(ended.tail, "AssertionError", "FAIL:", "ERROR:"))

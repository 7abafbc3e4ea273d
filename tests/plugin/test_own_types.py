"""``@ftstress_pairs(make_counter)``: what ``ftstress pairs`` says of a type, with what people run pytest with."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.samples import ftstress, write
from tests.plugin.test_plugin import run_pytest

TYPES = '''\
from harness.kernel.pairs import ATOMIC, Subject, step


class Counter:
    """Counts in two steps."""

    def __init__(self):
        self.total = 0

    def add(self, by: int):
        before = self.total
        for _ in range(20):
            pass
        self.total = before + by

    def value(self):
        return self.total


class Kept:
    """Nothing is wrong with it."""

    def __init__(self):
        self.there = []

    def put(self, item):
        self.there.append(item)

    def odd(self, never):
        raise TypeError("never")


class Own(Subject):
    """Operations of the author's own."""

    @step(ATOMIC, writes=True)
    def twice(o, v):
        o.add(1)
        o.add(1)
'''
TEST = """\
import functools
import unittest

import pytest
from my_types import Counter, Kept, Own

from harness.kernel.pairs import ftstress_pairs


@ftstress_pairs(Counter, promise="atomic")
def test_counter(): ...


@ftstress_pairs(Kept)
def test_kept(): ...


# Not ours to finish: an author's skip, which the plugin must keep and pytest must tell.
@pytest.mark.skip(reason="its author asks for it: a type is skipped as any test is, and that is told")
@ftstress_pairs(Kept)
def test_skipped(): ...


@ftstress_pairs(Kept, min_coverage=0.9)
def test_covered(): ...


@ftstress_pairs(Counter, promise="atomic", operations=Own)
def test_own(): ...


@ftstress_pairs(lambda: Counter())
def test_nameless(): ...


@ftstress_pairs(functools.partial(Counter))
def test_of_a_partial(): ...


class TestCase(unittest.TestCase):
    @ftstress_pairs(Kept)
    def test_of_unittest(self): ...
"""
"""pytest is nothing that the target must have, for the types are in a module of their own."""
HERE = (
    TYPES.replace("import ATOMIC", "import ftstress_pairs, ATOMIC")
    + """

@ftstress_pairs(Counter, promise="atomic")
def test_counter(): ...
"""
)
BUDGET = ("--stress-budget", "4", "--stress-seed", "5")


@pytest.fixture
def project(free_threaded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with types, and tests of them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    write(tmp_path, "my_types.py", TYPES)
    write(tmp_path, "test_types.py", TEST)
    write(tmp_path, "test_here.py", HERE)
    return tmp_path


def ids(text: str) -> dict[str, str]:
    """Of new findings, by where they are."""
    return dict(re.findall(r"NEW .* \[(\w+)\](?s:.*?)signature: \w+ \| \w+ \| [\w.]+ \| (\S+)", text))


@pytest.mark.parametrize("xdist", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_type_is_raced_as_the_command_races_it(
    project: Path, free_threaded: str, xdist: tuple[str, ...]
) -> None:
    junit = project / "junit.xml"
    arguments = (*BUDGET, "--target", free_threaded, "--timeout", "1", f"--junitxml={junit}", *xdist)
    status, output = run_pytest(project, "test_types.py", "-k", "counter or kept or skipped", *arguments)
    assert status == 1 and "1 failed, 1 passed, 1 skipped" in output, output
    assert "NEW violation in pairs.my_types_counter" in output and "not driven" in output
    cases = {one.get("name"): {child.tag for child in one} for one in ET.parse(junit).iter("testcase")}
    assert "failure" in cases["test_counter"] and "skipped" in cases["test_skipped"]
    assert not {"failure", "error"} & cases["test_kept"]
    done = ftstress(
        *("pairs", "my_types:Counter", "--promise", "atomic", "--budget", "4s", "--seed", "5"),
        *("--target", free_threaded),
        cwd=project,
    )
    assert done.returncode == 1, done.stderr
    both = ids(output).items() & ids(done.stdout).items()
    assert "add+add" in dict(both).values(), (output, done.stdout)


def test_a_type_may_be_in_the_file_of_its_test(project: Path, free_threaded: str) -> None:
    status, output = run_pytest(project, "test_here.py", *BUDGET, "--target", free_threaded)
    assert status == 1 and "NEW violation in pairs.test_here_counter" in output, output


def test_the_last_failed_are_run_again(project: Path, free_threaded: str) -> None:
    arguments = (*BUDGET, "--target", free_threaded, "-p", "cacheprovider", "-k", "counter or kept", "--lf")
    for said in ("1 failed, 1 passed", "1 failed, 7 deselected"):
        status, output = run_pytest(project, "test_types.py", *arguments)
        assert status == 1 and said in output, output


def test_operations_of_the_authors_own_come_too(project: Path, free_threaded: str) -> None:
    status, output = run_pytest(project, "test_types.py", "-k", "own", *BUDGET, "--target", free_threaded)
    assert status == 1 and "twice" in " ".join(ids(output).values()), output


@pytest.mark.parametrize(
    ("name", "outcome", "says"),
    [
        ("covered", "1 failed", "1 of 2 operations are driven: --min-coverage asks for a share of 0.9"),
        ("nameless", "1 error", "cannot be found by its name in test_types"),
        ("partial", "1 error", "has no name of its own: give it as MODULE:NAME"),
    ],
)
def test_what_cannot_be_judged_fails_in_a_sentence(
    project: Path, free_threaded: str, name: str, outcome: str, says: str
) -> None:
    budget = ("--stress-budget", "1", "--target", free_threaded)
    status, output = run_pytest(project, "test_types.py", "-k", name, *budget)
    assert status == 1 and outcome in output and says in output, output
    assert "Traceback" not in output


def test_what_is_not_raced_does_not_pass(project: Path, free_threaded: str) -> None:
    for more in (("-k", "unittest", "--target", free_threaded), ("-p", "no:harness.pytest_plugin")):
        status, output = run_pytest(project, "test_types.py", *more)
        assert status == 1 and "nothing was raced" in output and "passed" not in output, output


def test_no_folder_is_left_of_what_cannot_be_made(
    project: Path, free_threaded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(project))
    run_pytest(project, "test_types.py", "-k", "nameless", "--target", free_threaded)
    assert not list(project.glob("ftstress-*"))


def test_the_command_says_the_same_of_coverage(project: Path, free_threaded: str) -> None:
    done = ftstress(
        *("pairs", "my_types.py:Kept", "--min-coverage", "0.9", "--budget", "1s", "--target", free_threaded),
        cwd=project,
    )
    assert done.returncode == 3
    assert "1 of 2 operations are driven: --min-coverage asks for a share of 0.9" in done.stdout
    assert "it raised TypeError: never, whatever it was given" in done.stdout

"""A pair's script is short whatever the pair: what is around the subject's own steps never grows."""

from __future__ import annotations

import ast
import builtins
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from harness.campaign.again import Again
from harness.kernel.amplifiers import Setting
from harness.kernel.event_types import Kind
from harness.kernel.pairs.subject import JOIN, Step, Subject, load_subjects, promised, steps
from harness.kernel.suite import subject_files
from harness.record.result import Finding
from harness.record.target import Target
from harness.repro.bundle import free_names
from harness.repro.paired import LINES
from harness.repro.script import docstring, script
from tests.campaign.fakes import fake_scenario
from tests.repro._recordings import finding

HEADER = docstring(["What.", "Seen.", "Build.", "Measured."])
AROUND = 23
"""Lines of the header, of what looks from outside, and from the steps on, where they are set closely."""
MOST = 62
"""Lines of the longest: what looks at and changes its home while it is compared is a class of its own."""
SHORT = 0.7
"""The share of all scripts that fits, at least."""
PLANTED = Path(__file__).parent.parent / "pairs" / "_subjects.py"
SUBJECTS = [(file, name, one) for file in subject_files() for name, one in load_subjects(str(file)).items()]


def written(
    found: Finding, file: Path, pair: str, seconds: int = 60, knobs: dict[str, Setting] | None = None
) -> str:
    info = fake_scenario(name=found.scenario, file=str(file), pairs=(pair,))
    return script(found, Again(info, knobs or {}, "1", 2, 1.0, pairs=(pair,)), HEADER, seconds=seconds)


def what_it_may_show(subject: type[Subject], pair: list[Step]) -> list[tuple[Kind, str]]:
    """The kinds and oracles of findings that a pair can have."""
    promise = promised([[one] for one in pair], (3, 16))
    kinds: list[tuple[Kind, str]] = [("crash", "process"), ("exception", "process")]
    if promise != "process":
        kinds.append(("violation", "permitted"))
    if promise == "atomic":
        kinds.append(("violation", "outcomes"))
    if promise != "process" and subject.wrong is not Subject.wrong:
        kinds.append(("violation", "structure"))
    return kinds


def some_of_each(number: int, of: Path | None = None) -> Iterator[tuple[str, str]]:
    """For each subject, of one file or of all, so many findings that it might have, with their scripts."""
    chosen = random.Random(14)
    for file, name, subject in SUBJECTS:
        if of not in (None, file):
            continue
        declared = list(steps(subject).values())
        for _ in range(number):
            pair = [chosen.choice(declared), chosen.choice(declared)]
            kind, oracle = chosen.choice(what_it_may_show(subject, pair))
            where = JOIN.join(one.name for one in pair)
            details = {"exception": "SystemError"} if kind == "exception" else {}
            text = written(finding(kind, oracle, name, where, **details), Path(file), where)
            yield f"{name} {where} {kind} {oracle}", text


RACED = {"x0", "x1", "ftstress_raced_name"}
"""Names that a program's own operations put among its globals and builtins."""
OF_SOME = {"__class__", "__file__", "frozendict"}
"""Of methods, of files, and of Python's builtins since 3.15."""


def unknown_names(text: str) -> set[str]:
    """What a program takes from nowhere."""
    tree = ast.parse(text)
    imported = {
        name.asname or name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in node.names
    }
    return {*free_names(tree.body)} - imported - {*vars(builtins)} - RACED - OF_SOME


@pytest.mark.parametrize("file", sorted({file for file, _, _ in SUBJECTS}), ids=lambda file: file.stem)
def test_a_script_can_be_written_for_each_subject_compiles_and_is_short(file: Path) -> None:
    written_for = 0
    for told, text in some_of_each(2, file):
        compile(text, told, "exec")
        assert not unknown_names(text), f"{told}\n{text}"
        lines = text.splitlines()
        first = next(number for number, line in enumerate(lines) if "STEPS = " in line)
        watches = 'if "child" not in sys.argv' in text
        around = len(lines) - first + len(HEADER.splitlines()) + 4 * watches
        assert len(lines) <= LINES or around <= AROUND, f"{told}\n{text}"
        assert len(lines) <= MOST, f"{told}\n{text}"
        written_for += 1
    assert written_for == 2 * sum(one == file for one, _, _ in SUBJECTS) > 0


def test_most_scripts_are_short() -> None:
    lengths = [len(text.splitlines()) for _, text in some_of_each(1)]
    assert len(lengths) == len(SUBJECTS) > 400
    assert median(lengths) <= LINES
    assert sum(one <= LINES for one in lengths) >= SHORT * len(lengths)


def test_what_is_used_once_has_no_name() -> None:
    text = written(finding("violation", "outcomes", "pairs.kept", "append+pop"), PLANTED, "append+pop")
    assert "STEPS = ('a1', lambda o, v: o.append(v)), ('b1', lambda o, v: o.pop())" in text
    assert "def append" not in text and "def left" not in text
    assert len(text.splitlines()) < LINES


def ran(text: str, target: Target, folder: Path) -> tuple[int, str]:
    """The exit status, and what it says it has seen."""
    path = folder / "script.py"
    path.write_text(text)
    done = subprocess.run([target.executable, path], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("name", "pair", "kind", "oracle", "details", "seen"),
    [
        ("two_steps", "add+add", "violation", "outcomes", {}, "seen: "),
        ("strange", "put+get", "violation", "permitted", {}, "seen: half"),
        ("inconsistent", "put+put", "violation", "structure", {}, "seen: its halves disagree"),
        ("deadly", "ends+ends", "crash", "process", {}, "seen: the child's exit status is 9"),
        (
            "raising",
            "come_and_go+come_and_go",
            "exception",
            "process",
            {"exception": "RuntimeError"},
            "seen: ",
        ),
        ("broken", "ask+ask", "exception", "process", {"exception": "SystemError"}, "seen: "),
        ("breaking", "arm+arm", "violation", "process", {"alone": "ask"}, "seen: "),
    ],
)
@pytest.mark.parametrize("turns", [1, 2])
@pytest.mark.parametrize("threads", [2, 3])
def test_it_shows_what_the_judge_saw(
    name: str,
    pair: str,
    kind: Kind,
    oracle: str,
    details: dict[str, str],
    seen: str,
    turns: int,
    threads: int,
    free_threaded: Target,
    tmp_path: Path,
) -> None:
    first, second = pair.split(JOIN)
    variant = JOIN.join(",".join([one] * turns) for one in (first, second, second)[:threads])
    found = finding(kind, oracle, f"pairs.{name}", pair, variant=variant, **details)
    status, said = ran(written(found, PLANTED, pair, seconds=20), free_threaded, tmp_path)
    assert status == 1 and said.startswith(seen), said
    assert details.get("exception", "") in said


@pytest.mark.parametrize("oracle", ["outcomes", "permitted", "process", "structure"])
def test_what_is_not_there_is_not_seen(oracle: str, free_threaded: Target, tmp_path: Path) -> None:
    kind: Kind = "exception" if oracle == "process" else "violation"
    name, pair = ("inconsistent", "put+look") if oracle == "structure" else ("kept", "append+pop")
    found = finding(kind, oracle, f"pairs.{name}", pair, exception="IndexError")
    text = written(found, PLANTED, pair, seconds=1)
    assert ran(text, free_threaded, tmp_path) == (0, "")


def test_a_crash_that_is_not_there_is_not_seen(free_threaded: Target, tmp_path: Path) -> None:
    found = finding("crash", "process", "pairs.kept", "append+pop")
    assert ran(written(found, PLANTED, "append+pop", seconds=1), free_threaded, tmp_path) == (0, "")


def test_the_child_of_a_script_fills_freed_memory_where_the_trial_did(
    free_threaded: Target, tmp_path: Path
) -> None:
    found = finding("crash", "process", "pairs.kept", "append+pop")
    assert "PYTHONMALLOC" not in written(found, PLANTED, "append+pop", seconds=1)
    text = written(found, PLANTED, "append+pop", seconds=1, knobs={"freed": "filled"})
    assert ran(text, free_threaded, tmp_path) == (0, "")
    asked = text.replace("signal.alarm(10)", "sys.exit(3 if os.environ['PYTHONMALLOC'] == 'debug' else 0)")
    status, said = ran(asked, free_threaded, tmp_path)
    assert (status, said.strip()) == (1, "seen: the child's exit status is 3")


@pytest.mark.parametrize(
    ("stem", "name", "pair", "said"),
    [
        ("gone_through", "pairs.texts_gone_through", "call+call", "def given_("),
        ("records", "pairs.named_row", "get+get", "x0: object"),
        ("records", "pairs.dataclass", "get+get", "x0: object"),
        ("generators", "pairs.coroutine", "awaited+awaited", "@types.coroutine"),
        ("ssl_objects", "pairs.ssl_server", "accept+verify", "CLIENT.check_hostname = False"),
        ("ssl_objects", "pairs.ssl_connected", "certificate+binding", "CLIENT_12.check_hostname"),
        ("descriptors", "pairs.instance_with_descriptors", "dispatched+dispatched", "@dispatched.register"),
    ],
)
def test_what_a_subject_is_made_of_is_what_it_was(
    stem: str, name: str, pair: str, said: str, free_threaded: Target, tmp_path: Path
) -> None:
    """What is called as the script calls its own has another name; fields, decorators and what is done to it stay."""
    file = next(path for path in subject_files() if path.stem == stem)
    text = written(finding("violation", "outcomes", name, pair), file, pair, seconds=1)
    assert said in text
    assert ran(text, free_threaded, tmp_path) == (0, "")


def test_a_script_that_cannot_run_is_told_from_one_that_sees(free_threaded: Target, tmp_path: Path) -> None:
    found = finding("crash", "process", "pairs.kept", "append+pop")
    text = written(found, PLANTED, "append+pop", seconds=1).replace("def fresh", "def stale")
    status, said = ran(text, free_threaded, tmp_path)
    assert status == 2 and "NameError" in said

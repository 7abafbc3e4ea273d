"""The script of a random program: the subjects of its world in one file, whatever they are and call their parts."""

from __future__ import annotations

import ast
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from random import Random
from statistics import median

from harness.campaign.again import Again
from harness.campaign.drawn import Deadly, Drawer, why_apart
from harness.campaign.select import ScenarioInfo
from harness.kernel.event_types import Kind
from harness.kernel.pairs.program import Program, parse
from harness.kernel.pairs.subject import load_subjects, pairs_of, steps
from harness.kernel.suite import subject_files
from harness.repro.programmed import LINES
from harness.repro.script import docstring, script
from tests.campaign.fakes import fake_scenario, fake_target
from tests.repro._recordings import finding

HEADER = docstring(["What.", "Seen.", "Build.", "Measured."])
KINDS: list[tuple[Kind, str, str]] = [
    ("violation", "outcomes", ""),
    ("violation", "permitted", ""),
    ("violation", "structure", ""),
    ("exception", "process", "KeyError"),
    ("exception", "process", "SystemError"),
    ("crash", "process", ""),
]
FEW = 3
"""Operations that a finding has when it has been made smaller, mostly."""


def written(text: str, kind: Kind = "violation", oracle: str = "outcomes", exception: str = "") -> str:
    (first, *_) = parse(text).members
    file = next(path for path in subject_files() if path.stem == first.subject.partition(".")[0])
    info = fake_scenario(name=first.name, file=str(file), pairs=(text,))
    found = finding(kind, oracle, first.name, text, variant=text, exception=exception)
    return script(found, Again(info, {}, "1", 2, 1.0, pairs=(text,)), HEADER)


def drawn(count: int) -> list[Program]:
    """Programs around subjects of the whole catalogue, as small as findings of them mostly are."""
    subjects = [info(file, name) for file in subject_files() for name in load_subjects(str(file))]
    drawer, draw = (
        Drawer([one for one in subjects if not why_apart(one)], Deadly([], fake_target())),
        Random(20),
    )
    some = iter(lambda: drawer.program(draw.choice(drawer.subjects), draw), 0)
    return [_few(one) for one in islice(filter(None, some), count)]


def info(file: Path, name: str) -> ScenarioInfo:
    writing, reading = pairs_of(steps(load_subjects(str(file))[name]))
    return fake_scenario(name=name, file=str(file), pairs=(*writing, *reading), writing_pairs=len(writing))


def _few(program: Program) -> Program:
    first, second, *_ = program.threads
    return program.with_threads((first[: FEW - 1], second[:1]))


def bound_twice(text: str) -> list[str]:
    """Names that two statements at the top of a program give something: what the first one gave is lost."""
    nodes = ast.parse(text).body
    nodes += [inner for node in nodes if isinstance(node, ast.While) for inner in node.body]
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
    names += [node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return [name for name, count in Counter(names).items() if count > 1]


def test_the_script_of_any_program_can_be_written_compiles_and_is_short() -> None:
    lengths = []
    for program, (kind, oracle, exception) in zip(drawn(60), cycle(KINDS), strict=False):
        text = written(str(program), kind, oracle, exception)
        compile(text, str(program), "exec")
        assert not bound_twice(text), f"{program}\n{text}"
        lengths.append(len(text.splitlines()))
    assert len(lengths) == 60
    assert median(lengths) <= LINES


def test_an_object_is_taken_from_its_place_once() -> None:
    """Somebody else may put another one there meanwhile."""
    text = written("0.order,0.hash+0:new@typings.union_of_types*0>list")
    assert "def order_0(o, v):\n    o = o[0][0]\n" in text
    assert "hash(o[0][0])" in text


def test_two_objects_of_a_subject_share_what_is_done_to_them() -> None:
    text = written("0.clear,1.clear+1:hold:0@deques.deque*0;deques.deque*1>cell", oracle="structure")
    defined = {node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    assert {"wrong_0", "fresh_0", "fresh_1"} <= defined and "wrong_1" not in defined, "they are of two sizes"


def test_two_things_that_are_called_the_same_have_two_names() -> None:
    text = written("0.dir,1.get+1:new@classes.class*0;instances.instance_with_slots*0")
    assert "NAMES = 'x0', 'x1', 'x2', 'x3', 'x4'\n" in text and "NAMES_ = 'x0', 'x1', 'x2', 'x3'\n" in text
    assert "in NAMES_]" in text and "zip(NAMES, " in text
    assert not bound_twice(text)

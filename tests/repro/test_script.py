"""A script is a program of its own: it runs on a bare target, says what it saw, and exits 1 for nothing else."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from harness.builds.fingerprint import probe
from harness.kernel.bystanders import KINDS
from harness.kernel.compiler import oracle_of
from harness.kernel.loader import load_file
from harness.kernel.scenario import Scenario, operations
from harness.kernel.suite import suite_files
from harness.record.result import Kind
from harness.record.target import Target
from harness.repro.bundle import NotScriptable
from harness.repro.racing import HANGS_S
from harness.repro.runs import Run, run
from harness.repro.script import LINES, MANY_LINES, SECONDS, docstring, script
from tests.repro._recordings import again, finding

SUITE = [(name, scenario) for file in suite_files() for name, scenario in load_file(str(file)).items()]
HEADER = docstring(["What it shows.", "Seen.", "Build.", "Measured.", "Exit status."])
UNSAYABLE = ("history_of_one_writer", "history_of_two_writers")
"""Oracles that judge whole histories."""

BROKEN = '''\
import os
import time
from harness.kernel import Order, Permitted, Scenario, Value, agree, fresh_class, operation, readers


class Box:
    """What is tested: it gives what it likes."""

    def __init__(self):
        self.count = 0

    def take(self):
        {take}


class Boxed(Scenario):
    """What is taken from a box never goes back."""

    oracle = Permitted()
    amplifiers = (readers,)

    def prepare(self, knobs):
        self.box = Box()
        self.permitted = self.those()

    def those(self):
        return (1,)

    @operation(actor="writer", stores=1)
    def put(self, n):
        self.box.count = n

    @operation(actor="reader")
    def take(self):
        return self.box.take(), self.permitted

    def quiescence(self):
        yield "what is in it", self.box.count, None

    def unfinished(self):
        return f"{{self.box.count}} things" if self.box.count else None
'''


@pytest.fixture(scope="module")
def here() -> Target:
    return probe(sys.executable)


def written(folder: Path, take: str, kind: Kind, oracle: str, where: str, **details: str) -> str:
    """The script for a finding in ``Boxed``, whose ``take`` does that; it looks for two seconds."""
    file = folder / "broken.py"
    file.write_text(BROKEN.format(take=take))
    found = finding(kind, oracle, "broken.boxed", where, **details)
    watched = kind == "exception"
    return script(found, again("broken.boxed", file), HEADER, watched).replace(f"+ {SECONDS}", "+ 2")


def ran(folder: Path, text: str, here: Target, limit_s: float = 30) -> Run:
    path = folder / "script.py"
    path.write_text(text)
    return run(here, path, limit_s=limit_s)


@pytest.mark.parametrize(("name", "scenario"), SUITE, ids=[name for name, _ in SUITE])
def test_every_scenario_of_the_suite_can_be_written_as_a_program(name: str, scenario: type[Scenario]) -> None:
    found = [
        finding("violation", oracle.name, name, declared.name)
        for declared in operations(scenario)
        if (oracle := oracle_of(scenario, declared)) is not None
    ]
    found.append(finding("crash", "process", name, "SIGSEGV"))
    for one in found:
        try:
            text = script(one, again(name), HEADER)
        except NotScriptable:
            assert name.endswith(UNSAYABLE)
            continue
        ast.parse(text)
        imported = re.findall(r"^(?:from|import) (.+?)(?: import .*)?$", text, re.MULTILINE)
        modules = {module.partition(".")[0] for line in imported for module in line.split(", ")}
        assert modules and modules <= set(sys.stdlib_module_names)
        assert max(map(len, text.splitlines())) <= 200
        assert len(text.splitlines()) <= LINES, "with the least of each knob, as minimising leaves it"


def test_most_scripts_are_read_at_a_glance() -> None:
    lengths = []
    for name, scenario in SUITE:
        judged = ((one.name, oracle_of(scenario, one)) for one in operations(scenario))
        where, oracle = next(((where, one.name) for where, one in judged if one), ("SIGSEGV", "process"))
        if name.endswith(UNSAYABLE):
            continue
        found = finding("crash" if oracle == "process" else "violation", oracle, name, where)
        lengths.append(len(script(found, again(name), HEADER).splitlines()))
    assert median(lengths) <= MANY_LINES and len(lengths) > 100


def test_what_a_method_calls_as_its_caller_does_is_not_given_to_itself() -> None:
    name = "type_attributes.getting_warm_under_getattribute"
    text = script(finding("violation", "all special", name, "read"), again(name), HEADER)
    assert "thing = cls()" in text and "cls, thing =" not in text


def test_a_method_that_is_handed_on_is_a_function_and_a_class_that_nobody_reads_stays() -> None:
    name = "type_attributes.bases_refused"
    text = script(finding("violation", "same", name, "assign"), again(name), HEADER)
    assert "def look_and_raise():" in text and "armed.append(look_and_raise)" in text
    assert "= Moved('D', (moved,), {})" in text


def test_a_method_that_is_handed_on_changes_the_state_that_it_has() -> None:
    name = "type_attributes.key_assigns_bases"
    text = script(finding("violation", "permitted", name, "look"), again(name), HEADER)
    assert "def race():" in text and "nonlocal made" in text


def test_what_a_program_takes_from_types_and_from_an_import_that_may_fail_is_there() -> None:
    name = "type_attributes.warm_read_of_module"
    text = script(finding("violation", "warm as cold", name, "read"), again(name), HEADER)
    assert "from types import FunctionType, ModuleType" in text
    assert "(1, 'first')" in text
    name = "type_attributes.table_of_type"
    text = script(finding("violation", "permitted", name, "ask"), again(name), HEADER)
    assert "except ImportError: type_cache_invalidate = None" in text
    assert "@cache\ndef many_names" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["read_by_attribute", "finalizer_reads_class"])
def test_what_stood_around_the_scenario_is_written_out(name: str, kind: str) -> None:
    full = again(f"type_attributes.{name}")
    around = replace(full, knobs=full.knobs | {"bystander": kind, "queue": 253, "specializer": "off"})
    (declared, *_) = operations(dict(SUITE)[around.scenario.name])
    text = script(finding("crash", "process", around.scenario.name, declared.name), around, HEADER)
    tree = ast.parse(text)
    assert kind in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert f"target={kind}" in text and "queue_entries(253)" in text and '"tlbc=0"' in text
    assert ("from _testinternalcapi import" in text) == (kind == "invalidator")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "invalidator"])
def test_a_script_with_a_bystander_runs(tmp_path: Path, free_threaded: Target, kind: str) -> None:
    name = "type_attributes.read_by_attribute"
    around = again(name)
    around = replace(around, knobs=around.knobs | {"bystander": kind, "queue": 1})
    text = script(finding("violation", "order", name, "read_dict_first"), around, HEADER, seconds=1)
    assert ran(tmp_path, text, free_threaded).failure is None


@pytest.mark.parametrize("setting", ["on", "off"])
def test_a_script_runs_without_the_specializer_where_the_trial_did(
    tmp_path: Path, free_threaded: Target, setting: str
) -> None:
    name = "type_attributes.read_by_attribute"
    told = replace(again(name), knobs=again(name).knobs | {"specializer": setting})
    text = script(finding("violation", "order", name, "read_dict_first"), told, HEADER, seconds=1)
    (tmp_path / "script.py").write_text(
        text.replace("SEEN, deadline", "print(sys._xoptions)\nSEEN, deadline")
    )
    command = [free_threaded.executable, "-X", "gil=0", str(tmp_path / "script.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "'gil': '0'" in done.stdout
    assert ("'tlbc': '0'" in done.stdout) == (setting == "off")


def test_a_script_runs_with_freed_memory_filled_where_the_trial_did(
    tmp_path: Path, free_threaded: Target
) -> None:
    name = "type_attributes.read_by_attribute"
    told = replace(again(name), knobs=again(name).knobs | {"freed": "filled", "specializer": "off"})
    text = script(finding("violation", "order", name, "read_dict_first"), told, HEADER, seconds=1)
    assert ran(tmp_path, text, free_threaded).failure is None
    said = text.replace(
        "SEEN, deadline", 'print(os.environ["PYTHONMALLOC"], sys._xoptions["tlbc"])\nSEEN, deadline'
    )
    (tmp_path / "script.py").write_text(said)
    done = subprocess.run(
        [free_threaded.executable, str(tmp_path / "script.py")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["debug", "0"]), done.stderr


def test_a_violation_is_seen_and_told(tmp_path: Path, here: Target) -> None:
    text = written(tmp_path, "return self.count", "violation", "permitted", "take")
    assert "harness" not in text and "knobs" not in text and "self.those" not in text
    assert "permitted = (1,)" in text
    assert "read " in text and "which was never stored there" in text
    assert ran(tmp_path, text, here).seen


def test_what_is_not_there_is_not_seen(tmp_path: Path, here: Target) -> None:
    text = written(tmp_path, "return 1", "violation", "permitted", "take")
    done = ran(tmp_path, text, here)
    assert (done.seen, done.failure) == (False, None)


def test_a_disagreement_at_rest_is_seen(tmp_path: Path, here: Target) -> None:
    text = written(tmp_path, "return 1", "violation", "quiescence", "what is in it")
    assert ran(tmp_path, text, here).seen


def test_something_that_is_still_owed_is_seen(tmp_path: Path, here: Target) -> None:
    assert ran(tmp_path, written(tmp_path, "return 1", "leak", "lifetime", "quiescence"), here).seen


GROWING = """if vars(self).setdefault('kept', 0) < 9:
            self.kept += 1
            os.kept = [getattr(os, 'kept', None), b'x' * (1 << 20)]
        return 1"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux how much memory it holds")
@pytest.mark.parametrize(("take", "seen"), [(GROWING, True), ("return b'x' * (1 << 20) and 1", False)])
def test_memory_that_is_lost_with_every_round_is_seen(
    tmp_path: Path, here: Target, take: str, seen: bool
) -> None:
    text = written(tmp_path, take, "leak", "process", "trial")
    done = ran(tmp_path, text, here)
    assert (done.seen, done.failure) == (seen, None)


def test_an_exception_in_an_actor_is_seen_and_no_other(tmp_path: Path, here: Target) -> None:
    raising = "raise LookupError('gone')"
    text = written(tmp_path, raising, "exception", "process", "reader", exception="LookupError")
    assert ran(tmp_path, text, here).seen
    text = written(tmp_path, raising, "exception", "process", "reader", exception="MemoryError")
    assert not ran(tmp_path, text, here).seen


def test_a_crash_is_seen_from_outside_and_the_script_itself_survives(tmp_path: Path, here: Target) -> None:
    text = written(tmp_path, "os.abort()", "crash", "process", "SIGABRT")
    done = ran(tmp_path, text, here)
    assert done.seen and not done.died


def test_a_hang_is_seen_from_outside(tmp_path: Path, here: Target) -> None:
    text = written(tmp_path, "time.sleep(600)", "hang", "process", "trial").replace(
        f"alarm({HANGS_S})", "alarm(2)"
    )
    assert ran(tmp_path, text, here).seen


def test_a_script_that_cannot_run_has_seen_nothing(tmp_path: Path, here: Target) -> None:
    done = ran(tmp_path, "import no_such_module\n", here)
    assert not done.seen
    assert done.failure and "no_such_module" in done.failure and "exit status 1" in done.failure


def test_operations_that_are_left_out_are_not_in_the_script(tmp_path: Path) -> None:
    found = finding("violation", "order", "type_attributes.set_module", "read_instance")
    whole = again("type_attributes.set_module")
    less = dataclasses.replace(whole, left_out=("read_class",))
    assert ", base.__module__\n" in script(found, whole, HEADER)
    assert ", base.__module__\n" not in script(found, less, HEADER)


def test_knobs_are_the_numbers_that_they_are() -> None:
    found = finding("violation", "order", "type_attributes.read_by_attribute", "read_dict_first")
    text = script(found, again("type_attributes.read_by_attribute", fan_out=30, rest=100), HEADER)
    assert "range(30)" in text and "range(100)" in text
    text = script(found, again("type_attributes.read_by_attribute"), HEADER)
    assert "siblings" not in text and "range(0" not in text


def test_an_oracle_of_whole_histories_is_refused_in_a_sentence() -> None:
    found = finding("violation", "linearizability", "type_attributes.history_of_one_writer", "read_class")
    with pytest.raises(NotScriptable, match="judges whole histories"):
        script(found, again("type_attributes.history_of_one_writer"), HEADER)


@pytest.mark.parametrize("special", ["annotations", "abstractmethods", "type_params"])
def test_a_real_finding_shows_in_a_program_that_fits_on_a_page(
    tmp_path: Path, free_threaded: Target, special: str
) -> None:
    # Every time, with one thread: see ftstress-0003.
    name = f"type_attributes.set_{special}_and_finalize"
    text = script(finding("violation", "finalizer", name, "finalizer"), again(name), HEADER)
    assert len(text.splitlines()) <= 60
    assert ran(tmp_path, text, free_threaded).seen

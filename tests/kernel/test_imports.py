"""The kernel and the scenario files import nothing that a target without processes lacks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.kernel.loader import FORBIDDEN, describe_file
from harness.kernel.scenario import ScenarioError
from harness.kernel.suite import suite_files
from tests.kernel.conftest import Write

ROOT = Path(__file__).resolve().parents[2]

WALK = """
import json, pkgutil, sys
sys.path.insert(0, sys.argv[1])
import harness.kernel
walked = [m.name for m in pkgutil.walk_packages(harness.kernel.__path__, "harness.kernel.")]
for name in walked:
    __import__(name)
from harness.kernel.loader import describe_file
from harness.kernel.suite import suite_files
described = [d["name"] for f in suite_files() for d in describe_file(str(f))]
print(json.dumps([walked, described, sorted(sys.modules)]))
"""


def test_every_module_of_the_kernel_and_every_scenario_file_does_without_processes() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", WALK, str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    walked, described, loaded = json.loads(done.stdout)
    assert "harness.kernel.trial" in walked and len(described) > 20, "the walk found nothing to walk"
    assert set(loaded) & set(FORBIDDEN) == set()
    assert [
        name for name in loaded if name.startswith("harness.") and not name.startswith("harness.kernel")
    ] == []


@pytest.mark.parametrize("module", ["subprocess", "multiprocessing", "concurrent.futures.process"])
def test_a_scenario_file_that_imports_processes_is_refused_in_one_sentence(
    scenario_file: Write, module: str
) -> None:
    path = scenario_file(f"import {module}\nclass Sample(Scenario):\n    'Nothing.'\n")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from harness.kernel.loader import load_file\n"
        "load_file(sys.argv[2])\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "which a target may lack" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("class Sample(Scenario:\n", "has a syntax error in line 2"),
        ("x = 1\n", "holds no scenario"),
        ("raise RuntimeError('at import')\n", "cannot be imported: RuntimeError: at import"),
        ("class Sample(Scenario):\n    pass\n", "needs a docstring"),
        ("class Sample(Scenario):\n    'Says nothing to do.'\n", "has no operation"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_one_sentence(
    scenario_file: Write, text: str, complaint: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        describe_file(str(scenario_file(text)))
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_suite_names_every_scenario_once() -> None:
    names = [entry["name"] for file in suite_files() for entry in describe_file(str(file))]
    assert len(names) == len(set(names)) > 20


def test_what_runs_in_a_target_does_not_load_what_only_the_type_checker_needs() -> None:
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "import harness.kernel.__main__, harness.kernel.bench, harness.kernel.child, harness.kernel.pairs.trial\n"
        "import harness.kernel.suite, harness.kernel.sweep\n"
        "print(json.dumps([m for m in sys.modules if m.startswith('harness.kernel.')]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)], capture_output=True, text=True, check=True
    )
    loaded = json.loads(done.stdout)
    assert "harness.kernel.trial" in loaded
    assert [name for name in loaded if name.endswith("_types")] == []

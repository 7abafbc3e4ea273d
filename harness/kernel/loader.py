"""Scenario files: loading them, naming what they hold, and saying in one sentence why one cannot be loaded."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from harness.kernel.amplifiers import settings
from harness.kernel.compiler import compile_actor
from harness.kernel.events import describe_error
from harness.kernel.levers import amplifiers_of
from harness.kernel.scenario import (
    ModuleMissing,
    Scenario,
    ScenarioError,
    actor_threads,
    issues,
    unavailable,
)

if TYPE_CHECKING:
    from harness.kernel.event_types import ScenarioEvent

FORBIDDEN = (
    "multiprocessing",
    "subprocess",
    "concurrent.futures.process",
    "psutil",
    "pytest",
    "_multiprocessing",
)
"""What a target may lack: a scenario file may import the kernel, the standard library without these, and what is
tested."""

PACKAGE = "ftstress_scenarios"


def suite_of(path: Path) -> str:
    """The first part of a scenario's dotted name: the suite's folder, or the file of somebody's own scenarios."""
    return path.parent.name if path.parent.parent.name == "stress_tests" else path.stem


def scenario_name(path: Path, scenario: type[Scenario]) -> str:
    """``type_attributes.subclass_read`` for ``SubclassRead`` in the suite ``type_attributes``."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", scenario.__name__).lower()
    return f"{suite_of(path)}.{snake}"


def load_file(file: str) -> dict[str, type[Scenario]]:
    """The scenarios of one file, by dotted name.

    Raises ScenarioError, in one sentence, when the file cannot be imported, imports what a target may lack, or
    holds no scenario.
    """
    path = Path(file)
    before = set(sys.modules)
    module = import_file(path)
    lacking = sorted({name for name in set(sys.modules) - before if name in FORBIDDEN})
    if lacking:
        raise ScenarioError(
            f"{path} imports {lacking[0]}, which a target may lack: "
            "a scenario file may import harness.kernel, the standard library without processes, and what it tests"
        )
    found = {
        scenario_name(path, thing): thing
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Scenario)
        and thing.__module__ == module.__name__
        and not thing.__name__.startswith("_")
    }
    if not found:
        raise ScenarioError(f"{path} holds no scenario: write a class derived from harness.kernel.Scenario")
    return found


def import_file(path: Path) -> ModuleType:
    """The module that a file is, imported once. Raises ScenarioError: ModuleMissing where this Python lacks one."""
    name = f"{PACKAGE}.{suite_of(path)}.{path.stem}"
    if name in sys.modules and sys.modules[name].__file__ == str(path):
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ScenarioError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(PACKAGE, ModuleType(PACKAGE))  # else pickle does not find what the file defines
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ScenarioError(f"{path} has a syntax error in line {error.lineno}: {error.msg}") from error
    except FileNotFoundError as error:
        raise ScenarioError(f"{path} does not exist") from error
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt):
            raise
        told = f"{path} cannot be imported: {type(error).__name__}: {describe_error(error)}"
        if isinstance(error, ModuleNotFoundError) and error.name in sys.stdlib_module_names:
            raise ModuleMissing(told) from error
        raise ScenarioError(told) from error
    return module


def find_scenario(file: str, name: str) -> type[Scenario]:
    """One scenario of one file. Raises ScenarioError when there is none of that name."""
    found = load_file(file)
    if name not in found:
        raise ScenarioError(f"{file} holds no scenario named {name}")
    return found[name]


def describe_file(file: str) -> list[ScenarioEvent]:
    """One ``scenario`` event for each scenario of a file, in the order of the file.

    Every operation is compiled, so that a scenario which cannot be run is told here. Raises ScenarioError.
    """
    return [_describe(file, name, scenario) for name, scenario in load_file(file).items()]


def _describe(file: str, name: str, scenario: type[Scenario]) -> ScenarioEvent:
    if not (scenario.__doc__ or "").strip():
        raise ScenarioError(f"{file}: {scenario.__name__} needs a docstring that says what is checked")
    actors = actor_threads(scenario, settings(scenario.amplifiers, {}))
    for actor in actors:
        compile_actor(scenario, actor, sum(actors.values()) == 1)
    paragraph = " ".join((scenario.__doc__ or "").strip().split("\n\n")[0].split())
    amplifiers = amplifiers_of(scenario)
    code = getattr(scenario.prepare, "__code__", None)
    return {
        "event": "scenario",
        "name": name,
        "file": file,
        "line": code.co_firstlineno if code else 1,
        "class_name": scenario.__name__,
        "doc": paragraph,
        "issues": issues(scenario),
        "oracle": scenario.oracle.name if scenario.oracle else "quiescence",
        "actors": actors,
        "amplifiers": [one.to_json() for one in amplifiers if one.drawn],
        "idle_amplifiers": [entry for a in amplifiers for entry in a.idle],
        "needs_parallelism": scenario.needs_parallelism,
        "unavailable": unavailable(scenario),
        "swept": scenario.swept,
    }

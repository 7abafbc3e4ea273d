"""The real kernel in real children, on a real free-threaded target."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.builds.fingerprint import probe
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.campaign.select import describe, in_this_process
from harness.kernel.rings import LEAST_OF_EACH
from harness.record.result import Result
from harness.record.target import Target
from tests.campaign.fakes import alive, wait_for
from tests.report.schemas import check_journal

ROOT = Path(__file__).resolve().parents[2]
TOP = '''
import ctypes, os, signal, sys, threading, time
from harness.kernel import *


class Racing(Scenario):
    """What is stored into a class is what is read from it."""

    oracle = Order()
    threads = {"reader": 2}

    def prepare(self, knobs):
        self.cls = fresh_class(x=Value(0))
        self.stored = vars(self.cls)
        prime(self.cls)

    @operation(actor="reader")
    def read(self):
        return self.stored["x"], self.cls.x
'''
QUIET = """
    @operation(actor="writer", stores=1)
    def store(self, n):
        self.cls.x = Value(n)
"""


RunReal = Callable[..., Result]


@pytest.fixture
def run_real(tmp_path: Path, free_threaded: Target) -> RunReal:
    """Runs a campaign of the scenario ``Racing`` with ``body`` added to it."""

    def run(body: str, on: Target = free_threaded, top: str = TOP, **options: Any) -> Result:
        file = tmp_path / "real.py"
        file.write_text(top + textwrap.indent(textwrap.dedent(body), "    "))
        catalogue = describe(on, [file])
        assert catalogue.errors == []
        chosen = Options(**({"budget_s": 2.0, "seed": 1} | options))
        scenarios = catalogue.scenarios
        if chosen.in_process:
            scenarios = [in_this_process(one) for one in scenarios]
        result = run_campaign(on, scenarios, chosen, tmp_path / "out", lambda event: None)
        check_journal(tmp_path / "out")
        return result

    return run


def store(statement: str) -> str:
    """A writer that does ``statement`` after its store."""
    return f"@operation(actor='writer', stores=1)\ndef store(self, n):\n    self.cls.x = Value(n)\n    {statement}\n"


def test_a_correct_target_is_quiet_and_was_exercised(run_real: RunReal) -> None:
    result = run_real(QUIET)
    assert (result.exit_status, result.complete, result.findings) == (0, True, ())
    (shown,) = result.scenarios
    assert shown.rounds > 0
    assert shown.samples > 0
    assert shown.stores > 0
    assert 0 < (shown.overlap or 0) <= 1
    assert 0 < (shown.cache_live or 0) <= 1


def test_a_store_that_goes_backwards_is_a_violation(run_real: RunReal) -> None:
    result = run_real(store("self.cls.x = Value(-n)"))
    assert result.exit_status == 1
    assert {(finding.kind, finding.oracle) for finding in result.findings} == {("violation", "order")}


DEATHS = [
    ("signal.raise_signal(signal.SIGSEGV)", "died of SIGSEGV"),
    ("os.kill(os.getpid(), signal.SIGKILL)", "died of SIGKILL"),
    ("os.abort()", "died of SIGABRT"),
    ("os._exit(0)", "left without saying done, exit status 0"),
]


@pytest.mark.parametrize(("statement", "sentence"), DEATHS)
def test_a_target_that_dies_is_a_crash(run_real: RunReal, statement: str, sentence: str) -> None:
    result = run_real(store(statement))
    assert result.exit_status == 1
    assert all(finding.kind == "crash" and sentence in finding.message for finding in result.findings)
    if "SEGV" in sentence or "ABRT" in sentence:
        assert any("real.py" in finding.details["stderr"] for finding in result.findings)


def test_an_actor_that_raises_is_an_exception(run_real: RunReal) -> None:
    result = run_real(store("raise LookupError('on purpose')"))
    assert {finding.kind for finding in result.findings} == {"exception"}
    assert "LookupError" in result.findings[0].signature
    assert result.exit_status == 1


def test_a_setup_that_raises_is_an_exception(run_real: RunReal) -> None:
    result = run_real(store("pass") + "\ndef prepare(self, knobs):\n    raise LookupError('on purpose')\n")
    assert [finding.kind for finding in result.findings] == ["exception"]
    assert "LookupError" in result.findings[0].message


def test_an_actor_that_never_returns_is_a_hang_with_its_cause(run_real: RunReal) -> None:
    result = run_real(store("threading.Event().wait()"), budget_s=1.0, jobs=1)
    (finding,) = result.findings
    assert (finding.kind, result.exit_status) == ("hang", 1)
    assert "writer-0" in finding.message


def test_output_in_torrents_loses_nothing(run_real: RunReal) -> None:
    result = run_real(store("print('loud' * 100); print('loud' * 100, file=sys.stderr)"))
    assert result.exit_status == 0
    assert result.totals.samples > 0


def test_garbage_in_the_pipe_is_noise(run_real: RunReal) -> None:
    # A scenario that goes for the pipe finds it: it is the highest pipe that is open.
    pipe = "next(fd for fd in range(63, 2, -1) if os.path.realpath(f'/proc/self/fd/{fd}').find('pipe:') >= 0)"
    result = run_real(store(f"n % 300 or os.write({pipe}, b'rubbish\\n')"))
    assert result.exit_status == 0
    assert "no events" in result.notices[0]


def test_memory_without_bound_is_ended_and_no_leak(run_real: RunReal) -> None:
    top = TOP.replace("class Racing", "KEPT = []\n\n\nclass Racing")
    result = run_real(store("KEPT.append(bytearray(4 << 20))"), top=top, memory_limit_bytes=400 << 20, jobs=1)
    assert [finding.kind for finding in result.findings] == []
    assert result.exit_status in (0, 3), "3 where not one round ended"


def test_a_gil_that_comes_on_is_no_pass(run_real: RunReal) -> None:
    # Importing an extension that does not say it can do without the GIL has this effect; tell the kernel so directly.
    top = TOP.replace("class Racing", "sys._is_gil_enabled = lambda: True\n\n\nclass Racing")
    result = run_real(QUIET, top=top)
    assert result.exit_status == 3


def test_on_a_build_with_the_gil_a_racing_scenario_is_skipped(run_real: RunReal) -> None:
    here = probe(sys.executable)
    if not here.gil_enabled:
        pytest.skip("these tests run without the GIL")
    result = run_real(QUIET, on=here)
    assert (result.exit_status, result.scenarios[0].verdict, result.totals.trials) == (3, "skipped", 0)


def test_in_process_gives_the_same_result_without_a_child(run_real: RunReal) -> None:
    here = probe(sys.executable)
    top = TOP.replace("    oracle", "    needs_parallelism = False\n    oracle")
    raises = store("raise LookupError('on purpose')")
    result = run_real(raises, on=here, top=top, in_process=True, budget_s=1.0)
    assert (result.exit_status, result.complete) == (1, True)
    assert {finding.kind for finding in result.findings} == {"exception"}
    assert result.scenarios[0].rounds > 0


MANAGER = """
import sys
from pathlib import Path
from harness.builds.fingerprint import probe
from harness.campaign.options import Options
from harness.campaign.run import run_campaign
from harness.campaign.select import describe, in_this_process

target, file, out = probe(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
run_campaign(target, describe(target, [file]).scenarios, Options(60, 1, jobs=1), out, lambda event: None)
"""


def test_a_child_dies_with_its_manager_even_while_it_hangs(tmp_path: Path, free_threaded: Target) -> None:
    file, out = tmp_path / "real.py", tmp_path / "out"
    file.write_text(TOP + textwrap.indent(store("threading.Event().wait()"), "    "))
    command = [sys.executable, "-c", MANAGER, free_threaded.executable, str(file), str(out)]
    with subprocess.Popen(command, cwd=ROOT) as manager:
        journal = out / "journal.jsonl"
        wait_for(lambda: journal.exists() and '"progress"' in journal.read_text())
        hello = next(json.loads(line) for line in journal.read_text().splitlines() if '"hello"' in line)
        assert alive(hello["pid"])
        manager.kill()
    wait_for(lambda: not alive(hello["pid"]))


@pytest.mark.parametrize("statement", ["os.kill(os.getpid(), signal.SIGKILL)", "raise LookupError"])
def test_what_each_thread_did_last_is_told(run_real: RunReal, statement: str) -> None:
    result = run_real(store(f"if n == 9:\n        {statement}"), ring="operation")
    told = result.findings[0].details["last_operations"].splitlines()
    assert "writer-0" in told[0]
    stores = [line.split()[1:3] for line in told if " store " in line]
    assert len(stores) >= LEAST_OF_EACH
    assert stores == [["store", str(n)] for n in range(10 - len(stores), 10)]


def test_a_new_finding_is_shown_once_more_with_each_operation_noted(run_real: RunReal) -> None:
    result = run_real(store("self.cls.x = Value(-n)"), budget_s=20.0, stop_at_first=True)
    assert " store " in result.findings[0].details["last_operations"]

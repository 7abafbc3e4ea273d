"""A fleet on loopback: the master of ``ci/buildbot`` as it ships, two machines, and repositories to build."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "ci" / "buildbot"
SCRIPTS = Path(sys.executable).parent
PASSWORD = "not-a-secret"
FLEET = """\
cpython = "{cpython}"
ftstress = "{ftstress}"
branches = ["main", "with-gil", "broken"]
poll_s = 2
nightly_hour = 1
nightly_budget_s = 4
results = "{results}"
results_url = "http://127.0.0.1/results"
worker_port = "tcp:0:interface=127.0.0.1"
web_port = "tcp:0:interface=127.0.0.1"
web_url = "http://127.0.0.1/"
machines = [
    {{name = "attic", local = true, configurations = ["release"]}},
    {{name = "cellar", configurations = ["release"], parallel_tests = 2}},
]
"""
MAKEFILE = """\
all:
\t{recipe}
distclean:
\trm -f python configured
"""

T = TypeVar("T")


def until(look: Callable[[], T | None], what: str, limit_s: float = 60) -> T:
    """What ``look`` gives once it gives something."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if seen := look():
            return seen
        time.sleep(0.5)
    raise AssertionError(f"{what}: not within {limit_s:g} s")


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    """Commit all that lies in ``folder``; the revision."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def linking(interpreter: str) -> str:
    """A recipe that gives ``./python`` in no time."""
    return f"ln -sf {interpreter} python"


def linking_by_machine(interpreters: dict[str, str]) -> str:
    """A recipe that gives each machine, by the name that its folders have, an interpreter of its own."""
    cases = " ".join(f"*{machine}*) {linking(python)};;" for machine, python in interpreters.items())
    return f'case "$$PWD" in {cases} esac'


def make_project(folder: Path, recipe: str) -> str:
    """A repository that is configured and made as CPython is; the revision."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "configure").write_text('#!/bin/sh\necho "$@" > configured\n')
    (folder / "configure").chmod(0o755)
    (folder / "Makefile").write_text(MAKEFILE.format(recipe=recipe))
    return commit(folder, "A project")


def push(folder: Path, branch: str, recipe: str) -> None:
    """A commit on a new branch, on which ``make`` does something else."""
    git(folder, "checkout", "--quiet", "-b", branch, "main")
    (folder / "Makefile").write_text(MAKEFILE.format(recipe=recipe))
    commit(folder, "Another recipe")
    git(folder, "checkout", "--quiet", "main")


def make_harness(folder: Path) -> None:
    """A repository of the harness as it is here."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    for name in ("ci", "harness", "stress_tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tox.ini", "README.md", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    commit(folder, "The harness")


def make_master(folder: Path, settings: str) -> None:
    """What README.md says to do."""
    run("buildbot", "create-master", "-q", "-r", str(folder))
    configure(folder, settings)
    secret = folder / "secrets" / "cellar"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)


def configure(folder: Path, settings: str) -> None:
    """The master's files, as they ship, and its settings."""
    for name in ("master.cfg", "factory.py"):
        shutil.copy(SHIPPED / name, folder)
    (folder / "fleet.toml").write_text(settings)
    (folder / "secrets").mkdir(mode=0o700)


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(SCRIPTS / script), *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=60, env=worker_environment()
    )


def worker_environment() -> dict[str, str]:
    """The user's environment without that of the tests: the job is to make its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TOX_")}
    path = [part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != SCRIPTS]
    return inherited | {"PATH": os.pathsep.join(path)}


class Server:
    """A master or a worker that runs until it is ended, with everything it has started."""

    def __init__(self, script: str, folder: Path) -> None:
        self.log = folder / "twistd.log"
        with (folder / "output.log").open("ab") as output:
            self.process = subprocess.Popen(
                [str(SCRIPTS / script), "start", "--nodaemon", str(folder)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=worker_environment(),
            )

    def logged(self, pattern: str) -> str:
        """The group of ``pattern``, once the log has it."""

        def look() -> str | None:
            text = self.log.read_text() if self.log.exists() else ""
            assert self.process.poll() is None, f"it has ended:\n{text[-4000:]}"
            match = re.search(pattern, text)
            return match[1] if match else None

        return until(look, f"{pattern} in {self.log}")

    def kill(self) -> None:
        """As a machine that loses its power."""
        started = (
            psutil.Process(self.process.pid).children(recursive=True) if self.process.poll() is None else []
        )
        self.process.kill()
        self.process.wait()
        for process in started:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        _, alive = psutil.wait_procs(started, timeout=10)
        assert not alive


class Master(Server):
    """The master, and what a browser or a script sees of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__("buildbot", folder)
        self.worker_port = self.logged(r"PBServerFactory starting on (\d+)")
        self.web_port = self.logged(r"Site starting on (\d+)")
        self.logged(r"(BuildMaster is running)")
        self.builders = {one["name"]: one["builderid"] for one in self.get("builders", "builders")}

    def get(self, path: str, kind: str) -> list[dict[str, Any]]:
        got: list[dict[str, Any]] = json.loads(self.text(path))[kind]
        return got

    def text(self, path: str) -> str:
        """What a GET gives. Now and then Buildbot 4.3 sends the head of an answer and no body: asked again, it does."""

        def look() -> bytes | None:
            with urllib.request.urlopen(self._url(path), timeout=10) as answer:
                try:
                    return bytes(answer.read()) or b" "
                except http.client.IncompleteRead:
                    return None

        return until(look, f"a whole answer to {path}", 10).decode()

    def force(self, builder: str, **properties: Any) -> int:
        """Ask for a build, as the button on the builder's page does; the request's number."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "force"}
        call["params"] = {"builderid": self.builders[builder], "branch": "main", "budget_s": 2} | properties
        request = urllib.request.Request(
            self._url("forceschedulers/force"),
            json.dumps(call).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            _, requests = json.load(answer)["result"]
        number: int = requests[str(self.builders[builder])]
        return number

    def builds(self, request: int) -> list[dict[str, Any]]:
        """All builds that a request has had, in order."""
        return self.get(f"builds?buildrequestid={request}&property=*&order=number", "builds")

    def finished(self, request: int) -> dict[str, Any]:
        """The build that answers a request, when it has ended: with its steps, each with what it logged."""

        def look() -> dict[str, Any] | None:
            builds = self.builds(request)
            return builds[-1] if builds and builds[-1]["results"] not in (None, RETRY) else None

        build = until(look, f"the end of build request {request}", 120)
        build["steps"] = self.steps(build)
        return build

    def steps(self, build: dict[str, Any]) -> dict[str, dict[str, Any]]:
        steps = self.get(f"builds/{build['buildid']}/steps", "steps")
        for step in steps:
            logs = self.get(f"steps/{step['stepid']}/logs", "logs")
            step["log"] = "".join(self.text(f"logs/{log['logid']}/raw") for log in logs)
        return {step["name"]: step for step in steps}

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.web_port}/api/v2/{path}"


SUCCESS, WARNINGS, FAILURE, SKIPPED, EXCEPTION, RETRY, CANCELLED = range(7)


def make_worker(folder: Path, name: str, port: str) -> None:
    run("buildbot-worker", "create-worker", "-q", str(folder), f"127.0.0.1:{port}", name, PASSWORD)

"""What README.md and docs/ci.md tell people to type is held against what it is typed into."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from ci import job
from harness.cli import parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "docs/ci.md")
COMMAND = re.compile(r"(?<![/\w])(ftstress|python3? ci/job\.py stress)((?: [^\s)>|#`]+)+)")


def commands(page: str) -> list[list[str]]:
    """All commands in a page's code, as arguments of ``ftstress``."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n([\s\S]*?)^```|((?:^    .*\n)+)", text, re.MULTILINE)
    code = re.sub(r"\n +(?=--)", " ", "\n".join(fenced or indented for fenced, indented in blocks))
    found = []
    for program, arguments in COMMAND.findall(code):
        words = [
            word
            for word in shlex.split(re.sub(r'"?\$\{\{.*?\}\}"?', "WORD", arguments))
            if word != job.REGRTEST_EXIT
        ]
        found.append(words if program == "ftstress" else ["run", *words])
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_one(page: str) -> None:
    found = commands(page)
    assert len(found) > 8
    for words in found:
        parser().parse_args(words)


def test_the_workflow_is_one_that_github_takes(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="it is in the environment of tox run -e tests")
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (workflow,) = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    file = tmp_path / "stress.yml"
    for changed, status in ((workflow, 0), (workflow.replace("runs-on", "runs-at"), 1)):
        file.write_text(f"name: stress\n{changed}", encoding="utf-8")
        check = [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.github-workflows",
            str(file),
        ]
        done = subprocess.run(check, capture_output=True, text=True, timeout=60)
        assert done.returncode == status, done.stdout + done.stderr

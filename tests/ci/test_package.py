"""What is installed is whole: the suites, the known-issue list and its proofs, one command, one plugin."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel made from a copy of the checkout, with the setuptools that is installed."""
    pytest.importorskip(
        "setuptools", reason="wheels are made where setuptools is installed: tox run -e tests"
    )
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("harness", "stress_tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    make = "import setuptools.build_meta as backend; backend.build_wheel('.')"
    subprocess.run([sys.executable, "-c", make], cwd=folder, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_every_file_of_both_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for name in ("harness", "stress_tests")
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours - set(wheel.namelist()) == set()


def test_nothing_but_the_two_packages_is_installed(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"harness", "stress_tests"}


def test_the_command_and_the_plugin_are_entry_points(wheel: zipfile.ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    text = wheel.read(name).decode()
    assert "ftstress = harness.__main__:main" in text
    assert "harness.pytest_plugin = harness.pytest_plugin" in text

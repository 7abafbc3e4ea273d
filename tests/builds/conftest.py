"""Interpreters that are none, and a cache of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MakeProgram = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> MakeProgram:
    """Writes a shell script under a name an interpreter could have, and returns its path."""

    def make(text: str, name: str = "python3.13t") -> Path:
        path = tmp_path / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    return make


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, whichever way this system finds it."""
    folder = tmp_path / "cache"
    monkeypatch.setattr("harness.builds.cache.user_cache_path", lambda name: folder / name)
    return folder / "ftstress"


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_folder: Path) -> Path:
    """A machine without pyenv and uv, whose PATH is one empty folder, which is returned."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "no-pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "no-uv"))
    monkeypatch.delenv("FTSTRESS_TARGET", raising=False)
    return folder

"""A browser, and pages in files, for tests of what a person sees. ``tox run -e browser`` runs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ci.job import CHROMIUMS
from ci.job import chromium as chromium_here
from harness.report.html import render
from tests.browser.chromium import Chromium
from tests.report import pages, sweeps
from tests.report.test_html import CALIBRATED


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Without one the tests fail: nothing is skipped in silence."""
    executable = chromium_here()
    if executable is None:
        pytest.fail(f"these tests need one of {', '.join(CHROMIUMS)}: install it, or set FTSTRESS_CHROMIUM")
    browser = Chromium(executable)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about a campaign with findings of all kinds, and a calibration beside it."""
    report = replace(pages.report(pages.busy(), pages.quiet()), calibrations=(CALIBRATED,))
    path = tmp_path_factory.mktemp("busy") / "report.html"
    path.write_text(render(report), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about pairs of a subject with 60 operations."""
    path = tmp_path_factory.mktemp("paired") / "report.html"
    path.write_text(render(pages.report(pages.paired(60))), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about a target that puts markup and controls wherever it has a word."""
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(render(pages.report(pages.hostile())), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about a sweep with a finding, and with the source of its target."""
    folder = tmp_path_factory.mktemp("swept")
    path = folder / "report.html"
    report = pages.report(sweeps.hit(sweeps.in_its_source(folder / "tree")))
    path.write_text(render(report), encoding="utf-8")
    return path

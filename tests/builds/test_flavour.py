"""Builds with a sanitizer: how they are made, and how one is recognised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from harness.builds import cache
from harness.builds.errors import NotBuilt
from harness.builds.flavour import QUIET, SANITIZERS, Flavour, Sanitizer
from harness.builds.instrumented import linked
from harness.builds.provision import build
from tests.builds import fake_source
from tests.builds.conftest import MakeProgram


def lacks(sanitizer: Sanitizer) -> str:
    """Why this machine cannot make a build with it; empty where it can."""
    try:
        Flavour(sanitizer=sanitizer).check()
    except NotBuilt as error:
        return str(error)
    return ""


@pytest.mark.parametrize("sanitizer", SANITIZERS)
@pytest.mark.parametrize("debug", [False, True])
def test_a_sanitizer_is_configured_with_frames_and_its_compiler_is_a_part_of_what_is_kept(
    sanitizer: Sanitizer, debug: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "one")
    with_one = Flavour(debug, sanitizer).configure()
    assert f"--with-{sanitizer}-sanitizer" in with_one and "--disable-gil" in with_one
    assert ("--with-pydebug" in with_one) == debug
    (flags,) = [one for one in with_one if one.startswith("CFLAGS=")]
    assert {"-O1", "-g1", "-fno-omit-frame-pointer"} <= set(flags.removeprefix("CFLAGS=").split())
    assert "CC=one" in with_one
    monkeypatch.setenv("CC", "other")
    assert cache.entry("3.14.2", "", with_one) != cache.entry(
        "3.14.2", "", Flavour(debug, sanitizer).configure()
    )


@pytest.mark.usefixtures("cache_folder")
def test_it_is_another_build_and_its_own_make_is_not_disturbed_by_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Flavour, "check", lambda self: None)
    monkeypatch.setenv("TSAN_OPTIONS", "halt_on_error=1")
    told = "all:\n\t@echo options: $$TSAN_OPTIONS $$ASAN_OPTIONS\n"
    source = str(fake_source.folder(tmp_path, makefile=fake_source.MAKEFILE.replace("all:\n", told, 1)))
    plain, thread = build(source), build(source, Flavour(sanitizer="thread"))
    assert plain != thread
    assert build(source, Flavour(sanitizer="thread")) == thread
    entry = cache.entry_of(thread)
    assert entry is not None
    assert f"options: {QUIET['TSAN_OPTIONS']} {QUIET['ASAN_OPTIONS']}" in entry.log.read_text()


@pytest.mark.usefixtures("cache_folder")
def test_where_the_compiler_cannot_link_it_nothing_is_begun_and_the_sentence_says_what_to_install(
    tmp_path: Path, program: MakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", str(program("echo cannot find libtsan_preinit.o >&2; exit 1")))
    with pytest.raises(
        NotBuilt, match=r"cannot find libtsan_preinit\.o.*install its library \(gcc: libtsan;"
    ):
        build(str(fake_source.folder(tmp_path)), Flavour(sanitizer="thread"))
    assert cache.entries() == []


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_it_is_recognised_by_what_the_executable_is_linked_with(sanitizer: Sanitizer, tmp_path: Path) -> None:
    if why := lacks(sanitizer):
        pytest.skip(why)
    (tmp_path / "main.c").write_text("int main(void) { return 0; }\n")
    for name, flags in (("with", [f"-fsanitize={sanitizer}"]), ("without", [])):
        subprocess.run(["cc", *flags, tmp_path / "main.c", "-o", tmp_path / name], check=True)
    assert linked(tmp_path / "with") == sanitizer
    assert linked(tmp_path / "without") is None


def test_what_is_no_executable_has_none(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert linked(tmp_path / "script") is None
    assert linked(tmp_path / "missing") is None


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="addresses are random for each program on Linux"
)
def test_programs_can_be_started_without_random_addresses() -> None:
    code = "import ctypes; print(ctypes.CDLL(None).personality(0xFFFFFFFF) & 0x40000)"
    said = [
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import subprocess, sys\nfrom harness.builds.layout import fixed_layout\n"
                f"with fixed_layout({wanted}):\n    subprocess.run([sys.executable, '-c', {code!r}])\n"
                f"subprocess.run([sys.executable, '-c', {code!r}])",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for wanted in (True, False)
    ]
    if said[0] == ["0", "0"]:
        pytest.skip("this container refuses personality()")
    assert said == [["262144", "0"], ["0", "0"]]

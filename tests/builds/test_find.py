"""Which target a person means, and what they hear when there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.builds import cache, find
from harness.builds.find import NoTarget, find_targets, resolve
from harness.builds.fingerprint import NotATarget
from harness.builds.progress import Step
from harness.record.target import Target
from tests.builds.conftest import MakeProgram
from tests.builds.test_fingerprint import recorded


def interpreter(folder: Path, name: str, **changes: object) -> Path:
    """A program on PATH that answers as an interpreter would."""
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{recorded(**changes)}'\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As bare_machine; the interpreter that runs this test is not to be found either."""
    monkeypatch.setattr(find, "_managed_by_uv", list)
    monkeypatch.setattr(sys, "executable", str(bare_machine / "none"))
    return bare_machine


THREADED = {"free_threaded": True, "gil_enabled": False}


def test_a_path_is_probed_and_kept_as_given(free_threaded: Target) -> None:
    assert resolve(free_threaded.executable).executable == free_threaded.executable


def test_the_variable_names_the_target_where_nothing_else_does(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = interpreter(bare, "mine")
    monkeypatch.setenv("FTSTRESS_TARGET", str(other))
    assert resolve(None).executable == str(other)


def test_what_is_given_goes_before_the_variable(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FTSTRESS_TARGET", "/nothing")
    assert resolve(str(interpreter(bare, "mine"))).executable == str(bare / "mine")


def test_by_default_the_newest_free_threaded_one_is_taken(bare: Path) -> None:
    interpreter(bare, "python3.13t", **THREADED)
    newest = interpreter(bare, "python3.14t", version="3.14.2", version_info=[3, 14, 2], **THREADED)
    interpreter(bare, "python3.15", version="3.15.0", version_info=[3, 15, 0])
    assert resolve(None).executable == str(newest)


@pytest.mark.parametrize(
    ("apart", "says"),
    [
        ({"version": "3.14.0rc2", "version_info": [3, 14, 0]}, "3.14.0rc2 (a pre-release)"),
        ({"version": "3.14.2+", "version_info": [3, 14, 2]}, "3.14.2+ (built from a checkout)"),
        (
            {"version": "3.14.2", "version_info": [3, 14, 2], "commit": "0123456", "branch": "heads/3.14"},
            "3.14.2 (built from a checkout)",
        ),
        (
            {
                "version": "3.14.2",
                "version_info": [3, 14, 2],
                "commit": "0123456",
                "branch": "tags/v3.14.2-dirty",
            },
            "3.14.2 (built from a checkout)",
        ),
        ({"version": "3.14.2", "version_info": [3, 14, 2], "debug": True}, "3.14.2 (a debug build)"),
        (
            {"version": "3.14.2", "version_info": [3, 14, 2], "flags": "-fsanitize=thread"},
            "3.14.2 (with the thread sanitizer)",
        ),
        ({"version": "3.14.2", "version_info": [3, 14, 2], "gil_enabled": True}, "3.14.2 (its GIL stays on)"),
    ],
)
def test_what_is_no_ordinary_release_is_taken_by_name_only(
    bare: Path, apart: dict[str, object], says: str
) -> None:
    other = interpreter(bare, "python3.14t", **(THREADED | apart))
    with pytest.raises(
        NoTarget, match=r"^no free-threaded release on this machine: .*, or name one with --target"
    ):
        resolve(None)
    release = interpreter(bare, "python3.13t", **THREADED)
    told: list[Step] = []
    assert resolve(None, told.append).executable == str(release)
    assert [step.text for step in told] == [
        f"target: CPython 3.13.5 free-threaded, {release}, the newest free-threaded release found;"
        f" newer ones are taken only by name: {says}"
    ]
    assert resolve(str(other), told.append).executable == str(other)
    assert resolve("3.14t", told.append).executable == str(other)
    assert len(told) == 1


@pytest.mark.parametrize("branch", ["v3.14.2", "tags/v3.14.2"])
def test_a_release_that_was_built_at_its_tag_is_one(bare: Path, branch: str) -> None:
    release = interpreter(
        bare,
        "python3.14t",
        version="3.14.2",
        version_info=[3, 14, 2],
        commit="0123456",
        branch=branch,
        **THREADED,
    )
    assert resolve(None).executable == str(release)


def test_a_build_of_ours_is_a_release_only_where_it_was_made_from_one(bare: Path, cache_folder: Path) -> None:
    release = interpreter(bare, "python3.13t", **THREADED)
    newer = {"version": "3.14.2", "version_info": [3, 14, 2]}
    for origin in ("tarball", "directory", "revision"):
        kept(cache_folder, origin, **newer)
        assert resolve(None).executable == str(release)
    fault = cache_folder / "faults" / "base" / "leaks" / "bin"
    fault.mkdir(parents=True)
    made = interpreter(fault, "python3.14t", **(THREADED | newer))
    (bare / "python3.14t").symlink_to(made)
    assert resolve(None).executable == str(release)
    assert resolve(str(made)).set_apart == "a seeded fault"
    own = kept(cache_folder, "release", **newer)
    assert resolve(None).executable == str(own)


def kept(cache_folder: Path, origin: cache.Origin, **answers: object) -> Path:
    """A build of ours, as it lies in the cache."""
    install = cache_folder / "builds" / origin / "install"
    (install / "bin").mkdir(parents=True)
    cache.write_receipt(install, cache.Receipt("3.14.2", origin, "hash", ()))
    return interpreter(install / "bin", "python3.14t", **(THREADED | answers))


def test_an_ordinary_build_goes_before_a_newer_debug_build(bare: Path) -> None:
    ordinary = interpreter(bare, "python3.13t", **THREADED)
    interpreter(bare, "python3.13td", version="3.13.9", version_info=[3, 13, 9], debug=True, **THREADED)
    assert resolve("3.13t").executable == str(ordinary)


@pytest.mark.parametrize("spec", ["3.13t", "3.13.5t", "python3.13t"])
def test_a_spec_with_t_means_free_threaded(bare: Path, spec: str) -> None:
    interpreter(bare, "python3.13")
    threaded = interpreter(bare, "python3.13t", **THREADED)
    assert resolve(spec).executable == str(threaded)


def test_a_spec_without_t_means_a_build_with_the_gil(bare: Path) -> None:
    interpreter(bare, "python3.13t", **THREADED)
    ordinary = interpreter(bare, "python3.13")
    assert resolve("3.13").executable == str(ordinary)


def test_where_nothing_fits_each_that_was_passed_over_has_its_reason(bare: Path) -> None:
    interpreter(bare, "python3.13")
    broken = bare / "python3.13t"
    broken.write_text("#!/bin/sh\nexit 9\n")
    broken.chmod(0o755)
    with pytest.raises(NoTarget) as raised:
        resolve("3.13t")
    message = str(raised.value)
    assert "no 3.13t target on this machine: make one with `ftstress build`" in message
    assert f"PATH: {bare / 'python3.13'} is CPython 3.13.5 with the GIL" in message
    assert "it exited with 9" in message
    assert "our own builds: nothing there" in message
    assert "pyenv: nothing there" in message
    assert "uv: nothing there" in message


@pytest.mark.parametrize("spec", ["nonsense", "t3.13", "3"])
def test_what_is_no_spec_and_no_path_is_refused(bare: Path, spec: str) -> None:
    with pytest.raises(
        NotATarget, match=f"^{spec} is neither a file, nor a command on PATH, nor a spec such as 3.14t"
    ):
        resolve(spec)


def test_one_interpreter_with_several_names_is_one_target(bare: Path) -> None:
    path = interpreter(bare, "python3.13t", **THREADED)
    for name in ("python3", "python", "python3.13"):
        (bare / name).symlink_to(path)
    assert len(find_targets()) == 1


def test_shims_are_not_asked(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shims = bare / "shims"
    shims.mkdir()
    interpreter(shims, "python3.13t", **THREADED)
    monkeypatch.setenv("PATH", str(shims))
    assert find_targets() == []


def test_versions_of_pyenv_are_found(bare: Path, tmp_path: Path) -> None:
    folder = tmp_path / "no-pyenv" / "versions" / "3.13.5t" / "bin"
    folder.mkdir(parents=True)
    path = interpreter(folder, "python3.13t", **THREADED)
    assert [target.executable for target in find_targets()] == [str(path)]


def test_what_is_passed_over_is_told(
    bare: Path, program: MakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(program("exit 1").parent))
    told: list[Step] = []
    assert find_targets(told.append) == []
    assert [
        step.text for step in told if "passed over (PATH)" in step.text and "it exited with 1" in step.text
    ]


def test_uv_is_looked_into_where_python_discovery_says(bare_machine: Path) -> None:
    assert all(path.is_absolute() for path in find._managed_by_uv())

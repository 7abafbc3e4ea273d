"""Builds, from a source that is made in a moment: what is compiled, what is kept, and what is said when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from harness.builds import cache, fetch, provision, uv
from harness.builds.errors import NotASource, NotBuilt, PassedOver
from harness.builds.flavour import PLAIN, Flavour
from harness.builds.progress import Step
from harness.builds.provision import build
from harness.builds.source import from_tarball
from tests.builds import fake_source
from tests.builds.test_fingerprint import recorded

pytestmark = pytest.mark.usefixtures("cache_folder")


def built(what: Path | str, flavour: Flavour = PLAIN) -> tuple[Path, list[str]]:
    """Build, and what was told meanwhile."""
    told: list[Step] = []
    path = build(str(what), flavour, told.append)
    return path, [step.text for step in told]


def test_a_tarball_becomes_an_interpreter_in_the_cache(tmp_path: Path, cache_folder: Path) -> None:
    path, told = built(fake_source.tarball(tmp_path))
    assert path.name == "python3.13t"
    assert cache_folder in path.parents
    assert "built without _dbm, zlib: their header files are not on this machine" in told
    assert any("install zlib1g-dev" in line for line in told)


def test_what_is_kept_is_the_install_without_its_bulk_and_the_tree_that_faults_are_made_from(
    tmp_path: Path,
) -> None:
    built(fake_source.tarball(tmp_path))
    (entry,) = cache.entries()
    assert (entry.tree / "Makefile").exists()
    assert not (entry.tree / "Lib" / "test").exists()
    assert not list(entry.install.rglob("*.a"))
    assert sorted(path.name for path in entry.directory.iterdir()) == ["install", "tree"]


def test_a_build_is_made_once(tmp_path: Path) -> None:
    source = fake_source.tarball(tmp_path)
    first, _ = built(source)
    second, told = built(source)
    assert second == first
    assert told == ["CPython 3.13.5 was built from this source before"]


def test_other_arguments_make_another_build(tmp_path: Path) -> None:
    source = fake_source.tarball(tmp_path)
    assert built(source)[0] != built(source, Flavour(debug=True))[0]


def test_a_change_in_a_source_folder_makes_another_build(tmp_path: Path) -> None:
    source = fake_source.folder(tmp_path)
    first, _ = built(source)
    assert built(source)[0] == first
    (source / "Objects.c").write_text("changed")
    assert built(source)[0] != first


def test_what_an_earlier_build_left_in_a_source_folder_is_not_copied(tmp_path: Path) -> None:
    source = fake_source.folder(tmp_path)
    first, _ = built(source)
    (source / "Objects").mkdir()
    (source / "Objects" / "typeobject.o").touch()
    (source / "Makefile").write_text("all:\n\tfalse\n")
    assert built(source)[0] == first


def test_a_source_folder_under_git_hands_its_revision_on(tmp_path: Path) -> None:
    source = fake_source.folder(tmp_path)
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(source), *arguments], check=True)
    revision = subprocess.run(
        ["git", "-C", str(source), "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True
    ).stdout.strip()
    built(source)
    assert f"revision {revision}" in cache.entries()[0].log.read_text()


def test_a_version_is_not_answered_by_a_tarball_that_says_it_is_that_version(tmp_path: Path) -> None:
    built(fake_source.tarball(tmp_path))
    assert provision._kept("3.13.5", PLAIN) is None


def test_a_released_version_is_built_once_and_needs_no_source_then(
    tmp_path: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = from_tarball(fake_source.tarball(tmp_path), "release")
    monkeypatch.setattr("shutil.which", lambda name: None if name == "uv" else f"/bin/{name}")
    monkeypatch.setattr(fetch, "release", lambda version, progress: source)
    first, told = built("3.13.5")
    assert "passed over uv: there is no uv on this machine" in told
    monkeypatch.setattr(fetch, "release", None)
    assert built("3.13.5t") == (first, ["CPython 3.13.5 was built before"])


def test_uv_is_taken_where_it_gives_what_was_asked_for(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = bare_machine / "python3.13t"
    answer = recorded(free_threaded=True, gil_enabled=False)
    python.write_text(f"#!/bin/sh\necho '{answer}'\n")
    (bare_machine / "uv").write_text(f'#!/bin/sh\n[ "$2" = find ] && echo {python}\nexit 0\n')
    for program in (python, bare_machine / "uv"):
        program.chmod(0o755)
    assert built("3.13.5") == (python, [])
    with pytest.raises(PassedOver, match=r"it gives CPython 3\.13\.5 free-threaded"):
        uv.install("3.13.4")


def test_without_a_network_uv_is_passed_over_with_its_own_words(bare_machine: Path) -> None:
    (bare_machine / "uv").write_text(
        '#!/bin/sh\necho "error: no route, retries $UV_HTTP_RETRIES" >&2\nexit 2\n'
    )
    (bare_machine / "uv").chmod(0o755)
    with pytest.raises(PassedOver, match=r"^error: no route, retries 0$"):
        uv.install("3.13.5")


def test_without_a_compiler_nothing_is_fetched(bare_machine: Path, tmp_path: Path) -> None:
    for what in ("3.13.5", str(fake_source.tarball(tmp_path))):
        with pytest.raises(NotBuilt, match=r"^no C compiler on PATH, so nothing can be built: install one"):
            build(what)


def test_without_any_way_to_a_source_each_way_has_its_reason(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*arguments: object, **options: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(provision, "check_tools", lambda: None)
    monkeypatch.setattr("urllib.request.urlopen", offline)
    with pytest.raises(NotBuilt) as raised:
        build("3.13.5")
    message = str(raised.value)
    assert "no source of CPython 3.13.5 to be had" in message
    assert "kept source: none of 3.13.5 from an earlier build" in message
    assert "python.org: not reached (no route to host)" in message
    assert "Debian's source package: there is no apt-get on this machine" in message


@pytest.mark.parametrize(
    ("makefile", "says"),
    [
        (
            "all:\n\t@echo 'Objects/typeobject.c:1:2: error: expected expression'; exit 2\n",
            "error: expected expression",
        ),
        ("all:\n\texit 7\n", "Error 7"),
    ],
)
def test_a_failed_build_names_its_reason_and_its_log(
    tmp_path: Path, cache_folder: Path, makefile: str, says: str
) -> None:
    source = fake_source.tarball(tmp_path, makefile=makefile)
    with pytest.raises(NotBuilt, match="compiling CPython failed: ") as raised:
        build(str(source))
    assert says in str(raised.value)
    (log,) = (cache_folder / "logs").iterdir()
    assert str(log) in str(raised.value)
    assert "$ make" in log.read_text()
    assert cache.entries() == []


def test_a_tarball_that_ends_early_names_the_log(tmp_path: Path, cache_folder: Path) -> None:
    source = fake_source.folder(tmp_path)
    (source / "zeros").write_bytes(os.urandom(400_000))
    whole = tmp_path / "whole.tar"
    subprocess.run(
        ["tar", "-C", str(tmp_path), "-cf", str(whole), f"{source.name}/Include", source.name], check=True
    )
    torn = tmp_path / "torn.tar"
    torn.write_bytes(whole.read_bytes()[:200_000])
    with pytest.raises(NotBuilt, match="cannot be unpacked") as raised:
        build(str(torn))
    assert str(next((cache_folder / "logs").iterdir())) in str(raised.value)


def test_a_build_that_cannot_do_without_the_gil_is_not_handed_out(tmp_path: Path) -> None:
    source = fake_source.folder(tmp_path, free_threaded=False, gil_enabled=True)
    for _ in range(2):
        with pytest.raises(
            NotBuilt,
            match=r"what was built is CPython 3\.13\.5 with the GIL and runs with the GIL; the log is",
        ):
            build(str(source))


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("3.12.4", "cannot be built free-threaded"),
        ("nonsense", "is neither a version such as 3.14.2, nor a tarball, nor a folder of source"),
        ("3.13", "is neither a version"),
    ],
)
def test_what_is_no_source_is_refused(what: str, says: str) -> None:
    with pytest.raises(NotASource, match=says):
        build(what)


def test_a_file_or_folder_that_holds_no_source_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.tar.xz").write_text("hello")
    with pytest.raises(NotASource, match="is not a tarball that can be read"):
        build(str(tmp_path / "text.tar.xz"))
    with pytest.raises(NotASource, match="holds no CPython source"):
        build(str(tmp_path))
    with pytest.raises(NotASource, match="cannot be built free-threaded"):
        build(str(fake_source.tarball(tmp_path, version="3.12.4")))


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path, cache_folder: Path) -> None:
    source = fake_source.tarball(tmp_path)
    cache_folder.parent.write_text("a file where the folder should be")
    with pytest.raises(NotBuilt, match=r"^the build cannot go on: .*; make room, or set XDG_CACHE_HOME"):
        build(str(source))


def test_two_builds_at_once_become_one(tmp_path: Path) -> None:
    marks = tmp_path / "compiled"
    makefile = f"all:\n\t@echo x >> {marks}\n\t@sleep 1\n" + fake_source.MAKEFILE.partition("\ninstall: all")[
        2
    ].join(["install:", ""])
    source = fake_source.tarball(tmp_path, makefile=makefile)
    code = textwrap.dedent(
        """
        import sys
        from harness.builds.provision import build
        print(build(sys.argv[1], progress=lambda step: print(step.text, file=sys.stderr)))
        """
    )
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "shared"), "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code, str(source)]
    both = []
    for _ in range(2):
        both.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
        time.sleep(0.5)
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert said[0][0] == said[1][0]
    assert marks.read_text() == "x\n"
    assert "waiting for it" in said[1][1]


def test_a_release_is_configured_free_threaded_and_with_line_tables() -> None:
    assert PLAIN.configure() == ("--disable-gil", "--without-ensurepip", "CFLAGS=-O2 -g1")
    assert "--with-pydebug" in Flavour(debug=True).configure()

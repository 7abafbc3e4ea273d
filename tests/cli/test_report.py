"""``ftstress report``, and the reports that a run leaves by itself, as a user types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.record.bisection import Begun, to_event
from harness.report.formats import FORMATS
from tests.campaign.journals import HandWritten
from tests.cli.samples import FINDS, QUIET, environment, ftstress, write
from tests.report.schemas import schema


def campaign(folder: Path, journal: HandWritten) -> Path:
    folder.mkdir()
    lines = [json.dumps(event) for event in journal.ended().end()]
    (folder / "journal.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@pytest.mark.parametrize("format", FORMATS)
def test_several_journals_are_one_report_in_every_format(tmp_path: Path, format: str) -> None:
    campaign(tmp_path / "a", HandWritten().trial().progress())
    campaign(tmp_path / "b", HandWritten().trial().progress().finding())
    shown = ftstress("report", "a", "b", "a", "--format", format, cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    saved = ftstress("report", "a", "b", "--format", format, "--output", "report", cwd=tmp_path)
    assert (saved.returncode, saved.stdout) == (0, "")
    text = (tmp_path / "report").read_text(encoding="utf-8")
    assert text == shown.stdout, "a directory that is named twice is read once"
    assert "the second read was older" in text


@pytest.mark.parametrize("words", [["report", "a", "b"], ["repro", "b#12345678"]])
def test_a_search_for_a_commit_is_no_campaign_and_it_is_told_what_goes_on_with_it(
    words: list[str], tmp_path: Path
) -> None:
    campaign(tmp_path / "a", HandWritten().trial().progress())
    (tmp_path / "b").mkdir()
    begun = Begun("gh-1", "/a clone", "v1", "v2", True, 0.9, "0", "1", False, "3.16", False, ())
    (tmp_path / "b" / "journal.jsonl").write_text(json.dumps(to_event(begun)) + "\n")
    done = ftstress(*words, cwd=tmp_path)
    again = (
        "ftstress bisect gh-1 --repo '/a clone' --good v1 --bad v2 --fixed --confidence=0.9 --out b --resume"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"ftstress: b holds a search for a commit, and no campaign: `{again}` goes on with it, or tells what it has"
        " found\n"
    )


def test_a_report_that_cannot_be_written_is_2_in_one_sentence(tmp_path: Path) -> None:
    campaign(tmp_path / "a", HandWritten().trial().progress())
    done = ftstress("report", "a", "--output", "nowhere/report", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("ftstress: cannot write nowhere/report: ") and done.stderr.count("\n") == 1


def test_a_run_leaves_the_reports_that_were_asked_for(tmp_path: Path, free_threaded: str) -> None:
    file = write(tmp_path, "mine.py", FINDS)
    reports = ("--html", "out.html", "--junit", "out.xml")
    run = ("run", file, "--target", free_threaded, "--budget", "1s", "--out", "o")
    done = ftstress(*run, *reports, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    schema("result").validate(json.loads((tmp_path / "o" / "result.json").read_text()))
    (case,) = ElementTree.parse(tmp_path / "out.xml").iterfind(".//error/..")
    assert case.attrib["name"] == "test.ftstress.mine.finds"
    assert "mine.finds" in (tmp_path / "out.html").read_text(encoding="utf-8")
    for format, name in (("junit", "out.xml"), ("html", "out.html")):
        again = ftstress("report", Path(tmp_path / "o").resolve(), "--format", format, cwd=tmp_path)
        assert again.stdout == (tmp_path / name).read_text(encoding="utf-8")


def test_an_interrupted_run_leaves_them_too_and_its_junit_is_not_green(
    tmp_path: Path, free_threaded: str
) -> None:
    file = write(tmp_path, "mine.py", QUIET)
    command = ("run", file, "--target", free_threaded, "--budget", "1m", "--junit", "out.xml")
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", *map(str, command)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    assert "free-threaded" in process.stdout.readline()
    assert any("samples" in line for line in process.stdout)  # it is under way; before that come remarks
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate(timeout=20)
    assert process.returncode == 130, stdout
    (error,) = ElementTree.parse(tmp_path / "out.xml").iter("error")
    assert error.attrib["type"] == "interrupted"


def test_the_umbrella_is_a_markdown_text(tmp_path: Path) -> None:
    campaign(tmp_path / "a", HandWritten().trial().progress().finding())
    shown = ftstress("report", "a", "--format", "markdown", "--umbrella", cwd=tmp_path)
    assert shown.returncode == 0 and shown.stdout.startswith("# Free-threading: ")
    refused = ftstress("report", "a", "--umbrella", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr == "ftstress: --umbrella is a markdown text: add --format markdown\n"

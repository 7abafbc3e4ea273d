"""One text for an issue above the others: a row a cause, no program that crashes, no markup of a target's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.campaign.gather import Report, merge
from harness.report.markdown import MOST_CHARACTERS
from harness.report.umbrella import render
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten
from tests.report import pages
from tests.report.samples import HOSTILE, campaign, finding, found_in, result, scenario
from tests.report.test_markdown import without_code

WINDOW = "f: between g and h"
SCRIPT = "import sys\nprint('seen it')\nsys.exit(1)\n"
MAIN = fake_target(version="3.16.0a0", version_info=(3, 16, 0), commit="999a046b24c")


def known(name: str, target: object = None, **changes: object) -> Report:
    """A campaign that has seen one known issue, once."""
    info = fake_scenario(name=name)
    journal = HandWritten(info, target=target or fake_target()).trial(name).progress()  # type: ignore[arg-type]
    return pages.report(journal.finding(**changes).ended())


def test_a_cause_has_a_row_and_what_is_known_of_it() -> None:
    text = render(known("type_attributes.set_doc", where="read_instance"))
    rows = [line for line in text.splitlines() if line.startswith("| 1 |")]
    assert (
        len(rows) == 1
        and "| wrong value |" in rows[0]
        and "`ftstress-0002`" in rows[0]
        and "`3.13.5`" in rows[0]
    )
    for said in (
        "## 1. `C.__doc__` = v ends the cached entries before it stores",
        "- seen on: `3.13.5`",
        "- since: 3.13",
        "- shows in: `type_attributes.set_doc`",
        "- suggested mend: holding the type lock from the end of the entries to the store",
        "<summary>A program that shows it (exit status 1)</summary>",
        "```python\n",
    ):
        assert said in text


def test_what_is_mended_says_where_and_by_which_commit() -> None:
    text = render(known("type_attributes.slot_getattr", oracle="presence", where="read"))
    assert "- mended: 3.14.1 (`85dabb9c159`), 3.15.0a1 (`485b16b4f7b`)" in text


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "crash", "oracle": "process", "details": {"script": SCRIPT}},
        {"kind": "hang", "oracle": "process", "details": {"script": SCRIPT}},
        {"oracle": "lifetime", "details": {"script": SCRIPT}},
    ],
)
def test_what_is_worse_than_a_wrong_value_comes_without_its_program(changes: dict[str, object]) -> None:
    text = render(found_in(finding(**changes)))
    assert "seen it" not in text and "`ftstress script f1f1f1f1` writes the program" in text


def test_a_known_issue_that_may_also_crash_comes_without_its_program() -> None:
    text = render(known("type_attributes.set_name", oracle="order", where="read"))
    assert "```" not in text and "`ftstress known gh-133467 --script` writes the program" in text


def test_a_new_wrong_value_has_its_script_window_and_the_commits_that_any_of_its_faces_has() -> None:
    details = {"script": SCRIPT, "windows": [WINDOW], "left_with": "ba9876543210"}
    other = {"windows": [WINDOW], "came_with": "0123456789ab"}
    text = render(found_in(finding(details=details), finding(id="f2f2f2f2", details=other)))
    for said in (
        SCRIPT,
        f"- where: `{WINDOW}`",
        "- came with: `0123456789ab`\n- left with: `ba9876543210`",
        "- one cause because all show in",
    ):
        assert said in text
    assert text.count("\n## ") == 1


def test_what_is_not_located_says_how() -> None:
    assert "- where: not located (`ftstress locate f1f1f1f1`)" in render(found_in(finding()))


def test_versions_are_those_that_showed_it() -> None:
    seen = {"where": "read_instance"}
    (ours,), (main,) = (known("type_attributes.set_doc", target, **seen).campaigns for target in (None, MAIN))
    assert "- seen on: `3.13.5`\n" in render(merge([ours]))
    both = [campaign(ours.result, "a"), campaign(main.result, "b")]
    assert "- seen on: `3.13.5`, `3.16.0a0`\n" in render(merge(both))


def test_what_a_target_says_is_no_markup() -> None:
    named = scenario(name=f"mine.{HOSTILE}", verdict="new", findings=("f1f1f1f1",))
    found = finding(scenario=named.name, message=HOSTILE, details={"script": HOSTILE, "windows": [HOSTILE]})
    left = without_code(render(merge([campaign(result(named, findings=(found,), exit_status=1))])))
    assert "script>" not in left and "@all" not in left and "img" not in left
    assert left.count("<details>") == left.count("</details>")


def test_however_much_there_is_it_fits_into_an_issue() -> None:
    many = [
        finding(id=f"{number:08x}", message="x" * 5000, details={"script": "y\n" * 2900})
        for number in range(100)
    ]
    text = render(found_in(*many))
    assert MOST_CHARACTERS * 0.7 < len(text) <= MOST_CHARACTERS
    assert "more causes did not fit into one issue: the table has them." in text
    assert text.count("<details>") == text.count("</details>")


def test_what_a_known_issue_does_at_worst_is_its_severity_and_keeps_its_program_out() -> None:
    made = known("type_attributes.set_doc", where="read_instance")
    (cause,) = made.causes
    worse = replace(cause, issues=(replace(cause.issues[0], severity="memory that was freed is used"),))
    text = render(replace(made, causes=(worse,)))
    assert "- severity: memory that was freed is used (seen here: wrong value)" in text
    assert "```" not in text


def test_where_it_is_stands_in_the_list_s_words_before_a_sweep_s() -> None:
    made = known("type_attributes.set_doc", where="read_instance", details={"windows": [WINDOW]})
    (cause,) = made.causes
    assert f"- where: `{WINDOW}`" in render(replace(made, causes=(replace(cause, issues=()),)))
    told = replace(cause, issues=(replace(cause.issues[0], where="type_set_doc: ends, then stores"),))
    assert "- where: `type_set_doc`: ends, then stores" in render(replace(made, causes=(told,)))

"""The page about a sweep: its table, its pairs, and CPython's own source in the colours of what was seen there."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.gather import Report
from harness.record.coverage import OUTCOMES
from harness.record.target import Target
from harness.report import html, source
from harness.report.annotated import LEGEND, files, mark_of
from harness.report.html import render
from harness.report.source import find, in_source
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten
from tests.report import pages, sweeps
from tests.report.markup import Page
from tests.report.sweeps import pair
from tests.report.test_html import MOST_BYTES

FILE = "Objects/typeobject.c"


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return sweeps.in_its_source(tmp_path)


def page(report: Report) -> Page:
    return Page(render(report))


def rows(shown: str) -> list[str]:
    """The lines of source, without markup of their own."""
    return [part.partition("</tr>")[0] for part in shown.split("<tr")[1:] if 'class="number"' in part]


def test_a_sweep_has_its_own_table_and_no_rates(target: Target) -> None:
    words = page(pages.report(sweeps.hit(target))).words()
    assert "Coverage of the sweep" in words
    assert "swept new" in words and "200 170 7 17 2 1 1 2 1" in words
    assert "95 % bound" not in words and "live cache" not in words
    assert "Stops 201" in words
    assert "Coverage of the sweep" not in page(pages.report(pages.busy())).words()


def test_each_scenario_unfolds_its_pairs_with_windows_and_holders() -> None:
    shown = page(pages.report(sweeps.hit()))
    words = shown.words()
    assert "store read twice, caches filled 100 90 7 3" in words
    assert (
        "violation | order | read: 7 points, from PyType_Modified (Objects/typeobject.c:12) to insertdict"
        in words
    )
    assert "14 stops excluded (lock): _PyType_LookupRef waited for type_setattro" in words


def test_a_finding_has_its_stop_its_columns_and_the_command_that_sweeps_again() -> None:
    shown = page(pages.report(sweeps.hit()))
    assert "A stopped store, in front of: jne 0x1667bc, occurrence 2" in shown.words()
    assert "│            read → (x#2, x#2)\n" in shown.text
    assert (
        "with the GIL: the question does not arise: a thread that is stopped would keep it" in shown.words()
    )
    assert f"ftstress sweep fake.swept --target {fake_target().executable} --seed 7 -x\n" in shown.text
    both = page(pages.report(sweeps.hit(other=sweeps.POINT)))
    assert "--seed 7 -x --bound 2\n" in both.text


def test_a_swept_line_has_its_colour_its_sign_and_its_counts(target: Target) -> None:
    shown = rows(render(pages.report(sweeps.hit(target))))
    told = {int(row.partition('number">')[2].partition("<")[0]): row for row in shown}
    hit, clean, left, context = (told[number] for number in (12, 14, 25, 13))
    assert 'class="m-hit"' in hit and "✗" in hit and "7 hit, 2 clean, 7 lock<" in hit
    assert 'class="m-clean"' in clean and "✓" in clean and "76 clean" in clean
    assert 'class="m-unreached"' in left and "○" in left and "1 not tried" in left
    assert 'class="m-' not in context and "line 13 &lt;b&gt;of&lt;/b&gt; typeobject" in context


def test_only_swept_lines_are_shown_with_three_around_them(target: Target) -> None:
    shown = page(pages.report(sweeps.hit(target)))
    lines = [number for number in range(1, 31) if f"line {number} <b>of</b>" in shown.text]
    assert lines == [*range(9, 18), *range(22, 29)]
    assert "b" not in shown.tags


def test_the_legend_has_a_sign_a_colour_and_words_for_each_mark(target: Target) -> None:
    shown = page(pages.report(sweeps.hit(target)))
    for mark, sign, said in LEGEND:
        assert f"{sign}{said}" in shown.text
        assert f"swatch m-{mark}" in shown.values("class")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_line_takes_the_gravest_of_what_became_of_its_stops(outcome: str) -> None:
    order = ["hit", "excluded", "clean", "unreached"]
    mark = mark_of(Counter({outcome: 1}))
    assert mark in order and mark in {one for one, _, _ in LEGEND}
    for other in OUTCOMES:
        both = mark_of(Counter({outcome: 1, other: 5}))
        assert order.index(both) == min(order.index(mark), order.index(mark_of(Counter({other: 1}))))


def test_files_with_hits_come_first() -> None:
    clean, hit = Counter(clean=1), Counter(hit=1)
    found = files({"a.c": {1: clean, 2: clean}, "b.c": {1: clean}, "c.c": {1: hit}}, {})
    assert [one.name for one in found] == ["c.c", "a.c", "b.c"]


def test_without_the_source_line_numbers_are_shown_and_where_it_was_looked_for() -> None:
    shown = page(pages.report(sweeps.hit(fake_target(executable="/nowhere/inst/bin/python"))))
    words = shown.words()
    assert (
        "Not at hand, so that only line numbers are shown: the source, as it was compiled, of Objects/typeobject.c,"
        " cpython/lock.h. Looked for in /nowhere/inst/bin, /nowhere/tree." in words
    )
    assert "typeobject.c: 1 clean, 1 hit, 1 unreached" in words
    assert "12 7 hit" in words.replace("✗ ", "")


def test_the_cached_tree_beside_an_install_is_the_source(tmp_path: Path) -> None:
    sweeps.in_its_source(tmp_path / "tree")
    executable = tmp_path / "install" / "bin" / "python3.13t"
    executable.parent.mkdir(parents=True)
    executable.touch()
    assert find(fake_target(executable=str(executable)), [FILE]).texts == {FILE: sweeps.SOURCE}


def test_a_file_that_was_changed_after_the_build_is_not_shown(target: Target) -> None:
    assert find(target, [FILE]).texts
    later = Path(target.executable).stat().st_mtime + 10
    os.utime(Path(target.executable).parent / FILE, (later, later))
    assert find(target, [FILE]).texts == {}


def test_the_source_of_another_version_is_not_shown(target: Target) -> None:
    assert find(replace(target, version="3.14.0"), [FILE]).texts == {}


def test_a_file_that_was_compiled_elsewhere_than_the_rest_is_that_file_and_no_other(
    tmp_path: Path, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seeded fault is linked from the base's objects and one of its own, whose source is gone."""
    gone = [("Objects/dictobject.c", tmp_path), (FILE, tmp_path / "gone")]
    monkeypatch.setattr(source, "_compiled", lambda executable: iter(gone))
    (tmp_path / "Objects" / "dictobject.c").write_text("its own")
    os.utime(tmp_path / "Objects" / "dictobject.c", (1, 1))
    assert find(target, [FILE, "Objects/dictobject.c"]).texts == {"Objects/dictobject.c": ["its own"]}


@pytest.mark.parametrize("file", ["../secret.c", "/secret.c", "Objects/../../secret.c", "..", "", "python"])
def test_nothing_but_source_is_read(file: str, tmp_path: Path) -> None:
    (tmp_path / "secret.c").write_text("secret")
    target = sweeps.in_its_source(tmp_path / "tree")
    os.utime(tmp_path / "secret.c", (1, 1))
    assert find(target, [file]).texts == {}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Objects/dictobject.c", "Objects/dictobject.c"),
        ("internal/pycore_lock.h", "Include/internal/pycore_lock.h"),
        ("stringlib/eq.h", "Objects/stringlib/eq.h"),
    ],
)
def test_a_file_s_last_two_parts_tell_where_it_stands(file: str, name: str) -> None:
    assert in_source(file) == name


def test_nothing_from_a_sweep_is_markup(tmp_path: Path) -> None:
    target = sweeps.in_its_source(tmp_path)
    for said in pages.HOSTILE:
        odd = replace(
            sweeps.HIT,
            a=said,
            b=said,
            reason=said,
            lines={said: {"1": {"hit": 1}}, FILE: {"1": {"hit": 1}}},
            holders=(("lock", said, said, 1),),
        )
        journal = HandWritten(fake_scenario(name=f"fake.{said}"), kind="sweep", target=target)
        journal.trial(f"fake.{said}").progress().said("swept", scenario=f"fake.{said}", pair=odd.to_json())
        steps = [["A", said, said], ["B", said, said]]
        details = sweeps.DETAILS | {
            "a": said,
            "b": said,
            "point": sweeps.POINT | {"places": [said]},
            "steps": steps,
        }
        shown = page(pages.report(journal.finding(message=said, details={"sweep": details}).ended()))
        assert not {"script", "img", "iframe", "object", "input", "b"} & set(shown.tags)
        assert [name for _, name, _ in shown.attributes if name.startswith("on") or name == "src"] == []
        assert {link[1:] for link in shown.values("href") if link.startswith("#")} <= shown.ids


def test_the_page_of_a_great_sweep_stays_small_and_says_what_is_left_out(monkeypatch: Any) -> None:
    monkeypatch.setattr(html, "PAIR_BYTES", 100_000)
    monkeypatch.setattr(html, "SOURCE_BYTES", 50_000)
    lines = {str(number): {"clean": 3} for number in range(1, 120)}
    journal = HandWritten(*(fake_scenario(name=f"fake.s{n}") for n in range(110)), kind="sweep")
    for number in range(110):
        journal.trial(f"fake.s{number}").progress()
        told = pair(lines={f"Objects/f{number % 10}.c": lines}, windows=sweeps.HIT.windows * 3).to_json()
        for turns in range(16):
            journal.said("swept", scenario=f"fake.s{number}", pair=told | {"turns": turns})
        journal.ended()
    text = render(pages.report(journal))
    words = Page(text).words()
    assert len(text.encode()) < MOST_BYTES / 10
    assert "more scenarios; the journal has them" in words and "more files; the JSON report" in words
    assert "fake.s0: stops 1,600" in words

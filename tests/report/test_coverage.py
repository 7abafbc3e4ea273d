"""What a sweep is told as: what it covered and what not, where the threads of a finding stood, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from harness.record.coverage import OUTCOMES
from harness.report.coverage import COLUMNS, ENOUGH, sentences, speed
from harness.report.formats import FORMATS, renderer
from harness.report.json import render as render_json
from harness.report.markdown import MOST_CHARACTERS
from harness.report.markdown import render as render_markdown
from harness.report.sarif import render as render_sarif
from harness.report.stop import stop_columns
from harness.report.text import render as render_text
from tests.campaign.fakes import fake_scenario
from tests.campaign.journals import HandWritten
from tests.report import pages, sweeps
from tests.report.schemas import schema
from tests.report.sweeps import DETAILS, POINT, pair
from tests.report.test_markdown import without_code
from tests.report.test_sarif import LOG


def words(text: str) -> str:
    return " ".join(text.split())


def test_every_outcome_of_a_stop_is_in_one_column() -> None:
    stops, *parts = (outcomes for _, outcomes in COLUMNS)
    assert sorted(one for part in parts for one in part) == sorted(OUTCOMES)
    assert set(OUTCOMES) - set(stops) == {"not tried"}


@pytest.mark.parametrize("width", [71, 72, 80, 140])
def test_a_scenario_has_a_row_of_what_became_of_its_stops(width: int) -> None:
    lines = render_text(pages.report(sweeps.clean())).splitlines()
    assert "  swept            100    80    0   14    2     1      1       2     1 not observed" in lines
    table = render_text(pages.report(sweeps.clean()), width).split("\n\n")[1].splitlines()
    assert max(map(len, table)) <= width
    assert not re.search("overlap|bound|samples|over-", "".join(table))
    row = next(line.split() for line in table if "swept" in line)
    assert row[1:4] == (["100", "0", "not"] if width < 72 else ["100", "80", "0"])


def test_a_clean_sweep_says_what_it_covered_and_what_not() -> None:
    text = words(render_text(pages.report(sweeps.clean())))
    assert "clean: 1 operation of 1 scenario, stopped at >99 % of the points that they execute" in text
    assert "(400 instructions on their longest paths;" in text
    assert (
        "100 stops in 1 variant of pairs, 80 clean, 0 hits; at one preemption, sequentially consistent,"
        in text
    )
    assert (
        "Not covered: 14 stops excluded by a lock, 2 stops excluded by a sequence lock, 1 stop excluded, for the"
        " stopped operation had stopped the world, 1 stop not sweepable, for the other operation stops the world"
        " (swept.read), 2 stops not reached, 1 point not tried for lack of time, more preemptions,"
        " weaker memory orders."
    ) in text
    assert "not observed: 0 in 101 stops of a sweep" in text
    assert "safe" not in text


def test_every_instruction_is_claimed_where_nothing_was_left_out_only() -> None:
    whole = pair(points=80, outcomes={"clean": 80})
    assert "stopped at every instruction" in sentences(pages.report(sweeps.clean(whole)))[0]
    for left in (replace(whole, outcomes={"clean": 79, "not tried": 1}), replace(whole, reason="too long")):
        told = sentences(pages.report(sweeps.clean(whole, left)))[0]
        assert "every instruction" not in told
    assert "1 variant not listed, or not swept, to the end" in told


def test_what_shows_with_the_specializer_only_is_told() -> None:
    on = pair(specialized="before")
    assert not any("specializer" in one for one in sentences(pages.report(sweeps.clean())))
    for other, said in (
        (on, "specializer: 0 of 0 symptoms found in 1 scenario with it off and on"),
        (
            replace(sweeps.HIT, specialized="before"),
            "specializer: 1 of 1 symptom found in 1 scenario with it off and on",
        ),
    ):
        assert said in sentences(
            pages.report(sweeps.sweep(sweeps.HIT if "1 of 1" in said else pair(), other).ended())
        )
    (told,) = (
        one for one in sentences(pages.report(sweeps.sweep(sweeps.HIT, on).ended())) if "specializer" in one
    )
    assert told == (
        "specializer: 0 of 1 symptom found in 1 scenario with it off and on; only with it off: swept"
        " (violation | order | read), at 7 points; not at 98 stops with it on"
    )
    assert "`read` twice, caches filled, specialized |" in render_markdown(
        pages.report(sweeps.clean(pair(), on))
    )


def test_instructions_of_an_operation_are_counted_once() -> None:
    told = sentences(pages.report(sweeps.clean(pair(), pair(turns=1, instructions=500), pair(a="read"))))[0]
    assert "2 operations of 1 scenario" in told and "(900 instructions" in told


def test_nothing_is_called_clean_where_something_was_found_or_nothing_was_stopped() -> None:
    untried = pair(outcomes={"not tried": 101}, lines={}, holders=())
    for journal in (sweeps.hit(), sweeps.clean(untried)):
        assert sentences(pages.report(journal))[0].startswith("swept: ")


def test_two_stops_are_told_apart_from_one() -> None:
    both = pair(bound=2, outcomes={"clean": 11, "hit": 2}, windows=())
    claim, drawn, _ = sentences(pages.report(sweeps.clean(pair(), both)))
    assert "80 clean, 0 hits" in claim
    assert drawn.startswith("both stopped: at 13 pairs of points, 2 hits; 0 of 0 meetings covered")


def test_the_speed_is_that_of_the_median_pair_with_enough_stops() -> None:
    def swept(stops: int, seconds: float) -> dict[str, list[Any]]:
        return {"x": [pair(outcomes={"clean": stops}, seconds=seconds)]}

    rates = swept(100, 0.1) | {"y": swept(100, 0.05)["x"], "z": swept(100, 1.0)["x"]}
    found = speed(rates | {"short": swept(ENOUGH - 1, 1e-9)["x"]})
    assert found is not None and (round(found.per_s), found.pairs) == (1000, 3)
    assert speed(swept(ENOUGH - 1, 1.0)) is None


def test_a_finding_says_where_its_threads_stood_and_what_each_read() -> None:
    text = render_text(pages.report(sweeps.hit()))
    assert "  A stopped: store, in front of: jne 0x1667bc, occurrence 2\n" in text
    assert (
        "  A stood in:\n"
        "    _PyMutex_Unlock (cpython/lock.h:2)\n"
        "    inlined in PyType_Modified (Objects/typeobject.c:12)\n"
        "    called by type_setattro, PyObject_SetAttr\n"
        "  B meanwhile: read twice, caches filled\n"
        "  replayed: 3 of 3\n"
        "  window: 7 points, from PyType_Modified (Objects/typeobject.c:12) to insertdict (Objects/dictobject.c:1877)\n"
    ) in text
    assert '"steps"' not in text


def test_what_was_read_is_a_column_a_thread() -> None:
    assert stop_columns(DETAILS).splitlines() == [
        "A            B",
        "┌ store",
        "│            read → (x#2, x#2)",
        "│            look → x#2",
        "│            read → (x#2, x#3)",
        "└ None",
        "check → x#5  look → x#4",
    ]
    once = stop_columns(DETAILS | {"turns": 1}).splitlines()
    assert once[2:4] == ["│            read → (x#2, x#2)", "└ None"]
    assert stop_columns(DETAILS | {"steps": []}) == ""


def test_of_two_stops_both_operations_are_brackets() -> None:
    assert stop_columns(DETAILS | {"other": POINT}).splitlines()[1:5] == [
        "┌ store",
        "│            ┌ read",
        "└ None       │",
        "             └ (x#2, x#2)",
    ]
    text = render_text(pages.report(sweeps.hit(other=POINT)))
    assert "  B stopped: read, in front of: jne 0x1667bc" in text and "  B stood in:\n" in text


def test_an_operation_that_gave_nothing_is_not_given_the_next_ones_result() -> None:
    steps = [step for step in DETAILS["steps"] if step[:2] != ("A", "store")]
    assert "└\n" in stop_columns(DETAILS | {"steps": steps})


def test_a_finding_at_no_point_is_told_without_one() -> None:
    journal = sweeps.sweep(pair())
    details = {"sweep": DETAILS | {"steps": []}, "ending": "exit"}
    text = render_text(pages.report(journal.finding(kind="crash", details=details).ended()))
    assert "A stopped: store, at no point: it showed while nothing was stopped" in text
    assert "A stood in" not in text and "what each read" not in text


def test_windows_in_other_pairs_say_in_which_and_are_not_endless() -> None:
    others = [replace(sweeps.HIT, a=f"store_{number}") for number in range(9)]
    journal = sweeps.sweep(*others, sweeps.HIT)
    journal.finding(details={"sweep": DETAILS | {"point": POINT}})
    lines = render_text(pages.report(journal.ended())).splitlines()
    first = lines.index("  window:") + 1
    assert lines[first].endswith("insertdict (Objects/dictobject.c:1877)")
    assert lines[first + 1].endswith("(store_0 stopped, read twice, caches filled)")
    assert lines[first + 4] == "    and 6 more windows"


def test_a_window_belongs_to_the_finding_with_its_symptom_alone() -> None:
    journal = sweeps.sweep(sweeps.HIT)
    journal.finding(where="store", details={"sweep": DETAILS | {"point": POINT}})
    journal.finding(where="read", details={"sweep": DETAILS, "exception": "AttributeError"})
    report = pages.report(journal.ended())
    assert [len(report.windows(finding)) for finding in report.findings] == [0, 1]


def test_races_and_sweeps_in_one_report_are_counted_apart() -> None:
    raced = HandWritten(sweeps.SCENARIO).trial(sweeps.SCENARIO.name).progress().ended()
    report = pages.report(raced, sweeps.clean())
    text = render_text(report)
    assert "rounds samples stores" in text and "stops clean hits" in text
    *_, verdict, speed_of_it = text.splitlines()
    assert verdict == (
        "not observed: 0 in 10 rounds (2,000 samples); below 0.3 a round at 95 %; 0 in 101 stops of a sweep"
    )
    assert speed_of_it.startswith("speed: 1,000 stops a second in the median pair")
    (shown,) = report.scenarios
    assert (shown.rounds, shown.bound_95) == (10, 0.3)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_tells_where_a_finding_of_a_sweep_is(format: str) -> None:
    text = renderer(format)(pages.report(sweeps.hit()))
    for said in ("read x#3 behind x#2", "Objects/typeobject.c", "3 of 3", "PyType_Modified"):
        assert said in text


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "json"])
def test_every_format_tells_what_a_clean_sweep_covered(format: str) -> None:
    assert "14 stops excluded by a lock" in renderer(format)(pages.report(sweeps.clean()))


def test_json_has_each_pair_and_the_lines_of_all_as_its_schema_says() -> None:
    read = json.loads(render_json(pages.report(sweeps.hit())))
    schema("result").validate(read)
    hit, quiet = read["coverage"]["pairs"]
    assert (hit["scenario"], hit["outcomes"]["hit"], quiet["turns"]) == ("fake.swept", 7, 1)
    assert hit["windows"][0]["end"] == ["insertdict (Objects/dictobject.c:1877)"]
    assert read["coverage"]["lines"]["Objects/typeobject.c"]["12"] == {"hit": 7, "lock": 7, "clean": 2}
    published = schema("result").schema["$defs"]["coverage"]["properties"]["pairs"]["items"]
    assert set(hit) == set(published["properties"]) == set(published["required"])
    assert published["properties"]["outcomes"] == {"$ref": "#/$defs/outcomes"}
    assert set(schema("result").schema["$defs"]["outcomes"]["propertyNames"]["enum"]) == set(OUTCOMES)
    fleet = json.loads(render_json(pages.report(sweeps.hit(), sweeps.clean())))
    schema("fleet").validate(fleet)
    assert len(fleet["coverage"]["pairs"]) == 3
    assert "coverage" not in json.loads(render_json(pages.report(pages.quiet())))


def test_sarif_points_at_cpython_s_source_and_at_the_scenario_beside_it() -> None:
    read = json.loads(render_sarif(pages.report(sweeps.hit())))
    LOG.validate(read)
    (shown,) = read["runs"][0]["results"]
    (place,), (scenario,) = shown["locations"], shown["relatedLocations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": "_PyMutex_Unlock", "kind": "function"}]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "Include/cpython/lock.h", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2},
    }
    assert scenario["logicalLocations"][0]["fullyQualifiedName"] == "fake.swept"


@pytest.mark.parametrize("place", ["0x1667bc", "somewhere", "f (no line)"])
def test_a_point_without_a_line_is_shown_at_the_scenario(place: str) -> None:
    read = json.loads(render_sarif(pages.report(sweeps.hit(point=POINT | {"places": [place]}))))
    (shown,) = read["runs"][0]["results"]
    assert "relatedLocations" not in shown
    assert shown["locations"][0]["logicalLocations"][0]["kind"] == "type"


def test_markdown_has_each_pair_and_still_fits() -> None:
    text = render_markdown(pages.report(sweeps.hit()))
    assert "| `fake.swept` | 200 | 170 | 7 | 17 | 2 | 1 | 1 | 2 | 1 | new |" in text
    assert (
        "| `fake.swept` | `store` | `read` twice, caches filled | 100 | 90 | 7 | 3 | 0 | 0 | 0 | 0 | 0 |"
        in text
    )
    many = render_markdown(pages.report(sweeps.clean(*(pair(a=f"store_{n}") for n in range(3000)))))
    assert MOST_CHARACTERS * 0.8 < len(many) <= MOST_CHARACTERS
    assert re.search(r"\d,\d{3} more pairs in the other formats", many)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("said", pages.HOSTILE)
def test_no_name_in_a_sweep_is_markup_or_moves_a_cursor(format: str, said: str) -> None:
    point = POINT | {"instruction": said, "calls": [said, said], "places": [said, f"{said} ({said}:1)"]}
    odd = replace(
        sweeps.HIT,
        a=said,
        b=said,
        reason=said,
        lines={said: {"1": {"hit": 1}}},
        holders=(("lock", said, said, 1),),
    )
    journal = HandWritten(fake_scenario(name=f"fake.{said}"), kind="sweep").trial(f"fake.{said}").progress()
    journal.said("swept", scenario=f"fake.{said}", pair=odd.to_json())
    steps = [["A", said, said], ["B", said, said]]
    sweep = {"a": said, "b": said, "point": point, "other": point, "steps": steps}
    journal.finding(message=said, details={"sweep": DETAILS | sweep})
    text = renderer(format)(pages.report(journal.ended()))
    assert not re.search("[\x00\x07\x1b\x7f\x9b\u202e\u2066\u2028\ufeff]", text)
    assert text.encode("utf-8")
    if format == "html":
        assert "<script" not in text and "<img" not in text and "<svg onload" not in text
    if format == "markdown":
        assert not re.search("<script|<img|<svg|</style", without_code(text))


def test_who_took_stops_how_many_were_repeated_and_how_far_apart_they_are_is_told() -> None:
    made = [
        pair(traced="the target has no ctypes", repeated=3, alike=2, gap=4),
        pair(a="other", repeated=7, alike=7),
    ]
    said = sentences(pages.report(sweeps.clean(*made)))
    assert (
        "traced: stops and listings were a tracer's, which are slower, because the target has no ctypes"
        in said
    )
    assert any(
        one.startswith("repeated: 9 of 10 stops that were made again") and "(90 %)" in one for one in said
    )
    assert (
        "points: 1 of 2 variants stopped at each of theirs, of the others each window was met that is longer than 4"
        " points (median), 4 (at most)" in said
    )
    quiet = " ".join(sentences(pages.report(sweeps.clean(pair()))))
    assert not any(word in quiet for word in ("traced:", "repeated:", "points: "))

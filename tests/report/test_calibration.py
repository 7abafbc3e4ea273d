"""A calibration's tables say how much of what was seeded was seen, how fast, and what the base showed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from harness.record.calibration import BASE, Calibration, Hit, Run, Trial
from harness.report.calibration import chart, curve, markdown


def hit(at_s: float, signature: str = "violation | order | s.reads") -> Hit:
    return Hit("s.reads", "order", signature, {"readers": 2}, at_s)


def run(build: str, seed: int = 1, found: Hit | None = None, **changed: Any) -> Run:
    fields: dict[str, Any] = {
        "exit_status": 1 if found else 0,
        "elapsed_s": 60.0,
        "rounds": 10,
        "samples": 1000,
        "stores": 100,
        "signatures": (found.signature,) if found else (),
        "trials": (
            Trial("s.reads", {"readers": 1}, False),
            Trial("s.reads", {"readers": 2}, found is not None),
            Trial("s.other", {"readers": 2}, False),
        ),
    }
    return Run(build=build, seed=seed, hit=found, **(fields | changed))


def calibration(*runs: Run) -> Calibration:
    return Calibration("a machine", 60.0, 2, 2, {"f": "g", "<h>": "i"}, {"unseen": "nobody can"}, runs)


def test_a_fault_is_detected_k_of_n_times() -> None:
    text = markdown(calibration(run(BASE), run("f", 1, hit(1.0)), run("f", 2, hit(3.0)), run("<h>")))
    assert "| f | 2 of 2 | 34 to 100 % | 2.0 s | 3.0 s | reads 2 |" in text
    assert "| <h> | 0 of 1 | 0 to 79 % | - | - |  |" in text
    assert "Not detected: <h>." in text
    assert "Median time to a detection over all faults: 2.0 s." in text
    assert "Not counted: unseen: nobody can" in text


def test_what_the_base_shows_too_is_no_detection() -> None:
    of_base = run(BASE, signatures=("violation | order | s.reads",))
    both = calibration(of_base, run("f", 1, hit(1.0)))
    assert both.detections("f") == []
    assert both.missed() == ["f", "<h>"]
    assert both.false_alarms() == []


def test_a_finding_on_the_base_is_a_false_alarm() -> None:
    alarmed = calibration(run(BASE, 7, hit(2.0)))
    assert [one.seed for one in alarmed.false_alarms()] == [7]
    assert "False alarms on the base: 1 in 1 run (1,000 samples, 100 stores)." in markdown(alarmed)
    assert "- seed 7, exit 1: violation | order | s.reads" in markdown(alarmed)


def test_what_pairs_find_on_the_base_is_no_false_alarm_and_counts_against_no_fault() -> None:
    of_base = run(BASE, 1, hit(2.0), command="pairs")
    asked = run("f", 1, hit(1.0, "crash | process | pairs.b | c+d"), command="pairs")
    both = calibration(of_base, asked)
    assert both.false_alarms() == [] and len(both.detections("f")) == 1
    assert "would have been a detection, for they showed what no other did: 1 of 1." in markdown(both)
    later = replace(asked, seed=2, hit=None, of_base=("crash | process | pairs.b | c+d",))
    again = replace(of_base, seed=2)
    every = calibration(of_base, again, asked, later)
    assert every.detections("f") == [], "the base showed it when it was asked"
    assert every.by_chance() == (0, 2)
    assert Calibration.from_json(json.loads(json.dumps(every.to_json()))) == every


def test_a_base_on_which_nothing_was_exercised_is_not_clean() -> None:
    assert calibration(run(BASE, exit_status=3)).false_alarms()


def test_amplifiers_are_counted_by_value_where_the_scenario_has_seen_the_fault() -> None:
    both = calibration(run(BASE), run("f", 1, hit(1.0)), run("f", 2), run("<h>"))
    assert both.per_amplifier() == {"readers": {1: (2, 0), 2: (2, 1)}}
    assert "| readers | 2 | 2 | 1 | 0.50 |" in markdown(both)


def test_it_is_the_same_after_it_was_written_and_read() -> None:
    first = calibration(run(BASE), run("f", 1, hit(1.0)))
    assert Calibration.from_json(first.to_json()) == first
    old = {name: value for name, value in first.to_json().items() if name not in ("base", "not_applicable")}
    assert Calibration.from_json(old) == first, "a record of before these were noted"


def test_a_fault_that_does_not_apply_to_the_base_is_told_and_not_missed() -> None:
    moved = replace(
        calibration(run(BASE)), guarantees={}, not_applicable={"f": "f does not apply: hunk 1"}, base="it"
    )
    assert moved.missed() == []
    assert "Not applicable: f: f does not apply: hunk 1" in markdown(moved)
    assert "Made from it." in markdown(moved)


def test_the_chart_is_an_image_with_a_dot_a_detection_and_a_cross_for_a_miss() -> None:
    image = ElementTree.fromstring(
        chart(calibration(run("f", 1, hit(1.0)), run("f", 2, hit(9.0)), run("<h>")))
    )
    space = "{http://www.w3.org/2000/svg}"
    assert len(image.findall(f"{space}circle")) == 2
    assert len(image.findall(f"{space}path")) == 1
    assert "<h>" in [text.text for text in image.findall(f"{space}text")]


def test_the_curve_rises_by_a_step_a_detection() -> None:
    image = ElementTree.fromstring(
        curve(calibration(run("f", 1, hit(60.0)), run("<h>"), run("f", 2, hit(0.0))))
    )
    (line,) = image.findall("{http://www.w3.org/2000/svg}path")
    assert line.get("d") == "M260,222.0H260.0V155.3H900.0V88.7H900"


def test_faults_of_real_bugs_are_counted_by_area() -> None:
    some = replace(
        calibration(run("f", 1, hit(1.0)), run("<h>")), areas={"f": "list", "<h>": "list", "x": "io"}
    )
    assert "| list | 2 | 1 | 50 % |" in markdown(some)
    assert "| area |" not in markdown(replace(some, areas={}))

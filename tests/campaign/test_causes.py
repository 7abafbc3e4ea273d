"""Which findings are one cause, and which only look alike."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from harness.campaign.causes import ALONE, Cause, causes
from harness.campaign.gather import merge
from harness.kernel import known
from harness.record.coverage import Window, access
from harness.record.result import Finding
from tests.campaign.fakes import fake_scenario, fake_target
from tests.campaign.journals import HandWritten
from tests.report import pages
from tests.report.samples import campaign, finding, found_in, result, scenario

SETTER = "type_set_module: between PyType_Modified and PyDict_SetItem > insertdict"
OTHER = "type_set_doc: between PyType_Modified and PyDict_SetItem > insertdict"


def grouped(*findings: Finding) -> tuple[Cause, ...]:
    return causes(findings, lambda _: (), known.load())


def one(id: str, scenario: str = "type_attributes.a", **changes: Any) -> Finding:
    kind, oracle = changes.get("kind", "violation"), changes.get("oracle", "order")
    signature = changes.pop("signature", f"{kind} | {oracle} | {scenario} | {id}")
    return finding(id=id * 8, scenario=scenario, signature=signature, **({"details": {}} | changes))


def _always(windows: list[Window], _: Finding) -> list[Window]:
    return windows


def ids(groups: tuple[Cause, ...]) -> list[list[str]]:
    return [[face.id[0] for face in group.faces] for group in groups]


def test_nothing_is_joined_by_its_looks() -> None:
    crash: dict[str, Any] = {
        "kind": "crash",
        "oracle": "process",
        "details": {"frames": ["creation.py:loop"], "native": "#0  f ()"},
    }
    groups = grouped(one("a", **crash), one("b", **crash), one("c"), one("d", details={"sweep": {}}))
    assert ids(groups) == [["a"], ["b"], ["c"], ["d"]]
    assert {(group.text, group.title, group.why) for group in groups} == {(None, "not located", ALONE)}


def test_the_same_windows_are_one_cause_whatever_the_scenario() -> None:
    groups = grouped(
        one("a", details={"windows": [SETTER]}),
        one("b", "type_attributes.b", kind="exception", details={"windows": [SETTER]}),
        one("c", details={"windows": [OTHER]}),
        one("d", details={"windows": [OTHER, SETTER]}),  # either may be the one it needs
    )
    assert ids(groups) == [["a", "b"], ["c"], ["d"]]
    assert groups[0].text == SETTER and "windows" in groups[0].why


def test_a_sweep_s_windows_do_as_those_that_were_looked_for_later() -> None:
    swept = Window(
        "violation | order | a", 3, ("x",), ("y",), "type_set_module", ("PyType_Modified", "insertdict")
    )
    findings = (one("a"), one("b", details={"windows": [swept.name]}))
    groups = causes(findings, lambda found: [swept] if found.id[0] == "a" else [], [])
    assert ids(groups) == [["a", "b"]]
    assert swept.name == "type_set_module: between PyType_Modified and insertdict"


def test_a_window_without_two_accesses_that_can_be_told_apart_joins_nothing() -> None:
    inside = Window("violation | order | a", 3, ("x",), ("y",), "f", ("f", "f"))
    older = Window("violation | order | a", 3, ("x",), ("y",))
    for windows in ([inside], [older]):
        assert not windows[0].name
        groups = causes((one("a"), one("b")), partial(_always, windows), [])
        assert ids(groups) == [["a"], ["b"]] and groups[0].text is None


def test_an_access_is_named_by_how_it_is_reached_without_lines() -> None:
    places = ("_Py_atomic_store (cpython/pyatomic.h:7)", "insertdict (Objects/dictobject.c:1877)")
    assert (
        access(("PyDict_SetItem", "insertdict"), places) == "PyDict_SetItem > insertdict > _Py_atomic_store"
    )
    assert access((), ("0x1234",)) == ""


def test_one_cycle_and_one_freeing_stack_are_one_cause_each() -> None:
    cycle, freed = "A waits for m, which B holds; B waits for A", "dict_dealloc < insertdict"
    groups = grouped(
        one("a", kind="hang", oracle="process", details={"cycle": cycle}),
        one("b", kind="hang", oracle="process", details={"cycle": cycle}),
        one("c", kind="hang", oracle="process", details={"cycle": "another"}),
        one("d", kind="crash", oracle="process", details={"freed": freed}),
        one("e", kind="crash", oracle="process", details={"freed": freed}),
    )
    assert ids(groups) == [["a", "b"], ["c"], ["d", "e"]]
    assert groups[2].severity == "memory that was freed is used" and freed in (groups[2].text or "")


def test_a_known_entry_joins_what_it_matches_and_one_issue_may_have_several_causes() -> None:
    ignored = "type_attributes.slot_getattr"
    named = "type_attributes.set_name"
    groups = grouped(
        one("a", ignored, oracle="presence", known="gh-133467"),
        one("b", ignored, oracle="quiescence", known="gh-133467"),
        one("c", named, kind="crash", oracle="process", known="gh-133467"),
        one("d", named, oracle="order", known="gh-133467"),
    )
    assert ids(groups) == [["a", "b"], ["c", "d"]]
    assert [group.known for group in groups] == [("gh-133467",), ("gh-133467",)]
    assert groups[0].text != groups[1].text and "known-issue list" in groups[0].why


def test_what_is_found_out_joins_a_new_finding_to_a_known_one() -> None:
    named = {"oracle": "order", "known": "gh-133467", "details": {"windows": [SETTER]}}
    groups = grouped(one("a", details={"windows": [SETTER]}), one("b", "type_attributes.set_name", **named))
    assert ids(groups) == [["a", "b"]]
    assert "type_set_name" in (groups[0].text or "") and groups[0].known == ("gh-133467",)


def test_three_are_one_where_the_second_has_something_in_common_with_both() -> None:
    both = {"windows": [SETTER], "cycle": "A waits for itself"}
    groups = grouped(one("a", details={"windows": [SETTER]}), one("b", details=both), one("c", details=both))
    assert ids(groups) == [["a", "b", "c"]]
    assert "as far as it is known" in groups[0].why


def test_a_result_s_findings_have_their_cause_or_null() -> None:
    set_module = fake_scenario(name="type_attributes.set_module")
    journal = HandWritten(set_module, fake_scenario()).trial(set_module.name).progress()
    journal.finding(where="read_instance").ended().trial().progress().finding().ended()
    journal.add("later", signature="violation | order | fake.well | read", details={"windows": [SETTER]})
    found = {face.scenario: face.cause for face in pages.report(journal).findings}
    assert "type_set_module" in (found[set_module.name] or "")
    assert found["fake.well"] == SETTER


def test_what_one_campaign_found_out_goes_for_another() -> None:
    """Of two campaigns one has swept: the report on both tells the cause of what the other one saw."""
    seen = HandWritten(fake_scenario()).trial().progress().finding().ended()
    swept = HandWritten(fake_scenario(), kind="sweep", target=fake_target()).trial()
    window = Window("violation | order | read", 2, ("x (y.c:1)",), ("z (y.c:2)",), "f", ("g", "h"))
    pair = {"a": "store", "b": "read", "turns": 1, "warm": True, "bound": 1, "instructions": 9, "points": 4}
    swept.said("swept", scenario="fake.well", pair=pair | {"windows": [vars(window)]}).progress().ended()
    alone = pages.report(seen)
    assert alone.findings[0].cause is None
    both = pages.report(seen, swept)
    assert both.findings[0].cause == "f: between g and h"


def test_a_report_sorts_a_cause_with_its_gravest_face_first() -> None:
    mild = one("a", details={"windows": [SETTER]})
    grave = one("b", kind="crash", oracle="process", details={"windows": [SETTER]})
    made = found_in(mild, grave)
    (cause,) = made.causes
    assert [face.id[0] for face in cause.faces] == ["b", "a"] and cause.severity == "crash"


def test_what_was_found_out_of_the_same_finding_in_another_campaign_is_kept() -> None:
    plain, told = one("a"), one("a", details={"windows": [SETTER], "stderr": "its own"})
    shown = scenario(verdict="new", findings=(plain.id,))
    made = merge([campaign(result(shown, findings=(face,)), face.message) for face in (plain, told)])
    (cause,) = made.causes
    assert (cause.text, cause.faces[0].details) == (SETTER, {"windows": [SETTER]})


def test_entries_that_name_one_place_are_one_cause_and_a_face_without_a_place_has_that_before_it() -> None:
    listed = {issue.id: issue for issue in reversed(known.load())}
    doc, module = (
        replace(listed[id], where="f: g, then h", mend="m") for id in ("ftstress-0002", "ftstress-0001")
    )
    face = replace(module, title="another face", where="", scenario="type_attributes.first_*")
    elsewhere = replace(face, id="ftstress-0005", title="another cause")
    findings = [
        one("a", doc.scenario, known=doc.id),
        one(
            "b",
            "type_attributes.set_module",
            known=module.id,
            signature="violation | order | type_attributes.set_module | b",
        ),
        one("c", "type_attributes.first_line", known=face.id, oracle="own write"),
        one("d", "type_attributes.first_line", known=elsewhere.id, oracle="own write"),
    ]
    groups = causes(findings, lambda _: (), [doc, module, face, elsewhere])
    assert ids(groups) == [["a", "b", "c"], ["d"]]
    assert groups[0].text == "f: g, then h" and groups[0].known == (module.id, doc.id)
    assert groups[1].text == "ftstress-0005: another cause"

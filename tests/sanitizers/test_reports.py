"""What sanitizers write is cut into whole reports, read, and made findings, each pair of places once."""

from __future__ import annotations

import pytest

from harness.diagnosis.sanitizers.cut import LONGEST, LONGEST_LINE, Cutter
from harness.diagnosis.sanitizers.parse import UNKNOWN, Report, parse
from harness.diagnosis.sanitizers.told import AFTER_FATAL, MOST, Teller, finding
from harness.kernel.signature import signature
from harness.record.severity import UNCOUNTED, severity_of
from tests.sanitizers import samples

PLACES = ("Objects/boxobject.c:look_up", "Objects/boxobject.c:store_it")


def cut(text: str) -> list[str]:
    return Cutter().feed(text.encode())


def the_report(text: str) -> Report:
    (one,) = cut(text)
    report = parse(one)
    assert report is not None
    return report


def test_a_race_has_both_accesses_each_with_its_actor_and_the_target_s_own_function() -> None:
    report = the_report(samples.race())
    assert (report.tool, report.kind, report.places) == ("thread", "data race", PLACES)
    first, second = report.main
    assert (first.what, first.thread, str(first.where)) == (
        "write of size 8",
        "writer-0",
        "store_it (Objects/boxobject.c:120)",
    )
    # The frame that an atomic access is compiled into is the caller's, and a compiler's clone is the function.
    assert (second.what, second.thread, second.place) == ("atomic read of size 8", "reader-1", PLACES[0])
    assert [frame.function for frame in second.frames] == ["_Py_load_ptr", "look_up", "box_getattr"]
    assert report.location == "Location is heap block of size 64 at 0x… allocated by main thread"


def test_both_orders_of_a_race_are_one_and_addresses_lines_and_numbers_make_no_difference() -> None:
    other = samples.race(samples.LOAD, samples.STORE).replace("0x7fff", "0x7abc").replace(":120 ", ":121 ")
    assert the_report(other).places == PLACES
    assert len(Teller().findings([*cut(samples.race()), *cut(other)], "")) == 1


def test_what_is_shown_leaves_out_where_threads_were_made_and_keeps_who_they_are() -> None:
    text = the_report(samples.race()).text
    assert "Thread T1 'writer-0'" in text and "store_it" in text
    assert "pthread_create" not in text


def test_threads_without_a_name_keep_their_number() -> None:
    report = the_report(samples.race(names=("", "")))
    assert [stack.thread for stack in report.main] == ["T1", "T2"]


def test_a_stack_that_was_not_kept_is_unknown_and_the_other_is_told() -> None:
    report = the_report(samples.race(second=None))
    assert report.places == ("Objects/boxobject.c:store_it", UNKNOWN)


def test_half_a_race_is_told_at_the_end_and_only_where_no_whole_one_has_its_place() -> None:
    alone = samples.race([("alone", "Objects/alone.c", 1)], second=None)
    teller = Teller()
    (whole,) = teller.findings([*cut(samples.race(second=None)), *cut(alone), *cut(samples.race())], "")
    assert whole["where"] == " with ".join(PLACES)
    (half,) = teller.rest()
    assert half["where"] == f"Objects/alone.c:alone with {UNKNOWN}"


def test_where_only_the_runtime_and_headers_are_on_the_stack_the_innermost_stands_for_it() -> None:
    inner = [("memset", "../../../../src/libsanitizer/tsan/tsan_interceptors.cpp", 9)]
    (stack, _) = the_report(samples.race(first=inner)).main
    assert stack.where is not None and not stack.where.own


def test_memory_that_was_freed_is_told_of_with_who_uses_frees_and_made_it() -> None:
    report = the_report(samples.use_after_free())
    assert (report.tool, report.kind) == ("address", "heap-use-after-free")
    assert [(stack.what, stack.thread, stack.place) for stack in report.stacks] == [
        ("read of size 8", "T2", "Objects/boxobject.c:look_up"),
        ("freed", "T1", "Objects/boxobject.c:box_dealloc"),
        ("allocated", "T0", "Objects/boxobject.c:box_new"),
    ]
    told = finding(report)
    assert told["where"] == "Objects/boxobject.c:box_dealloc with Objects/boxobject.c:look_up"
    assert told["details"]["freed"] == "box_dealloc"
    assert severity_of(told["kind"], told["oracle"], told["details"]) == "memory that was freed is used"


def test_an_overflow_has_one_place() -> None:
    told = finding(the_report(samples.overflow()))
    assert (told["oracle"], told["where"]) == ("heap-buffer-overflow", "Objects/boxobject.c:store_it")
    assert severity_of(told["kind"], told["oracle"], told["details"]) == "crash"


def test_locks_in_two_orders_are_a_warning_of_both_places() -> None:
    told = finding(the_report(samples.inversion()))
    assert told["oracle"] == "lock-order-inversion (potential deadlock)"
    assert told["where"] == "Modules/_boxmodule.c:take_first with Modules/_boxmodule.c:take_second"
    assert severity_of(told["kind"], told["oracle"], told["details"]) == UNCOUNTED


def test_a_race_is_of_the_lowest_severity_and_what_it_is_called_is_its_signature() -> None:
    told = finding(the_report(samples.race()), pair="get+set")
    assert severity_of(told["kind"], told["oracle"], told["details"]) == UNCOUNTED
    assert signature("s.a", told) == f"sanitizer | data race | s.a | {PLACES[0]} with {PLACES[1]}"
    assert told["details"]["pair"] == "get+set"
    assert told["message"] == (
        "data race: write of size 8 in store_it (Objects/boxobject.c:120), writer-0;"
        " atomic read of size 8 in look_up (Objects/boxobject.c:88), reader-1"
    )
    of_freed = finding(the_report(samples.race(kind="heap-use-after-free")))
    assert (
        severity_of("sanitizer", of_freed["oracle"], of_freed["details"]) == "memory that was freed is used"
    )


def test_what_follows_a_fatal_error_is_another_finding_and_says_so() -> None:
    dump = [
        ("dump_frame", "Python/traceback.c", 9),
        ("faulthandler_fatal_error", "Modules/faulthandler.c", 7),
    ]
    teller = Teller()
    before, dumping, after = teller.findings(
        [*cut(samples.race()), *cut(samples.race(first=dump)), *cut(samples.race())], ""
    )
    assert "fatal" not in before["details"]
    assert dumping["details"]["fatal"] == after["details"]["fatal"] == AFTER_FATAL
    assert signature("s.a", after) == f"{signature('s.a', before)} | {AFTER_FATAL}"


def test_a_child_s_findings_are_bounded_and_its_reports_counted() -> None:
    teller = Teller()
    texts = [one for n in range(MOST + 9) for one in cut(samples.race([(f"store_{n}", "Objects/a.c", 1)]))]
    assert len(teller.findings(texts + texts, "")) == MOST
    assert teller.total == 2 * (MOST + 9)


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_it_is_cut_the_same_however_it_comes(size: int) -> None:
    text = f"noise\n{samples.race()}{samples.use_after_free()}ThreadSanitizer: reported 1 warnings\n".encode()
    cutter = Cutter()
    found = [one for at in range(0, len(text), size) for one in cutter.feed(text[at : at + size])]
    assert found == cut(text.decode())
    assert len(found) == 2 and cutter.total == len(text)


def test_half_a_report_is_none() -> None:
    half = samples.race().partition("SUMMARY")[0]
    cutter = Cutter()
    assert len(cutter.feed((half + samples.race() + half).encode())) == 1
    cutter.finish()
    assert cutter.feed(samples.race().partition("SUMMARY")[1].encode()) == []


@pytest.mark.parametrize(
    "words", ["ThreadSanitizer: CHECK failed: a.cpp:7", "FATAL: ThreadSanitizer: unexpected memory mapping"]
)
def test_the_last_words_of_a_runtime_are_kept(words: str) -> None:
    cutter = Cutter()
    assert cutter.feed(f"{words}\n".encode()) == [] and cutter.died == words
    cutter = Cutter()
    cutter.feed(words.encode())
    cutter.finish()
    assert cutter.died == words


def test_a_report_without_end_and_a_line_without_end_are_held_in_part() -> None:
    cutter = Cutter()
    begin, end = "WARNING: ThreadSanitizer: data race (pid=1)\n", "SUMMARY: ThreadSanitizer: data race\n"
    cutter.feed(begin.encode())
    for _ in range(100):
        assert cutter.feed(b"    #0 f Objects/a.c:1 (m+0x1)\n" * 1000 + b"x" * 10 * LONGEST_LINE) == []
        assert len(cutter._rest) <= LONGEST_LINE
    (report,) = cutter.feed(b"\n" + end.encode())
    assert len(report) <= LONGEST + LONGEST_LINE
    assert report.endswith(end.strip())


def test_how_often_a_suppression_was_used_is_counted() -> None:
    cutter = Cutter()
    cutter.feed(b"ThreadSanitizer: Matched 2 suppressions (pid=7):\n7 race_top:store_it\n2 race_top:look_*\n")
    cutter.feed(b"ThreadSanitizer: Matched 1 suppressions (pid=8):\n3 race_top:store_it\n")
    assert cutter.matched == {"race_top:store_it": 10, "race_top:look_*": 2}


@pytest.mark.parametrize("text", ["", "nothing", "==================", "SUMMARY: ThreadSanitizer: x"])
def test_what_is_no_report_is_none(text: str) -> None:
    assert parse(text) is None
    assert cut(text + "\n") == []

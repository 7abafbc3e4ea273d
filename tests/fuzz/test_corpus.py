"""What later runs start from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.campaign import corpus
from tests.campaign.fakes import fake_scenario

ONE, OTHER = "0.append+0.pop@lists.list*0", "0.get+1.pop@dicts.dict*0;mine.own*1"


def test_what_is_kept_is_read_again_once_and_without_what_is_no_program(tmp_path: Path) -> None:
    file = tmp_path / "cache" / "programs.txt"
    assert corpus.read(file) == []
    corpus.add(file, [ONE, OTHER])
    corpus.add(file, [ONE])
    file.write_text(file.read_text() + "half a line, of another version\n")
    assert corpus.read(file) == [ONE, OTHER]


def test_of_many_the_last_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "programs.txt"
    corpus.add(file, [f"0.append+0.pop@lists.list*{number}" for number in range(corpus.MOST + 5)])
    assert corpus.read(file)[0].endswith("*5") and len(corpus.read(file)) == corpus.MOST


def test_runs_that_end_at_the_same_time_lose_none(tmp_path: Path) -> None:
    file = tmp_path / "programs.txt"
    programs = [f"0.append+0.pop@lists.list*{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as runs:
        list(runs.map(lambda one: corpus.add(file, [one]), programs))
    assert sorted(corpus.read(file)) == sorted(programs)


def test_a_program_is_raced_where_all_its_subjects_are() -> None:
    some = [
        fake_scenario(name="pairs.list", file="lists.py", pairs=("append+append", "pop+pop")),
        fake_scenario(name="pairs.dict", file="dicts.py", pairs=("get+get",)),
    ]
    assert list(map(str, corpus.usable([ONE, OTHER], some))) == [ONE]
    own = fake_scenario(name="pairs.own", file="/somewhere/mine.py", pairs=("pop+pop",))
    assert list(map(str, corpus.usable([ONE, OTHER], [*some, own]))) == [ONE, OTHER]


def test_a_program_is_not_raced_where_an_operation_or_a_place_of_it_is_not() -> None:
    some = [fake_scenario(name="pairs.list", file="lists.py", pairs=("append+append", "pop+pop"))]
    for there in (ONE, "0:new,0:hold:0,0:eq:0+:repr,0.pop:0@lists.list*1>cell"):
        assert list(map(str, corpus.usable([there], some))) == [there]
    for gone in ("0.append+0.resize", "0:old", "0:new:0", "0:hold", ":new", ".append"):
        assert corpus.usable([f"{gone}@lists.list*0"], some) == [], gone
    assert corpus.usable([f"{ONE}>hat"], some) == []


def test_a_file_that_is_no_text_has_no_programs(tmp_path: Path) -> None:
    file = tmp_path / "programs.txt"
    file.write_bytes(b"\xff\xfe\n" + ONE.encode())
    assert corpus.read(file) == [ONE]

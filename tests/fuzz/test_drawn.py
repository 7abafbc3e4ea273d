"""Which programs are drawn, and what is left of one that is made smaller."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.campaign.drawn import OFTEN, OPERATIONS, THREADS, Deadly, Drawer, why_apart
from harness.campaign.select import ScenarioInfo
from harness.campaign.smaller import candidates, finer, first_chunk
from harness.kernel.known import KnownIssue, in_program
from harness.kernel.pairs.places import PLACES
from harness.kernel.pairs.program import DROP, HOLD, NEW, Program, as_pair, is_program, pairs_in, parse
from harness.kernel.pairs.subject import PROCESS, VALUES, load_subjects, pairs_of, steps
from harness.kernel.pairs.world import World
from harness.kernel.scenario import ScenarioError
from harness.kernel.suite import subject_files
from tests.campaign.fakes import fake_scenario, fake_target

FILES = {path.stem: str(path) for path in subject_files()}
TEXT = "0.append,1:new,1.next:0+0.pop,:repr,0:hold:1@lists.list*1>cell>dict;generators.generator_of_strings*0"


def subject(stem: str, name: str) -> ScenarioInfo:
    """A subject of the catalogue, as a target describes it."""
    from harness.kernel.pairs.subject import find_subject

    writing, reading = pairs_of(steps(find_subject(FILES[stem], name)))
    return fake_scenario(name=name, file=FILES[stem], pairs=(*writing, *reading), writing_pairs=len(writing))


def drawer(*issues: KnownIssue) -> Drawer:
    some = [subject("lists", "pairs.list"), subject("dicts", "pairs.dict"), subject("sets", "pairs.set")]
    return Drawer(some, Deadly(issues, fake_target()))


def issue(signature: str) -> KnownIssue:
    return KnownIssue("gh-1", "It dies.", "pairs.list", signature, False, "always", proof="gh-1.py")


def programs(seed: int, drawn: Drawer) -> list[Program]:
    draw = random.Random(seed)
    some = [drawn.program(drawn.subjects[0], draw) for _ in range(200)]
    return [one for one in some if one]


def test_the_same_seed_draws_the_same_programs_and_another_one_others() -> None:
    assert programs(1, drawer()) == programs(1, drawer()) != programs(2, drawer())


def test_a_program_is_what_its_text_says() -> None:
    assert str(parse(TEXT)) == TEXT
    for one in programs(3, drawer()):
        assert parse(str(one)) == one and is_program(str(one))


def test_programs_are_as_long_and_as_many_threads_as_is_said_and_have_their_subject() -> None:
    seen = programs(4, drawer())
    least, most = OPERATIONS
    assert all(least <= one.length <= most for one in seen)
    assert {len(one.threads) for one in seen} == {*THREADS}
    assert all(one.members[0].name == "pairs.list" for one in seen)
    assert all(count <= OFTEN for one in seen for count in Counter(sum(one.threads, ())).values())
    assert {place for one in seen for member in one.members for place in member.places} == {*PLACES}


def test_what_is_known_to_be_deadly_is_not_put_beside_each_other() -> None:
    without, drawn = drawer(), drawer(issue("crash of append+pop|clear"))
    deadly = {frozenset(("append", "pop")), frozenset(("append", "clear"))}

    def has_it(program: Program) -> bool:
        found = {frozenset(pair.split("+")) for name, pair in pairs_in(str(program)) if name == "pairs.list"}
        return bool(found & deadly)

    assert any(map(has_it, programs(5, without)))
    assert not any(map(has_it, programs(5, drawn)))


def test_a_finding_of_a_program_is_known_by_a_pair_in_it() -> None:
    known = issue("crash of append+pop|clear")
    world = "lists.list*0;lists.list*0"
    assert known.matches("pairs.set", f"crash | process | pairs.set | 0.append,1.len+0.copy,0.pop@{world}")
    for other in (f"0.append,0.pop+0.copy@{world}", f"0.append+1.pop@{world}", f"0.append+0:new@{world}"):
        assert not known.matches("pairs.list", f"crash | process | pairs.list | {other}")
    assert not known.matches("pairs.list", f"hang | process | pairs.list | 0.append+0.pop@{world}")
    alone = issue("crash of append+*")
    assert alone.matches("pairs.list", f"crash | process | pairs.list | 0.append@{world}")
    anyhow = issue("crash of *+*")
    assert anyhow.matches("pairs.list", f"crash | process | pairs.list | :repr@{world}")
    assert not programs(6, drawer(anyhow))
    assert ("pairs.list", "crash | process | pairs.list | append+?") in in_program(
        f"crash | process | pairs.list | 0.append@{world}"
    )


def test_what_is_done_to_a_place_is_known_by_the_pair_of_what_is_such_a_place() -> None:
    known = KnownIssue(
        "gh-1", "It dies.", "pairs.error", "crash of store_args+*", False, "always", proof="gh-1.py"
    )

    def looks(program: str) -> bool:
        return known.matches("pairs.mine", f"crash | process | pairs.mine | {program}")

    for program in ("0.len+0:new", "0:hold:1+1:extend:0", ":repr+0:drop"):
        assert looks(f"{program}@lists.list*0>cell>exception;lists.list*0")
    for program, world in (
        ("0.len+0:new", "lists.list*0>exception>cell"),
        ("0.len,0:new", "lists.list*0>exception"),
        ("0.len+1:new", "lists.list*0>exception;lists.list*0"),
        ("0.len+1:hold:0", "lists.list*0>exception;lists.list*0>dict"),
    ):
        assert not looks(f"{program}@{world}")


def test_what_is_known_to_be_deadly_is_not_done_to_a_place() -> None:
    known = KnownIssue(
        "gh-1", "It dies.", "pairs.deque", "crash of clear+*", False, "always", proof="gh-1.py"
    )

    def done_in(place: str, drawn: Drawer) -> set[str]:
        return {
            one.name
            for program in programs(8, drawn)
            for thread in program.threads
            for one in thread
            if one.own and one.member is not None and program.members[one.member].places[-1:] == (place,)
        } & {NEW, HOLD, DROP}

    assert done_in("deque", drawer()) == done_in("list", drawer(known)) == {NEW, HOLD, DROP}
    assert done_in("deque", drawer(known)) == {NEW, HOLD}


def test_a_place_has_the_operations_that_it_says() -> None:
    for place in PLACES.values():
        of = next(
            steps(found[place.subject])
            for found in map(load_subjects, FILES.values())
            if place.subject in found
        )
        assert {place.gets, place.puts, place.drops} <= {*of}


def test_what_is_left_of_one_object_is_the_pair_of_that_name() -> None:
    assert as_pair(parse("0.append+0.pop@lists.list*1")) == "append+pop"
    assert as_pair(parse("0.append@lists.list*1")) == "append+append"
    for more in (
        "0.append,0.pop+0.pop@lists.list*1",
        "0.append+1.pop@lists.list*1;lists.list*0",
        "0.append+0.pop@lists.list*1>cell",
        "0.append+0.pop:0@lists.list*1",
        "0.append+0:new@lists.list*1",
    ):
        assert as_pair(parse(more)) is None, more


def shrunk(text: str, shows: Callable[[str], bool]) -> str:
    """What is left when each candidate that shows it is taken."""
    chunk = first_chunk(text)
    while chunk >= 0:
        smaller = next(filter(shows, candidates(text, chunk)), None)
        text, chunk = (smaller, chunk) if smaller else (text, finer(chunk))
    return text


def test_a_program_is_made_as_small_as_what_it_shows_permits() -> None:
    def shows(text: str) -> bool:
        one, _, other = text.partition("@")[0].partition("+")
        return ".append" in one and ".pop" in other

    assert shrunk(TEXT, shows) == "0.append+0.pop@lists.list*0"
    assert shrunk(TEXT, lambda text: ":repr" in text) == ":repr@lists.list*0"
    assert shrunk(TEXT, lambda text: "1:new" in text or "0:new" in text) == (
        "0:new@generators.generator_of_strings*0"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.append+0.fly@lists.list*0", "lists.list has no operation named fly"),
        ("0.append+0.pop@lists.nothing*0", "holds no subject named pairs.nothing"),
        ("0.append+0.pop@lists.list*0>hat", "there is no place named hat"),
    ],
)
def test_a_world_that_cannot_be_made_is_told(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        World(parse(text), FILES["lists"])


@pytest.mark.parametrize(
    "text", ["append+pop", "0.append+1.pop@lists.list*0", "0!a@lists.list*0", "0.a@list"]
)
def test_what_is_no_program_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no |has not"):
        parse(text)


def test_each_place_is_made_read_stored_into_and_emptied() -> None:
    for outer in PLACES:
        for inner in PLACES:
            if "frame" in (outer, inner) and sys.version_info < (3, 13):
                continue  # what is stored into f_locals is lost there
            world = World(parse(f"0.append,0:new,0:drop@lists.list*0>{outer}>{inner}"), FILES["lists"])
            o = world.fresh(0)
            assert world.left(o) == [["x0", "x1", "x2"]]
            world.declared["0.append"].do(o, "a1")
            assert world.left(o) == [["x0", "x1", "x2", "a1"]]
            world.declared["0:new"].do(o, "a1")
            assert world.left(o) == [["x0", "x1", "x2"]] and not world.wrong(o)
            world.declared["0:drop"].do(o, "a1")
            assert world.left(o) == [None] and not world.wrong(o)


def test_the_world_promises_no_more_of_an_object_than_its_subject_does() -> None:
    for subject_, most in (("lists.list", VALUES), ("mappings.ordered_dict_nosy", PROCESS)):
        world = World(parse(f"0:new,0:drop@{subject_}*0"), FILES[subject_.partition(".")[0]])
        assert [one.promise for one in world.declared.values()] == [most, most]


def test_what_is_the_whole_process_s_is_in_no_program() -> None:
    assert why_apart(fake_scenario(name="pairs.lock", file=FILES["locks"]))
    assert why_apart(fake_scenario(name="pairs.codec_registry", file=FILES["codings"]))
    assert why_apart(fake_scenario(name="pairs.list", file=FILES["lists"])) is None
    assert not any(why_apart(fake_scenario(name="pairs.mine", file=str(Path("mine.py")))) for _ in "x")

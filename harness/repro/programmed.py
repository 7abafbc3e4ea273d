"""A finding of a random program as one program of its own: the same world, and the same operations on it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import ClassVar

from harness.campaign.again import Again
from harness.kernel.levers import is_filled
from harness.kernel.pairs.program import Operation, parse
from harness.kernel.pairs.race import IN_TURN
from harness.kernel.pairs.subject import Subject, steps
from harness.kernel.pairs.world import HELPERS, World, got, made, source
from harness.kernel.pairs.world import MODULES as WORLDS
from harness.record.result import Finding
from harness.repro import plain
from harness.repro.bundle import Bundle, NotScriptable
from harness.repro.racing import MODULES, PERMITTED, STRUCTURE, Question, Writer, shortest
from harness.repro.subject_parts import RESERVED, Parts, given_by

LINES = 40
"""What a script of a program is set closely to fit into."""
LOOKED = """
for o, look in itertools.product(objects, LOOKS):
    with contextlib.suppress(BaseException):
        look(o, '')
"""
WRONG = replace(
    STRUCTURE,
    before="""
def found(o, look, wrong):
    with contextlib.suppress(BaseException):
        return wrong(look(o))
""",
    odd="odd := {found(o, *check) for o in objects for check in CHECKS} - {'', None}",
)
"""An object that is gone is not asked, and one that cannot be looked at says nothing."""
NAMES = ("found", "look", "LOOKS", "CHECKS", *HELPERS)
"""What else goes by these names in a script."""
APART = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)
"""What is in one of these is taken later, more than once, or never."""


def program_script(finding: Finding, again: Again, header: str, watched: bool, seconds: int) -> str:
    """The program's source; ``watched``: it looks in a child. Raises NotScriptable, or ScenarioError."""
    if "alone" in finding.details:
        raise NotScriptable("what it broke is seen by operations that it has not")
    world = World(parse(again.pairs[0]), again.scenario.file)
    fills = is_filled(again.knobs)
    texts = (_Writer(finding, world, seconds, watched, looks).text(header, fills) for looks in (True, False))
    return shortest(texts, LINES)


class _Writer(Writer[Operation]):
    """Of a program: all is done to a world, a list of what its objects are kept in."""

    lines = LINES
    letters = IN_TURN
    modules = tuple(dict.fromkeys((*MODULES, *WORLDS)))
    turns = ""  # what doubles doubles as often as the program says
    words: ClassVar[dict[str, str]] = {
        "TOLD": "me, v, do",
        "WHO": "me",
        "WHOSE": "(me, v)",
        "SORTED": "sorted(given, key=lambda one: one[0])",
        "OWNER": "one[0]",
    }

    def __init__(self, finding: Finding, world: World, seconds: int, watched: bool, looks: bool) -> None:
        self.world, self.program = world, world.program
        bundle = Bundle(unbound=True, taken={*RESERVED, *NAMES})
        made_alike: dict[tuple[type[Subject], int], Parts] = {}
        of_subject: dict[type[Subject], Parts] = {}
        self.makers: list[Parts] = []
        """What makes each object; two that are made alike have one."""
        self.parts: list[Parts] = []
        """What asks each object; two of one subject have one."""
        for number, one in enumerate(world.found):
            kind = type(one)
            maker = made_alike.setdefault((kind, world.size_of(number)), Parts(kind, bundle, f"_{number}"))
            self.makers.append(maker)
            self.parts.append(of_subject.setdefault(kind, maker))
        self.fresh: dict[str, ast.expr] = {}
        """What makes an object, by what the world calls it."""
        self.own: dict[str, ast.stmt] = {}
        """How the world is made and looked at, by name."""
        super().__init__(finding, self.program.threads, bundle, seconds, watched, looks)

    def asked(self) -> Question:
        question = super().asked()
        return WRONG if question is STRUCTURE else question

    def prepare(self) -> None:
        for number, maker in enumerate(self.makers):
            name = maker.method("fresh", size=self.world.size_of(number))
            self.fresh[f"fresh_{number}"] = ast.Name(name, ast.Load())
        world = made(self.program)
        self.own = {name: ast.parse(text).body[0] for name, text in HELPERS.items() if f"{name}(" in world}
        self.own["fresh"] = self._of_world(world.replace("size=0", ""))

    def operation(self, one: Operation, short: bool) -> ast.expr:
        parts = self.parts[one.member or 0]
        if one.own:
            tree = self._of_world(source(self.program, one, _name(one)))
        else:
            assert one.member is not None
            tree = parts.tree(steps(parts.subject)[one.name])
            tree.name = _name(one)
            other = None if one.other is None else got(self.program, one.other)
            _put(tree, got(self.program, one.member), other)
        return parts.said(tree, self.world.declared[str(one)], short)

    def is_text(self, one: Operation) -> bool:
        return self.world.declared[str(one)].text

    def look(self) -> str:
        return LOOKED

    def definitions(self) -> list[ast.stmt]:
        functions = [one.functions for one in dict.fromkeys(self.makers)]
        return [*self.bundle.definitions, *chain(*functions), *self.own.values()]

    def told(self, me: int, value: str) -> str:
        return f"{me}, {value!r}" if self.question.did else repr(value)

    def there(self, word: str) -> str:
        if word == "LEFT":
            looked = f"did(o, 0, '', look){'' if self.question is PERMITTED else '[1]'}"
            return f"[{looked} for look in {self.there('LOOKS')}]"
        if word in ("LOOKS", "CHECKS") and word not in self.own:
            told = self._looks() if word == "LOOKS" else self._checks()
            self.own[word] = ast.parse(f"{word} = [{', '.join(told)}]").body[0]
        return super().there(word)

    def _looks(self) -> Iterator[str]:
        """What looks at what is left of each object."""
        for number, parts in enumerate(self.parts):
            it = got(self.program, number)
            if parts.subject.left is not Subject.left:
                it = f"{parts.method('left')}({it})"
            yield f"lambda o, v: {it}"

    def _checks(self) -> Iterator[str]:
        """What each object is kept in, and what finds in it what does not agree with itself."""
        for number, parts in enumerate(self.parts):
            if parts.subject.wrong is not Subject.wrong:
                yield f"(lambda o: {got(self.program, number)}, {parts.method('wrong')})"

    def _of_world(self, text: str) -> ast.FunctionDef:
        tree = plain.replaced_in(ast.parse(text).body[0], self.fresh)
        assert isinstance(tree, ast.FunctionDef)
        return tree


def _name(operation: Operation) -> str:
    """What an operation is called in a script."""
    member = "all" if operation.member is None else operation.member
    other = "" if operation.other is None else f"_{operation.other}"
    return f"{operation.name}_{member}{other}"


def _put(function: ast.FunctionDef, it: str, given: str | None) -> None:
    """Have an operation of an object take a world: ``it`` is where the object is, and ``given`` what it is given."""
    o, v = [one.arg for one in function.args.args]
    places = {o: it} | ({v: given} if given else {})
    taken = {name: plain.expression(place, o=ast.Name(o, ast.Load())) for name, place in places.items()}
    value = given_by(function)
    if value is not None and all(_is_taken_once(value, name) for name in taken):
        (last,) = function.body
        assert isinstance(last, (ast.Expr, ast.Return))
        last.value = plain.replaced(value, taken)
    else:
        names = ", ".join(taken)
        function.body[:0] = ast.parse(f"{names} = {', '.join(map(ast.unparse, taken.values()))}").body


def _is_taken_once(value: ast.expr, name: str) -> bool:
    """Whether an expression takes a name once, whatever happens."""

    def uses(node: ast.expr) -> int:
        return sum(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))

    return uses(value) == 1 and not any(isinstance(one, APART) and uses(one) for one in ast.walk(value))

"""csv, re, string: what takes texts apart and puts them together."""

from __future__ import annotations

import copy
import csv
import itertools
import pickle
import re
import string
from collections.abc import Iterator
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, arm, fresh_strings, nosy, refuse, step

ITERATORS = "Python support for free threading, Iterators"
"""From an iterator that threads share, what comes may come twice or not at all."""


class CsvReader(Attributes):
    """A csv reader over lines, with what it has of a row kept in it."""

    said = ITERATORS
    sizes = (3, 1)

    def fresh(self, size: int) -> Any:
        return csv.reader([f'{one},"{one}"\n' for one in fresh_strings(size)])

    def left(self, o: Any) -> Any:
        return list(o)

    @step(writes=True, may_raise=(StopIteration,))
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(writes=True)
    def drain(o: Any, v: str) -> Any:
        return list(o)

    @step()
    def line_num(o: Any, v: str) -> Any:
        return o.line_num < 9

    @step()
    def dialect(o: Any, v: str) -> Any:
        return o.dialect.delimiter

    @step()
    def iter_(o: Any, v: str) -> Any:
        return iter(o) is o


class CsvQuotedReader(CsvReader):
    """A csv reader over rows that go on for several lines."""

    def fresh(self, size: int) -> Any:
        return csv.reader(
            [f'"{one}\n' if at % 2 else f'{one}"\n' for at, one in enumerate(fresh_strings(size))]
        )


class CsvReaderNosy(CsvReader):
    """A csv reader whose lines ask it for the next row."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        def lines() -> Iterator[str]:
            for one in fresh_strings(size):
                yield f"{one},'{one}"
                next(reader, None)
                yield f"{one}'\n"

        reader = csv.reader(lines(), quotechar="'")
        return reader


class CsvDictReader(Subject):
    """A DictReader, which takes its names from the first row that is asked for."""

    said = ITERATORS

    def fresh(self, size: int) -> Any:
        return csv.DictReader([f"{one},{one}\n" for one in fresh_strings(size)])

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(PROCESS, writes=True)
    def fieldnames(o: Any, v: str) -> Any:
        return o.fieldnames

    @step(PROCESS, writes=True)
    def drain(o: Any, v: str) -> Any:
        return list(o)


class _Lines:
    """What a csv writer writes to."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.write = self.lines.append


class CsvWriter(Attributes):
    """A csv writer, with what it has of a row kept in it."""

    def fresh(self, size: int) -> Any:
        lines = _Lines()
        return lines, csv.writer(lines, lineterminator="")

    def left(self, o: Any) -> Any:
        return o[0].lines

    @step(writes=True)
    def writerow(o: Any, v: str) -> Any:
        o[1].writerow([v, v, 1, None])

    @step(writes=True)
    def writerow_long(o: Any, v: str) -> Any:
        o[1].writerow([v * 2000, v])

    @step(writes=True)
    def writerow_quoted(o: Any, v: str) -> Any:
        o[1].writerow([v + ',"', v])

    @step(writes=True)
    def writerows(o: Any, v: str) -> Any:
        o[1].writerows([[v, v], [v]])

    @step(PROCESS, writes=True)
    def dict_writer(o: Any, v: str) -> Any:
        csv.DictWriter(o[0], ["x0", v]).writerow({v: v})

    @step(PROCESS, writes=True)
    def writerow_asked(o: Any, v: str) -> Any:
        """Of values that have the writer write another row when they are asked for their text."""
        values = nosy(o[1], 3, (lambda writer: writer.writerow(["m", "m"]), refuse))
        arm(values)
        o[1].writerow(values)

    @step()
    def dialect(o: Any, v: str) -> Any:
        return o[1].dialect.quotechar

    @step()
    def lines(o: Any, v: str) -> Any:
        return len(o[0].lines.copy()) < 9


NAMES = itertools.count()


class CsvDialect(Subject):
    """A dialect's name in the registry that all share."""

    def fresh(self, size: int) -> Any:
        return f"dialect{next(NAMES)}"

    def left(self, o: Any) -> Any:
        left = o in csv.list_dialects()
        if left:
            csv.unregister_dialect(o)
        return left

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        csv.register_dialect(o, delimiter=v[1])

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        csv.unregister_dialect(o)

    @step()
    def get(o: Any, v: str) -> Any:
        return csv.get_dialect(o).lineterminator

    @step()
    def list_(o: Any, v: str) -> Any:
        return o in csv.list_dialects()

    @step()
    def reader(o: Any, v: str) -> Any:
        return next(csv.reader([v], o))

    @step()
    def subclass(o: Any, v: str) -> Any:
        return csv.get_dialect("excel").delimiter

    @step(writes=True)
    def field_size_limit(o: Any, v: str) -> Any:
        return csv.field_size_limit(131072)


class Pattern(Attributes):
    """A compiled pattern, which never changes."""

    left_out: ClassVar[dict[str, str]] = {"__class_getitem__": "a class's, not a pattern's"}

    def fresh(self, size: int) -> Any:
        return re.compile(r"(?P<letter>[a-x])(?P<digit>\d)|(?P<other>-)")

    def left(self, o: Any) -> Any:
        return None

    @step()
    def match(o: Any, v: str) -> Any:
        return o.match(v).group()

    @step()
    def prefixmatch(o: Any, v: str) -> Any:
        """Since 3.15."""
        return o.prefixmatch(v).group()

    @step()
    def search(o: Any, v: str) -> Any:
        return o.search("-" + v, 1).group(0)

    @step()
    def fullmatch(o: Any, v: str) -> Any:
        return o.fullmatch(v)[0]

    @step()
    def findall(o: Any, v: str) -> Any:
        return o.findall(v) == [(v[0], v[1], "")]

    @step()
    def finditer(o: Any, v: str) -> Any:
        return [one.group() for one in o.finditer(v + v)]

    @step()
    def split(o: Any, v: str) -> Any:
        return len(o.split(v + "," + v))

    @step()
    def sub(o: Any, v: str) -> Any:
        return o.sub(r"\g<letter>\2", v)

    @step()
    def sub_callback(o: Any, v: str) -> Any:
        return o.sub(lambda match: match.group(), v)

    @step()
    def sub_nested(o: Any, v: str) -> Any:
        return o.sub(lambda match: o.sub(r"\1\2", v), "x0")

    @step()
    def subn(o: Any, v: str) -> Any:
        return o.subn("-", v)[1]

    @step()
    def members(o: Any, v: str) -> Any:
        return o.flags, o.groups, dict(o.groupindex) == {"letter": 1, "digit": 2, "other": 3}, len(o.pattern)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, pickle.loads(pickle.dumps(o)) == o

    @step()
    def equal(o: Any, v: str) -> Any:
        return o == re.compile("x"), hash(o) == hash(o), len(repr(o)) > 9

    @step()
    def scanner(o: Any, v: str) -> Any:
        return o.scanner(v).search().group()

    @step(writes=True)
    def purge(o: Any, v: str) -> Any:
        re.purge()

    @step()
    def module_match(o: Any, v: str) -> Any:
        return re.match(r"[a-x]\d", v).group()  # type: ignore[union-attr]

    @step()
    def module_sub(o: Any, v: str) -> Any:
        return re.sub(r"([a-x])(\d)", r"\1\2", v)

    @step()
    def compile_(o: Any, v: str) -> Any:
        return re.compile(v + "?").fullmatch(v).group()  # type: ignore[union-attr]


class Match(Attributes):
    """A match, which makes its regs when they are first asked for."""

    left_out: ClassVar[dict[str, str]] = {"__class_getitem__": "a class's, not a match's"}

    def fresh(self, size: int) -> Any:
        return re.match(r"(?P<first>x\d)(?P<second>x\d)(-)?", "".join(fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return list(o.regs)

    @step()
    def regs(o: Any, v: str) -> Any:
        return o.regs

    @step()
    def group(o: Any, v: str) -> Any:
        return o.group(1, "second", 3)

    @step()
    def item(o: Any, v: str) -> Any:
        return o["first"]

    @step()
    def groups(o: Any, v: str) -> Any:
        return o.groups(v)

    @step()
    def groupdict(o: Any, v: str) -> Any:
        return list(o.groupdict().values())

    @step()
    def expand(o: Any, v: str) -> Any:
        return o.expand(r"\g<second>")

    @step()
    def places(o: Any, v: str) -> Any:
        return o.start(), o.end(1), o.span("second"), o.pos, o.endpos, o.lastindex

    @step()
    def last(o: Any, v: str) -> Any:
        return o.lastgroup == "second", o.re.groups, len(o.string)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o).group(1), copy.deepcopy(o).group(2), len(repr(o)) > 9


class Scanner(Attributes):
    """A scanner: the next match at each call. Whoever comes while another calls is told so."""

    said = ITERATORS
    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return re.compile(r"x\d").scanner(  # type: ignore[attr-defined]
            "".join(fresh_strings(size))
        )

    def left(self, o: Any) -> Any:
        found = o.search()
        return found and found.group()

    @step(writes=True, may_raise=(ValueError,))
    def match(o: Any, v: str) -> Any:
        found = o.match()
        return found and found.group()

    @step(writes=True, may_raise=(ValueError,))
    def prefixmatch(o: Any, v: str) -> Any:
        """Since 3.15."""
        found = o.prefixmatch()
        return found and found.group()

    @step(writes=True, may_raise=(ValueError,))
    def search(o: Any, v: str) -> Any:
        found = o.search()
        return found and found.group()

    @step()
    def pattern(o: Any, v: str) -> Any:
        return o.pattern.groups


class FindIterator(Subject):
    """What finditer gives. Whoever comes while another calls is told so."""

    said = ITERATORS
    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return re.finditer(r"x\d", "".join(fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return [one.group() for one in o]

    @step(writes=True, may_raise=(ValueError, StopIteration))
    def next_(o: Any, v: str) -> Any:
        return next(o).group()

    @step(writes=True, may_raise=(ValueError,))
    def drain(o: Any, v: str) -> Any:
        return [one.group() for one in o]


class Template(Subject):
    """A template, and the dict that it is filled from."""

    def fresh(self, size: int) -> Any:
        return string.Template("$one"), {"one": fresh_strings(size)[0]}

    @step()
    def substitute(o: Any, v: str) -> Any:
        return o[0].substitute(o[1])

    @step()
    def substitute_keyword(o: Any, v: str) -> Any:
        return o[0].substitute(one=v)

    @step(text=True)
    def safe_substitute(o: Any, v: str) -> Any:
        return o[0].safe_substitute(o[1])

    @step(text=True)
    def identifiers(o: Any, v: str) -> Any:
        return o[0].get_identifiers(), o[0].is_valid(), o[0].template

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[1]["one"] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1]["one"]

    @step(writes=True)
    def template(o: Any, v: str) -> Any:
        o[0].template = v

    def left(self, o: Any) -> Any:
        return o[1].get("one")


if hasattr(string, "_TemplatePattern"):

    class TemplateClass(Subject):
        """A class of templates: the pattern that they are taken apart with is made when it is first asked for."""

        def fresh(self, size: int) -> Any:
            cls: Any = type("Fresh", (string.Template,), {"delimiter": "%"})
            cls.pattern = string._TemplatePattern  # type: ignore[attr-defined]  # as string.Template begins
            return cls

        def left(self, o: Any) -> Any:
            return o("%x0").substitute(x0="x0")

        @step(writes=True)
        def substitute(o: Any, v: str) -> Any:
            return o("%one").substitute(one=v)

        @step(writes=True)
        def safe_substitute(o: Any, v: str) -> Any:
            return o("%one").safe_substitute({"one": v})

        @step(writes=True)
        def is_valid(o: Any, v: str) -> Any:
            return o("%one").is_valid(), len(o("%one").get_identifiers())

        @step(writes=True)
        def pattern(o: Any, v: str) -> Any:
            return o.pattern.groups

        @step(writes=True)
        def subclass(o: Any, v: str) -> Any:
            return type("Sub", (o,), {"idpattern": "[a-z]"})("%a").substitute(a=v)


class Formatter(Subject):
    """A formatter, and the dict and the list that it formats."""

    def fresh(self, size: int) -> Any:
        return string.Formatter(), {"x0": fresh_strings(1)[0]}, fresh_strings(size)

    def left(self, o: Any) -> Any:
        return o[1], o[2]

    @step()
    def format_(o: Any, v: str) -> Any:
        return o[0].format("{0:>2}", v)

    @step()
    def vformat(o: Any, v: str) -> Any:
        return o[0].vformat("{x0}", (), o[1])

    @step()
    def vformat_item(o: Any, v: str) -> Any:
        return o[0].vformat("{0[0]}", (o[2],), {})

    @step()
    def str_format(o: Any, v: str) -> Any:
        return f"{o[2][0]}"

    @step()
    def str_format_map(o: Any, v: str) -> Any:
        return "{x0}".format_map(o[1])

    @step()
    def percent(o: Any, v: str) -> Any:
        return "%(x0)s" % o[1]  # noqa: UP031  # the operation under test

    @step()
    def f_string(o: Any, v: str) -> Any:
        return f"{o[2][0]!s:2}"

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[1]["x0"] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1]["x0"]

    @step(writes=True)
    def store_item(o: Any, v: str) -> Any:
        o[2][0] = v

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[2].clear()


class FormatParser(Subject):
    """What a format string is taken apart with, one field at each call."""

    said = ITERATORS
    sizes = (3, 1)

    def fresh(self, size: int) -> Any:
        return string.Formatter().parse("".join("{" + one + "}" for one in fresh_strings(size)))

    def left(self, o: Any) -> Any:
        return [one[1] for one in o]

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)[1]

    @step(PROCESS, writes=True)
    def drain(o: Any, v: str) -> Any:
        return [one[1] for one in o]


class FieldName(Subject):
    """What a field's name is taken apart with, one attribute or key at each call."""

    said = ITERATORS

    def fresh(self, size: int) -> Any:
        return (
            string.Formatter().get_field.__globals__["_string"].formatter_field_name_split("0.x0[x1].x2")[1]
        )

    def left(self, o: Any) -> Any:
        return [one[1] for one in o]

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)[1]

    @step(PROCESS, writes=True)
    def drain(o: Any, v: str) -> Any:
        return [one[1] for one in o]

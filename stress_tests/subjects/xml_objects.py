"""ElementTree and expat: trees, what goes through them, and what builds them. No lock of theirs keeps threads apart."""

from __future__ import annotations

import copy
import pickle
import threading
import xml.etree.ElementTree as ET
from typing import Any, ClassVar
from xml.parsers import expat

from harness.kernel.pairs import (
    PROCESS,
    VALUES,
    Asked,
    AskedItems,
    Attributes,
    Subject,
    arm,
    fresh_strings,
    nosy,
    refuse,
    step,
    taken,
)


def _tree(size: int) -> ET.Element:
    root = ET.Element("root", {"x0": "x0"})
    for one in fresh_strings(size):
        ET.SubElement(root, one).text = one
    return root


def _tags(elements: Any) -> list[Any]:
    return [one.tag for one in elements]


class Element(Attributes):
    """An element with as many children as strings, each with its tag and text."""

    sizes = (4, 1, 0)
    left_out: ClassVar[dict[str, str]] = {
        "__init__": "called once, by who makes it",
        "__bool__": "deprecated: it warns",
    }

    def fresh(self, size: int) -> Any:
        o = _tree(size)
        o.text, o.tail, o.tag = fresh_strings(3)
        return o

    def left(self, o: Any) -> Any:
        return _tags(o), dict(o.attrib), o.text, o.tail

    @step(PROCESS, writes=True)
    def append(o: Any, v: str) -> Any:
        o.append(ET.Element(v))

    @step(PROCESS, writes=True)
    def insert(o: Any, v: str) -> Any:
        o.insert(0, ET.Element(v))

    @step(PROCESS, writes=True)
    def extend(o: Any, v: str) -> Any:
        o.extend([ET.Element(v), ET.Element(v)])

    @step(PROCESS, writes=True)
    def extend_itself(o: Any, v: str) -> Any:
        o.extend(list(o)[:2])

    @step(PROCESS, writes=True)
    def subelement(o: Any, v: str) -> Any:
        return ET.SubElement(o, v, x0=v).tag

    @step(PROCESS, writes=True)
    def remove(o: Any, v: str) -> Any:
        o.remove(o[0])

    @step(PROCESS, writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0]

    @step(PROCESS, writes=True)
    def delete_slice(o: Any, v: str) -> Any:
        del o[1:]

    @step(PROCESS, writes=True)
    def delete_steps(o: Any, v: str) -> Any:
        del o[::2]

    @step(PROCESS, writes=True)
    def replace(o: Any, v: str) -> Any:
        o[0] = ET.Element(v)

    @step(PROCESS, writes=True)
    def replace_slice(o: Any, v: str) -> Any:
        o[:2] = [ET.Element(v), ET.Element(v), ET.Element(v)]

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()

    @step(PROCESS, writes=True)
    def set_(o: Any, v: str) -> Any:
        o.set(v, v)

    @step(PROCESS, writes=True, makes=True)
    def attrib_store(o: Any, v: str) -> Any:
        o.attrib = made = {v: v}
        return made

    @step(PROCESS, writes=True)
    def attrib_clear(o: Any, v: str) -> Any:
        o.attrib.clear()

    @step(PROCESS, writes=True)
    def text_store(o: Any, v: str) -> Any:
        o.text, o.tail, o.tag = v, v, v

    @step(PROCESS)
    def len_(o: Any, v: str) -> Any:
        return len(o)

    @step(PROCESS)
    def item(o: Any, v: str) -> Any:
        return o[0].tag

    @step(PROCESS)
    def last(o: Any, v: str) -> Any:
        return o[-1].tag

    @step(PROCESS)
    def slice_(o: Any, v: str) -> Any:
        return _tags(o[1:])

    @step(PROCESS)
    def slice_steps(o: Any, v: str) -> Any:
        return _tags(o[::2])

    @step(PROCESS)
    def contains(o: Any, v: str) -> Any:
        return o in o

    @step(PROCESS)
    def list_(o: Any, v: str) -> Any:
        return _tags(o)

    @step(PROCESS)
    def reversed_(o: Any, v: str) -> Any:
        return _tags(reversed(o))

    @step(PROCESS)
    def iter_(o: Any, v: str) -> Any:
        return _tags(o.iter())

    @step(PROCESS)
    def iter_tag(o: Any, v: str) -> Any:
        return _tags(o.iter("x0"))

    @step(PROCESS)
    def itertext(o: Any, v: str) -> Any:
        return list(o.itertext())

    @step(PROCESS)
    def find(o: Any, v: str) -> Any:
        return o.find("x1").tag

    @step(PROCESS)
    def findtext(o: Any, v: str) -> Any:
        return o.findtext("x1")

    @step(PROCESS)
    def findall(o: Any, v: str) -> Any:
        return _tags(o.findall("x1"))

    @step(PROCESS)
    def findall_path(o: Any, v: str) -> Any:
        return _tags(o.findall(".//x1"))

    @step(PROCESS)
    def iterfind(o: Any, v: str) -> Any:
        return _tags(o.iterfind("x0"))

    @step(PROCESS)
    def get(o: Any, v: str) -> Any:
        return o.get("x0")

    @step(PROCESS)
    def keys(o: Any, v: str) -> Any:
        return list(o.keys())

    @step(PROCESS)
    def items(o: Any, v: str) -> Any:
        return list(o.items())

    @step(PROCESS)
    def members(o: Any, v: str) -> Any:
        return o.tag, o.text, o.tail, len(o.attrib)

    @step(PROCESS)
    def makeelement(o: Any, v: str) -> Any:
        return o.makeelement(v, o.attrib).tag

    @step(PROCESS)
    def copy_(o: Any, v: str) -> Any:
        return _tags(copy.copy(o))

    @step(PROCESS)
    def deepcopy(o: Any, v: str) -> Any:
        return _tags(copy.deepcopy(o))

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return _tags(pickle.loads(pickle.dumps(o)))

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.__setstate__({"tag": v, "_children": [ET.Element(v)], "attrib": {v: v}, "text": v, "tail": v})

    @step(PROCESS)
    def tostring(o: Any, v: str) -> Any:
        return ET.tostring(o)

    @step(PROCESS, writes=True)
    def indent(o: Any, v: str) -> Any:
        ET.indent(o)

    @step(PROCESS)
    def repr_(o: Any, v: str) -> Any:
        return len(repr(o)) > 9

    @step(PROCESS)
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0


class ElementNosy(Element):
    """An element whose children's tags, and some of their texts, change it, or raise, when they are compared."""

    most = PROCESS
    sizes = (4, 5, 6)

    def fresh(self, size: int) -> Any:
        root = _tree(size)
        children = list(root)
        tags: list[Any] = nosy(
            root, size, (ET.Element.clear, list, refuse, lambda root: root.remove(root[0]))
        )
        for child, tag in zip(children, tags, strict=True):
            child.tag = tag
        arm(tags)
        return root

    @step(writes=True)
    def remove_by_equal(o: Any, v: str) -> Any:
        """Of what is no child, and changes the element when it is compared with those that are."""
        o.remove(_Meddling(o))

    @step(writes=True)
    def find_by_asked(o: Any, v: str) -> Any:
        """With a path that changes the element when it is compared with tags."""
        tag: Any = nosy(o, 1, (ET.Element.clear,))
        arm(tag)
        return o.find(tag[0]), o.findtext(tag[0]), o.findall(tag[0])

    @step(writes=True)
    def item_asked(o: Any, v: str) -> Any:
        return o[Asked(o, ET.Element.clear, 0)]

    @step(writes=True)
    def slice_asked(o: Any, v: str) -> Any:
        o[Asked(o, ET.Element.clear, 0) : 2] = [ET.Element(v)]
        return o[: Asked(o, ET.Element.clear, 2)]

    @step(writes=True)
    def extend_asked(o: Any, v: str) -> Any:
        o.extend(AskedItems(o, ET.Element.clear, [ET.Element(v), ET.Element(v)]))

    @step()
    def deepcopy_asked(o: Any, v: str) -> Any:
        """A child empties the element while it is copied."""
        o.append(_Emptying("x1", home=o))
        return copy.deepcopy(o).tag


class _Meddling(ET.Element):
    """No child, which removes children while it is compared with them."""

    def __init__(self, home: ET.Element) -> None:
        super().__init__("x1")
        self.home = home

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        self.home.clear()
        return False


class _Emptying(ET.Element):
    """A child that empties the element that it is in while it is copied."""

    home: Any = None

    def __init__(self, tag: str, home: Any) -> None:
        super().__init__(tag)
        self.home = home

    def __deepcopy__(self, memo: Any) -> ET.Element:
        self.home.clear()
        return ET.Element("x1")


class TreesAskedBack(Subject):
    """Each thread's own tree, which is changed by what it asks. Nothing is shared: one thread alone may show it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        return size

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def find(o: Any, v: str) -> Any:
        """By a tag that empties the tree when it is compared, and says that it is there."""
        tree = _tree(9)
        return tree.find(_Tag(tree, ET.Element.clear))

    @step(writes=True)
    def findtext(o: Any, v: str) -> Any:
        tree = _tree(9)
        return tree.findtext(_Tag(tree, ET.Element.clear))

    @step(writes=True)
    def findall(o: Any, v: str) -> Any:
        tree = _tree(9)
        return _tags(tree.findall(_Tag(tree, _cut)))

    @step(writes=True)
    def iter_(o: Any, v: str) -> Any:
        tree = _tree(9)
        return _tags(tree.iter(_Tag(tree, _cut)))

    @step(writes=True)
    def remove(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree.remove(_Meddling(tree))

    @step(writes=True)
    def deepcopy(o: Any, v: str) -> Any:
        tree = _tree(2)
        tree.append(_Emptying("x1", home=tree))
        return copy.deepcopy(tree).tag

    @step(writes=True)
    def deepcopy_grows(o: Any, v: str) -> Any:
        tree = _tree(1)
        tree.append(_Growing("x1", home=tree))
        tree.append(ET.Element(v))
        return copy.deepcopy(tree).tag

    @step(writes=True)
    def item(o: Any, v: str) -> Any:
        tree = _tree(9)
        return tree[Asked(tree, ET.Element.clear, 0)]

    @step(writes=True)
    def store_item(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree[Asked(tree, ET.Element.clear, 0)] = ET.Element(v)

    @step(writes=True)
    def delete_item(o: Any, v: str) -> Any:
        tree = _tree(9)
        del tree[Asked(tree, ET.Element.clear, 0)]

    @step(writes=True)
    def slice_(o: Any, v: str) -> Any:
        tree = _tree(9)
        return _tags(tree[: Asked(tree, ET.Element.clear, 2)])

    @step(writes=True)
    def slice_steps(o: Any, v: str) -> Any:
        tree = _tree(9)
        return _tags(tree[0 : 8 : Asked(tree, ET.Element.clear, 2)])

    @step(writes=True)
    def store_slice(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree[Asked(tree, ET.Element.clear, 0) : 2] = [ET.Element(v)]

    @step(writes=True)
    def store_steps(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree[0 : 9 : Asked(tree, ET.Element.clear, 3)] = [ET.Element(v) for _ in range(3)]

    @step(writes=True)
    def delete_slice(o: Any, v: str) -> Any:
        tree = _tree(9)
        del tree[Asked(tree, ET.Element.clear, 0) :]

    @step(writes=True)
    def delete_steps(o: Any, v: str) -> Any:
        tree = _tree(9)
        del tree[0 : 9 : Asked(tree, ET.Element.clear, 2)]

    @step(writes=True)
    def store_what_empties(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree[:] = AskedItems(tree, ET.Element.clear, [ET.Element(v)] * 2)

    @step(writes=True)
    def extend(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree.extend(AskedItems(tree, ET.Element.clear, [ET.Element(v)] * 2))

    @step(writes=True)
    def attributes(o: Any, v: str) -> Any:
        """By a name that empties the element when it is compared."""
        tree = _tree(9)
        tree.set("x1", v)
        tree.set(_Name(tree, ET.Element.clear), v)
        tree.set("x1", v)
        return tree.get(_Name(tree, ET.Element.clear))

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        tree = _tree(9)
        tree.insert(Asked(tree, ET.Element.clear, 5), ET.Element(v))  # type: ignore[arg-type]


def _cut(tree: ET.Element) -> None:
    del tree[1:]


class _Tag(str):
    """A tag that changes the tree that it is looked for in, and says that each is the one."""

    home: Any
    meddle: Any

    def __new__(cls, home: Any, meddle: Any) -> _Tag:
        made = super().__new__(cls, "x1")
        made.home, made.meddle = home, meddle
        return made

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        self.meddle(self.home)
        return True


class _Name(_Tag):
    """A name that changes the element that it is looked for in, and says that none is the one."""

    taken: Any

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        self.meddle(self.home)
        self.taken = taken()
        return False


class _Growing(ET.Element):
    """A child that has the element that it is in grow while it is copied."""

    home: Any = None

    def __init__(self, tag: str, home: Any) -> None:
        super().__init__(tag)
        self.home = home

    def __deepcopy__(self, memo: Any) -> ET.Element:
        self.home.extend([ET.Element("x2") for _ in range(40)])
        return ET.Element("x1")


class _Through(Subject):
    """What goes through a tree that is changed meanwhile."""

    sizes = (3,)

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o[1])

    @step(PROCESS, writes=True)
    def drain(o: Any, v: str) -> Any:
        return len(list(o[1]))

    @step(PROCESS, writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()

    @step(PROCESS, writes=True)
    def append(o: Any, v: str) -> Any:
        ET.SubElement(o[0], v).text = v

    @step(PROCESS, writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0][0]


class ElementIterator(_Through):
    """An iterator over all of a tree's elements, and the tree."""

    def fresh(self, size: int) -> Any:
        tree = _tree(size)
        return tree, tree.iter()


class ElementTextIterator(_Through):
    """An iterator over all of a tree's texts, and the tree."""

    def fresh(self, size: int) -> Any:
        tree = _tree(size)
        return tree, tree.itertext()


class TreeBuilder(Attributes):
    """What makes a tree out of starts, texts and ends."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "called once, by who makes it"}

    def fresh(self, size: int) -> Any:
        builder = ET.TreeBuilder(insert_comments=True, insert_pis=True)
        builder.start("root", {})
        for one in fresh_strings(size):
            builder.start(one, {one: one})
        return builder

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def start(o: Any, v: str) -> Any:
        return o.start(v, {v: v}).tag

    @step(PROCESS, writes=True)
    def end(o: Any, v: str) -> Any:
        return o.end("x0").tag

    @step(PROCESS, writes=True)
    def data(o: Any, v: str) -> Any:
        o.data(v)

    @step(PROCESS, writes=True)
    def comment(o: Any, v: str) -> Any:
        o.comment(v)

    @step(PROCESS, writes=True)
    def pi(o: Any, v: str) -> Any:
        o.pi(v, v)

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        return o.close().tag


class XMLParser(Attributes):
    """ElementTree's parser, in the middle of a text."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "driven by xml_parser_made_again"}

    def fresh(self, size: int) -> Any:
        parser: ET.XMLParser[Any] = ET.XMLParser(target=ET.TreeBuilder())
        parser.feed("<root>" + "".join(f"<{one}>{one}" for one in fresh_strings(size)))
        return parser

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def feed(o: Any, v: str) -> Any:
        o.feed(f"<{v} x0='{v}'>{v}</{v}>")

    @step(PROCESS, writes=True)
    def feed_bytes(o: Any, v: str) -> Any:
        o.feed(f"<{v}>{v}&amp;</{v}><!-- x -->".encode())

    @step(PROCESS, writes=True)
    def feed_broken(o: Any, v: str) -> Any:
        o.feed("</root>")

    @step(PROCESS, writes=True)
    def flush(o: Any, v: str) -> Any:
        o.flush()

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        return o.close().tag

    @step(PROCESS)
    def members(o: Any, v: str) -> Any:
        return len(o.entity), o.version, o.target is None

    @step(PROCESS, writes=True)
    def entity(o: Any, v: str) -> Any:
        o.entity[v] = v


class XMLParserMadeAgain(Subject):
    """ElementTree's parser that begins anew while threads feed it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        parser: ET.XMLParser[Any] = ET.XMLParser(target=ET.TreeBuilder())
        parser.feed("<root>")
        return parser

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(target=ET.TreeBuilder())

    @step(writes=True)
    def init_wrong(o: Any, v: str) -> Any:
        o.__init__(encoding=v)

    @step(writes=True)
    def feed(o: Any, v: str) -> Any:
        o.feed(f"<{v} x0='{v}'>{v}</{v}>")

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        return o.close()


PIECES = "x0&amp;x1&lt;x2"
"""A text that comes in pieces, which are put together when it is first asked for."""


class ParsedTexts(Subject):
    """A parsed tree whose texts are in pieces still, and are asked for by all. Nobody changes it."""

    most = PROCESS
    sizes = (1, 9)

    def fresh(self, size: int) -> Any:
        return ET.fromstring("<r>" + f"<a>{PIECES}</a>{PIECES}" * size + "</r>")

    def left(self, o: Any) -> Any:
        return None

    @step()
    def text(o: Any, v: str) -> Any:
        return [one.text for one in o]

    @step()
    def tail(o: Any, v: str) -> Any:
        return [one.tail for one in o]

    @step()
    def itertext(o: Any, v: str) -> Any:
        return "".join(o.itertext())

    @step()
    def findtext(o: Any, v: str) -> Any:
        return o.findtext("a"), o.find("a[.='" + v + "']")

    @step()
    def tostring(o: Any, v: str) -> Any:
        return len(ET.tostring(o))

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.deepcopy(o)[0].text, copy.copy(o[0]).tail, pickle.loads(pickle.dumps(o))[0].text


class ParserEntities(Subject):
    """A parser's table of entities, which is changed while a thread feeds it what names one of them.

    Threads that feed it take turns.
    """

    most = PROCESS

    def fresh(self, size: int) -> Any:
        parser: ET.XMLParser[Any] = ET.XMLParser(target=ET.TreeBuilder())
        parser.entity["e"] = "x" + str(size)
        parser.feed("<!DOCTYPE r SYSTEM 'x0'><r>")
        return parser, threading.Lock()

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def feed(o: Any, v: str) -> Any:
        with o[1]:
            o[0].feed("&e;" * 50)

    @step(writes=True)
    def feed_attribute(o: Any, v: str) -> Any:
        with o[1]:
            o[0].feed(f"<a x0='{v}'>&e;</a>")

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        for _ in range(9):
            o[0].entity["e"] = "".join(v)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0].entity["e"]
        o[0].entity["e"] = "".join(v)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].entity.clear()
        o[0].entity["e"] = "".join(v)

    @step()
    def read(o: Any, v: str) -> Any:
        return o[0].entity.get("e")


class XMLPullParser(Subject):
    """A parser that gives events when they are asked for."""

    def fresh(self, size: int) -> Any:
        parser: ET.XMLPullParser[Any] = ET.XMLPullParser(("start", "end"))
        parser.feed("<root>")
        return parser

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def feed(o: Any, v: str) -> Any:
        o.feed(f"<{v}>{v}</{v}>")

    @step(PROCESS, writes=True)
    def read_events(o: Any, v: str) -> Any:
        return [(event, element.tag) for event, element in o.read_events()]

    @step(PROCESS, writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()


class Expat(Attributes):
    """expat's own parser, in the middle of a text, with handlers that keep what they are told in a list."""

    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "StartDoctypeDeclHandler",
            "EndDoctypeDeclHandler",
            "StartNamespaceDeclHandler",
            "EndNamespaceDeclHandler",
            "UnparsedEntityDeclHandler",
            "NotationDeclHandler",
            "NotStandaloneHandler",
            "ExternalEntityRefHandler",
            "DefaultHandler",
            "DefaultHandlerExpand",
            "ElementDeclHandler",
            "AttlistDeclHandler",
            "XmlDeclHandler",
            "EntityDeclHandler",
            "SkippedEntityHandler",
            "StartCdataSectionHandler",
            "EndCdataSectionHandler",
            "ProcessingInstructionHandler",
        ),
        "kept in one table with CharacterDataHandler",
    ) | {
        "ParseFile": "Parse, with a file that Python reads",
        "SetBase": "driven with GetBase",
        "SetBillionLaughsAttackProtectionActivationThreshold": "in 3.15 and later alone; a number in expat",
        "SetBillionLaughsAttackProtectionMaximumAmplification": "in 3.15 and later alone; a number in expat",
        "SetAllocTrackerActivationThreshold": "in 3.15 and later alone; a number in expat",
        "SetAllocTrackerMaximumAmplification": "in 3.15 and later alone; a number in expat",
    }

    def fresh(self, size: int) -> Any:
        parser = expat.ParserCreate(intern={})
        seen: list[Any] = []
        parser.StartElementHandler = lambda name, attributes: seen.append(name)
        parser.EndElementHandler = seen.append
        parser.CharacterDataHandler = seen.append
        parser.CommentHandler = seen.append
        parser.Parse("<root>")
        return parser

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def parse(o: Any, v: str) -> Any:
        return o.Parse(f"<{v} x0='{v}'>{v}<!-- {v} --></{v}>")

    @step(PROCESS, writes=True)
    def parse_final(o: Any, v: str) -> Any:
        return o.Parse("</root>", True)

    @step(PROCESS, writes=True)
    def handler(o: Any, v: str) -> Any:
        o.CharacterDataHandler = v.join

    @step(PROCESS, writes=True)
    def handler_none(o: Any, v: str) -> Any:
        o.StartElementHandler = None
        o.EndElementHandler = None
        o.CommentHandler = None

    @step(PROCESS)
    def handlers(o: Any, v: str) -> Any:
        return o.CharacterDataHandler is None, o.StartElementHandler is None

    @step(PROCESS, writes=True)
    def buffer(o: Any, v: str) -> Any:
        o.buffer_text = True
        return o.buffer_text, o.buffer_used

    @step(PROCESS, writes=True)
    def buffer_size(o: Any, v: str) -> Any:
        o.buffer_size = 1024 + int(v[1])
        return o.buffer_size

    @step(PROCESS, writes=True)
    def settings(o: Any, v: str) -> Any:
        o.ordered_attributes = o.specified_attributes = o.namespace_prefixes = True
        return o.ordered_attributes, o.specified_attributes, o.namespace_prefixes

    @step(PROCESS)
    def places(o: Any, v: str) -> Any:
        return o.CurrentLineNumber, o.CurrentColumnNumber, o.CurrentByteIndex

    @step(PROCESS)
    def errors(o: Any, v: str) -> Any:
        return o.ErrorCode, o.ErrorLineNumber, o.ErrorColumnNumber, o.ErrorByteIndex

    @step(PROCESS)
    def input_context(o: Any, v: str) -> Any:
        return o.GetInputContext()

    @step(PROCESS, writes=True)
    def base(o: Any, v: str) -> Any:
        o.SetBase(v)
        return o.GetBase()

    @step(PROCESS, writes=True)
    def external(o: Any, v: str) -> Any:
        return o.ExternalEntityParserCreate("").Parse("<x0/>")

    @step(PROCESS)
    def intern(o: Any, v: str) -> Any:
        return len(o.intern.copy())

    @step(PROCESS, writes=True)
    def parse_settings(o: Any, v: str) -> Any:
        o.SetParamEntityParsing(0)
        o.UseForeignDTD(True)

    @step(PROCESS, writes=True)
    def reparse_deferral(o: Any, v: str) -> Any:
        o.SetReparseDeferralEnabled(False)
        return o.GetReparseDeferralEnabled()


class ExpatBuffer(Subject):
    """The buffer in which expat's parser puts pieces of a text together, before any is parsed."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        return parser

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def off(o: Any, v: str) -> Any:
        o.buffer_text = False

    @step(writes=True)
    def on(o: Any, v: str) -> Any:
        o.buffer_text = True
        return o.buffer_text

    @step(writes=True)
    def off_and_on(o: Any, v: str) -> Any:
        for _ in range(9):
            o.buffer_text = False
            o.buffer_text = True

    @step(writes=True)
    def size(o: Any, v: str) -> Any:
        o.buffer_size = 1024 + ord(v[0])

    @step(writes=True)
    def sizes_(o: Any, v: str) -> Any:
        for number in range(9):
            o.buffer_size = 2048 + number * ord(v[0])

    @step()
    def members(o: Any, v: str) -> Any:
        return o.buffer_text, o.buffer_size, o.buffer_used

    @step(writes=True)
    def another(o: Any, v: str) -> Any:
        """For what is somewhere else, with a buffer of the same size."""
        return o.ExternalEntityParserCreate("").buffer_size


class SharedNames(Subject):
    """Names with a namespace, in the table that all share while they are used in trees of one thread each."""

    def fresh(self, size: int) -> Any:
        return ET.Element("{urn:x0}root")

    @step(VALUES, text=True)
    def tostring(o: Any, v: str) -> Any:
        return ET.tostring(o, encoding="unicode") == '<ns0:root xmlns:ns0="urn:x0" />'

    @step(VALUES)
    def find(o: Any, v: str) -> Any:
        return o.find(f"x0[@x1='{v}']/x2") is None

    def left(self, o: Any) -> Any:
        return o.tag == "{urn:x0}root"

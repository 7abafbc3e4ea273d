"""codecs, unicodedata, binary texts: what turns text into bytes and back, in pieces, and who is asked for how."""

from __future__ import annotations

import codecs
import functools
import io
import itertools
import unicodedata
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, fresh_strings, giving, step


class IncrementalDecoder(Subject):
    """Python's own incremental decoder of UTF-8, which keeps what is half a character in an attribute."""

    def fresh(self, size: int) -> Any:
        return codecs.getincrementaldecoder("utf-8")("replace")

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def decode(o: Any, v: str) -> Any:
        return o.decode(v.encode())

    @step(PROCESS, writes=True)
    def decode_half(o: Any, v: str) -> Any:
        return o.decode(b"\xe2\x82")

    @step(PROCESS, writes=True)
    def decode_rest(o: Any, v: str) -> Any:
        return o.decode(b"\xac")

    @step(PROCESS, writes=True)
    def decode_final(o: Any, v: str) -> Any:
        return o.decode(b"", True)

    @step(PROCESS)
    def getstate(o: Any, v: str) -> Any:
        return o.getstate()

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.setstate((b"\xe2", 0))

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset()


class MultibyteDecoder(IncrementalDecoder):
    """C's incremental decoder of Shift JIS, which keeps what is half a character. It has no lock."""

    left_out: ClassVar[dict[str, str]] = {
        "__init__": "called once, by who makes it",
        "errors": "driven by the encoder",
        "codec": "the class's",
    }

    def fresh(self, size: int) -> Any:
        return codecs.getincrementaldecoder("shift_jis")("replace")

    @step(PROCESS, writes=True)
    def decode_half(o: Any, v: str) -> Any:
        return o.decode(b"\x93")

    @step(PROCESS, writes=True)
    def decode_rest(o: Any, v: str) -> Any:
        return o.decode(b"\xfa\x96")

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.setstate((b"\x93", 0))


class MultibyteEncoder(Subject):
    """C's incremental encoder of ISO 2022, which keeps which set of characters it is in. It has no lock."""

    left_out: ClassVar[dict[str, str]] = {"__init__": "called once, by who makes it", "codec": "the class's"}

    def fresh(self, size: int) -> Any:
        return codecs.getincrementalencoder("iso2022_jp")("replace")

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def encode(o: Any, v: str) -> Any:
        return o.encode(v)

    @step(PROCESS, writes=True)
    def encode_wide(o: Any, v: str) -> Any:
        return o.encode("日本" + v)

    @step(PROCESS, writes=True)
    def encode_final(o: Any, v: str) -> Any:
        return o.encode("日", True)

    @step(PROCESS, writes=True)
    def encode_bad(o: Any, v: str) -> Any:
        return o.encode("\ud800")

    @step(PROCESS)
    def getstate(o: Any, v: str) -> Any:
        return o.getstate() >= 0

    @step(PROCESS, writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.setstate(0)

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset()

    @step(PROCESS, writes=True)
    def errors(o: Any, v: str) -> Any:
        o.errors = "ignore"
        return o.errors


class MultibyteStreams(Subject):
    """C's reader and writer of Shift JIS over one BytesIO."""

    def fresh(self, size: int) -> Any:
        stream = io.BytesIO(("日本" * size + "\n").encode("shift_jis") * 3)
        return codecs.getreader("shift_jis")(stream, "replace"), codecs.getwriter("shift_jis")(
            stream, "replace"
        )

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def read(o: Any, v: str) -> Any:
        return o[0].read()

    @step(PROCESS, writes=True)
    def read_some(o: Any, v: str) -> Any:
        return o[0].read(3)

    @step(PROCESS, writes=True)
    def readline(o: Any, v: str) -> Any:
        return o[0].readline()

    @step(PROCESS, writes=True)
    def readlines(o: Any, v: str) -> Any:
        return o[0].readlines()

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o[0].reset()
        o[1].reset()

    @step(PROCESS, writes=True)
    def write(o: Any, v: str) -> Any:
        o[1].write(v + "日")

    @step(PROCESS, writes=True)
    def writelines(o: Any, v: str) -> Any:
        o[1].writelines([v, v])

    @step(PROCESS, writes=True)
    def members(o: Any, v: str) -> Any:
        o[0].errors = "ignore"
        return o[0].errors, o[0].stream is o[1].stream


NAMES = itertools.count()


class CodecRegistry(Subject):
    """Names of encodings, which are looked up once and kept in a table that all share."""

    def fresh(self, size: int) -> Any:
        name = f"pairs{next(NAMES)}"

        def search(asked: str) -> codecs.CodecInfo | None:
            return codecs.lookup("latin-1") if asked == name else None

        codecs.register(search)
        return name, search

    def left(self, o: Any) -> Any:
        for _ in range(9):  # once for each time that it was registered
            codecs.unregister(o[1])
        return None

    @step()
    def lookup(o: Any, v: str) -> Any:
        return codecs.lookup(o[0]).name == "iso8859-1"

    @step()
    def encode(o: Any, v: str) -> Any:
        return v.encode(o[0]).decode(o[0])

    @step()
    def encode_module(o: Any, v: str) -> Any:
        return codecs.decode(codecs.encode(v, o[0]), o[0])

    @step()
    def lookup_missing(o: Any, v: str) -> Any:
        return codecs.lookup("missing " + v)

    @step()
    def lookup_known(o: Any, v: str) -> Any:
        return codecs.lookup("UTF 8").name == "utf-8", codecs.getencoder("rot13")(v)[1]

    @step(writes=True)
    def unregister(o: Any, v: str) -> Any:
        codecs.unregister(o[1])

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        codecs.register(o[1])

    @step()
    def iterencode(o: Any, v: str) -> Any:
        return b"".join(codecs.iterencode([v], o[0])).decode()


def _handled(instead: str, error: Any) -> tuple[str, int]:
    return instead, error.end


def _handler(instead: str) -> Any:
    return functools.partial(_handled, instead)


class ErrorHandlers(Subject):
    """Names of handlers of what cannot be encoded, in a table that all share."""

    def fresh(self, size: int) -> Any:
        name = f"pairs{next(NAMES) % 4096}"  # before 3.14 none is ever forgotten
        codecs.register_error(name, _handler("x0"))
        return name

    def left(self, o: Any) -> Any:
        gone = "\udcff".encode("ascii", o).decode()
        _forget(o)
        return gone

    @step(writes=True)
    def register(o: Any, v: str) -> Any:
        codecs.register_error(o, _handler(v))

    @step()
    def lookup(o: Any, v: str) -> Any:
        return callable(codecs.lookup_error(o))

    @step()
    def encode(o: Any, v: str) -> Any:
        return "\udcff".encode("ascii", o).decode()

    @step()
    def decode(o: Any, v: str) -> Any:
        return b"\xff".decode("ascii", o)

    @step()
    def known(o: Any, v: str) -> Any:
        bad = "\u20ac"
        return [
            len(bad.encode("ascii", name))
            for name in ("replace", "ignore", "xmlcharrefreplace", "namereplace")
        ]

    @step()
    def missing(o: Any, v: str) -> Any:
        return codecs.lookup_error("missing" + v)


def _asked(asked: list[str], mine: str, name: str) -> None:
    if name == mine:
        asked.append(mine)


def _nothing_found(asked: list[str], mine: str) -> Any:
    """A search function that notes that it was asked, and knows no encoding."""
    return functools.partial(_asked, asked, mine)


class CodecsComeAndGo(Subject):
    """Search functions that come and go, each thread its own: a thread that registers one is asked it until it
    unregisters it, whatever others register and unregister.
    """

    said = "codecs.register, codecs.unregister: what is not registered is not removed"

    def fresh(self, size: int) -> Any:
        return ["x" + str(size)]

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        """What is registered lives nowhere else."""
        for _ in range(3):
            codecs.unregister(_registered(giving(None)))

    @step(writes=True)
    def second_stays(o: Any, v: str) -> Any:
        asked: list[str] = []
        mine = "pairs" + v
        first, second = _nothing_found([], ""), _nothing_found(asked, mine)
        codecs.register(first)
        codecs.register(second)
        codecs.unregister(first)
        try:
            if not _is_known(mine) and not asked:
                raise AssertionError("its search function is registered, and was not asked")
        finally:
            codecs.unregister(second)

    @step(writes=True)
    def gone(o: Any, v: str) -> Any:
        """It is not asked any more."""
        asked: list[str] = []
        mine = "pairs" + v
        codecs.unregister(_registered(_nothing_found(asked, mine)))
        if not _is_known(mine) and asked:
            raise AssertionError("its search function was unregistered, and is asked")

    @step(writes=True)
    def found_and_gone(o: Any, v: str) -> Any:
        """What was found is not found any more when who found it is gone."""
        mine = "pairs" + v
        info = codecs.lookup("latin-1")
        search = _registered(lambda name: info if name == mine else None)
        try:
            return codecs.lookup(mine) is info
        finally:
            codecs.unregister(search)

    @step()
    def lookup(o: Any, v: str) -> Any:
        return codecs.lookup("missing" + v)

    @step()
    def lookup_known(o: Any, v: str) -> Any:
        return codecs.lookup("utf-8").name == "utf-8", len("x0".encode("latin-1"))

    @step(writes=True)
    def unregister_missing(o: Any, v: str) -> Any:
        """Nobody has registered it: nothing is removed."""
        for _ in range(3):
            codecs.unregister(lambda name: None)


def _is_known(name: str) -> bool:
    try:
        return codecs.lookup(name) is not None
    except LookupError as error:
        if type(error) is not LookupError:  # an IndexError is one, too
            raise
        return False


def _registered(search: Any) -> Any:
    codecs.register(search)
    return search


class HandlersComeAndGo(Subject):
    """A name, and what handles what cannot be encoded: each is replaced while it is used, and nobody else holds it."""

    def fresh(self, size: int) -> Any:
        name = f"pairs{next(NAMES) % 4096}"  # before 3.14 none is ever forgotten
        codecs.register_error(name, _handler("x0"))
        return name

    def left(self, o: Any) -> Any:
        gone = "\udcff".encode("ascii", o).decode()
        _forget(o)
        return gone

    @step(writes=True)
    def replace(o: Any, v: str) -> Any:
        for _ in range(2):
            codecs.register_error(o, _handler(v))
        return "\udcff".encode("ascii", o).decode()

    @step(writes=True)
    def replace_while_used(o: Any, v: str) -> Any:
        """By who is asked: it is gone before it has answered."""

        def handle(error: Any) -> tuple[str, int]:
            codecs.register_error(o, _handler(v))
            return v, error.end

        codecs.register_error(o, handle)
        del handle
        return "\udcff".encode("ascii", o).decode(), b"\xff".decode("ascii", o)

    @step()
    def encode(o: Any, v: str) -> Any:
        return "\udcff".encode("ascii", o).decode(), "\udcff".encode("latin-1", o).decode()

    @step()
    def encode_often(o: Any, v: str) -> Any:
        """Who handles it is looked up once."""
        text = "\udcff " * 3
        return text.encode("utf-8", o).decode().split(" ")

    @step()
    def decode(o: Any, v: str) -> Any:
        return b"\xff".decode("utf-8", o), b"\xff".decode("ascii", o)

    @step()
    def translate(o: Any, v: str) -> Any:
        table = {ord(one): ord(one) for one in "xab012"}
        return codecs.charmap_encode("\udcff", o, table)[0].decode()

    @step(writes=True)
    def come_and_go(o: Any, v: str) -> Any:
        """Under a name of this thread's own."""
        mine = "pairs" + v[0]
        for _ in range(2):
            codecs.register_error(mine, _handler(v))
        seen = "\udcff".encode("ascii", mine).decode()
        _forget(mine)
        if seen != v:
            raise AssertionError(f"who handles it gives {v}, and {seen} is given")

    @step()
    def missing(o: Any, v: str) -> Any:
        return "\udcff".encode("ascii", "missing" + v)


def _forget(name: str) -> None:
    unregister = getattr(codecs, "_unregister_error", None)
    if unregister is not None:
        unregister(name)


class CharacterMap(Subject):
    """A table of characters that others change while it is used."""

    def fresh(self, size: int) -> Any:
        table: dict[int, Any] = {ord("x"): "x", ord("0"): "0", ord("1"): None}
        return table, codecs.charmap_build("".join(chr(at) for at in range(256)))

    def left(self, o: Any) -> Any:
        return len(o[0])

    @step(PROCESS)
    def translate(o: Any, v: str) -> Any:
        return "x0x1y0".translate(o[0])

    @step(PROCESS)
    def decode(o: Any, v: str) -> Any:
        return codecs.charmap_decode(b"x0x1", "replace", o[0])

    @step(PROCESS)
    def encode(o: Any, v: str) -> Any:
        return codecs.charmap_encode("x0", "replace", {ord("x"): 1} | o[0])

    @step()
    def encode_map(o: Any, v: str) -> Any:
        return codecs.charmap_encode(v, "strict", o[1])[0].decode()

    @step()
    def map_size(o: Any, v: str) -> Any:
        return o[1].size() > 9

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0][ord("x")] = v

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[0][ord("x")]

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[0].clear()


class UnicodeData(Subject):
    """What is known of characters: tables of C's, and one for an older version of them."""

    left_out: ClassVar[dict[str, str]] = {"unidata_version": "a constant"}

    def fresh(self, size: int) -> Any:
        return unicodedata.ucd_3_2_0, "e\u0301" * size

    def left(self, o: Any) -> Any:
        return None

    @step()
    def normalize(o: Any, v: str) -> Any:
        return len(unicodedata.normalize("NFC", o[1])), len(unicodedata.normalize("NFKD", v + "\ufb01"))

    @step()
    def normalize_older(o: Any, v: str) -> Any:
        return len(o[0].normalize("NFC", o[1])), o[0].is_normalized("NFC", o[1])

    @step()
    def names(o: Any, v: str) -> Any:
        return unicodedata.lookup("LATIN SMALL LETTER A"), len(unicodedata.name("x")), len(o[0].name("x"))

    @step()
    def missing(o: Any, v: str) -> Any:
        return unicodedata.lookup("NO SUCH " + v)

    @step()
    def classes(o: Any, v: str) -> Any:
        return len(unicodedata.category("x")), len(o[0].bidirectional("x")), unicodedata.combining("\u0301")

    @step()
    def numbers(o: Any, v: str) -> Any:
        return (
            unicodedata.decimal("5"),
            unicodedata.digit("5"),
            o[0].numeric("5"),
            o[0].mirrored("("),
            o[0].decomposition("x"),
        )

    @step()
    def escapes(o: Any, v: str) -> Any:
        return b"\\N{LATIN SMALL LETTER X}".decode("unicode_escape"), len(unicodedata.east_asian_width("x"))


_graphemes: Any = getattr(unicodedata, "iter_graphemes", None)

if _graphemes is not None:  # since 3.15

    class Graphemes(Attributes):
        """What goes through a text by what a reader takes for a character, and one of those."""

        said = 'How-to for free threading, "Iterators"'
        most = PROCESS
        sizes = (3, 1)

        def fresh(self, size: int) -> Any:
            text = "e\u0301\U0001f468\u200d\U0001f469" * size
            return _graphemes(text), next(_graphemes(text))

        def left(self, o: Any) -> Any:
            return None

        @step(writes=True)
        def next_(o: Any, v: str) -> Any:
            return str(next(o[0]))

        @step(writes=True)
        def drain(o: Any, v: str) -> Any:
            return [str(one) for one in o[0]]

        @step()
        def segment(o: Any, v: str) -> Any:
            return len(o[1]), str(o[1]), o[1].start, o[1].end, len(repr(o[1]))

        @step()
        def another(o: Any, v: str) -> Any:
            return [len(one) for one in _graphemes(v + "e\u0301", 1, 3)]


class StreamReader(Subject):
    """Python's own reader over bytes, which keeps lines and what is half a character. Nothing is said of it."""

    sizes = (3, 9)

    def fresh(self, size: int) -> Any:
        return codecs.getreader("utf-8")(
            io.BytesIO("".join(one + "\n" for one in fresh_strings(size)).encode())
        )

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def read(o: Any, v: str) -> Any:
        return o.read()

    @step(PROCESS, writes=True)
    def read_some(o: Any, v: str) -> Any:
        return o.read(3, 3)

    @step(PROCESS, writes=True)
    def readline(o: Any, v: str) -> Any:
        return o.readline()

    @step(PROCESS, writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(PROCESS, writes=True)
    def seek(o: Any, v: str) -> Any:
        o.seek(0)

    @step(PROCESS, writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset()

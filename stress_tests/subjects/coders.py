"""C's coders of many bytes a character: who is asked for what they cannot do, and what waits in them for the rest."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from typing import Any

from harness.kernel.pairs import PROCESS, Subject, step

NAMED = "ftstress_coders_"
"""What the names of handlers begin with; each is put together anew when it is given away."""
BAD_BYTES = b"\x80\xff\x80\x80\x80"
BAD_TEXT = "\ud800 \udfff\ud800"


def _handle(error: Any) -> tuple[str, int]:
    return "?", error.end


def _handle_by_nothing(error: Any) -> tuple[str, int]:
    return "", error.end


for _letter, _handler in (("a", _handle), ("b", _handle_by_nothing)):
    codecs.register_error(NAMED + _letter, _handler)


def _name(v: str) -> str:
    """A name of a handler that nobody else holds."""
    return "".join((NAMED, v[0]))


class _Coders(Subject):
    """A coder of C's, whose handler of what it cannot do is named by an attribute. It has no lock."""

    most = PROCESS
    sizes = (0, 1, 2)

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def name_handler(o: Any, v: str) -> Any:
        for _ in range(3):
            o.errors = _name(v)

    @step(writes=True)
    def name_known(o: Any, v: str) -> Any:
        """Such names are told by numbers."""
        o.errors = "replace" if v[0] == "a" else "ignore"

    @step(writes=True)
    def name_missing(o: Any, v: str) -> Any:
        o.errors = "missing" + v

    @step()
    def named(o: Any, v: str) -> Any:
        return len(o.errors)

    @step(writes=True)
    def reset(o: Any, v: str) -> Any:
        o.reset()


DECODED = ("shift_jis", "euc_jis_2004", "iso2022_jp")


class MultibyteDecoderWithHandler(_Coders):
    """A decoder that asks a handler by its name for what it cannot decode."""

    def fresh(self, size: int) -> Any:
        return codecs.getincrementaldecoder(DECODED[size])(_name("a"))

    @step(writes=True)
    def decode(o: Any, v: str) -> Any:
        return o.decode(v.encode() * 9)

    @step(writes=True)
    def decode_bad(o: Any, v: str) -> Any:
        return o.decode(BAD_BYTES)

    @step(writes=True)
    def decode_half(o: Any, v: str) -> Any:
        return o.decode(b"\x93")

    @step(writes=True)
    def decode_final(o: Any, v: str) -> Any:
        return o.decode(b"\x93", True)

    @step(writes=True)
    def state(o: Any, v: str) -> Any:
        o.setstate(o.getstate())

    @step(writes=True)
    def another_decodes(o: Any, v: str) -> Any:
        return type(o)(_name(v)).decode(BAD_BYTES)


ENCODED = ("euc_jis_2004", "shift_jisx0213", "big5hkscs")
WAITING = ("か", "か", "Ê")
"""A character that such a coder keeps: what is made of it depends on the one that comes next."""
NEXT = ("゚", "゚", "̄")
"""What makes one of it."""


class MultibyteEncoderWithPending(_Coders):
    """An encoder that keeps a character until it has seen the next one, and asks a handler by its name."""

    def fresh(self, size: int) -> Any:
        return codecs.getincrementalencoder(ENCODED[size])(_name("a"))

    @step(writes=True)
    def encode(o: Any, v: str) -> Any:
        return o.encode(v)

    @step(writes=True)
    def encode_waiting(o: Any, v: str) -> Any:
        return [len(o.encode(one)) for one in WAITING]

    @step(writes=True)
    def encode_next(o: Any, v: str) -> Any:
        return [len(o.encode(one)) for one in NEXT]

    @step(writes=True)
    def encode_many(o: Any, v: str) -> Any:
        return len(o.encode("かか゚" * 9 + v))

    @step(writes=True)
    def encode_final(o: Any, v: str) -> Any:
        return o.encode("か", True), o.encode("", True)

    @step(writes=True)
    def encode_bad(o: Any, v: str) -> Any:
        return o.encode(BAD_TEXT)

    @step()
    def getstate(o: Any, v: str) -> Any:
        return o.getstate() >= 0

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        """That of one that keeps a character, too."""
        for text in (*WAITING, "x"):
            other = type(o)()
            other.encode(text)
            o.setstate(other.getstate())

    @step(writes=True)
    def another_encodes(o: Any, v: str) -> Any:
        return type(o)(_name(v)).encode("か" + BAD_TEXT, True)


class MultibyteStreamsWithHandler(Subject):
    """A reader and a writer of C's over one BytesIO, which ask a handler by its name."""

    most = PROCESS
    sizes = (0, 1, 2)

    def fresh(self, size: int) -> Any:
        stream = io.BytesIO(("日本\n" * 3).encode("euc_jis_2004") + BAD_BYTES + b"\n" * 3)
        reader, writer = codecs.getreader(DECODED[size]), codecs.getwriter(ENCODED[size])
        return reader(stream, _name("a")), writer(stream, _name("b"))

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def name_handlers(o: Any, v: str) -> Any:
        for one in o:
            one.errors = _name(v)

    @step(writes=True)
    def name_known(o: Any, v: str) -> Any:
        for one in o:
            one.errors = "replace" if v[0] == "a" else "strict"

    @step()
    def named(o: Any, v: str) -> Any:
        return [len(one.errors) for one in o]

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        o[0].stream.seek(0)
        return len(o[0].read())

    @step(writes=True)
    def read_some(o: Any, v: str) -> Any:
        return len(o[0].read(3))

    @step(writes=True)
    def readline(o: Any, v: str) -> Any:
        return len(o[0].readline())

    @step(writes=True)
    def readlines(o: Any, v: str) -> Any:
        return len(o[0].readlines())

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[1].write("か" + v)

    @step(writes=True)
    def write_waiting(o: Any, v: str) -> Any:
        o[1].write("か")

    @step(writes=True)
    def write_bad(o: Any, v: str) -> Any:
        o[1].writelines([BAD_TEXT, "か", v])

    @step(writes=True)
    def reset(o: Any, v: str) -> Any:
        o[0].reset()
        o[1].reset()


MEDDLES: tuple[Callable[[Any], object], ...] = (
    lambda coder: setattr(coder, "errors", _name("b")),
    lambda coder: coder.reset(),
    lambda coder: coder.encode("か"),
    lambda coder: coder.encode("x", True),
    lambda coder: coder.setstate(0),
    lambda coder: coder.getstate(),
)
"""What a handler does to the coder that asks it."""


class MultibyteEncoderOfMeddling(Subject):
    """An encoder with a handler that does something to the encoder before it answers. It is given up in between."""

    most = PROCESS
    sizes = tuple(range(len(MEDDLES)))

    def fresh(self, size: int) -> Any:
        return codecs.getincrementalencoder(ENCODED[size % 3])("strict"), size

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def encode_bad(o: Any, v: str) -> Any:
        return _asked(o, v).encode(BAD_TEXT)

    @step(writes=True)
    def encode_bad_while_waiting(o: Any, v: str) -> Any:
        coder = _asked(o, v)
        coder.encode("か")
        return coder.encode(BAD_TEXT + "か")

    @step(writes=True)
    def encode_bad_final(o: Any, v: str) -> Any:
        return _asked(o, v).encode("か" + BAD_TEXT, True)

    @step(writes=True)
    def encode(o: Any, v: str) -> Any:
        return o[0].encode("か" + v)

    @step(writes=True)
    def reset(o: Any, v: str) -> Any:
        o[0].reset()

    @step()
    def getstate(o: Any, v: str) -> Any:
        return o[0].getstate() >= 0


def _asked(o: Any, v: str) -> Any:
    """The coder, with a handler of this thread's own."""
    coder, turn = o

    def handle(error: Any) -> tuple[str, int]:
        MEDDLES[turn](coder)
        return "x", error.end

    name = "".join((NAMED, "of_", v[0]))
    codecs.register_error(name, handle)
    coder.errors = name
    return coder

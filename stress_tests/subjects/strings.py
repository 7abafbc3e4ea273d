"""str, bytes, int and float: immutable, and yet they keep what was worked out: hashes, encodings, interned copies."""

from __future__ import annotations

import copy
import itertools
import json
import marshal
import pickle
import sys
from typing import Any, ClassVar

from harness.kernel.pairs import Subject, step

_serial = itertools.count()


class Holder:
    """What gets attributes that are named by the string in question."""


class _Strings(Subject):
    """What is done with any string."""

    left_out: ClassVar[dict[str, str]] = {"__new__": "other subjects' fresh objects come from it"}

    def left(self, o: Any) -> Any:
        return len(o)

    def wrong(self, o: Any) -> str:
        again = "".join(list(o))
        if o != again or hash(o) != hash(again):
            return "it is no more equal to a string of the same characters"
        return (
            "" if o.encode() == again.encode() else "its encoding is another than that of the same characters"
        )

    @step(writes=True)
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash("".join(list(o)))

    @step(writes=True)
    def as_key(o: Any, v: str) -> Any:
        return {o: v}["".join(list(o))] is v, o in {v, o}

    @step(writes=True)
    def intern(o: Any, v: str) -> Any:
        return sys.intern(o) == o, sys.intern(o) is sys.intern("".join(list(o)))

    @step(writes=True)
    def as_attribute(o: Any, v: str) -> Any:
        holder = Holder()
        setattr(holder, o, v)
        return getattr(holder, o) is v, o in vars(holder), hasattr(holder, o)

    @step(writes=True)
    def as_class_name(o: Any, v: str) -> Any:
        return type(o, (), {o: v}).__name__ == o

    @step(writes=True)
    def utf8(o: Any, v: str) -> Any:
        return len(pickle.dumps(o)) > len(o), len(marshal.dumps(o)) > len(o)

    @step()
    def encode(o: Any, v: str) -> Any:
        return (
            o.encode() == o.encode("utf-8"),
            o.encode("utf-16").decode("utf-16") == o,
            str(o.encode(), "utf-8") == o,
        )

    @step()
    def encode_wrong(o: Any, v: str) -> Any:
        return o.encode("ascii", "replace"), o.encode("ascii", "backslashreplace")

    @step(writes=True)
    def number(o: Any, v: str) -> Any:
        return float(o)

    @step(writes=True)
    def whole_number(o: Any, v: str) -> Any:
        return int(o)

    @step(writes=True)
    def evaluate(o: Any, v: str) -> Any:
        return eval(o, {})

    @step()
    def cases(o: Any, v: str) -> Any:
        return o.upper(), o.lower(), o.title(), o.swapcase(), o.capitalize(), o.casefold()

    @step()
    def pads(o: Any, v: str) -> Any:
        return o.center(20), o.ljust(20), o.rjust(20), o.zfill(20), o.expandtabs(3)

    @step()
    def strips(o: Any, v: str) -> Any:
        return o.strip(), o.lstrip("x"), o.rstrip("9"), o.removeprefix("x"), o.removesuffix("9")

    @step()
    def splits(o: Any, v: str) -> Any:
        return o.split(), o.rsplit("0"), o.splitlines(), o.partition(","), o.rpartition(","), o.split(",", 1)

    @step()
    def finds(o: Any, v: str) -> Any:
        return o.find("0"), o.rfind("0"), o.count("0"), "," in o, o.startswith("x"), o.endswith(("9", "0"))

    @step()
    def index(o: Any, v: str) -> Any:
        return o.index(","), o.rindex(",")

    @step()
    def kinds(o: Any, v: str) -> Any:
        return (
            (o.isalnum(), o.isalpha(), o.isascii(), o.isdecimal(), o.isdigit(), o.isidentifier()),
            (o.islower(), o.isnumeric(), o.isprintable(), o.isspace(), o.istitle(), o.isupper()),
        )

    @step()
    def joins(o: Any, v: str) -> Any:
        return o.join(["<", ">"]), o + ";", o * 2, 2 * o, o.replace("0", "1")

    @step()
    def formats(o: Any, v: str) -> Any:
        return o.format(1), o.format_map({}), o % (), f"{o:>12}", "{}".format(o), "%s" % o  # noqa: UP030, UP031, UP032

    @step()
    def translate(o: Any, v: str) -> Any:
        return o.translate(str.maketrans("0", "1")), o.translate({120: None})

    @step()
    def items(o: Any, v: str) -> Any:
        return o[0], o[-1], o[1:], o[::-1], list(o)[0], len(o)

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == "".join(list(o)), o != v, o < "y", o <= "y", o > "w", o >= "w"

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o), str(o) is o, ascii(o)

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, o.__getnewargs__() == (o,), o.__sizeof__() > 0

    @step(writes=True)
    def json_(o: Any, v: str) -> Any:
        return json.loads(json.dumps({o: o}))[o] == o

    @step()
    def match_(o: Any, v: str) -> Any:
        match o:
            case "x,0":
                return "first"
            case str(seen):
                return seen == o
        return None


class Str(_Strings):
    """A string of ASCII characters."""

    def fresh(self, size: int) -> Any:
        return "".join(["x", ",", "0"])


class StrWide(_Strings):
    """A string with characters beyond ASCII, whose UTF-8 form is made when it is first asked for."""

    def fresh(self, size: int) -> Any:
        return "".join(["é", "x", ",", "\u0669", "\U0001f600", "ß"])


class StrOfDigits(_Strings):
    """A string of digits, some of them not ASCII."""

    def fresh(self, size: int) -> Any:
        return "".join(["1", "2", "\u0663"])


class StrNeverSeen(Subject):
    """A string of characters that nobody has interned yet."""

    def fresh(self, size: int) -> Any:
        return f"é{next(_serial)}"

    def left(self, o: Any) -> Any:
        return len(o) > 1

    def wrong(self, o: Any) -> str:
        again = "".join(list(o))
        if sys.intern(o) is not sys.intern(again):
            return "it is interned as two objects"
        return (
            ""
            if o == again and hash(o) == hash(again)
            else "it is no more equal to a string of the same characters"
        )

    @step(writes=True)
    def intern(o: Any, v: str) -> Any:
        return sys.intern(o) == o

    @step(writes=True)
    def intern_equal(o: Any, v: str) -> Any:
        mine = sys.intern("".join(list(o)))
        return mine == o, mine is sys.intern(o)

    @step(writes=True)
    def as_attribute(o: Any, v: str) -> Any:
        holder = Holder()
        setattr(holder, o, v)
        return getattr(holder, "".join(list(o))) is v

    @step(writes=True)
    def as_keyword(o: Any, v: str) -> Any:
        return dict(**{o: v})[o] is v

    @step(writes=True)
    def as_constant(o: Any, v: str) -> Any:
        return eval(compile(repr(o), "<fresh>", "eval")) == o

    @step(writes=True)
    def unpickle(o: Any, v: str) -> Any:
        return pickle.loads(pickle.dumps(o)) == o

    @step(writes=True)
    def unmarshal(o: Any, v: str) -> Any:
        return marshal.loads(marshal.dumps(o)) == o

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == "".join(list(o)), hash(o) == hash("".join(list(o)))


class Bytes(Subject):
    """A bytes object."""

    left_out: ClassVar[dict[str, str]] = {"__new__": "other subjects' fresh objects come from it"}

    def fresh(self, size: int) -> Any:
        return b"".join([b"x", b",", b"0", b"9"])

    def wrong(self, o: Any) -> str:
        again = bytes(list(o))
        return "" if o == again and hash(o) == hash(again) else "it is no more equal to the same bytes"

    @step(writes=True)
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(bytes(list(o))), {o: v}[bytes(list(o))] is v

    @step()
    def decode(o: Any, v: str) -> Any:
        return o.decode(), str(o, "ascii"), o.decode("latin-1")

    @step()
    def cases(o: Any, v: str) -> Any:
        return o.upper(), o.lower(), o.title(), o.swapcase(), o.capitalize()

    @step()
    def pads(o: Any, v: str) -> Any:
        return o.center(9), o.ljust(9), o.rjust(9), o.zfill(9), o.expandtabs(3)

    @step()
    def strips(o: Any, v: str) -> Any:
        return o.strip(), o.lstrip(b"x"), o.rstrip(b"9"), o.removeprefix(b"x"), o.removesuffix(b"9")

    @step()
    def splits(o: Any, v: str) -> Any:
        return o.split(), o.rsplit(b"0"), o.splitlines(), o.partition(b","), o.rpartition(b",")

    @step()
    def finds(o: Any, v: str) -> Any:
        return o.find(b"0"), o.rfind(b"0"), o.index(b","), o.rindex(b","), o.count(b"0"), 120 in o

    @step()
    def kinds(o: Any, v: str) -> Any:
        return (
            (
                o.isalnum(),
                o.isalpha(),
                o.isascii(),
                o.isdigit(),
                o.islower(),
                o.isspace(),
                o.istitle(),
                o.isupper(),
            ),
            (o.startswith(b"x"), o.endswith(b"9")),
        )

    @step()
    def joins(o: Any, v: str) -> Any:
        return o.join([b"<", b">"]), o + b";", o * 2, o.replace(b"0", b"1"), o % ()

    @step()
    def translate(o: Any, v: str) -> Any:
        return o.translate(bytes.maketrans(b"0", b"1")), o.translate(None, b"x")

    @step()
    def hex_(o: Any, v: str) -> Any:
        return o.hex(), o.hex(":"), bytes.fromhex(o.hex()) == o

    @step()
    def items(o: Any, v: str) -> Any:
        return o[0], o[-1], o[1:], list(o), len(o), list(reversed(o))

    @step()
    def view(o: Any, v: str) -> Any:
        with memoryview(o) as seen:
            return seen[1], bytes(seen), seen == o

    @step()
    def buffers(o: Any, v: str) -> Any:
        return bytearray(o), int.from_bytes(o, "big"), bytes(o) is o, o.__bytes__() is o

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == bytes(list(o)), o != b"y", o < b"y", o <= b"y", o > b"w", o >= b"w"

    @step()
    def text(o: Any, v: str) -> Any:
        return repr(o), f"{o!r}", o.__sizeof__() > 0

    @step()
    def copy_(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, pickle.loads(pickle.dumps(o)), o.__getnewargs__()


class Int(Subject):
    """An int of several digits, which no cache holds."""

    left_out: ClassVar[dict[str, str]] = {"__new__": "other subjects' fresh objects come from it"}

    def fresh(self, size: int) -> Any:
        return int("9" * 30) + size

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o + 0), {o: v}[o + 0] is v, bool(o)

    @step()
    def text(o: Any, v: str) -> Any:
        return str(o), repr(o), hex(o), oct(o), bin(o), f"{o:,}", format(o, "x")

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        return (
            o + 1,
            1 + o,
            o - 1,
            1 - o,
            o * o,
            o // 7,
            o % 7,
            o / 7,
            -o,
            +o,
            abs(o),
            divmod(o, 10),
            divmod(10, o),
        )

    @step()
    def reflected(o: Any, v: str) -> Any:
        return 7 * o, 7 // o, 7 % o, 7 / o, 7 & o, 7 | o, 7 ^ o, pow(2, 3, o)

    @step()
    def bits(o: Any, v: str) -> Any:
        return o << 3, o >> 3, o & 255, o | 1, o ^ 1, ~o, o.bit_length(), o.bit_count(), 0 << o, 0 >> o

    @step()
    def powers(o: Any, v: str) -> Any:
        return o**2, pow(o, 3, 1000), 1**o

    @step()
    def bytes_(o: Any, v: str) -> Any:
        return int.from_bytes(o.to_bytes(16, "big"), "big") == o

    @step()
    def conversions(o: Any, v: str) -> Any:
        return (
            int(o),
            float(o),
            complex(o),
            round(o, -3),
            o.__trunc__(),
            o.__floor__(),
            o.__ceil__(),
            o.__index__(),
        )

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.real, o.imag, o.numerator, o.denominator, o.as_integer_ratio(), o.conjugate(), o.is_integer()

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o + 0, o != 1, o < 1, o <= 1, o > 1.5, o >= 1.5

    @step()
    def copy_(o: Any, v: str) -> Any:
        return (
            copy.copy(o),
            copy.deepcopy(o),
            pickle.loads(pickle.dumps(o)),
            o.__getnewargs__(),
            o.__sizeof__() > 0,
        )

    @step()
    def as_index(o: Any, v: str) -> Any:
        return v[:o], range(o)[7], v * 0


class Float(Subject):
    """A float."""

    left_out: ClassVar[dict[str, str]] = {
        "__getformat__": "a class method, of the platform",
        "from_number": "a class method",
        "__new__": "other subjects' fresh objects come from it",
    }

    def fresh(self, size: int) -> Any:
        return float("0.1") + size

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(o + 0), {o: v}[o + 0] is v, bool(o)

    @step()
    def text(o: Any, v: str) -> Any:
        return str(o), repr(o), f"{o:.3e}", "%g" % o, o.hex(), float.fromhex(o.hex())  # noqa: UP031

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        return (
            o + 1,
            1 + o,
            o - 1,
            1 - o,
            o * o,
            2 * o,
            o / 2,
            2 / o,
            o // 2,
            7 // o,
            o % 2,
            7 % o,
            -o,
            +o,
            abs(o),
        )

    @step()
    def powers(o: Any, v: str) -> Any:
        return o**2, 2**o, divmod(o, 2), divmod(7, o)

    @step()
    def conversions(o: Any, v: str) -> Any:
        return int(o), float(o), round(o), round(o, 1), o.__trunc__(), o.__floor__(), o.__ceil__()

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.real, o.imag, o.as_integer_ratio(), o.conjugate(), o.is_integer()

    @step()
    def compare(o: Any, v: str) -> Any:
        return o == o + 0, o != 1, o < 1, o <= 1, o > 1, o >= 1

    @step()
    def copy_(o: Any, v: str) -> Any:
        return (
            copy.copy(o),
            copy.deepcopy(o),
            pickle.loads(pickle.dumps(o)),
            o.__getnewargs__(),
            o.__sizeof__() > 0,
        )

"""decimal, fractions, random: numbers that threads share, their settings, and what draws them."""

from __future__ import annotations

import _random
import copy
import decimal
import fractions
import math
import pickle
import random
import statistics
from decimal import ROUND_DOWN, ROUND_UP, Decimal, Inexact
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, Attributes, Subject, step


class DecimalNumber(Subject):
    """A Decimal, which never changes, in the contexts that each thread has of its own."""

    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "canonical",
            "compare_signal",
            "compare_total",
            "compare_total_mag",
            "copy_sign",
            "is_canonical",
            "is_qnan",
            "is_snan",
            "is_subnormal",
            "is_normal",
            "logb",
            "logical_and",
            "logical_invert",
            "logical_or",
            "logical_xor",
            "max_mag",
            "min_mag",
            "next_plus",
            "next_toward",
            "rotate",
            "same_quantum",
            "scaleb",
            "shift",
            "to_integral",
            "to_integral_exact",
        ),
        "arithmetic of a number that never changes, by the same way in as those that are driven",
    ) | dict.fromkeys(("from_float", "from_number"), "makes a number of another")

    def fresh(self, size: int) -> Any:
        return Decimal("1234567890.12345678901234567890")

    def left(self, o: Any) -> Any:
        return str(o) == "1234567890.12345678901234567890"

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        return [
            str(one) == str(one + 0) for one in (o + 1, o - 1, o * 2, o / 3, o // 3, o % 3, -o, +o, abs(o))
        ]

    @step()
    def reflected(o: Any, v: str) -> Any:
        return [one == one for one in (1 + o, 1 - o, 2 * o, 3 / o, 3 // o, 3 % o)]

    @step()
    def power(o: Any, v: str) -> Any:
        return int(o**2) == 1524157875171467887, pow(Decimal(2), 3, 5) == 3

    @step()
    def divmod_(o: Any, v: str) -> Any:
        return divmod(o, 7) == (o // 7, o % 7), divmod(7, o)[0] == 0

    @step()
    def functions(o: Any, v: str) -> Any:
        return o.sqrt() > 1, o.ln() > 1, o.log10() > 1, Decimal(2).exp() > 7

    @step()
    def fused(o: Any, v: str) -> Any:
        return o.fma(2, 3) == 2 * o + 3, o.remainder_near(2) <= 1

    @step()
    def rounds(o: Any, v: str) -> Any:
        return round(o), math.floor(o), math.ceil(o), math.trunc(o)

    @step()
    def round_digits(o: Any, v: str) -> Any:
        return (
            float(round(o, 2)),
            int(o.to_integral_value()),
            str(o.quantize(Decimal("0.1"))) == "1234567890.1",
        )

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return (
            o == 1,
            o != 1,
            o < 1,
            o <= 1,
            o > 1.5,
            o >= 1,
            bool(o),
            int(o.compare(1)),
            int(o.max(1)),
            int(o.min(1)),
        )

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o)

    @step()
    def texts(o: Any, v: str) -> Any:
        return len(str(o)), len(repr(o)), len(f"{o:,.3f}"), len(o.to_eng_string())

    @step()
    def conversions(o: Any, v: str) -> Any:
        return float(o), int(o), complex(o), o.as_integer_ratio(), o.real == o, int(o.imag)

    @step()
    def parts(o: Any, v: str) -> Any:
        return tuple(o.as_tuple())[2], o.adjusted(), o.radix() == 10, o.number_class() == "+Normal"

    @step()
    def asks(o: Any, v: str) -> Any:
        return o.is_finite(), o.is_infinite(), o.is_nan(), o.is_signed(), o.is_zero()

    @step()
    def signs(o: Any, v: str) -> Any:
        return (
            o.copy_abs() == o,
            o.copy_negate() == -o,
            o.conjugate() == o,
            o.normalize() == o,
            o.next_minus() < o,
        )

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) is o, pickle.loads(pickle.dumps(o)) == o

    @step()
    def sizeof(o: Any, v: str) -> Any:
        return o.__sizeof__() > 0

    @step()
    def localcontext(o: Any, v: str) -> Any:
        with decimal.localcontext() as context:
            context.prec = 5
            return str(+o) == "1.2346E+9"

    @step()
    def localcontext_keywords(o: Any, v: str) -> Any:
        with decimal.localcontext(prec=3, rounding=ROUND_UP):
            return str(+o) == "1.24E+9"

    @step(writes=True)
    def context_store(o: Any, v: str) -> Any:
        before = decimal.getcontext()
        decimal.setcontext(decimal.Context(prec=4))
        try:
            return str(+o) == "1.235E+9"
        finally:
            decimal.setcontext(before)


class DecimalContext(Attributes):
    """One Context that threads share: changing it beside others is not recommended, and using it sets its flags."""

    said = "decimal, Context objects: DefaultContext"
    left_out: ClassVar[dict[str, str]] = (
        {
            "__init__": "called once, by who makes it",
            "__reduce__": "asked for by copy and pickle",
        }
        | dict.fromkeys(
            (
                *("abs", "canonical", "compare", "compare_signal", "compare_total", "compare_total_mag"),
                *(
                    "copy_abs",
                    "copy_negate",
                    "copy_sign",
                    "divide_int",
                    "divmod",
                    "exp",
                    "fma",
                    "is_canonical",
                ),
                *("is_finite", "is_infinite", "is_nan", "is_normal", "is_qnan", "is_signed", "is_snan"),
                *(
                    "is_subnormal",
                    "is_zero",
                    "ln",
                    "log10",
                    "logb",
                    "logical_and",
                    "logical_invert",
                    "logical_or",
                ),
                *("logical_xor", "max", "max_mag", "min", "min_mag", "minus", "next_minus", "next_plus"),
                *(
                    "next_toward",
                    "normalize",
                    "number_class",
                    "radix",
                    "remainder",
                    "remainder_near",
                    "rotate",
                ),
                *("same_quantum", "scaleb", "shift", "subtract", "to_integral", "to_integral_exact"),
                *("to_integral_value", "to_eng_string", "copy_decimal", "create_decimal_from_float"),
            ),
            "arithmetic, by the same way in as divide and multiply",
        )
        | {"Etop": "a number made of two others"}
    )

    def fresh(self, size: int) -> Any:
        return decimal.Context(prec=9, traps=[])

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def divide(o: Any, v: str) -> Any:
        return str(o.divide(1, 4)) == "0.25"

    @step(PROCESS, writes=True)
    def divide_inexact(o: Any, v: str) -> Any:
        return o.divide(Decimal(1), Decimal(3)) < 1

    @step(PROCESS, writes=True)
    def divide_by_zero(o: Any, v: str) -> Any:
        return o.divide(1, 0).is_finite()

    @step(PROCESS, writes=True)
    def arithmetic(o: Any, v: str) -> Any:
        return (
            o.add(1, 2),
            o.multiply(3, 4),
            o.power(2, 100),
            o.sqrt(2),
            o.plus(3),
            o.quantize(Decimal(1), Decimal(1)),
        )

    @step(PROCESS)
    def create_decimal(o: Any, v: str) -> Any:
        return o.create_decimal("1.23456789012345")

    @step(PROCESS)
    def texts(o: Any, v: str) -> Any:
        return o.to_sci_string(Decimal("1E+9")), len(repr(o)) > 9

    @step(PROCESS, writes=True)
    def prec(o: Any, v: str) -> Any:
        o.prec = int(v[1])
        return o.prec

    @step(PROCESS, writes=True)
    def rounding(o: Any, v: str) -> Any:
        o.rounding = ROUND_DOWN
        return o.rounding

    @step(PROCESS, writes=True)
    def limits(o: Any, v: str) -> Any:
        o.Emax, o.Emin = 99, -99
        return o.Emax, o.Emin, o.Etiny()

    @step(PROCESS, writes=True)
    def settings(o: Any, v: str) -> Any:
        o.capitals, o.clamp = 0, 1
        return o.capitals, o.clamp

    @step(PROCESS, writes=True)
    def flags(o: Any, v: str) -> Any:
        o.flags[Inexact] = True
        return dict(o.flags)

    @step(PROCESS, writes=True, makes=True)
    def flags_store(o: Any, v: str) -> Any:
        o.flags = made = {Inexact: True}
        return made

    @step(PROCESS, writes=True)
    def traps(o: Any, v: str) -> Any:
        o.traps[Inexact] = not o.traps[Inexact]
        return len(list(o.traps))

    @step(PROCESS, writes=True, makes=True)
    def traps_store(o: Any, v: str) -> Any:
        o.traps = made = dict.fromkeys(o.traps, False)
        return made

    @step(PROCESS, writes=True)
    def clear_flags(o: Any, v: str) -> Any:
        o.clear_flags()

    @step(PROCESS, writes=True)
    def clear_traps(o: Any, v: str) -> Any:
        o.clear_traps()

    @step(PROCESS)
    def copies(o: Any, v: str) -> Any:
        return o.copy().prec, copy.copy(o).Emax, len(pickle.dumps(o)) > 9

    @step(PROCESS, writes=True)
    def setcontext(o: Any, v: str) -> Any:
        """Threads have one and the same as their own for a moment."""
        before = decimal.getcontext()
        decimal.setcontext(o)
        try:
            return Decimal(1) / 3
        finally:
            decimal.setcontext(before)

    @step(PROCESS, writes=True)
    def localcontext(o: Any, v: str) -> Any:
        with decimal.localcontext(o) as context:
            context.prec = 5
            return Decimal(1) / 3


class SignalDict(Attributes):
    """A context's flags and traps: views of it, which may outlive it."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        context = decimal.Context(prec=9, traps=[Inexact], flags=[])
        return [context], context.flags, context.traps

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def drop(o: Any, v: str) -> Any:
        o[0].clear()

    @step(writes=True)
    def flags_of_another(o: Any, v: str) -> Any:
        o[0][0].flags = o[2]
        o[0][0].traps = o[1]

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[1][Inexact] = v[1] == "1"

    @step()
    def item(o: Any, v: str) -> Any:
        return o[1][Inexact], o[2][Inexact]

    @step()
    def repr_(o: Any, v: str) -> Any:
        return repr(o[1]), repr(o[2])

    @step()
    def list_(o: Any, v: str) -> Any:
        return len(list(o[1])), len(o[2]), dict(o[1]) == o[2]

    @step()
    def eq(o: Any, v: str) -> Any:
        return o[1] == o[2], o[1] != {}, o[1] == decimal.Context().flags

    @step()
    def copies(o: Any, v: str) -> Any:
        return o[1].copy(), copy.copy(o[2]).get(Inexact)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[1][Inexact]

    @step(writes=True)
    def arithmetic(o: Any, v: str) -> Any:
        return o[0][0].divide(1, 3)


CONTEXT = decimal.Context()
SIGNALS = tuple(CONTEXT.flags)


class _Flag:
    """Whether a signal is set: an object that is gone when nobody holds it, and takes its time to say so."""

    def __init__(self, worth: int) -> None:
        self.worth = worth

    def __bool__(self) -> bool:
        return self.worth > 0


class SignalsGiven(Subject):
    """A dict of all signals of which contexts make their flags and traps, while others change it."""

    most = PROCESS
    may_raise = (KeyError,)

    def fresh(self, size: int) -> Any:
        return {signal: _Flag(0) for signal in SIGNALS}

    def left(self, o: Any) -> Any:
        return len(o)

    @step()
    def flags(o: Any, v: str) -> Any:
        context = decimal.Context()
        context.flags = o
        return dict(context.flags)

    @step()
    def traps(o: Any, v: str) -> Any:
        context = decimal.Context()
        context.traps = o
        return context.traps[Inexact]

    @step()
    def context(o: Any, v: str) -> Any:
        return decimal.Context(flags=o, traps=o).prec

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[Inexact] = _Flag(1)

    @step(writes=True)
    def store_all(o: Any, v: str) -> Any:
        for signal in list(o):
            o[signal] = _Flag(0)

    @step(writes=True)
    def delete(o: Any, v: str) -> Any:
        del o[Inexact]

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        o[v] = _Flag(0)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o.clear()


class LocalContext(Subject):
    """A context manager of decimal's that threads enter and leave; it goes back to what it found last."""

    def fresh(self, size: int) -> Any:
        return decimal.localcontext(prec=5)

    def left(self, o: Any) -> Any:
        return None

    @step(PROCESS, writes=True)
    def with_(o: Any, v: str) -> Any:
        before = decimal.getcontext()
        try:
            with o as context:
                context.prec += 1
                return Decimal(1) / 3
        finally:
            decimal.setcontext(before)

    @step(PROCESS, writes=True)
    def enter(o: Any, v: str) -> Any:
        before = decimal.getcontext()
        try:
            return o.__enter__().prec
        finally:
            decimal.setcontext(before)

    @step(PROCESS, writes=True)
    def exit_(o: Any, v: str) -> Any:
        before = decimal.getcontext()
        try:
            o.__exit__(None, None, None)
        finally:
            decimal.setcontext(before)


class Fraction(Subject):
    """A Fraction, which never changes."""

    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        ("from_float", "from_decimal", "from_number"), "makes a number of another"
    ) | {"conjugate": "of complex numbers", "imag": "of complex numbers", "real": "of complex numbers"}

    def fresh(self, size: int) -> Any:
        return fractions.Fraction(22, 7)

    def left(self, o: Any) -> Any:
        return o.numerator, o.denominator

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        return [
            (one.numerator, one.denominator)
            for one in (o + 1, o - 1, o * 2, o / 3, -o, +o, abs(o), o % 3, o**2)
        ]

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return o == 1, o < 1, o <= 1.5, o > 1, o >= 1, bool(o), o // 1, divmod(o, 1)[0]

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(fractions.Fraction(22, 7))

    @step()
    def rounds(o: Any, v: str) -> Any:
        return round(o), math.floor(o), math.ceil(o), math.trunc(o), float(round(o, 1))

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.as_integer_ratio(), o.is_integer(), o.limit_denominator(5).numerator

    @step()
    def conversions(o: Any, v: str) -> Any:
        return float(o), int(o), complex(o), len(str(o)), len(repr(o)), len(f"{o:.3f}")

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) is o, copy.deepcopy(o) == o, pickle.loads(pickle.dumps(o)) == o

    @step()
    def parse(o: Any, v: str) -> Any:
        return fractions.Fraction("22/7") == o, fractions.Fraction(0.5).denominator


class Random(Subject):
    """A generator of random numbers: said to be thread-safe. Each number is drawn once, and the state is a state."""

    said = "random: note on thread safety"
    left_out: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            *("betavariate", "expovariate", "gammavariate", "lognormvariate", "paretovariate", "triangular"),
            *("vonmisesvariate", "weibullvariate", "normalvariate", "binomialvariate"),
        ),
        "arithmetic on what random() gives",
    ) | {"VERSION": "a number", "_randbelow": "called by all that draw integers"}

    def fresh(self, size: int) -> Any:
        return random.Random(size)

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        """A state that another generator takes, and from which both go on alike."""
        state = o.getstate()
        if not 0 <= state[1][-1] <= 624 or not any(state[1][:-1]):
            return f"the state's place is {state[1][-1]}, or all of it is zero"
        twin = random.Random(0)
        twin.setstate(state)
        return "" if twin.random() == o.random() else "what has the same state goes on with another number"

    @step(writes=True)
    def random_(o: Any, v: str) -> Any:
        return "" if 0.0 <= o.random() < 1.0 else "out of [0, 1)"

    @step(writes=True)
    def getrandbits(o: Any, v: str) -> Any:
        return "" if 0 <= o.getrandbits(32) < 2**32 else "too many bits"

    @step(writes=True)
    def getrandbits_many(o: Any, v: str) -> Any:
        return "" if 0 <= o.getrandbits(2000) < 2**2000 else "too many bits"

    @step(writes=True)
    def randbytes(o: Any, v: str) -> Any:
        return len(o.randbytes(20))

    @step(writes=True)
    def integers(o: Any, v: str) -> Any:
        return "" if 0 <= o.randrange(10) < 10 and 1 <= o.randint(1, 6) <= 6 else "out of its range"

    @step(writes=True)
    def choice(o: Any, v: str) -> Any:
        return o.choice([v])

    @step(writes=True)
    def choices(o: Any, v: str) -> Any:
        return o.choices([v], k=2)

    @step(writes=True)
    def sample(o: Any, v: str) -> Any:
        return o.sample([v], 1)

    @step(writes=True)
    def shuffle(o: Any, v: str) -> Any:
        many = list(range(9))
        o.shuffle(many)
        return sorted(many)

    @step(writes=True)
    def uniform(o: Any, v: str) -> Any:
        return "" if 1.0 <= o.uniform(1, 2) <= 2.0 else "out of its range"

    @step(PROCESS, writes=True)
    def gauss(o: Any, v: str) -> Any:
        """Said not to be thread-safe."""
        return o.gauss(0, 1) < 99

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(v)

    @step(writes=True)
    def init_in_c(o: Any, v: str) -> Any:
        _random.Random.__init__(o, int(v[1]))

    @step(writes=True)
    def seed(o: Any, v: str) -> Any:
        o.seed(v)

    @step(writes=True)
    def seed_number(o: Any, v: str) -> Any:
        o.seed(2**1000)

    @step(writes=True)
    def setstate(o: Any, v: str) -> Any:
        o.setstate(STATE)

    @step()
    def getstate(o: Any, v: str) -> Any:
        return len(o.getstate()[1])

    @step()
    def copies(o: Any, v: str) -> Any:
        return 0 <= copy.copy(o).random() < 1

    @step()
    def dumps(o: Any, v: str) -> Any:
        return 0 <= pickle.loads(pickle.dumps(o)).random() < 1


STATE = random.Random(1).getstate()


class RandomUnique(Subject):
    """A generator from which each number is drawn once: 53 bits are not the same twice."""

    said = "random: note on thread safety"

    def fresh(self, size: int) -> Any:
        return random.Random(1), []

    def left(self, o: Any) -> Any:
        return None

    def wrong(self, o: Any) -> str:
        return "" if len(set(o[1])) == len(o[1]) else "a number was drawn twice"

    @step(writes=True)
    def random_(o: Any, v: str) -> Any:
        o[1].append(o[0].random())

    @step(writes=True)
    def getrandbits(o: Any, v: str) -> Any:
        o[1].append(o[0].getrandbits(64))

    @step(writes=True)
    def random_many(o: Any, v: str) -> Any:
        """Past the end of the state: it is made anew in between."""
        o[1].extend([o[0].random() for _ in range(400)])


class SystemRandom(Subject):
    """The system's random numbers: no state to race on but the system's."""

    left_out: ClassVar[dict[str, str]] = {
        "getstate": "raises only",
        "setstate": "raises only",
        "seed": "does nothing",
    }

    def fresh(self, size: int) -> Any:
        return random.SystemRandom()

    def left(self, o: Any) -> Any:
        return None

    @step()
    def random_(o: Any, v: str) -> Any:
        return "" if 0.0 <= o.random() < 1.0 else "out of [0, 1)"

    @step()
    def getrandbits(o: Any, v: str) -> Any:
        return "" if 0 <= o.getrandbits(9) < 512 else "too many bits"

    @step()
    def randbytes(o: Any, v: str) -> Any:
        return len(o.randbytes(9))

    @step(writes=True)
    def gauss(o: Any, v: str) -> Any:
        return "" if o.gauss() < 99 else "out of the ordinary"


class NormalDist(Subject):
    """A normal distribution of statistics', which never changes, and numbers that others change."""

    def fresh(self, size: int) -> Any:
        return statistics.NormalDist(1.0, 2.0), [1.0, 2.0, 4.0]

    def left(self, o: Any) -> Any:
        return None

    @step()
    def values(o: Any, v: str) -> Any:
        return o[0].mean, o[0].stdev, o[0].cdf(1.0), o[0].pdf(1.0) > 0, o[0].inv_cdf(0.5)

    @step(PROCESS)
    def mean(o: Any, v: str) -> Any:
        return statistics.fmean(o[1]), math.fsum(o[1]), sum(o[1]), math.prod(o[1])

    @step(PROCESS)
    def distances(o: Any, v: str) -> Any:
        return math.dist(o[1], [0.0, 0.0, 0.0]), math.hypot(*o[1]), math.sumprod(o[1], o[1])  # type: ignore[attr-defined]

    @step(writes=True)
    def append(o: Any, v: str) -> Any:
        o[1].append(8.0)

    @step(writes=True)
    def clear(o: Any, v: str) -> Any:
        o[1].clear()

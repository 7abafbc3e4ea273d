"""datetime, zoneinfo, time: moments that never change, and what is made of them once and kept."""

from __future__ import annotations

import calendar
import copy
import datetime
import itertools
import pickle
import time
import zoneinfo
from collections.abc import Callable
from typing import Any, ClassVar
from zoneinfo import _zoneinfo  # type: ignore[attr-defined]

from harness.kernel.pairs import PROCESS, AskedItems, OwnNumber, Subject, step

NEVER_CHANGES: dict[str, str] = {"min": "a constant", "max": "a constant", "resolution": "a constant"}
MOMENT = "2026-03-29T01:30:00+00:00"


class DateTime(Subject):
    """A moment in a zone of its own, with its hash made when it is first asked for."""

    left_out: ClassVar[dict[str, str]] = NEVER_CHANGES | dict.fromkeys(
        (
            "fromordinal",
            "fromtimestamp",
            "now",
            "today",
            "utcnow",
            "utcfromtimestamp",
            "combine",
            "fromisocalendar",
        ),
        "makes a moment of something else",
    )

    def fresh(self, size: int) -> Any:
        return datetime.datetime.fromisoformat(MOMENT)

    def left(self, o: Any) -> Any:
        return o.isoformat() == MOMENT

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(datetime.datetime.fromisoformat(MOMENT))

    @step()
    def parts(o: Any, v: str) -> Any:
        return (
            o.year,
            o.month,
            o.day,
            o.hour,
            o.minute,
            o.second,
            o.microsecond,
            o.fold,
            o.tzinfo == datetime.UTC,
        )

    @step()
    def made(o: Any, v: str) -> Any:
        return o.date().toordinal(), o.time().minute, o.timetz().hour, o.timetuple()[2], o.utctimetuple()[3]

    @step()
    def zones(o: Any, v: str) -> Any:
        return o.utcoffset().days, o.dst(), len(o.tzname())

    @step()
    def days(o: Any, v: str) -> Any:
        return o.weekday(), o.isoweekday(), o.isocalendar()[1], o.toordinal(), o.timestamp()

    @step()
    def texts(o: Any, v: str) -> Any:
        return (
            len(o.isoformat()),
            len(o.ctime()),
            len(o.strftime("%Y %z")),
            len(str(o)),
            len(repr(o)),
            len(f"{o:%d}"),
        )

    @step()
    def parse(o: Any, v: str) -> Any:
        return datetime.datetime.strptime("2026 03 29", "%Y %m %d").day

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        day = datetime.timedelta(1)
        return (o + day).day, (day + o).day, (o - day).day, (o - o).days

    @step()
    def comparisons(o: Any, v: str) -> Any:
        other = o.replace(year=2027)
        return o == other, o != other, o < other, o <= other, o > other, o >= other

    @step()
    def astimezone(o: Any, v: str) -> Any:
        return o.astimezone(datetime.timezone(datetime.timedelta(hours=int(v[1])))).hour

    @step()
    def astimezone_local(o: Any, v: str) -> Any:
        return o.astimezone().year

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o, pickle.loads(pickle.dumps(o)) == o


class Date(Subject):
    """A day, with its hash made when it is first asked for."""

    left_out: ClassVar[dict[str, str]] = NEVER_CHANGES | dict.fromkeys(
        ("fromordinal", "fromtimestamp", "today", "fromisocalendar", "strptime"),
        "makes a day of something else",
    )

    def fresh(self, size: int) -> Any:
        return datetime.date.fromisoformat("2026-03-29")

    def left(self, o: Any) -> Any:
        return o.toordinal()

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(datetime.date(2026, 3, 29))

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.year, o.month, o.day, o.weekday(), o.isoweekday(), o.isocalendar().week, o.timetuple()[2]

    @step()
    def texts(o: Any, v: str) -> Any:
        return len(o.isoformat()), len(o.ctime()), len(o.strftime("%x")), len(str(o)), len(repr(o))

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        day = datetime.timedelta(1)
        return (o + day).day, (o - day).day, (o - o).days, o.replace(day=1).day

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return o == o, o < datetime.date.max, o > datetime.date.max

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o


class TimeOfDay(Subject):
    """A time of day, with its hash made when it is first asked for."""

    left_out: ClassVar[dict[str, str]] = NEVER_CHANGES | {"strptime": "makes a time of something else"}

    def fresh(self, size: int) -> Any:
        return datetime.time.fromisoformat("01:30:00+01:00")

    def left(self, o: Any) -> Any:
        return o.minute

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(datetime.time.fromisoformat("01:30:00+01:00"))

    @step()
    def parts(o: Any, v: str) -> Any:
        return (
            o.hour,
            o.minute,
            o.second,
            o.microsecond,
            o.fold,
            o.utcoffset().seconds,
            o.dst(),
            len(o.tzname()),
        )

    @step()
    def texts(o: Any, v: str) -> Any:
        return len(o.isoformat()), len(o.strftime("%X")), len(str(o)), len(repr(o)), len(f"{o:%H}")

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return o == o, o < o.replace(hour=2), bool(o), o.tzinfo is None

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o


class TimeDelta(Subject):
    """A span of time, with its hash made when it is first asked for."""

    left_out: ClassVar[dict[str, str]] = NEVER_CHANGES

    def fresh(self, size: int) -> Any:
        return datetime.timedelta(days=size, seconds=5, microseconds=7)

    def left(self, o: Any) -> Any:
        return o.days

    @step()
    def hash_(o: Any, v: str) -> Any:
        return hash(o) == hash(datetime.timedelta(days=3, seconds=5, microseconds=7))

    @step()
    def parts(o: Any, v: str) -> Any:
        return o.days, o.seconds, o.microseconds, o.total_seconds(), len(str(o)), len(repr(o))

    @step()
    def arithmetic(o: Any, v: str) -> Any:
        return [one.days for one in (o + o, o - o, -o, +o, abs(o), o * 2, 2 * o, o / 2, o // 2, o % o)]

    @step()
    def comparisons(o: Any, v: str) -> Any:
        return o / o, divmod(o, o)[0], o == o, o < o * 2, bool(o)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o


class TimeZone(Subject):
    """A zone with a fixed distance."""

    left_out: ClassVar[dict[str, str]] = NEVER_CHANGES | {"utc": "a constant"}

    def fresh(self, size: int) -> Any:
        return datetime.timezone(datetime.timedelta(hours=size), "x0")

    def left(self, o: Any) -> Any:
        return o.tzname(None)

    @step()
    def asks(o: Any, v: str) -> Any:
        return o.utcoffset(None).seconds, o.tzname(None), o.dst(None)

    @step()
    def fromutc(o: Any, v: str) -> Any:
        return o.fromutc(datetime.datetime(2026, 1, 1, tzinfo=o)).hour

    @step()
    def texts(o: Any, v: str) -> Any:
        return len(str(o)), len(repr(o)), hash(o) == hash(o), o == datetime.UTC

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, copy.deepcopy(o) == o, pickle.loads(pickle.dumps(o)) == o


def _zone_data() -> bytes:
    """A zone's file of version 1: a change of an hour each half year, from 2000 to 2030."""
    moments = [
        int(datetime.datetime(year, month, 1).timestamp()) for year in range(2000, 2031) for month in (4, 10)
    ]
    names = b"ONE\0TWO\0"
    head = b"TZif" + b"\0" * 16
    counts = b"".join(count.to_bytes(4, "big") for count in (0, 0, 0, len(moments), 2, len(names)))
    body = b"".join(one.to_bytes(4, "big") for one in moments) + bytes(at % 2 for at in range(len(moments)))
    kinds = (3600).to_bytes(4, "big") + b"\1\4" + (0).to_bytes(4, "big") + b"\0\0"
    return head + counts + body + kinds + names


ZONE = _zone_data()
KEYS = itertools.count()


class _ZoneFile:
    """What reads like a file of a zone."""

    def __init__(self) -> None:
        self.at = 0

    def read(self, size: int = -1) -> bytes:
        began, self.at = self.at, len(ZONE) if size < 0 else self.at + size
        return ZONE[began : self.at]


class ZoneInfo(Subject):
    """A zone with changes, which remembers the last of what it was asked."""

    left_out: ClassVar[dict[str, str]] = {"from_file": "makes a zone", "__init_subclass__": "a class's"}

    def fresh(self, size: int) -> Any:
        return zoneinfo.ZoneInfo.from_file(_ZoneFile(), key="pairs/x0")  # type: ignore[arg-type]

    def left(self, o: Any) -> Any:
        return str(o) == "pairs/x0"

    @step()
    def utcoffset(o: Any, v: str) -> Any:
        return o.utcoffset(datetime.datetime(2020, 5 + int(v[1]), 1)).seconds

    @step()
    def utcoffset_later(o: Any, v: str) -> Any:
        return o.utcoffset(datetime.datetime(2040, 1, 1)).seconds

    @step()
    def dst(o: Any, v: str) -> Any:
        return o.dst(datetime.datetime(2020, 11, 1)).seconds

    @step()
    def tzname(o: Any, v: str) -> Any:
        return o.tzname(datetime.datetime(2020, 5, 1)) == "ONE"

    @step()
    def fromutc(o: Any, v: str) -> Any:
        return o.fromutc(datetime.datetime(2020, 5, 1, tzinfo=o)).hour

    @step()
    def moment(o: Any, v: str) -> Any:
        moment = datetime.datetime(2020, 5, 1, tzinfo=o)
        return moment.astimezone(datetime.UTC).hour, hash(moment) == hash(moment), len(str(moment))

    @step()
    def members(o: Any, v: str) -> Any:
        return len(o.key), len(str(o)), len(repr(o)) > 3, hash(o) == hash(o)


class ZoneInfoCache(Subject):
    """A subclass of ZoneInfo with its own cache of zones by name: all that it has are found through it."""

    def fresh(self, size: int) -> Any:
        class Zones(zoneinfo.ZoneInfo):
            pass

        return Zones

    def left(self, o: Any) -> Any:
        o.clear_cache()
        return None

    @step(PROCESS)
    def ask(o: Any, v: str) -> Any:
        return o("Etc/UTC").key

    @step(PROCESS)
    def same(o: Any, v: str) -> Any:
        return o("Etc/UTC") is o("Etc/UTC")

    @step(PROCESS)
    def no_cache(o: Any, v: str) -> Any:
        return o.no_cache("Etc/UTC").key

    @step(PROCESS)
    def missing(o: Any, v: str) -> Any:
        return o("pairs/" + v)

    @step(PROCESS, writes=True)
    def clear_cache(o: Any, v: str) -> Any:
        o.clear_cache()

    @step(PROCESS, writes=True)
    def clear_key(o: Any, v: str) -> Any:
        o.clear_cache(only_keys=["Etc/UTC"])

    @step(PROCESS)
    def dumps(o: Any, v: str) -> Any:
        return len(pickle.dumps(zoneinfo.ZoneInfo("Etc/UTC"))) > 9


class ZoneInfoKept(Subject):
    """The zones that all share: the last that were asked for are kept in a list, which no derived class has."""

    names: ClassVar[list[str]] = ["Etc/UTC", "Etc/GMT", *(f"Etc/GMT+{number}" for number in range(1, 9))]
    """More than are kept."""
    may_raise = (zoneinfo.ZoneInfoNotFoundError,)
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return zoneinfo.ZoneInfo

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def ask(o: Any, v: str) -> Any:
        return o("Etc/UTC").key

    @step(writes=True)
    def ask_some(o: Any, v: str) -> Any:
        return [o(name).key for name in ZoneInfoKept.names[:3]]

    @step(writes=True)
    def ask_all(o: Any, v: str) -> Any:
        """Each is the first now, and the last is let go of."""
        return [o(name).key for name in ZoneInfoKept.names]

    @step(writes=True)
    def clear_cache(o: Any, v: str) -> Any:
        o.clear_cache()

    @step(writes=True)
    def clear_keys(o: Any, v: str) -> Any:
        o.clear_cache(only_keys=ZoneInfoKept.names[:2])


class _AskedKey(str):
    """A key of a zone that clears what is kept when it is compared for the first time."""

    __slots__ = ("clear", "home")
    home: Any
    clear: Callable[[Any], object] | None

    def __eq__(self, other: object) -> bool:
        clear, self.clear = self.clear, None
        if clear is not None:
            clear(self.home)
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        return str.__hash__(self)


CLEARS: tuple[Callable[[Any], object], ...] = (
    lambda zones: zones.clear_cache(),
    lambda zones: zones.clear_cache(only_keys=ZoneInfoKept.names[:2]),
    lambda zones: [zones(name) for name in ZoneInfoKept.names],
)
"""What a key does when it is compared: the last one asks for so many others that those before are let go of."""


class ZoneInfoAskedByKey(Subject):
    """The zones that all share, and a class of zones of each thread's own, by keys that clear what is kept of them."""

    may_raise = (zoneinfo.ZoneInfoNotFoundError,)
    most = PROCESS
    sizes = tuple(range(len(CLEARS)))

    def fresh(self, size: int) -> Any:
        return {letter: type("Zones", (zoneinfo.ZoneInfo,), {}) for letter in "ab"}, size

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def ask(o: Any, v: str) -> Any:
        zones, key = _kept(zoneinfo.ZoneInfo, o[1], 0)
        return zones(key).key

    @step(writes=True)
    def ask_other(o: Any, v: str) -> Any:
        """Of what is not kept."""
        zones, key = _kept(zoneinfo.ZoneInfo, o[1], 5)
        return zones(key).key

    @step(writes=True)
    def clear_key(o: Any, v: str) -> Any:
        zones, key = _kept(zoneinfo.ZoneInfo, o[1], 1)
        zones.clear_cache(only_keys=[key])

    @step(writes=True)
    def clear_keys_that_clear(o: Any, v: str) -> Any:
        """Keys that clear all when they are gone through."""
        zones, _ = _kept(zoneinfo.ZoneInfo, o[1], 0)
        zones.clear_cache(only_keys=AskedItems(zones, CLEARS[o[1]], ZoneInfoKept.names[:3]))

    @step(writes=True)
    def ask_own(o: Any, v: str) -> Any:
        zones, key = _kept(o[0][v[0]], o[1], 0)
        return zones(key).key, zones(key) is zones(str(key))

    @step(writes=True)
    def clear_own(o: Any, v: str) -> Any:
        zones, key = _kept(o[0][v[0]], o[1], 1)
        zones.clear_cache(only_keys=[key])

    @step(writes=True)
    def no_cache(o: Any, v: str) -> Any:
        zones, key = _kept(o[0][v[0]], o[1], 0)
        return zones.no_cache(key).key

    @step(writes=True)
    def ask_plain(o: Any, v: str) -> Any:
        return [zoneinfo.ZoneInfo(name).key for name in ZoneInfoKept.names[:3]]


def _kept(zones: Any, turn: int, number: int) -> tuple[Any, _AskedKey]:
    """A class of zones that keeps the first three, and a key of one of all."""
    for name in ZoneInfoKept.names[:3]:
        zones(name)
    key = _AskedKey(ZoneInfoKept.names[number])
    key.home, key.clear = zones, CLEARS[turn]
    return zones, key


class ZoneInfoInPython(Subject):
    """A class of zones written in Python, with its own cache of the last few that were asked for by name."""

    def fresh(self, size: int) -> Any:
        class Zones(_zoneinfo.ZoneInfo):  # type: ignore[misc]
            pass

        Zones._strong_cache_size = 1
        Zones("Etc/UTC")
        return Zones

    def left(self, o: Any) -> Any:
        return o("Etc/UTC").key

    @step(writes=True)
    def ask(o: Any, v: str) -> Any:
        return len(o("Etc/UTC").key)

    @step(writes=True)
    def ask_another(o: Any, v: str) -> Any:
        return len(o("UTC").key), len(o("Etc/GMT").key)

    @step(writes=True)
    def clear_cache(o: Any, v: str) -> Any:
        o.clear_cache()

    @step(writes=True)
    def clear_key(o: Any, v: str) -> Any:
        o.clear_cache(only_keys=["Etc/UTC"])


class Clock(Subject):
    """The process's clock, its texts of moments, and a struct_time that threads share."""

    def fresh(self, size: int) -> Any:
        return time.gmtime(86400 * 200)

    def left(self, o: Any) -> Any:
        return list(o)

    @step()
    def localtime(o: Any, v: str) -> Any:
        return time.localtime(86400 * 200).tm_year, len(time.localtime().tm_zone)

    @step()
    def gmtime(o: Any, v: str) -> Any:
        return list(time.gmtime(86400 * 200)) == list(o)

    @step()
    def mktime(o: Any, v: str) -> Any:
        return time.mktime(o), calendar.timegm(o)

    @step()
    def strftime(o: Any, v: str) -> Any:
        return time.strftime("%Y-%m-%d %H:%M:%S", o) == "1970-07-20 00:00:00"

    @step()
    def strftime_names(o: Any, v: str) -> Any:
        return len(time.strftime("%a %b %c %p %Z", o)) > 9

    @step()
    def strptime(o: Any, v: str) -> Any:
        return time.strptime("1970-07-20", "%Y-%m-%d").tm_yday

    @step()
    def strptime_many(o: Any, v: str) -> Any:
        return time.strptime(v, v[0] + "%d").tm_mday

    @step()
    def asctime(o: Any, v: str) -> Any:
        return time.asctime(o) == "Mon Jul 20 00:00:00 1970", len(time.ctime(0))

    @step()
    def clocks(o: Any, v: str) -> Any:
        return (
            time.monotonic() <= time.monotonic(),
            time.time_ns() > 0,
            time.perf_counter() > 0,
            time.thread_time() >= 0,
        )

    @step()
    def fields(o: Any, v: str) -> Any:
        return (
            o.tm_year,
            o.tm_yday,
            o[0],
            list(o[:3]),
            len(o),
            o == tuple(o),
            hash(o) == hash(tuple(o)),
            len(repr(o)),
        )

    @step()
    def more_fields(o: Any, v: str) -> Any:
        return (
            o.tm_mon,
            o.tm_mday,
            o.tm_hour,
            o.tm_min,
            o.tm_sec,
            o.tm_wday,
            o.tm_isdst,
            o.tm_zone,
            o.tm_gmtoff,
        )

    @step()
    def as_tuple(o: Any, v: str) -> Any:
        return (
            o.count(0),
            o.index(1970),
            1970 in o,
            o.n_fields,
            o.n_sequence_fields,
            o.n_unnamed_fields,
            len(o * 2),
        )

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o) == o, pickle.loads(pickle.dumps(o)) == o, copy.replace(o, tm_year=1971)[0]  # type: ignore[attr-defined]

    @step(writes=True)
    def tzset(o: Any, v: str) -> Any:
        time.tzset()
        return time.timezone

    @step()
    def get_clock_info(o: Any, v: str) -> Any:
        return time.get_clock_info("monotonic").monotonic

    @step()
    def calendar_(o: Any, v: str) -> Any:
        return len(calendar.month(2026, 3)), calendar.monthrange(2026, 2)[1]


class TimeTupleClass(Subject):
    """What the class of time's tuples says of its fields is stored anew, with the same worth, while they are used."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        o = time.gmtime(0)
        _say_again(o)
        return o

    def left(self, o: Any) -> Any:
        for name, count in FIELDS.items():
            setattr(time.struct_time, name, count)
        return None

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        _say_again(o)

    @step(writes=True)
    def store_often(o: Any, v: str) -> Any:
        for _ in range(4):
            _say_again(o)

    @step()
    def made(o: Any, v: str) -> Any:
        return time.struct_time(tuple(o)), time.struct_time(list(o))

    @step()
    def asked(o: Any, v: str) -> Any:
        return o.n_fields, o.n_sequence_fields, o.n_unnamed_fields

    @step()
    def repr_(o: Any, v: str) -> Any:
        return repr(o) == repr(time.gmtime(0)), str(o)

    @step()
    def copies(o: Any, v: str) -> Any:
        return copy.copy(o), pickle.loads(pickle.dumps(o)), o.__reduce__()

    @step()
    def replaced(o: Any, v: str) -> Any:
        return copy.replace(o, tm_year=1971)  # type: ignore[attr-defined]


FIELDS = {
    name: getattr(time.struct_time, name) for name in ("n_fields", "n_sequence_fields", "n_unnamed_fields")
}


def _say_again(o: Any) -> None:
    for name, count in FIELDS.items():
        setattr(type(o), name, OwnNumber(count))

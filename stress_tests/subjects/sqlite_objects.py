"""sqlite3: databases in memory whose connections, cursors, rows and blobs threads share."""

from __future__ import annotations

import sqlite3
import threading
from functools import partial
from typing import Any, ClassVar

from harness.kernel.pairs import PROCESS, AskedItems, Attributes, Subject, fresh_strings, giving, step, wait


def _database(size: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    connection.execute("create table t (number integer primary key, text text, bytes blob)")
    connection.executemany(
        "insert into t values (null, ?, zeroblob(9))", [(one,) for one in fresh_strings(size)]
    )
    return connection


class Connection(Attributes):
    """A database in memory whose connection threads share, and which any of them may close."""

    said = "sqlite3, check_same_thread"
    most = PROCESS
    left_out: ClassVar[dict[str, str]] = {
        name: f"an exception, to be had without the module: sqlite3.{name}"
        for name in dir(sqlite3)
        if name in ("Warning", "Error") or name.endswith("Error")
    } | {
        "__init__": "called once, by who makes it",
        "__del__": "called by the interpreter alone",
        "__call__": "driven by execute",
        "load_extension": "it needs a file",
        "enable_load_extension": "it needs a file",
    }

    def fresh(self, size: int) -> Any:
        return _database(size)

    def left(self, o: Any) -> Any:
        o.close()
        return None

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        return o.execute("insert into t (text) values (?)", (v,)).lastrowid

    @step(writes=True)
    def insert_many(o: Any, v: str) -> Any:
        return o.executemany("insert into t (text) values (?)", [(v,), (v,)]).rowcount

    @step()
    def select(o: Any, v: str) -> Any:
        return o.execute("select text from t").fetchall()

    @step()
    def iterate(o: Any, v: str) -> Any:
        return [text for (text,) in o.execute("select text from t")]

    @step(writes=True)
    def script(o: Any, v: str) -> Any:
        o.executescript("update t set text = 'x1'; delete from t where number = 2;")

    @step(writes=True)
    def transaction(o: Any, v: str) -> Any:
        o.execute("begin")
        o.execute("insert into t (text) values (?)", (v,))
        o.commit()
        return o.in_transaction

    @step(writes=True)
    def rollback(o: Any, v: str) -> Any:
        o.rollback()

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o:
            o.execute("insert into t (text) values (?)", (v,))

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step()
    def cursor(o: Any, v: str) -> Any:
        return o.cursor().connection is o

    @step()
    def blobopen(o: Any, v: str) -> Any:
        with o.blobopen("t", "bytes", 1) as blob:
            return blob.read()

    @step(writes=True)
    def function(o: Any, v: str) -> Any:
        o.create_function("f", 1, str.upper)
        return o.execute("select f('x')").fetchone()

    @step(writes=True)
    def aggregates(o: Any, v: str) -> Any:
        o.create_aggregate("g", 1, _Count)
        return o.execute("select g(text) from t").fetchone()

    @step(writes=True)
    def window(o: Any, v: str) -> Any:
        o.create_window_function("w", 1, _Count)
        return o.execute("select w(text) over (order by number) from t").fetchall()

    @step(writes=True)
    def collation(o: Any, v: str) -> Any:
        o.create_collation("c", lambda one, other: (one > other) - (one < other))
        return o.execute("select text from t order by text collate c").fetchall()

    @step(writes=True)
    def callbacks(o: Any, v: str) -> Any:
        o.set_authorizer(giving(sqlite3.SQLITE_OK))
        o.set_progress_handler(giving(0), 1)
        o.set_trace_callback(giving(None))

    @step(writes=True)
    def callbacks_that_change(o: Any, v: str) -> Any:
        """Each takes itself back when it is called."""
        o.set_authorizer(lambda *about: o.set_authorizer(None) or sqlite3.SQLITE_OK)
        o.set_progress_handler(lambda: o.set_progress_handler(None, 0) or 0, 1)
        o.set_trace_callback(lambda statement: o.set_trace_callback(None))
        return o.execute("select text from t").fetchall()

    @step(writes=True)
    def function_that_changes(o: Any, v: str) -> Any:
        """It is another function after it was called, and its connection is closed."""
        o.create_function("h", 1, lambda text: o.create_function("h", 1, None) or text)
        o.create_function("k", 1, lambda text: o.close() or text)
        return o.execute("select h(text), k(text) from t").fetchall()

    @step(writes=True)
    def collation_that_changes(o: Any, v: str) -> Any:
        o.create_collation("d", lambda one, other: o.create_collation("d", None) or 0)
        return o.execute("select text from t order by text collate d").fetchall()

    @step(writes=True)
    def rows_that_change(o: Any, v: str) -> Any:
        """Whoever makes a row, or a text, has another one make the next."""
        o.row_factory = lambda cursor, row: o.__setattr__("row_factory", None) or row
        o.text_factory = lambda text: o.__setattr__("text_factory", str) or v
        return o.execute("select text from t").fetchall()

    @step(writes=True)
    def autocommit(o: Any, v: str) -> Any:
        """What a store leaves behind, and does not tell, is told where partial looks at what it gets."""
        partial(setattr, o, "autocommit", v[0] == "a")()
        partial(setattr, o, "autocommit", 1 << 70)()

    @step(writes=True)
    def parameters_asked(o: Any, v: str) -> Any:
        """Of a sequence that ends the transaction when it is asked for an item."""
        return o.execute("select ?, ?", AskedItems(o, sqlite3.Connection.rollback, [1, 2])).fetchall()

    @step(writes=True)
    def many_asked(o: Any, v: str) -> Any:
        o.executemany(
            "insert into t (text) values (?)", AskedItems(o, sqlite3.Connection.rollback, [(v,), (v,)])
        )

    @step(writes=True)
    def callbacks_off(o: Any, v: str) -> Any:
        o.set_authorizer(None)
        o.set_progress_handler(None, 0)
        o.set_trace_callback(None)

    @step(writes=True)
    def factories(o: Any, v: str) -> Any:
        o.row_factory = sqlite3.Row
        o.text_factory = bytes
        return o.row_factory, o.text_factory

    @step(writes=True)
    def factories_off(o: Any, v: str) -> Any:
        o.row_factory = None
        o.text_factory = str

    @step(writes=True)
    def isolation(o: Any, v: str) -> Any:
        o.isolation_level = "DEFERRED"
        return o.isolation_level, o.autocommit

    @step()
    def iterdump(o: Any, v: str) -> Any:
        return len(list(o.iterdump())) > 1

    @step(writes=True)
    def backup(o: Any, v: str) -> Any:
        with sqlite3.connect(":memory:") as other:
            o.backup(other)
        other.close()

    @step(writes=True)
    def serialize(o: Any, v: str) -> Any:
        return len(o.serialize())

    @step(writes=True)
    def deserialize(o: Any, v: str) -> Any:
        o.deserialize(o.serialize())

    @step(writes=True)
    def interrupt(o: Any, v: str) -> Any:
        o.interrupt()

    @step()
    def counts(o: Any, v: str) -> Any:
        return o.total_changes, o.in_transaction, o.getlimit(sqlite3.SQLITE_LIMIT_COLUMN)

    @step(writes=True)
    def limits(o: Any, v: str) -> Any:
        return o.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, 99)

    @step(writes=True)
    def config(o: Any, v: str) -> Any:
        o.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, True)  # type: ignore[attr-defined]
        return o.getconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER)  # type: ignore[attr-defined]


class _Count:
    """What counts rows."""

    def __init__(self) -> None:
        self.rows = 0

    def step(self, *about: Any) -> None:
        self.rows += 1

    def inverse(self, *about: Any) -> None:
        self.rows -= 1

    def value(self) -> int:
        return self.rows

    def finalize(self) -> int:
        return self.rows


class Cursor(Attributes):
    """A cursor in the middle of what it was asked, which threads share."""

    said = "sqlite3, check_same_thread"
    most = PROCESS
    left_out: ClassVar[dict[str, str]] = {
        "__init__": "called once, by who makes it",
        "setinputsizes": "does nothing",
        "setoutputsize": "does nothing",
    }

    def fresh(self, size: int) -> Any:
        return _database(size).execute("select text from t")

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def row_factory_that_changes(o: Any, v: str) -> Any:
        """It asks the cursor for more, and closes it."""
        o.row_factory = lambda cursor, row: cursor.close() or cursor.fetchone()
        return o.fetchall()

    @step(writes=True)
    def execute_asked(o: Any, v: str) -> Any:
        """With parameters that are asked by having the cursor do something else, and be made again."""
        return o.execute("select ?, ?", AskedItems(o, lambda o: o.__init__(o.connection), [1, 2])).fetchall()

    @step(writes=True)
    def fetchone(o: Any, v: str) -> Any:
        return o.fetchone()

    @step(writes=True)
    def fetchmany(o: Any, v: str) -> Any:
        return o.fetchmany(2)

    @step(writes=True)
    def fetchall(o: Any, v: str) -> Any:
        return o.fetchall()

    @step(writes=True)
    def next_(o: Any, v: str) -> Any:
        return next(o)

    @step(writes=True)
    def iterate(o: Any, v: str) -> Any:
        return list(o)

    @step(writes=True)
    def execute(o: Any, v: str) -> Any:
        return o.execute("select text, number from t") is o

    @step(writes=True)
    def insert(o: Any, v: str) -> Any:
        return o.execute("insert into t (text) values (?)", (v,)).lastrowid

    @step(writes=True)
    def executemany(o: Any, v: str) -> Any:
        return o.executemany("insert into t (text) values (?)", [(v,), (v,)]).rowcount

    @step(writes=True)
    def executescript(o: Any, v: str) -> Any:
        o.executescript("delete from t")

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o.close()

    @step(writes=True)
    def close_connection(o: Any, v: str) -> Any:
        o.connection.close()

    @step()
    def members(o: Any, v: str) -> Any:
        return o.description, o.rowcount, o.lastrowid, o.arraysize

    @step(writes=True)
    def row_factory(o: Any, v: str) -> Any:
        o.row_factory = sqlite3.Row
        o.arraysize = 2


class Row(Subject):
    """A row of a database, which never changes."""

    left_out: ClassVar[dict[str, str]] = {"__new__": "called by who makes it"}

    def fresh(self, size: int) -> Any:
        connection = _database(1)
        connection.row_factory = sqlite3.Row
        row = connection.execute("select text, number from t").fetchone()
        connection.close()
        return row

    def left(self, o: Any) -> Any:
        return list(o)

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0], o["text"], o["TEXT"], o[-1]

    @step()
    def slice_(o: Any, v: str) -> Any:
        return o[:1]

    @step()
    def keys(o: Any, v: str) -> Any:
        return o.keys() == ["text", "number"], len(o), dict(o)["text"]

    @step()
    def list_(o: Any, v: str) -> Any:
        return list(o), o == o, hash(o) == hash(o)


class Blob(Subject):
    """Bytes in a database that are read and written in place, by threads that share the place."""

    most = PROCESS

    def fresh(self, size: int) -> Any:
        connection = _database(1)
        return connection.blobopen("t", "bytes", 1), connection

    def left(self, o: Any) -> Any:
        o[0].close()
        o[1].close()
        return None

    @step(writes=True)
    def read(o: Any, v: str) -> Any:
        return len(o[0].read(2))

    @step(writes=True)
    def write(o: Any, v: str) -> Any:
        o[0].write(v.encode())

    @step(writes=True)
    def seek(o: Any, v: str) -> Any:
        o[0].seek(0)
        return o[0].tell()

    @step()
    def item(o: Any, v: str) -> Any:
        return o[0][0], o[0][1:3], len(o[0])

    @step(writes=True)
    def store(o: Any, v: str) -> Any:
        o[0][0] = 97
        o[0][1:3] = v.encode()

    @step(writes=True)
    def close(o: Any, v: str) -> Any:
        o[0].close()

    @step(writes=True)
    def close_connection(o: Any, v: str) -> Any:
        o[1].close()

    @step(writes=True)
    def update(o: Any, v: str) -> Any:
        o[1].execute("update t set bytes = zeroblob(5)")

    @step(writes=True)
    def with_(o: Any, v: str) -> Any:
        with o[0] as entered:
            return entered is o[0]


class DescribedCursor(Subject):
    """A cursor that one thread at a time has execute, and others ask for its columns and the last row."""

    said = "sqlite3, check_same_thread"
    most = PROCESS

    def fresh(self, size: int) -> Any:
        connection = _database(size)
        connection.execute("insert into t (number, text) values (5000, 'x0')")
        return connection.execute("select text, number from t"), threading.Lock()

    def left(self, o: Any) -> Any:
        return None

    @step(writes=True)
    def execute(o: Any, v: str) -> Any:
        """Two statements of one cursor at once are another subject's."""
        with o[1]:
            o[0].execute("select text, number from t")

    @step(writes=True)
    def execute_often(o: Any, v: str) -> Any:
        with o[1]:
            for number in range(9):
                o[0].execute("select text, number from t where number > ?", (number,))

    @step()
    def names(o: Any, v: str) -> Any:
        return [column[0] for column in o[0].description or ()]

    @step()
    def described(o: Any, v: str) -> Any:
        return [len(repr(o[0].description)) for _ in range(9)][-1] > 0

    @step()
    def row(o: Any, v: str) -> Any:
        return sqlite3.Row(o[0], (v, 1)).keys()

    @step()
    def last_row(o: Any, v: str) -> Any:
        return [o[0].lastrowid for _ in range(9)][-1]


class ConnectionMadeAgain(Subject):
    """A connection to a database in memory that is made again while others ask how it gives what it has."""

    said = "sqlite3, check_same_thread"
    most = PROCESS

    def fresh(self, size: int) -> Any:
        return sqlite3.connect(":memory:", check_same_thread=False)

    def left(self, o: Any) -> Any:
        o.close()
        return None

    @step(writes=True)
    def init(o: Any, v: str) -> Any:
        o.__init__(":memory:", check_same_thread=False)

    @step()
    def row_factory(o: Any, v: str) -> Any:
        return [o.row_factory for _ in range(9)][-1]

    @step()
    def text_factory(o: Any, v: str) -> Any:
        return [o.text_factory for _ in range(9)][-1]

    @step()
    def isolation_level(o: Any, v: str) -> Any:
        return [o.isolation_level for _ in range(9)][-1]

    @step()
    def counts(o: Any, v: str) -> Any:
        return o.in_transaction, o.total_changes


class BackupInto(Subject):
    """A database, and another one that it is copied into a page at a time, with a callback that waits."""

    most = PROCESS
    may_raise = (sqlite3.Error,)

    def fresh(self, size: int) -> Any:
        return _database(99), sqlite3.connect(":memory:", check_same_thread=False)

    def left(self, o: Any) -> Any:
        for connection in o:
            connection.close()

    @step(writes=True)
    def backup(o: Any, v: str) -> Any:
        o[0].backup(o[1], pages=1, progress=wait)

    @step(writes=True)
    def close_copy(o: Any, v: str) -> Any:
        o[1].close()

    @step()
    def select(o: Any, v: str) -> Any:
        return len(o[1].execute("select name from sqlite_master").fetchall())

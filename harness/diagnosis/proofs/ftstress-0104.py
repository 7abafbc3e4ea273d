"""ftstress-0104: a call on a connection fails, and raises nothing, for another thread's call has succeeded since.

`set_error_from_db` (Modules/_sqlite/util.c) asks `sqlite3_errcode` what has failed: that of the connection's last call,
whoever made it. Where it is SQLITE_OK no exception is set, and NULL is returned all the same: a SystemError.
Measured: in the first tenth of a second on 3.13.5, 3.14.7+, 3.15.0rc1+ and 3.16.0a0; with -X gil=1 within 7 s.
Exit status 1: it showed. Exit status 0: not.
"""

import sqlite3
import sys
import threading
import time

seen = []
end = time.monotonic() + 20.0


def compared(one: str, other: str) -> int:
    """What a collation says of two texts."""
    return (one > other) - (one < other)


def succeed(cursor: sqlite3.Cursor) -> None:
    """Have calls on the connection succeed. A new cursor for each would race the connection's list of them."""
    while not seen and time.monotonic() < end:
        cursor.execute("select 1").fetchall()


connection = sqlite3.connect(":memory:", check_same_thread=False)
connection.create_collation("c", compared)
rows = connection.execute("select 'x1' as text union all select 'x2' order by text collate c")
next(rows)
threads = [threading.Thread(target=succeed, args=(connection.cursor(),)) for _ in range(3)]
for thread in threads:
    thread.start()
while not seen and time.monotonic() < end:
    try:
        connection.create_collation("c", compared)
    except SystemError as error:
        seen.append(error)
    except sqlite3.Error:
        pass  # a statement that has rows left uses it: it is refused each time
for thread in threads:
    thread.join()
print(f"{sys.version.split()[0]}: {seen}")
sys.exit(bool(seen))

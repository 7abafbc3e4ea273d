"""gh-127081: of two threads that ask for all users at once, one is given some of them twice, or not at all.

`pwd_getpwall_impl` (Modules/pwdmodule.c) goes through them by `setpwent` and `getpwent` of C's library, which have one
place in the list for the whole process.
Measured: every run on 3.13.5 and 3.14.7+; never on 3.15.0rc1+ and 3.16.0a0, and with -X gil=1.
Exit status 1: it showed. Exit status 0: not.
"""

import pwd
import sys
import threading
import time

LOOKS_S = 20.0
every = sorted(one.pw_name for one in pwd.getpwall())
end = time.monotonic() + LOOKS_S
wrong: list[list[str]] = []


def ask() -> None:
    """Ask for all users, again and again."""
    while not wrong and time.monotonic() < end:
        given = sorted(one.pw_name for one in pwd.getpwall())
        if given != every:
            wrong.append(given)


threads = [threading.Thread(target=ask) for _ in range(2)]
for one in threads:
    one.start()
for one in threads:
    one.join()
print(f"{sys.version.split()[0]}: {len(every)} users, and {wrong[0] if wrong else 'no others'}")
sys.exit(bool(wrong))

"""``python -m harness`` is ``ftstress``; the installed command enters here too.

Nothing but the standard library is imported before Ctrl-C is taken care of: it must not end in a traceback,
however early it comes.
"""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line given to this process. Returns its exit status."""
    try:
        from harness import cli

        return cli.main()
    except KeyboardInterrupt:
        return 130
    finally:
        # What is left is the interpreter's own shutdown: another interrupt there would print its traceback.
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())

"""What a script says of a sanitizer's report: it looks in a child, whose sanitizer writes to stderr, for that one."""

from __future__ import annotations

import re

from harness.kernel.event_types import StackData
from harness.record.result import Finding
from harness.repro.bundle import NotScriptable

MODULES = ("os", "re", "subprocess", "sys")
LOOK = """\
if "child" not in sys.argv:  # what its sanitizer reports is seen from outside
    options = {"TSAN_OPTIONS": "exitcode=0 history_size=7", "ASAN_OPTIONS": "detect_leaks=0"}
    command = [sys.executable, *sys.orig_argv[1:], "child"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | options) as child:
        report = ""
        for line in child.stderr:
            report = line if "Sanitizer: " in line and "SUMMARY" not in line else report + line
            if "SUMMARY" in line and all(re.search(one, report) for one in NAMES):
                child.kill()
                print(f"seen: {line.strip()}")
                sys.exit(1)
    print("not seen")
    sys.exit(0)
"""


def look(finding: Finding) -> str:
    """The part that stands before the race. Raises NotScriptable where it is not known where in the source it is."""
    stacks = [one for one in finding.details.get("stacks", ()) if one["what"] != "allocated"][:2]
    names = [re.escape(finding.oracle), *(_frame(one) for one in stacks if one["place"] in one["frames"])]
    if len(names) == 1:
        raise NotScriptable("its report names no function by which it could be told from others")
    return LOOK.replace("NAMES", repr(tuple(dict.fromkeys(names))))


def _frame(stack: StackData) -> str:
    """A place as it stands in a report, at its own number: further out it is a caller's, of any race below it.

    A compiler's clone of a function has its name and a dot.
    """
    function = re.escape(stack["place"].partition(" (")[0])
    return rf"#{stack['frames'].index(stack['place'])} (?:0x[0-9a-f]+ in )?{function}[ .]"

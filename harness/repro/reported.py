"""What a script says of a sanitizer's report: it looks in a child, whose sanitizer writes to stderr, for that one."""

from __future__ import annotations

import re

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
    places = [stack["place"] for stack in finding.details.get("stacks", ()) if stack["what"] != "allocated"][
        :2
    ]
    # A compiler's clone of a function has its name and a dot.
    names = [re.escape(finding.oracle), *(f" {place.partition(' (')[0]}[ .]" for place in places if place)]
    if len(names) == 1:
        raise NotScriptable("its report names no function by which it could be told from others")
    return LOOK.replace("NAMES", repr(tuple(dict.fromkeys(names))))

"""A child that writes reports as a sanitizer would: where its environment says, while its trial runs.

Run as ``python _fake_child.py JSON``; what it does is the last part of its scenario's name.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from harness.kernel.child import die_with_parent
from tests.sanitizers import samples

COUNTS = dict.fromkeys(("samples", "stores", "reads", "live_reads", "overlap_ns", "span_ns"), 10)
LINES = 1_000_000


def main(spec: dict[str, Any]) -> None:
    die_with_parent(spec["alarm_s"])
    options = os.environ.get("TSAN_OPTIONS", "") + os.environ.get("ASAN_OPTIONS", "")
    found = re.search("log_path='([^']+)'", options)
    assert found, options
    log = Path(f"{found[1]}.{os.getpid()}").open("w")  # noqa: SIM115  # until it is gone

    def send(event: str, **fields: Any) -> None:
        os.write(spec["events_fd"], json.dumps({"event": event, **fields}).encode() + b"\n")

    def report(text: str) -> None:
        log.write(text)
        log.flush()

    send("hello", pid=os.getpid(), version="3.16.0a0", free_threaded=True, gil_enabled=False)
    send("progress", elapsed_s=0.1, rounds=5, rounds_hit=0, **COUNTS)
    match spec["scenario"].rpartition(".")[2]:
        case "one":
            report(samples.race())
        case "suppressed":
            file = re.search("suppressions='([^']+)'", options)
            hidden = Path(file[1]).read_text().split() if file else []
            report("" if "race_top:^store_it$" in hidden else samples.race())
            report(samples.race([("rare", "Objects/rare.c", 1)], samples.LOAD) if hidden else "")
            if "race_top:^store_it$" in hidden:
                report("ThreadSanitizer: Matched 1 suppressions (pid=1):\n4 race_top:^store_it$\n")
        case "dies":
            report('ThreadSanitizer: CHECK failed: tsan_rtl.cpp:7 "((a)) == ((b))" (0x1, 0x2) (tid=3)\n')
            os._exit(0)
        case "killed":
            report(samples.race() + samples.race([("other", "Objects/other.c", 1)]).partition("SUMMARY")[0])
            os.kill(os.getpid(), signal.SIGKILL)
        case "crashes":
            report(samples.race())
            os.write(2, b"Fatal Python error: Segmentation fault\n\n")
            time.sleep(0.5)
            report(samples.race([("other", "Objects/other.c", 1)]))
            os.kill(os.getpid(), signal.SIGSEGV)
        case "loud":
            one = samples.race()
            log.writelines(one for _ in range(LINES // one.count("\n") + 1))
            report(samples.race([("last", "Objects/last.c", 1)]))
        case "endless":
            while True:
                report(samples.race() * 1000)
        case "freed":
            report(samples.use_after_free())
            os._exit(66)
    send("done", reason="budget")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

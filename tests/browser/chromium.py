"""A headless Chromium, driven over the pipe that its DevTools offer: no driver and no port are needed."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
"""For one answer; on a machine that does other things the first takes seconds."""
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
    *("--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"),
)
# Chromium reads commands from descriptor 3 and answers on 4.
MOVES_PIPES = """if True:
    import fcntl, os, sys
    ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
    for number, end in zip((3, 4), ends):
        os.dup2(end, number)
        os.close(end)
    os.execvp(sys.argv[3], sys.argv[3:])
"""


class Chromium:
    """One page in a browser. ``told`` has what the browser told by itself: requests, errors, messages."""

    def __init__(self, executable: str) -> None:
        self.told: list[dict[str, Any]] = []
        self._number = 0
        self._rest = b""
        self._session: str | None = None
        self._profile = tempfile.mkdtemp(prefix="ftstress-chromium-")
        theirs, self._to = os.pipe()
        self._from, ours = os.pipe()
        first = [sys.executable, "-c", MOVES_PIPES, str(theirs), str(ours)]
        self._child = subprocess.Popen(
            [*first, executable, *QUIET, f"--user-data-dir={self._profile}", "about:blank"],
            pass_fds=(theirs, ours),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(ours)
        page = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.do("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.do(f"{domain}.enable")
        self.do("Page.setLifecycleEventsEnabled", enabled=True)
        self.do("Emulation.setFocusEmulationEnabled", enabled=True)

    def do(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for what it gives. Raises AssertionError where the browser refuses it."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        os.write(self._to, json.dumps(command).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.told.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, path: Path, fragment: str = "") -> None:
        """Show a file, from the beginning, and forget what was told before."""
        self._go("about:blank")
        self.told.clear()
        self._go(path.as_uri() + fragment)

    def ask(self, expression: str) -> Any:
        """What a JavaScript expression is worth in the page, whose own policy forbids scripts."""
        answer = self.do("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def look(self, width: int, scheme: str = "light") -> None:
        """As on a screen of this width in CSS pixels, whose owner likes ``light`` or ``dark``."""
        self.do(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
        )
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def press(self, key: str, code: int) -> None:
        """A key, down and up."""
        for kind in ("rawKeyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._to)
        os.close(self._from)
        shutil.rmtree(self._profile, ignore_errors=True)

    def _go(self, url: str) -> None:
        loader = self.do("Page.navigate", url=url)["loaderId"]
        loaded = {"name": "load", "loaderId": loader}
        while not any(loaded.items() <= event.get("params", {}).items() for event in self.told):
            self.told.append(self._next())

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"Chromium says nothing for {PATIENCE_S:g} s"
            more = os.read(self._from, 1 << 20)
            assert more, f"Chromium ended, exit status {self._child.wait()}"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        event: dict[str, Any] = json.loads(line)
        return event

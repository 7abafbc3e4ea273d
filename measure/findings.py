"""The scripts in ``docs/findings``: measured, shown as the table in ``docs/findings.md``, and put into issue texts.

    python -m measure.findings                              # the table, from the scripts' own headers
    python -m measure.findings --measure 100 --target PY    # first run each so often, and some times with the GIL on

A script called ``fault-NAME.py`` shows the seeded fault ``NAME`` and is measured on that one's build; every other one
on ``--target``, or, where its header names a build with the GIL, on ``--with-gil``. ``ftstress script FINDING`` writes
them.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.builds.fault import build_fault, find
from harness.builds.find import resolve
from harness.builds.fingerprint import probe
from harness.campaign.calibrate import machine
from harness.record.target import Target
from harness.repro.runs import Rate, measure
from harness.repro.written import CONTROL_S, CONTROLS, LATE_S, control_line

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "docs" / "findings"
PAGE = ROOT / "docs" / "findings.md"
BEGIN, END = "<!-- scripts: python -m measure.findings -->", "<!-- end of scripts -->"
RUN_S = 60.0
FAULT = "fault-"
EMBEDDED = re.compile(
    r"(<!-- script: (\S+) -->\n)(?:```python\n.*?```\n)?(<!-- end of script -->)", re.DOTALL
)
"""Where the text of an issue has its script."""
CONTROL = re.compile(r"^With -X gil=1: (\d+) of (\d+) runs of at most (\d+) s\.$", re.MULTILINE)


@dataclass(frozen=True)
class Script:
    """One script, as its own header describes it."""

    path: Path
    title: str
    build: str
    rate: Rate | None
    control: str
    lines: int

    @classmethod
    def read(cls, path: Path) -> Script:
        text = path.read_text(encoding="utf-8")
        header = ast.get_docstring(ast.parse(text)) or ""
        title, _, rest = header.partition("\nSeen: ")
        build = re.search(r"^Build: (.*?)[,;]", rest, re.MULTILINE)
        control = CONTROL.search(rest)
        return cls(
            path=path,
            title=" ".join(title.split()),
            build=build[1] if build else "",
            rate=Rate.from_text(header),
            control=f"{control[1]} of {control[2]} runs of {control[3]} s" if control else "-",
            lines=len(text.splitlines()),
        )

    @property
    def fault(self) -> str | None:
        """The seeded fault that it shows, if it does."""
        return self.path.stem.removeprefix(FAULT) if self.path.stem.startswith(FAULT) else None


def table(scripts: Sequence[Script]) -> str:
    """Two tables: what real builds show, and what seeded faults show."""
    real = [one for one in scripts if one.fault is None]
    seeded = [one for one in scripts if one.fault is not None]
    parts = []
    for heading, some in (("### Real builds", real), ("### Seeded faults", seeded)):
        rows = [_row(one) for one in some]
        parts += [
            heading,
            "\n".join(
                [
                    "| script | what | build | shows | mean | GIL control | lines |",
                    "|---|---|---|---|---|---|---|",
                    *rows,
                ]
            ),
        ]
    return "\n\n".join(parts)


def _row(one: Script) -> str:
    name = one.path.name
    what = f"`{one.fault}`: {find(one.fault).guarantee}" if one.fault else one.title.rstrip(".")
    shows = (
        f"{one.rate.hits} of {one.rate.runs} runs of {one.rate.limit_s:g} s" if one.rate else "not measured"
    )
    mean = f"{one.rate.mean_s:.2g} s" if one.rate else "-"
    what = what.replace("|", r"\|")
    return f"| [{name}](findings/{name}) | {what} | {one.build} | {shows} | {mean} | {one.control} | {one.lines} |"


def page(text: str, scripts: Sequence[Script]) -> str:
    """``docs/findings.md`` with its table made anew. Raises ValueError where its marks are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table(scripts)}\n\n{END}{after}"


def with_script(text: str, folder: Path = SCRIPTS) -> str:
    """An issue's text with its script as that is now. Raises OSError where there is no such script."""
    return EMBEDDED.sub(
        lambda found: (
            f"{found[1]}```python\n{(folder / found[2]).read_text(encoding='utf-8')}```\n{found[3]}"
        ),
        text,
    )


def all_scripts(folder: Path = SCRIPTS) -> list[Script]:
    return [Script.read(path) for path in sorted(folder.glob("*.py"))]


def measured(script: Script, target: Target, runs: int) -> str:
    """The script's text with what was measured now. Raises RuntimeError where it does not run."""
    path = script.path
    done = measure(target, path, most=runs, limit_s=RUN_S * runs, run_s=RUN_S + LATE_S, tell=lambda one: None)
    if failure := next((one.failure for one in done if one.failure), None):
        raise RuntimeError(f"{path.name} does not run on {target.executable}: {failure}")
    rate = Rate.of(done, RUN_S)
    text = re.sub(
        r"^Measured: .*\.$",
        lambda found: f"{rate.said()}; {machine()}.",
        path.read_text(),
        flags=re.MULTILINE,
    )
    if target.free_threaded:
        run_s = min(max(CONTROL_S, 3 * rate.mean_s), RUN_S)
        most = max(CONTROLS, runs // 10)
        with_gil = measure(
            target, path, most=most, limit_s=run_s * most, run_s=run_s, tell=lambda one: None, with_gil=True
        )
        text = CONTROL.sub(control_line(Rate.of(with_gil, run_s)), text)
    return text


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m measure.findings", description="Measure and list the scripts."
    )
    parser.add_argument("--measure", type=int, default=0, metavar="N", help="run each script N times")
    parser.add_argument("--target", metavar="PY", help="free-threaded: where scripts are measured")
    parser.add_argument("--with-gil", metavar="PY", help="where scripts for builds with the GIL are measured")
    parser.add_argument("names", nargs="*", help="only these scripts are measured")
    asked = parser.parse_args(argv)
    for script in all_scripts() if asked.measure else ():
        if asked.names and script.path.stem not in asked.names:
            continue
        if script.fault:
            target = probe(build_fault(find(script.fault)))
        elif "with the GIL" in script.build:
            if not asked.with_gil:
                print(f"{script.path.name}: passed over, it needs --with-gil", flush=True)
                continue
            target = resolve(asked.with_gil)
        else:
            target = resolve(asked.target)
        script.path.write_text(measured(script, target, asked.measure), encoding="utf-8")
        print(f"{script.path.name}: {Script.read(script.path).rate}", flush=True)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), all_scripts()), encoding="utf-8")
    for issue in sorted(SCRIPTS.glob("*.md")):
        issue.write_text(with_script(issue.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

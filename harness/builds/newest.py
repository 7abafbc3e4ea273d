"""The newest free-threaded release that can be had: at hand already, or made from what can be fetched now."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.builds import cache, fetch, uv
from harness.builds.compile import check_tools
from harness.builds.errors import NotBuilt, PassedOver
from harness.builds.find import find_targets
from harness.builds.fingerprint import probe
from harness.builds.flavour import PLAIN, Flavour
from harness.builds.progress import Progress, Step, silent
from harness.builds.provision import from_source, interpreter, kept_releases, room
from harness.kernel.versions import version
from harness.record.target import Target

LOOK_AGAIN_S = 24 * 3600
"""Where there is a release, a newer one is looked for this often: a look asks servers, and may compile for minutes."""
_OLDEST = "3.13.0"


@dataclass
class _Offer:
    """A release that somebody lists."""

    version: str
    by_uv: bool = False
    ways: list[fetch.Way] = field(default_factory=list)


@dataclass
class _Look:
    """A look for something newer: what it came to."""

    flavour: Flavour
    progress: Progress
    missed: list[str] = field(default_factory=list)
    """Releases that are listed, and could not be had."""
    reasons: list[str] = field(default_factory=list)


def newest(progress: Progress = silent, flavour: Flavour = PLAIN) -> Path:
    """The newest free-threaded release: one that is here, one that uv installs, or one that is built now.

    What is listed anywhere is tried from the newest down, and passed over with its reason where it cannot be had. One
    line says which it is, and which newer ones are listed. Raises NotBuilt, with all reasons, where there is none.
    """
    here = _here(flavour)
    missed = _missed_lately(flavour) if here else None
    if missed is None:
        look = _Look(flavour, progress)
        with room(), tempfile.TemporaryDirectory(prefix="ftstress-newest-") as scratch:
            made = _newer(here, look, Path(scratch))
            _keep(look)
        here, missed = probe(made) if made else here, look.missed
        if here is None:
            raise NotBuilt(
                "no free-threaded release can be had: name a version, a tarball, a folder or REPO@REV; tried\n"
                + "\n".join(look.reasons)
            )
    assert here is not None
    newer = ", ".join(one for one in missed if version(one) > version(here.version))
    listed = f"; listed, and not to be had: {newer}" if newer else ""
    what = f"{here.title}, {here.executable}"
    progress(Step(f"target: {what}, the newest free-threaded release that can be had{listed}"))
    return Path(here.executable)


def _here(flavour: Flavour) -> Target | None:
    if flavour != PLAIN:
        found = [probe(interpreter(entry)) for entry in kept_releases(flavour)]
    else:
        found = [one for one in find_targets() if one.free_threaded and not one.set_apart]
    return max(found, key=lambda one: version(one.version), default=None)


def _newer(here: Target | None, look: _Look, scratch: Path) -> Path | None:
    """The newest release above ``here`` that can be had."""
    for offer in _offers(look, scratch):
        if here and version(offer.version) <= version(here.version):
            return None
        try:
            return _had(offer, look)
        except (NotBuilt, PassedOver) as error:
            look.missed.append(offer.version)
            look.reasons.append(f"  CPython {offer.version}:\n{error}")
            if isinstance(error, NotBuilt):  # what was passed over was told at once
                look.progress(Step(f"passed over CPython {offer.version}: {error}"))
    return None


def _offers(look: _Look, scratch: Path) -> list[_Offer]:
    """All releases listed, the newest first. Whoever lists nothing is not asked again for each of them."""
    offers: dict[str, _Offer] = {}
    if look.flavour == PLAIN:  # uv has release builds only
        with _told("uv", look):
            by_uv = uv.newest()
            offers[by_uv] = _Offer(by_uv, by_uv=True)
    for way in fetch.ways(scratch):
        with _told(way.name, look):
            for listed in way.listed():
                offers.setdefault(listed, _Offer(listed)).ways.append(way)
    releases = [one for one in offers.values() if re.fullmatch(r"3\.\d+\.\d+", one.version)]
    releases.sort(key=lambda one: version(one.version), reverse=True)
    return [one for one in releases if version(one.version) >= version(_OLDEST)]


@contextmanager
def _told(name: str, look: _Look) -> Iterator[None]:
    try:
        yield
    except PassedOver as error:
        look.reasons.append(f"  {name}: {error}")
        look.progress(Step(f"passed over {name}: {error}"))


def _had(offer: _Offer, look: _Look) -> Path:
    """Raises PassedOver where it cannot be fetched, NotBuilt where it cannot be built."""
    if offer.by_uv:
        with _told(f"uv for CPython {offer.version}", look):
            return uv.install(offer.version)
    if not offer.ways:
        raise PassedOver("  nobody else lists it")
    check_tools()
    return interpreter(
        from_source(fetch.fetched(offer.version, offer.ways, look.progress), look.flavour, look.progress)
    )


def _note(flavour: Flavour) -> Path:
    """Where the last look is remembered: where there is a release, no other is needed for a while."""
    words = ["newest", *(["debug"] if flavour.debug else []), *filter(None, [flavour.sanitizer])]
    return cache.root() / f"{'-'.join(words)}.json"


def _keep(look: _Look) -> None:
    note = _note(look.flavour)
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps({"at": time.time(), "missed": look.missed}) + "\n", encoding="utf-8")


def _missed_lately(flavour: Flavour) -> list[str] | None:
    """What a look of less than ``LOOK_AGAIN_S`` ago could not have; None where there was no such look."""
    try:
        note = json.loads(_note(flavour).read_text(encoding="utf-8"))
        lately = 0 <= time.time() - note["at"] < LOOK_AGAIN_S
        return [str(one) for one in note["missed"]] if lately else None
    except (OSError, ValueError, KeyError, TypeError):
        return None

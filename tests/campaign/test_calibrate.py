"""When a run of a calibration has shown what it can show."""

from __future__ import annotations

import json
from pathlib import Path

from harness.campaign.calibrate import _has_hit


def test_a_run_is_over_once_it_has_found_what_neither_is_known_nor_shows_on_the_base(tmp_path: Path) -> None:
    assert not _has_hit(tmp_path, frozenset()), "its first trial has not ended"
    for known, signature, over in (
        ("gh-118492", "a", False),
        (None, "of the base", False),
        (None, "a", True),
    ):
        finding = {"known": known, "signature": signature}
        (tmp_path / "result.json").write_text(json.dumps({"findings": [finding]}))
        assert _has_hit(tmp_path, frozenset({"of the base"})) is over
        assert not _has_hit(tmp_path, None), "the base runs to its end"

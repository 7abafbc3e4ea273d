"""When a run of a calibration has shown what it can show."""

from __future__ import annotations

import json
from pathlib import Path

from harness.campaign.calibrate import _has_hit


def test_a_run_is_over_once_it_has_found_what_is_not_known(tmp_path: Path) -> None:
    assert not _has_hit(tmp_path), "its first trial has not ended"
    for known, over in (([], False), (["gh-118492"], False), (["gh-118492", None], True)):
        (tmp_path / "result.json").write_text(json.dumps({"findings": [{"known": one} for one in known]}))
        assert _has_hit(tmp_path) is over

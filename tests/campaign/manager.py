"""A campaign with fake children in a process of its own, to be killed, interrupted, or left without room.

``python -m tests.campaign.manager OUT JSON``; JSON: the options, ``behaviours``, and ``file_limit`` in bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.campaign.options import CampaignError, Options
from harness.campaign.run import run_campaign
from harness.record.journal import JournalError
from tests.campaign.fakes import fake_scenario, fake_target, use_fake_children


def main(out: str, text: str) -> int:
    asked = json.loads(text)
    scenarios = [fake_scenario(behaviour) for behaviour in asked.pop("behaviours")]
    file_limit = asked.pop("file_limit", None)
    if file_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    use_fake_children()
    try:
        result = run_campaign(fake_target(), scenarios, Options(**asked), Path(out), lambda event: None)
    except (JournalError, CampaignError) as error:
        print(error)
        return 4 if isinstance(error, JournalError) else 2
    return result.exit_status


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:  # before the campaign began, or after it ended
        sys.exit(130)

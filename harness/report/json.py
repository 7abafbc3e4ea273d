"""The contract's ``result.json`` as text."""

from __future__ import annotations

import json

from harness.record.result import Result


def render(result: Result) -> str:
    """ASCII only, so that no terminal and no log can be moved by it. One object, newline at the end."""
    return json.dumps(result.to_json(), indent=1, ensure_ascii=True) + "\n"

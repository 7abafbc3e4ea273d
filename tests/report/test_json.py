"""``result.json`` as text."""

from __future__ import annotations

import json

from harness.report.json import render
from tests.report.samples import finding, result


def test_it_is_the_contract_s_object_in_ascii() -> None:
    made = result(findings=(finding(message="größer \x1b"),))
    text = render(made)
    assert text.isascii() and "\x1b" not in text and text.endswith("}\n")
    read = json.loads(text)
    assert read["schema"] == 1
    assert read["findings"][0]["message"] == "größer \x1b"
    assert read["scenarios"][0]["bound_95"] == made.scenarios[0].bound_95

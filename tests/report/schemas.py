"""The schemas that are published in ``docs/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

DOCS = Path(__file__).resolve().parents[2] / "docs"


def schema(name: str) -> Draft202012Validator:
    """``result``, ``fleet`` or ``journal``, ready to validate."""
    read: dict[str, dict[str, Any]] = {
        name: json.loads((DOCS / f"{name}.schema.json").read_text())
        for name in ("result", "fleet", "journal")
    }
    resources = [(one["$id"], Resource.from_contents(one)) for one in read.values()]
    known: Registry[Any] = Registry().with_resources(resources)
    Draft202012Validator.check_schema(read[name])
    return Draft202012Validator(read[name], registry=known)


def check_journal(out: Path) -> None:
    """Each line of a campaign's journal is what the published schema says."""
    validator = schema("journal")
    lines = (out / "journal.jsonl").read_text().splitlines()
    assert lines, "nothing was recorded"
    for line in lines:
        validator.validate(json.loads(line))
